"""Statements that were kept, as a benchmark that `prove bench` reads: a manifest and its problems."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.bench.loading import load
from prover.core.errors import UserError
from prover.events import write_atomically
from prover.formalize.outcome import DraftOutcome, Outcome

_DATA = "problems.jsonl"
_VARIANT = "problems"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Released:
    """A benchmark that was written. `repeated`: ids left out, each with that of the earlier problem that asks the same.
    `sha256`: of its problems."""

    manifest: Path
    problems: int
    repeated: tuple[tuple[str, str], ...]
    sha256: str


def must_be_name(name: str) -> None:
    """Raises `UserError` (`usage`) for what no benchmark can be called."""
    if not _NAME.fullmatch(name):
        message = f"a benchmark cannot be called {name!r}"
        raise UserError(message, code="usage", hint="small letters, digits, '.', '_' and '-', a letter or digit first")


def release(folder: Path, name: str, outcomes: Sequence[Outcome], *, about: str) -> Released:
    """Writes `folder/NAME.toml` and `folder/problems.jsonl` with what is kept, each file whole or not at all.

    A problem with the key of an earlier one is left out. The result was loaded as `prove bench` does. Raises
    `UserError`: `nothing_kept`, `usage`, `unwritable`.
    """
    must_be_name(name)
    lines: list[str] = []
    first: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    for outcome in outcomes:
        chosen = outcome.statement
        if chosen is None:
            continue
        earlier = first.setdefault(chosen.key, outcome.id)
        if earlier != outcome.id:
            repeated.append((outcome.id, earlier))
        else:
            lines.append(json.dumps(_record(outcome, chosen), ensure_ascii=False))
    if not lines:
        raise UserError("no statement was kept, so there is no benchmark to write", code="nothing_kept")
    data = "".join(f"{line}\n" for line in lines)
    digest = hashlib.sha256(data.encode()).hexdigest()
    manifest = folder / f"{name}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _DATA, data)
        write_atomically(manifest, _manifest(name, about, len(lines), digest))
    except OSError as error:
        raise UserError(f"cannot write the benchmark to {folder}: {error.strerror}", code="unwritable") from None
    _must_load(manifest, list(first.values()))
    return Released(manifest, len(lines), tuple(repeated), digest)


def _record(outcome: Outcome, chosen: DraftOutcome) -> dict[str, object]:
    draft = chosen.draft
    return {
        "id": outcome.id,
        "name": draft.name,
        "informal": outcome.words,
        "formal_statement": draft.text.rstrip(),
        "author": draft.author,
        "reading": draft.reading,
        "key": chosen.key,
        "doubts": [f"{doubt.concern.value}: {doubt.detail}" for doubt in chosen.doubts],
        "agreeing": max((len(one) for one in outcome.classes if outcome.chosen in one), default=1),
    }


def _manifest(name: str, about: str, count: int, digest: str) -> str:
    """TOML's basic strings are JSON's, save that DEL is escaped."""
    title, said = _string(name), _string(about)
    return f"""name = {title}
title = {title}
about = {said}
default = "{_VARIANT}"

[variants.{_VARIANT}]
title = {_string(f"{count} statements, filtered; none was compared with its words by a person")}
data = "{_DATA}"
files = ["{_DATA}"]
sha256 = {{ "{_DATA}" = "{digest}" }}
columns = {{ id = ["id"], name = ["name"], statement = ["formal_statement"], informal = ["informal"] }}
splits = {{ "" = {count} }}
"""


def _string(text: str) -> str:
    whole = text.encode(errors="replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def _must_load(manifest: Path, ids: Sequence[str]) -> None:
    loaded = load(str(manifest))
    if loaded.rejected or loaded.changed or [problem.id for problem in loaded.problems] != list(ids):
        first = loaded.rejected[0].reason if loaded.rejected else "its problems are not those that were written"
        raise UserError(f"the benchmark {manifest} cannot be loaded: {first}", code="bad_release")
