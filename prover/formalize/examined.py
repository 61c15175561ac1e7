"""A draft and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from prover.core.message import Message
from prover.formalize.doubt import Doubt
from prover.formalize.draft import Draft


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft and what is known of it.

    `errors`: Lean's, where it does not elaborate as a proposition (then the rest is empty). `key`: of the statement
    down to the definitions it stands on (`prover.agent.leap.keys`); drafts with equal keys say the same. `instances`:
    small instances looked at in search of a counterexample, none of which failed (0: none could be decided).
    `unexamined`: questions on which Lean gave up or was lost.
    """

    draft: Draft
    errors: tuple[Message, ...] = ()
    key: str = ""
    doubts: tuple[Doubt, ...] = ()
    instances: int = 0
    unexamined: tuple[str, ...] = ()

    @property
    def elaborates(self) -> bool:
        return bool(self.key)

    @property
    def damned(self) -> bool:
        """Whether there is something about it that nobody can mean."""
        return any(doubt.damning for doubt in self.doubts)
