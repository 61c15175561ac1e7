"""The JSON protocol of leanprover-community/repl: requests as values, what is answered as documents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from prover.events.json_text import read_json

Document: TypeAlias = dict[str, Any]

_INFOTREES = ("full", "tactics", "original", "substantive")


@dataclass(frozen=True, slots=True)
class Command:
    """Elaborate `text` in environment `env`, or from its own imports. `infotree`: which nodes of the information
    trees are told (`full`, `tactics`, `original`, `substantive`, empty: none). `gc`: nothing of it is kept."""

    text: str
    env: int | None = None
    all_tactics: bool = False
    root_goals: bool = False
    infotree: str = ""
    gc: bool = False


@dataclass(frozen=True, slots=True)
class FileCommand:
    """The same for the text of a file."""

    path: str
    env: int | None = None
    all_tactics: bool = False
    root_goals: bool = False
    infotree: str = ""
    gc: bool = False

    def with_text(self, text: str) -> Command:
        return Command(text, self.env, self.all_tactics, self.root_goals, self.infotree, self.gc)


@dataclass(frozen=True, slots=True)
class ProofStep:
    """Run a tactic on a proof state."""

    tactic: str
    state: int


@dataclass(frozen=True, slots=True)
class Pickle:
    """Write an environment or a proof state to a file. `kind`: `env` or `proofState`."""

    path: str
    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Unpickle:
    """Read an environment or a proof state from a file."""

    path: str
    kind: str


Request: TypeAlias = Command | FileCommand | ProofStep | Pickle | Unpickle


class NotUnderstood(ValueError):
    """A request that is not the protocol; the text is the answer's."""


def requests(lines: Iterable[str]) -> Iterator[str]:
    """Splits input at blank lines, as the repl does: a request's lines are joined without their line breaks, and what
    begins with `#` or `--` is a comment."""
    parts: list[str] = []
    for line in lines:
        if line.strip():
            parts.append(line.rstrip(" \t\r\n"))
            continue
        yield from _block(parts)
        parts = []
    yield from _block(parts)


def _block(parts: Sequence[str]) -> Iterator[str]:
    text = "".join(parts)
    if text and not text.startswith(("#", "--")):
        yield text


def parse(text: str) -> Request:
    """Reads one request. Where its fields fit several, the repl's order decides. Raises `NotUnderstood`."""
    try:
        data: object = read_json(text)
        # A lone surrogate is no text, and nothing that Lean could be given.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"Could not parse JSON:\n{error}") from None
    if not isinstance(data, dict):
        raise NotUnderstood("Could not parse as a valid JSON command:\nan object is expected")
    fields = cast(Document, data)
    if _is_number(fields.get("proofState")) and isinstance(fields.get("tactic"), str):
        return ProofStep(fields["tactic"], fields["proofState"])
    for kind, word in (("env", "unpickleEnvFrom"), ("proofState", "unpickleProofStateFrom")):
        if isinstance(fields.get("pickleTo"), str) and _is_number(fields.get(kind)):
            return Pickle(fields["pickleTo"], kind, fields[kind])
        if isinstance(fields.get(word), str):
            return Unpickle(fields[word], kind)
    for word, make in (("cmd", Command), ("path", FileCommand)):
        if isinstance(fields.get(word), str):
            return make(fields[word], *_options(fields))
    raise NotUnderstood("Could not parse as a valid JSON command:\nit has none of cmd, path, tactic with proofState")


def _options(fields: Document) -> tuple[int | None, bool, bool, str, bool]:
    env = fields.get("env")
    if env is not None and not _is_number(env):
        raise NotUnderstood("Could not parse as a valid JSON command:\nenv: a natural number is expected")
    flags: list[bool] = []
    for name in ("allTactics", "rootGoals", "gc"):
        value = fields.get(name)
        if value is not None and not isinstance(value, bool):
            raise NotUnderstood(f"Could not parse as a valid JSON command:\n{name}: true or false is expected")
        flags.append(value is True)
    tree = fields.get("infotree")
    return env, flags[0], flags[1], tree if tree in _INFOTREES else "", flags[2]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def error(text: str) -> Document:
    """The answer to what cannot be done."""
    return {"message": text}


def without_empty(document: Mapping[str, Any], *, keep: Sequence[str] = ()) -> Document:
    """A document as the repl writes it: empty lists are left out, but for the fields in `keep`."""
    return {name: value for name, value in document.items() if name in keep or (value is not None and value != [])}
