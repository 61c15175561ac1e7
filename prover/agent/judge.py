"""Who judges what an agent found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prover.core.verdict import Verdict


class Judge(Protocol):
    """What the filler needs of the verification ladder."""

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        """A verdict for each named declaration of `submission` against `reference`.

        `filled`: definitions whose open value the submission was asked to choose.
        """
        ...

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        """`Refuted` if `refutation`, a theorem of `submission`, proves the negation of `name`'s statement."""
        ...
