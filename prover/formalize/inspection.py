"""A draft put before Lean: whether it states one theorem over definitions that are there, and under which key."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.keys import Keys
from prover.core.errors import LeanProcessError
from prover.core.message import Message
from prover.formalize.draft import Draft
from prover.formalize.shape import refusal
from prover.formalize.stated import Refused, state
from prover.lean import Pool
from prover.verify.name import show

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Inspection:
    """`errors`: why it is no statement, Lean's and ours, empty where it is one; then `full` is the theorem's name with
    its namespaces and `key` that of its statement (`prover.agent.leap.keys`)."""

    errors: tuple[Message, ...] = ()
    full: str = ""
    key: str = ""


async def inspect(pool: Pool, draft: Draft, *, seconds: float = SECONDS) -> Inspection:
    """Has Lean read a draft in its context, as `state` does. Where Lean is lost over it, that is an error of the
    draft."""
    try:
        header = await pool.read_header(draft.text)
        if header.errors:
            return Inspection(tuple(header.errors))
        async with pool.lease(header.modules) as worker:
            stated = await state(pool, worker, draft, header, seconds=seconds)
        return Inspection((), show(stated.name), Keys(stated.tables).of(stated.name))
    except Refused as refused:
        return Inspection(refused.errors)
    except LeanProcessError as error:
        return Inspection((refusal(f"Lean was lost over it ({error.code})", error.code),))
