"""Whether a statement can be meant: what Lean shows of it, and what is read off it. No model is asked."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.keys import Keys
from prover.api.workplace import Workplace
from prover.core.errors import LeanProcessError, UserError
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.stated import Refused, refusal, state


@dataclass(frozen=True, slots=True)
class FidelityLimits:
    """`seconds`: wall limit for elaborating a draft; `refuting_seconds`: for the search for a counterexample."""

    seconds: float = 60.0
    refuting_seconds: float = 10.0


async def examine(
    place: Workplace, draft: Draft, limits: FidelityLimits = FidelityLimits(), *, words: str = ""
) -> Examined:
    """What is known of a draft: errors where it does not state a proposition, else its key and what there is to doubt.

    `words`: what it is to say, where that is known: types of numbers are compared with it. Never raises for what a
    draft holds; `SetupError` where Lean cannot be started.
    """
    try:
        header = await place.pool.read_header(draft.text)
        if header.errors:
            return Examined(draft, errors=header.errors)
        async with place.pool.lease(header.modules) as worker:
            stated = await state(place, worker, draft, header, seconds=limits.seconds)
            key = Keys(stated.tables).of(stated.name)
    except Refused as refused:
        return Examined(draft, errors=refused.errors)
    except UserError as error:
        return Examined(draft, errors=(refusal(error.message, error.code),))
    except LeanProcessError as error:
        return Examined(draft, errors=(refusal(f"Lean was lost over it: {error.message}", error.code),))
    return Examined(draft, key=key)
