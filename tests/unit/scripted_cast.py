"""A cast that answers from a list, and a closer that finds what it is told: the agent without models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.agent.leap import Statement
from prover.agent.leap.brief import Brief
from prover.agent.leap.cast import Said
from prover.agent.leap.closing import Closed
from prover.agent.leap.replies import NoReply, ReviewReply, Stated
from prover.agent.leap.stage import Stage
from prover.core.errors import ModelError
from prover.core.verdict import Verdict


def lemma(text: str, informal: str = "") -> Stated:
    """A lemma of a reply, by its text alone."""
    return Stated(text.split()[1], text, informal)


@dataclass
class Script:
    """A cast that says, for each lemma and role, one thing after the other; the last again and again. `asked`: every
    brief, by role."""

    says: dict[tuple[str, str], Sequence[Any]]
    asked: list[tuple[str, Brief]] = field(default_factory=list[tuple[str, Brief]])
    said: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def _answer(self, role: str, brief: Brief) -> Said[Any]:
        self.asked.append((role, brief))
        key = (role, brief.statement.name)
        answers = self.says.get(key) or self.says.get((role, "*")) or [NoReply("prose")]
        answer = answers[min(self.said[key], len(answers) - 1)]
        self.said[key] += 1
        if isinstance(answer, ModelError):
            raise answer
        return Said(answer(brief) if callable(answer) else answer, tokens=10, money=0.001)

    async def prove(self, brief: Brief, draw: int = 0) -> Said[Any]:
        return self._answer("prove", brief)

    async def negate(self, brief: Brief, draw: int = 0) -> Said[Any]:
        return self._answer("negate", brief)

    async def plan(self, brief: Brief, draw: int = 0) -> Said[Any]:
        return self._answer("plan", brief)

    async def sketch(self, brief: Brief, draw: int = 0) -> Said[Any]:
        return self._answer("sketch", brief)

    async def review(self, brief: Brief, draw: int = 0) -> Said[Any]:
        answers = self.says.get(("review", brief.statement.name))
        return self._answer("review", brief) if answers else Said(ReviewReply(True, 8), tokens=1)

    async def diagnose(self, brief: Brief, draw: int = 0) -> Said[Any]:
        answers = self.says.get(("diagnose", brief.statement.name))
        return self._answer("diagnose", brief) if answers else Said(NoReply("no_json"), tokens=1)

    def roles(self, name: str = "") -> list[str]:
        return [role for role, brief in self.asked if name in ("", brief.statement.name)]


class NoSearch:
    """A closer that finds nothing, or what it is told; it lets everything pass that Lean accepted."""

    def __init__(self, knows: dict[str, Closed] | None = None) -> None:
        self.knows = knows or {}
        self.searched: list[str] = []

    async def search(self, stage: Stage, statement: Statement, definitions: str, **_: Any) -> Closed:
        self.searched.append(statement.name)
        return self.knows.get(statement.name, Closed(detail="exhausted"))

    async def verify(self, *_: Any, **__: Any) -> Verdict | None:
        return None

    async def verify_refutation(self, *_: Any, **__: Any) -> Verdict | None:
        return None
