"""Many submissions to judge, and where they come from: a JSONL file, a folder of pairs, a folder of files.

What cannot be used is reported with its place and the rest is taken.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from prover.core.errors import UserError
from prover.events.codec import DecodeError, as_object, decode
from prover.events.json_text import NotJson, read_json
from prover.lean.source import SourceFile
from prover.verify.policy import Policy
from prover.verify.run import DEFAULT_LIMITS, Limits

_IMPORT = re.compile(r"^\s*(?:public\s+)?(?:meta\s+)?import\s+(.+)$", re.MULTILINE)
_PAIR = ("Challenge.lean", "Solution.lean")
#: Other names that data sets give to the fields of a record; the first one present counts.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "id", "problem_id", "theorem_name"),
    "submission": ("submission", "solution", "proof", "code", "text"),
    "reference": ("reference", "target_statement", "challenge", "formal_statement", "statement"),
    "targets": ("targets", "target"),
    "policy": ("policy",),
    "strict": ("strict",),
    "preserve": ("preserve",),
    "filled": ("filled",),
    "allowed_axioms": ("allowed_axioms", "allow"),
    "seconds": ("seconds", "timeout"),
    "heartbeats": ("heartbeats",),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One submission and all that decides its verdict; the arguments are those of `Ladder.check`."""

    name: str
    submission: str
    reference: str | None = None
    targets: tuple[str, ...] | None = None
    policy: Policy = Policy.FILE
    strict: bool = False
    preserve: bool = False
    filled: tuple[str, ...] = ()
    allowed_axioms: tuple[str, ...] = ()
    limits: Limits = DEFAULT_LIMITS

    @property
    def imports(self) -> tuple[str, ...]:
        """What it imports, by the look of it: for the order of work only."""
        found = _IMPORT.findall((self.reference or self.submission)[:10_000])
        return tuple(word for words in found for word in words.split())

    def key(self, stamp: str) -> str:
        """A hash of everything but the name. `stamp`: who judges (engine, versions)."""
        limits = [self.limits.seconds, self.limits.heartbeats]
        content = [getattr(self, field.name) for field in fields(self) if field.name not in ("name", "limits")]
        return hashlib.sha256(json.dumps([*content, limits, stamp]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Problem:
    """A record or file that cannot be used. `where`: FILE, or FILE:LINE."""

    where: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Docket:
    """What is to be judged, in the order of the source, and what could not be read."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    """One line of a JSONL file, or a `verdict.json`. None: as the command says."""

    name: str | None = None
    submission: str | None = None
    reference: str | None = None
    targets: tuple[str, ...] | None = None
    policy: Policy | None = None
    strict: bool | None = None
    preserve: bool | None = None
    filled: tuple[str, ...] | None = None
    allowed_axioms: tuple[str, ...] | None = None
    seconds: float | None = None
    heartbeats: int | None = None

    @classmethod
    def read(cls, data: object) -> _Record:
        """Raises `DecodeError` for what is no object, or has a field of another type."""
        given = as_object(data)
        found: dict[str, Any] = {}
        for name, spellings in _ALIASES.items():
            value = next((given[spelling] for spelling in spellings if given.get(spelling) is not None), None)
            many = name in ("targets", "filled", "allowed_axioms")
            found[name] = [value] if many and isinstance(value, str) else value
        return decode(cls, found)

    def item(self, template: Item) -> Item:
        limits = Limits(
            template.limits.seconds if self.seconds is None else self.seconds,
            template.limits.heartbeats if self.heartbeats is None else self.heartbeats,
        )
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("seconds", "heartbeats")}
        return replace(template, limits=limits, **{name: value for name, value in own.items() if value is not None})


def read_docket(path: Path, template: Item, *, against: Path | None = None) -> Docket:
    """The submissions of a JSONL file or a folder. `template`: the arguments of those that name none themselves.

    A folder is read as `NAME/Challenge.lean` with `NAME/Solution.lean` (and `NAME/verdict.json`, used for
    arguments only) where it has such pairs and `against` is not given, else as `*.lean` files at any depth.
    `against`: what they are all held against, for a folder also a folder with the same relative names. Of a record
    only name and text count then: what is to be proved, and by which rules, is not for it to say.
    Raises `UserError` when the source cannot be read, or nothing in it can be used.
    """
    if path.is_dir():
        pairs = sorted({file.parent for name in _PAIR for file in path.rglob(name)})
        found = _pairs(path, pairs, template) if pairs and against is None else _files(path, template, against)
    else:
        found = _records(path, template)
        if against is not None:
            asked = replace(template, reference=_text(against))
            found = (_asked(one, asked) for one in found)
    seen = list(found)
    items = tuple(one for one in seen if isinstance(one, Item))
    problems = tuple(one for one in seen if isinstance(one, Problem))
    if not items:
        first = f": {problems[0].where}: {problems[0].message}" if problems else ""
        raise UserError(
            f"{path} holds no submission{first}",
            code="no_submissions",
            hint="give a folder of .lean files, of NAME/{Challenge,Solution}.lean pairs, or a JSONL file",
        )
    return Docket(items, problems)


def _records(path: Path, template: Item) -> Iterator[Item | Problem]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", code="unreadable") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = _Record.read(read_json(line))
        except NotJson as error:
            yield Problem(where, "not_json", f"{error}; one JSON object a line is expected")
            continue
        except DecodeError as error:
            yield Problem(where, "bad_record", str(error)[:300])
            continue
        if record.submission is None:
            yield Problem(where, "bad_record", "the record has no submission")
            continue
        yield record.item(replace(template, name=f"line {number}"))


def _asked(one: Item | Problem, asked: Item) -> Item | Problem:
    return replace(asked, name=one.name, submission=one.submission) if isinstance(one, Item) else one


def _pairs(root: Path, folders: list[Path], template: Item) -> Iterator[Item | Problem]:
    for folder in folders:
        try:
            reference, submission = (_text(folder / name) for name in _PAIR)
            arguments = _Record()
            extra = folder / "verdict.json"
            if extra.is_file():
                arguments = _Record.read(read_json(extra.read_bytes()))
        except UserError as error:
            yield Problem(str(folder), error.code, error.message)
            continue
        except (OSError, DecodeError) as error:
            yield Problem(str(folder / "verdict.json"), "bad_record", str(error)[:300])
            continue
        named = replace(arguments, name=_name(folder, root), submission=submission, reference=reference)
        yield named.item(template)


def _files(root: Path, template: Item, against: Path | None) -> Iterator[Item | Problem]:
    if against is not None and not against.is_dir():
        template, against = replace(template, reference=_text(against)), None
    for file in sorted(file for file in root.rglob("*.lean") if file.is_file()):
        try:
            item = replace(template, name=_name(file, root), submission=_text(file))
            if against is not None:
                item = replace(item, reference=_text(against / file.relative_to(root)))
        except UserError as error:
            yield Problem(str(file), error.code, error.message)
        else:
            yield item


def _text(path: Path) -> str:
    return SourceFile.read(path).text


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path != root else path.name
