"""Statements that are frozen: a mark in the file says which one, and a file whose statement is another is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from prover.agent.leap.keys import Keys
from prover.agent.leap.remarks import comments
from prover.core.errors import CallTimeout, LeanProcessError, UserError
from prover.core.verdict import ElaborationError, Infrastructure, Mismatch, OutOfMemory, TimedOut, Verdict, WorkerLost
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.verify.code import code_of
from prover.verify.elaborated import Elaborated, elaborate, find
from prover.verify.lease import infrastructure
from prover.verify.name import parse, show
from prover.verify.tables import JudgeTooSlow, MalformedExport

_MARK = re.compile(r"^[ \t]*(?P<mark>-- frozen: (?P<name>\S[^\n]*?) (?P<key>[0-9a-f]{64}))[ \t]*$", re.MULTILINE)
_SECONDS = 120.0
#: Lean came to no end with the file, or was lost over it: it is not asked about its marks.
_LOST = (TimedOut, OutOfMemory, WorkerLost, Infrastructure)
_HINT = "undo the edit, or remove the mark if the change is meant; another Lean or library may read it otherwise too"


@dataclass(frozen=True, slots=True)
class Mark:
    """`-- frozen: NAME KEY`. `name`: in full; `key`: as `prover.agent.leap.keys` has it; `line`: from 1."""

    name: str
    key: str
    line: int = 0

    @property
    def text(self) -> str:
        return f"-- frozen: {self.name} {self.key}"


class Standing(StrEnum):
    """`holds`; `changed`: the theorem says something else; `absent`: there is no theorem of that name; `unread`: Lean
    could not be asked."""

    HOLDS = "holds"
    CHANGED = "changed"
    ABSENT = "absent"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Held:
    """A mark, and what became of it. `key`: of the theorem as it stands, empty where there is none."""

    mark: Mark
    standing: Standing
    key: str = ""

    @property
    def holds(self) -> bool:
        return self.standing is Standing.HOLDS


def marks_in(text: str) -> list[Mark]:
    """The marks in a file: comments of one line. What stands inside a string, or inside another comment, is none; where
    that is in doubt, it is one."""
    if "-- frozen: " not in text:
        return []
    code, begins = code_of(text), {start for start, _ in comments(text)}
    return [
        Mark(found["name"], found["key"], text.count("\n", 0, found.start("mark")) + 1)
        for found in _MARK.finditer(text)
        if found.start("mark") in begins or code[found.start("mark")] == "-"
    ]


async def held(pool: Pool, text: str, *, seconds: float = _SECONDS) -> list[Held]:
    """What became of each mark of a file. Lean is asked only where there are some.

    Raises `UserError` for imports that cannot be had, `LeanProcessError` when Lean is lost.
    """
    marks = marks_in(text)
    if not marks:
        return []
    header = await pool.read_header(text)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        try:
            file = await elaborate(worker, text, header, heartbeats=0, seconds=seconds)
        except (CallTimeout, JudgeTooSlow):
            return [Held(mark, Standing.UNREAD) for mark in marks]
        except MalformedExport:
            worker.discard()
            return [Held(mark, Standing.UNREAD) for mark in marks]
    keys = Keys(file.tables)
    return [_held(mark, file, keys) for mark in marks]


def _held(mark: Mark, file: Elaborated, keys: Keys) -> Held:
    name = find(file.declared, show(parse(mark.name)))
    if name is None or file.tables.constants[name].kind != "theorem":
        return Held(mark, Standing.ABSENT)
    key = keys.of(name)
    return Held(mark, Standing.HOLDS if key == mark.key else Standing.CHANGED, key)


async def require_frozen(pool: Pool, source: SourceFile, *, readable: bool = True) -> None:
    """Raises `UserError` (`statement_changed`) where a mark of the file does not hold, or cannot be read: `readable`
    False is an engine that tells nothing of statements."""
    if not readable:
        if marks_in(source.text):
            raise UserError(
                f"{source.name} has frozen statements, and this engine cannot say whether they are unchanged",
                code="statement_unread",
                hint="use --engine embedded or native",
            )
        return
    require_held(await held(pool, source.text), source.name)


def require_held(told: Iterable[Held], name: str) -> None:
    """Raises `UserError` (`statement_changed`) for the first mark of the file `name` that does not hold."""
    for one in told:
        if not one.holds:
            raise UserError(f"{name}: {described(one)}", code="statement_changed", hint=_HINT)


async def with_marks(
    pool: Pool,
    text: str,
    verdicts: dict[str, Verdict],
    chosen: Collection[str] = (),
    *,
    seconds: float = _SECONDS,
) -> dict[str, Verdict]:
    """Verdicts on a file, with those of frozen theorems whose statement is another replaced: `Mismatch`. `chosen`: the
    only ones that were asked about; none: all. Where Lean is lost over it now, that is `Infrastructure`."""
    found = dict(verdicts)
    marks = marks_in(text)
    if not marks or (found and all(isinstance(verdict, _LOST) for verdict in found.values())):
        return found
    try:
        told = await held(pool, text, seconds=seconds)
    except LeanProcessError as error:
        return found | {show(parse(mark.name)): infrastructure(error) for mark in marks}
    except UserError:
        if found and all(isinstance(verdict, ElaborationError) for verdict in found.values()):
            return found  # its imports cannot be had, and that has been said
        raise
    for one in told:
        name = show(parse(one.mark.name))
        if one.holds or (name not in found and chosen):
            continue
        verdict, before = _verdict(one, name), found.get(name)
        found[name] = verdict if before is None else replace(verdict, report=before.report)
    return found


def _verdict(one: Held, name: str) -> Verdict:
    if one.standing is Standing.UNREAD:
        return TimedOut()
    return Mismatch("missing" if one.standing is Standing.ABSENT else "statement", name, described(one))


def described(one: Held) -> str:
    """What became of a mark, in words."""
    match one.standing:
        case Standing.HOLDS:
            return f"{one.mark.name} is as it was frozen"
        case Standing.CHANGED:
            return (
                f"{one.mark.name} is not as it was frozen (line {one.mark.line}): its key is {one.key[:12]}…, "
                f"and was {one.mark.key[:12]}…"
            )
        case Standing.ABSENT:
            return f"{one.mark.name} was frozen (line {one.mark.line}), and there is no such theorem"
        case Standing.UNREAD:
            return f"{one.mark.name} was frozen (line {one.mark.line}), and Lean cannot say whether it is unchanged"
