"""Which of several drafts say the same, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Two drafts by their places in the list, the one that implies first.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Drafts by their places in the list that was compared; those that do not elaborate are in no class.

    `classes`: drafts that were shown to say the same, the largest first, then by their first draft. `proofs`: of a
    pair (i, j) the Lean tactics that prove draft j from `h`, draft i; empty where the statements are equal down to
    their definitions. `implies`: pairs of which one direction alone was shown. `apart`: pairs that a counterexample
    tells apart, with the reason. `undecided`: pairs (i < j) of which neither is known: this does not say that they
    differ. `text`: the Lean file that shows `proofs`, judged by the verifier as `rests_on` says.
    `by_themselves`: drafts that automation proves; these were compared by their form alone, since whatever is proved
    implies whatever is.
    """

    classes: tuple[tuple[int, ...], ...]
    proofs: Mapping[Pair, str] = field(default_factory=dict[Pair, str])
    implies: tuple[Pair, ...] = ()
    apart: Mapping[Pair, str] = field(default_factory=dict[Pair, str])
    undecided: tuple[Pair, ...] = ()
    by_themselves: tuple[int, ...] = ()
    text: str = ""
    rests_on: str = ""

    def same(self, i: int, j: int) -> bool:
        """Whether two drafts were shown to say the same."""
        return any(i in one and j in one for one in self.classes)
