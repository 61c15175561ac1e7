"""What actions brought and cost so far, in this run: by kind of action, and on each lemma."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from prover.agent.leap.events import ActionEnded


@dataclass(slots=True)
class Kind:
    """Counts of one kind of action; `cost` in the unit of `cost_of`."""

    tries: int = 0
    successes: int = 0
    cost: float = 0.0


def cost_of(ended: ActionEnded) -> float:
    """What an action cost, in seconds: wall time, and money at a cent a second."""
    return ended.seconds + 100.0 * ended.money


@dataclass(slots=True)
class Tally:
    """Of all actions that ended. `tokens`, `money` (US dollars), `calls` of models, `lean_seconds`: in all."""

    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    tries: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    costs: dict[str, ActionEnded] = field(default_factory=dict[str, ActionEnded])
    tokens: int = 0
    money: float = 0.0
    calls: int = 0
    lean_seconds: float = 0.0

    def add(self, ended: ActionEnded) -> None:
        """Takes an action in."""
        if ended.outcome != "interrupted":
            kind = self.kinds.setdefault(ended.action, Kind())
            kind.tries += 1
            kind.successes += ended.outcome == "success"
            kind.cost += cost_of(ended)
            self.tries[ended.key, ended.action] += 1
        self.tokens += ended.tokens
        self.money += ended.money
        self.calls += ended.calls
        self.lean_seconds += ended.lean_seconds
        self._on_lemma(ended)

    def _on_lemma(self, ended: ActionEnded) -> None:
        known = self.costs.get(ended.key)
        before = known or ActionEnded(ended.key, "", "")
        self.costs[ended.key] = ActionEnded(
            ended.key,
            "",
            "",
            tokens=before.tokens + ended.tokens,
            money=before.money + ended.money,
            seconds=before.seconds + ended.seconds,
            lean_seconds=before.lean_seconds + ended.lean_seconds,
            calls=before.calls + ended.calls,
        )

    def chance(self, action: str, prior: float, weight: float = 4.0) -> float:
        """How often an action succeeds: `prior`, worth `weight` observations, and what was seen."""
        kind = self.kinds.get(action, Kind())
        return (prior * weight + kind.successes) / (weight + kind.tries)

    def cost(self, action: str, prior: float, weight: float = 2.0) -> float:
        """What an action costs on average, likewise."""
        kind = self.kinds.get(action, Kind())
        return (prior * weight + kind.cost) / (weight + kind.tries)
