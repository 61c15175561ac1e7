"""What Lean is asked about drafts: each by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from prover.api.workplace import Workplace
from prover.formalize import equivalence, fidelity
from prover.formalize.agreement import Agreement
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined

#: A draft, and the words that it is to say.
Examine: TypeAlias = Callable[[Workplace, Draft, str], Awaitable[Examined]]
Compare: TypeAlias = Callable[[Workplace, Sequence[Examined]], Awaitable[Agreement]]


@dataclass(frozen=True, slots=True)
class Checks:
    """`examine` one draft for what there is to doubt; `compare` those that state something."""

    examine: Examine
    compare: Compare


def lean_checks() -> Checks:
    """The checks of this library."""

    async def examine(place: Workplace, draft: Draft, words: str) -> Examined:
        return await fidelity.examine(place, draft, words=words)

    return Checks(examine, equivalence.compare)
