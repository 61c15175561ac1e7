"""A draft as Lean reads it: one open theorem, nothing around it that runs code, and what it says as data."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from prover.api.lite import refuse_auto_implicit
from prover.core.errors import CallTimeout, UserError
from prover.core.message import Message
from prover.formalize.draft import Draft
from prover.formalize.shape import Shape, refusal
from prover.lean import Elaboration, Hole, Pool, Worker
from prover.lean.header import HeaderInfo
from prover.lean.source import SourceFile
from prover.verify.elaborated import read_by_lean
from prover.verify.name import Name
from prover.verify.tables import JudgeTooSlow, MalformedExport, Tables


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


async def state(pool: Pool, worker: Worker, draft: Draft, header: HeaderInfo, *, seconds: float) -> Stated:
    """Elaborates a draft on a worker leased from `pool`, which is marked for disposal where it may have run the
    draft's code.

    Raises `Refused` for one that has errors, or anything but whole definitions and one open theorem of its name at its
    end (its context aside): axioms, opaque constants, notations, holes in definitions or in the statement, what the
    policy `proof` forbids. `LeanProcessError` where Lean is lost.
    """
    deadline = time.monotonic() + seconds
    worker.clean = False
    _must_name_what_is_there(pool, draft, header)
    with _slow(seconds):
        read = await read_by_lean(worker, draft.text, header, heartbeats=0, seconds=seconds, holes=True)
        if read.stopped:
            raise _too_slow(seconds)
        if read.errors:
            raise Refused(read.errors)
        foundation = () if pool.foundation is None else (pool.foundation.name,)
        shape = Shape(draft, read, (*pool.engine.trusted_modules, *foundation))
        _must_be_none(shape.faults())
        try:
            export = await worker.export(read.env, seconds=max(1.0, deadline - time.monotonic()))
            tables = Tables.read(export, deadline=deadline + seconds)
        except MalformedExport:
            worker.discard()
            raise Refused([refusal("Lean's account of it cannot be read", "unreadable")]) from None
    _must_be_none(shape.declared_faults(tables))
    assert shape.hole is not None  # its lack is a fault
    return Stated(draft, worker, header, read, read.env, shape.hole, shape.theorem(tables), tables)


def _must_name_what_is_there(pool: Pool, draft: Draft, header: HeaderInfo) -> None:
    """Over a stand-in for a library, a name that is not there must stay an error, and not become a variable."""
    if pool.foundation is not None and pool.foundation.carries(header.modules):
        try:
            refuse_auto_implicit(SourceFile("the draft with its context", draft.text.encode(errors="replace")))
        except UserError as error:
            raise Refused([refusal(error.message, error.code)]) from None


def _must_be_none(faults: Iterator[Message]) -> None:
    if (first := next(faults, None)) is not None:
        raise Refused([first])


@contextmanager
def _slow(seconds: float) -> Generator[None]:
    try:
        yield
    except (CallTimeout, JudgeTooSlow):
        raise _too_slow(seconds) from None


def _too_slow(seconds: float) -> Refused:
    return Refused([refusal(f"Lean takes longer than {seconds:g} s to read it", "slow")])
