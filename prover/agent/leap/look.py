"""What Lean says of a draft: complaints, the statements in it, what is open and what uses what."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from prover.agent.leap.draft import Draft
from prover.agent.leap.keys import Keys
from prover.agent.obligation import spelled
from prover.core.errors import CallTimeout
from prover.lean import Elaboration, Pool
from prover.verify.elaborated import Elaborated, exported, read_by_lean
from prover.verify.footing import own_holes
from prover.verify.name import Name, show
from prover.verify.policy import Allowance, forbidden
from prover.verify.tables import JudgeTooSlow, MalformedExport

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong. `piece` and `line` (from 1, within it) say where; `what`: `error`, or a rule that was broken."""

    piece: str
    line: int
    text: str
    what: str = "error"

    def __str__(self) -> str:
        where = f"{self.piece}, line {self.line}: " if self.piece else ""
        return f"{where}{self.text}"


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as Lean sees it.

    `keys`: of every theorem in it, by name. `open`: declarations with a hole of their own. `uses`: for each
    declaration the others of the draft it rests on directly. `kinds`: of every declaration. `declared`: what each piece
    declares, in order. `seconds`: of Lean.
    """

    complaints: tuple[Complaint, ...]
    keys: Mapping[str, str]
    open: Container[str]
    uses: Mapping[str, frozenset[str]]
    kinds: Mapping[str, str]
    declared: Mapping[str, tuple[str, ...]]
    seconds: float

    @property
    def clean(self) -> bool:
        return not self.complaints

    def reach(self, name: str) -> set[str]:
        """What a declaration rests on, itself left out, through all that is written out; holes end the way."""
        found: set[str] = set()
        pending = [name]
        while pending:
            for used in self.uses.get(pending.pop(), ()):
                if used not in found:
                    found.add(used)
                    pending.append(used)
        return found


async def look(
    pool: Pool, draft: Draft, *, seconds: float, allowed: Allowance | None = None, only_clean: bool = False
) -> Look:
    """Elaborates a draft on a leased worker. `allowed`: what the user's own file contains; the pieces may too.
    `only_clean`: where there are complaints, nothing else is to be told.

    Raises `LeanProcessError` when Lean is lost, save for a draft that takes longer than `seconds`: that is a complaint.
    """
    began = time.monotonic()
    text = draft.text
    header = await pool.read_header(text)
    if header.errors:
        return _only([Complaint("", 1, header.errors[0].text)], began)
    async with pool.lease(header.modules) as worker:
        try:
            found = await read_by_lean(worker, text, header, heartbeats=0, seconds=seconds)
            complaints = _complaints(found, draft, allowed or Allowance())
            if complaints and only_clean:
                await worker.release(envs=[found.env])
                return _only(complaints, began)
            file = await exported(worker, text, header, found, deadline=began + seconds)
            seen = _seen(draft, file, tuple(complaints), began)
        except (CallTimeout, JudgeTooSlow):
            return _only([Complaint("", 1, f"this took Lean longer than {seconds:g} s", "slow")], began)
        except MalformedExport:
            worker.discard()
            return _only([Complaint("", 1, "Lean's account of it cannot be read", "unreadable")], began)
    return seen


def _only(complaints: Sequence[Complaint], began: float) -> Look:
    return Look(tuple(complaints), {}, (), {}, {}, {}, time.monotonic() - began)


def _complaints(found: Elaboration, draft: Draft, allowed: Allowance) -> list[Complaint]:
    complaints = list(complaints_in(found, draft))
    refused = forbidden(found.commands, draft.text, allowed)
    if refused is not None:
        line = draft.text.encode()[: refused.span.start].count(b"\n") + 1 if refused.span else 0
        complaints.append(Complaint(*draft.place(line), f"`{refused.construct}` may not be used here", "forbidden"))
    return complaints


def _seen(draft: Draft, file: Elaborated, complaints: tuple[Complaint, ...], began: float) -> Look:
    tables, keys = file.tables, Keys(file.tables)
    # What is worked out later takes one walk for each name that is asked for, and is nobody's time-out.
    tables.deadline = math.inf
    declared = {show(name): name for name in file.declared}
    theorems = [label for label, name in declared.items() if tables.constants[name].kind == "theorem"]
    own = frozenset(file.declared)
    return Look(
        complaints,
        _OnDemand(theorems, lambda label: keys.of(declared[label])),
        _Having(_OnDemand(declared, lambda label: own_holes(tables, declared[label]))),
        _OnDemand(declared, lambda label: _rests_on(file, declared[label], own)),
        {label: tables.constants[name].kind for label, name in declared.items()},
        _by_piece(draft, file, declared),
        time.monotonic() - began,
    )


def complaints_in(found: Elaboration, draft: Draft) -> tuple[Complaint, ...]:
    """Lean's errors about the pieces of a draft; what is wrong with the user's own file is left out."""
    placed = [Complaint(*draft.place(m.start.line if m.start else 0), m.text) for m in found.errors]
    slow = [Complaint("", 1, "this took Lean too long", "slow")] if found.stopped else []
    return (*(complaint for complaint in placed if complaint.piece), *slow)


def _by_piece(draft: Draft, file: Elaborated, declared: Mapping[str, Name]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for declaration in sorted(file.elaboration.declarations, key=lambda d: d.start):
        label = spelled(declaration.name)
        piece, _ = draft.place(declaration.start.line)
        if label in declared and piece:
            found[piece] = (*found.get(piece, ()), label)
    return found


class _OnDemand(Mapping[str, _Value]):
    """What is worked out for the names that are asked for alone: a file has many, and few of them matter."""

    def __init__(self, names: Iterable[str], made: Callable[[str], _Value]) -> None:
        self._known: dict[str, _Value | None] = dict.fromkeys(names)
        self._made = made

    def __getitem__(self, name: str) -> _Value:
        known = self._known[name]
        if known is None:
            known = self._known[name] = self._made(name)
        return known

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class _Having(Container[str]):
    """The names for which something is true."""

    def __init__(self, found: Mapping[str, bool]) -> None:
        self._found = found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._found.get(name, False)


def _rests_on(file: Elaborated, name: Name, own: Container[Name]) -> frozenset[str]:
    """The declarations (of `own`) that a constant uses, through what Lean made for it but not through other
    declarations."""
    tables = file.tables
    found: set[Name] = set()
    seen, pending = {name}, [name]
    while pending:
        for used in tables.uses(pending.pop()):
            if used in seen or not tables.is_local(used):
                continue
            seen.add(used)
            if used in own:
                found.add(used)
            else:
                pending.append(used)
    return frozenset(show(used) for used in found)
