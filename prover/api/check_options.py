"""How a finished file is to be judged, in the words of the command's options."""

from __future__ import annotations

from dataclasses import dataclass

from prover.verify import Policy


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How a finished file is judged.

    `targets`: declarations to judge; empty: as `Ladder.check` chooses. `policy`: which commands it may contain.
    `strict`: every constant through the kernel again. `allow`: axioms beside the three of Lean's logic (`native`: those
    of `native_decide`). `seconds`: wall limit, starts included.
    """

    targets: tuple[str, ...] = ()
    policy: Policy = Policy.FILE
    strict: bool = False
    allow: tuple[str, ...] = ()
    seconds: float = 60.0
