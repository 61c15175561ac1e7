"""The agent at work, for a person who watches: its lemmas, what is being done about them, and the costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prover.core.visible import visible

#: Lemmas shown at a time: those that are worked on, then open ones, then what was settled last.
_MOST_LEMMAS = 12
_MARKS = {"proved": ("✓", "green"), "refuted": ("¬", "red"), "stale": ("–", "dim"), "open": ("○", "")}
_STANDINGS = {"stale": "replaced"}
_DOING = {
    "close": "a short search",
    "search": "a long search",
    "prove": "proving it",
    "negate": "looking for a refutation",
    "plan": "planning",
}


@dataclass(slots=True)
class PlanView:
    """What a run's events say of its plan so far. `observe` takes them; `__rich__` is a table for a terminal."""

    clock: Callable[[], float] = time.monotonic
    standings: dict[str, str] = field(default_factory=dict[str, str])
    doing: dict[str, tuple[str, float]] = field(default_factory=dict[str, tuple[str, float]])
    note: str = ""
    tokens: int = 0
    calls: int = 0
    money: float = 0.0
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def observe(self, kind: str, payload: Mapping[str, Any]) -> list[str]:
        """Takes in one event; gives what there is to say of it where nothing can be drawn, in lines."""
        match kind:
            case "LemmaTakenUp":
                name, action = str(payload["lemma"]), str(payload["action"])
                doing = _DOING.get(action, action)
                self.doing[name] = (doing, self.clock())
                return [self._line(f"{named(name)}: {doing}")]
            case "LemmaLeft":
                self.doing.pop(payload["lemma"], None)
            case "PlanStands":
                return self._settle(payload)
            case "RoleAsked":
                self.tokens += payload["tokens"]
                self.calls += payload["asked"]
            case "Verifying":
                return self._say(f"verifying {len(payload['targets'])} proof(s)")
            case "ModelFailed":
                return self._say(f"the model failed ({payload['code']}); going on without its answer")
            case "PersonEdited":
                refused = f", refused: {payload['refused']}" if payload["refused"] else ""
                return self._say(f"your edit: {payload['what']} {named(payload['name'])}{refused}")
            case _:
                pass
        return []

    def _settle(self, payload: Mapping[str, Any]) -> list[str]:
        changed: Mapping[str, str] = payload["lemmas"]
        # What is counted twice is told once: questions are heard of before the action that asked them has ended.
        self.tokens, self.calls = max(self.tokens, payload["tokens"]), max(self.calls, payload["calls"])
        self.money = payload["money"]
        lines: list[str] = []
        for name, standing in changed.items():
            new = name not in self.standings
            self.standings.pop(name, None)
            self.standings[name] = standing
            if standing != "open":
                self.doing.pop(name, None)
            lines.append(self._line(f"{named(name)}: {_STANDINGS.get(standing, standing)}{' (new)' if new else ''}"))
        return lines

    def _say(self, text: str) -> list[str]:
        self.note = " ".join(visible(text).split())
        return [self._line(self.note)]

    def _line(self, text: str) -> str:
        return f"[{elapsed(self.clock() - self.began)}] {text}"

    def __rich__(self) -> RenderableType:
        now = self.clock()
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=2)
        table.add_column(no_wrap=True, justify="right", width=8)
        shown = self._chosen()
        for name in shown:
            standing = self.standings.get(name, "open")
            mark, style = _MARKS.get(standing, _MARKS["open"])
            doing, since = self.doing.get(name, ("", now))
            words = doing or _STANDINGS.get(standing, standing)
            took = elapsed(now - since) if doing else ""
            table.add_row(
                Text(mark, style), Text(named(name)), Text(words, "bold" if doing else style), Text(took, "dim")
            )
        more = len(self.standings) - len(shown)
        left = [Text(f"  and {more} more", "dim")] if more > 0 else []
        note = [_one_line(self.note, "yellow")] if self.note else []
        return Group(table, *left, *note, _one_line(self.summary(now), "dim"))

    def _chosen(self) -> list[str]:
        """The lemmas to be shown, in the order in which they came."""
        names = list(dict.fromkeys([*self.standings, *self.doing]))
        rank = {
            name: (name not in self.doing, self.standings.get(name, "open") != "open", -i)
            for i, name in enumerate(names)
        }
        best = set(sorted(names, key=lambda name: rank[name])[:_MOST_LEMMAS])
        return [name for name in names if name in best]

    def summary(self, now: float) -> str:
        """Counts, costs and time in one line."""
        standings = list(self.standings.values())
        counts = [f"{n} {_STANDINGS.get(s, s)}" for s in _MARKS if (n := standings.count(s))]
        parts = [", ".join(counts) or "no lemmas yet"]
        if self.calls:
            parts.append(f"{self.calls} questions, {self.tokens:,} tokens")
        if self.money:
            parts.append(f"{self.money:.4f} USD")
        return " · ".join([*parts, elapsed(now - self.began)])


def named(name: str) -> str:
    """A lemma's name in one line, with nothing hidden in it."""
    return " ".join(visible(name).split())


def elapsed(seconds: float) -> str:
    """`0:07`, `1:02:03`."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _one_line(text: str, style: str) -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")
