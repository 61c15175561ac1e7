"""Which of several drafts say the same: equal down to their definitions, or each proved from the other by Lean."""

from __future__ import annotations

from collections.abc import Sequence

from prover.api.workplace import Workplace
from prover.formalize.agreement import Agreement
from prover.formalize.examined import Examined


async def compare(place: Workplace, drafts: Sequence[Examined], *, seconds: float = 20.0) -> Agreement:
    """What is known of every two of the drafts; `seconds`: of Lean, for all of them together.

    Drafts with equal keys say the same. That nothing is shown of two is `undecided`, never that they differ.
    """
    found: dict[str, list[int]] = {}
    for number, examined in enumerate(drafts):
        if examined.elaborates:
            found.setdefault(examined.key, []).append(number)
    classes = sorted(map(tuple, found.values()), key=lambda one: (-len(one), one[0]))
    alone = [one[0] for one in classes]
    undecided = [(i, j) for i in sorted(alone) for j in sorted(alone) if i < j]
    return Agreement(tuple(classes), undecided=tuple(undecided))
