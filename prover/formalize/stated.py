"""A draft as Lean reads it: one open theorem, nothing around it that runs code, and what it says as data."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from prover.api.workplace import Workplace
from prover.core.errors import CallTimeout
from prover.core.message import Message, Severity
from prover.formalize.draft import Draft
from prover.lean import Elaboration, Hole, Worker
from prover.lean.header import HeaderInfo
from prover.verify.footing import SORRY
from prover.verify.name import Name, parse, user_part
from prover.verify.policy import Allowance, forbidden, runs_code
from prover.verify.tables import JudgeTooSlow, MalformedExport, Tables

_END = "Lean.Parser.Command.eoi"


class Refused(Exception):
    """A draft that states nothing that can be worked on. `errors`: why."""

    def __init__(self, errors: Sequence[Message]) -> None:
        super().__init__(errors[0].text)
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class Stated:
    """A draft that elaborates, live in `worker`: `env` declares its theorem, called `name` there; `hole` is the
    theorem's goal. `tables`: what the draft adds to its imports."""

    draft: Draft
    worker: Worker
    header: HeaderInfo
    elaboration: Elaboration
    env: int
    hole: Hole
    name: Name
    tables: Tables


async def state(place: Workplace, worker: Worker, draft: Draft, header: HeaderInfo, *, seconds: float) -> Stated:
    """Elaborates a draft on a leased worker, which is marked for disposal where it may have run the draft's code.

    Raises `Refused` for one that has errors, commands other than declarations (the context's own aside), no open
    theorem of its name at its end, or a hole in the statement; `LeanProcessError` where Lean is lost.
    """
    text = draft.text
    deadline = time.monotonic() + seconds
    worker.clean = False
    with _slow(seconds):
        read = await worker.elaborate(
            worker.env,
            text,
            start=header.end,
            holes=True,
            declarations=True,
            keep=True,
            constructs=True,
            wall_seconds=seconds,
        )
        if runs_code(read.commands, text):
            worker.discard()
        if read.stopped:
            raise _too_slow(seconds)
        _refuse(place, draft, read)
        hole = _own_hole(draft, read)
        try:
            export = await worker.export(read.env, seconds=max(1.0, deadline - time.monotonic()))
            tables = Tables.read(export, deadline=deadline + seconds)
        except MalformedExport:
            worker.discard()
            raise Refused([refusal("Lean's account of it cannot be read", "unreadable")]) from None
    name = _theorem(draft, tables, hole)
    return Stated(draft, worker, header, read, read.env, hole, name, tables)


def refusal(text: str, kind: str) -> Message:
    """Why a draft is not taken, beside what Lean says."""
    return Message(Severity.ERROR, text, kind)


@contextmanager
def _slow(seconds: float) -> Generator[None]:
    try:
        yield
    except (CallTimeout, JudgeTooSlow):
        raise _too_slow(seconds) from None


def _too_slow(seconds: float) -> Refused:
    return Refused([refusal(f"Lean takes longer than {seconds:g} s to read it", "slow")])


def _refuse(place: Workplace, draft: Draft, read: Elaboration) -> None:
    text, own = draft.text, _context_bytes(draft)
    if read.errors:
        raise Refused(read.errors)
    context = [c for c in read.commands if c.span is not None and c.span.end <= own]
    trusted = {*place.engine.trusted_modules, *([place.foundation.name] if place.foundation else [])}
    refused = forbidden(read.commands, text, Allowance(draft.context, context), trusted=trusted)
    if refused is not None:
        raise Refused([refusal(f"`{refused.construct}` may not stand in a draft", "forbidden")])
    start = _statement_byte(draft)
    after = [c for c in read.commands if c.span is not None and c.span.end > start and c.kind != _END]
    if len(after) != 1:
        raise Refused([refusal("there is more than one theorem in the statement", "not_one_theorem")])
    if any(construct.what == "attribute" for construct in after[0].constructs):
        raise Refused([refusal("the theorem has attributes: what is assumed may not be used", "forbidden")])


def _context_bytes(draft: Draft) -> int:
    return len(draft.context.rstrip().encode())


def _statement_byte(draft: Draft) -> int:
    """Where the statement begins in the draft's text."""
    return len(replace(draft, statement="").text.rstrip().removesuffix(":= by\n  sorry").rstrip().encode())


def _own_hole(draft: Draft, read: Elaboration) -> Hole:
    """The hole that stands for the proof."""
    data = draft.text.encode().rstrip()
    at = len(data) - len(b"sorry")
    here = [hole for hole in read.holes if hole.span is not None and hole.span.start == at]
    others = [hole for hole in read.holes if hole.span is not None and _statement_byte(draft) <= hole.span.start != at]
    if others:
        raise Refused([refusal("there is a `sorry` in the statement itself", "hole_in_statement")])
    if len(here) != 1 or here[0].goals is None:
        raise Refused([refusal("it does not end in one statement that is left open", "not_one_theorem")])
    if not here[0].is_prop:
        raise Refused([refusal(f"it asks for a value: {here[0].goals.goals[0].target}", "no_proposition")])
    return here[0]


def _theorem(draft: Draft, tables: Tables, hole: Hole) -> Name:
    wanted = parse(draft.name)
    found = parse(hole.declaration or "")
    name = next((name for name in tables.constants if user_part(name) == found), None)
    if not wanted or name is None or found[-len(wanted) :] != wanted or tables.constants[name].kind != "theorem":
        called = hole.declaration or "nothing"
        raise Refused([refusal(f"it is to state the theorem {draft.name}, and states {called}", "other_name")])
    if SORRY in tables.constants_in([tables.constants[name].type]):
        raise Refused([refusal("there is a `sorry` in the statement itself", "hole_in_statement")])
    return name
