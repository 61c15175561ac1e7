"""What Lean is asked about drafts: each by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, TypeAlias

from prover.api.workplace import Workplace
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined


class Agreement(Protocol):
    """`classes`: indices of drafts shown to say the same, the largest class first. `undecided`: pairs that Lean gave up
    on; `implies`: pairs of which the first was shown to imply the second."""

    @property
    def classes(self) -> Sequence[Sequence[int]]: ...

    @property
    def undecided(self) -> Sequence[Sequence[int]]: ...

    @property
    def implies(self) -> Sequence[Sequence[int]]: ...


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
    fidelity: Any = import_module("prover.formalize.fidelity")
    equivalence: Any = import_module("prover.formalize.equivalence")

    async def examine(place: Workplace, draft: Draft, words: str) -> Examined:
        return await fidelity.examine(place, draft, words=words)

    return Checks(examine, equivalence.compare)
