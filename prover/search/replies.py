"""Replies of Lean and of a model as events, and as a memory that answers the same question again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.core.candidate import Candidate
from prover.core.cut import Cut
from prover.core.message import Message
from prover.core.outcome import Cost, Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.core.state import TacticState
from prover.events import payload

#: Characters that events keep of what Lean said about a tactic that failed.
KEPT_TEXT = 400


@payload("SearchStarted")
@dataclass(frozen=True, slots=True)
class SearchStarted:
    """A search at the goal `name`; what follows in this search's events belongs to it. `avoid`: not to be used.

    Equal for the same question: for how long (`seconds`), and whether the goal is the negation of what `name` states
    (`refuting`; its `root` says so too), is no part of that.
    """

    name: str
    root: str
    avoid: tuple[str, ...] = ()
    refuting: bool = field(default=False, compare=False)
    seconds: float = field(default=0.0, compare=False)


@payload("StateSeen")
@dataclass(frozen=True, slots=True)
class StateSeen:
    """A state, the first time it is met in a search."""

    state: TacticState


@payload("LeanCall")
@dataclass(frozen=True, slots=True)
class LeanCall:
    """What became of a tactic on a state (both states by fingerprint). `heartbeats`, `wall_seconds`: its limits."""

    state: str
    tactic: str
    heartbeats: int
    wall_seconds: float
    outcome: str
    after: str = ""
    reason: str = ""
    text: str = ""
    seconds: float = 0.0
    spent: int = 0
    uses: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()


@payload("Focused")
@dataclass(frozen=True, slots=True)
class Focused:
    """Some goals of a state, as a state of their own."""

    state: str
    goals: tuple[int, ...]
    after: str


@payload("Cut")
@dataclass(frozen=True, slots=True)
class ScriptCut:
    """The steps of a script for a state; `cut` is None where scripts cannot be cut."""

    state: str
    script: str
    cut: Cut | None = None


@payload("Signatures")
@dataclass(frozen=True, slots=True)
class Signatures:
    """What theorems say, by name; empty for those that Lean did not print."""

    statements: Mapping[str, str]


@payload("ModelCall")
@dataclass(frozen=True, slots=True)
class ModelCall:
    """What a generator proposed for a state. `draw`: 0 for the first request on the state."""

    state: str
    draw: int
    candidates: tuple[Candidate, ...]
    seconds: float = 0.0


@payload("SearchResult")
@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """How a search ended. A search without one was cut off, and goes on when its run is resumed. `first_script`: the
    proof as it was found, where `script` is a shorter one."""

    stop: str
    script: str | None
    statistics: Mapping[str, Any] = field(default_factory=dict[str, Any])
    first_script: str | None = None


def as_call(
    state: str, tactic: str, heartbeats: int, wall_seconds: float, outcome: TacticOutcome[Any]
) -> LeanCall | None:
    """The event of an outcome; None for a tactic that was not tried."""
    if isinstance(outcome, Rejected):
        return None
    facts: dict[str, Any] = {"seconds": outcome.cost.seconds, "spent": outcome.cost.heartbeats}
    match outcome:
        case Progress():
            facts |= {"after": outcome.state.fingerprint, "uses": outcome.uses}
        case Solved():
            facts |= {"uses": outcome.uses, "messages": outcome.messages}
        case Failed():
            facts |= {"reason": outcome.reason, "text": outcome.text[:KEPT_TEXT]}
        case TimedOut():
            facts |= {"reason": outcome.limit}
        case Lost():
            facts |= {"reason": outcome.code, "text": outcome.text[:KEPT_TEXT]}
    return LeanCall(state, tactic, heartbeats, wall_seconds, type(outcome).__name__, **facts)


class Replies:
    """What is known of the goals of one search. `take` takes in events; the other methods answer or give None."""

    def __init__(self) -> None:
        self._states: dict[str, TacticState] = {}
        self._calls: dict[tuple[str, str, int], LeanCall] = {}
        self._focused: dict[tuple[str, tuple[int, ...]], str] = {}
        self._cuts: dict[tuple[str, str], ScriptCut] = {}
        #: Statements of theorems; empty for those that Lean did not print.
        self.signatures: dict[str, str] = {}
        self._candidates: dict[tuple[str, int], tuple[Candidate, ...]] = {}

    def take(self, event: object) -> None:
        match event:
            case StateSeen(state):
                self._states[state.fingerprint] = state
            case LeanCall():
                self._calls[event.state, event.tactic, event.heartbeats] = event
            case Focused(state, goals, after):
                self._focused[state, goals] = after
            case ScriptCut():
                self._cuts[event.state, event.script] = event
            case Signatures(statements):
                self.signatures |= statements
            case ModelCall():
                self._candidates[event.state, event.draw] = event.candidates
            case _:
                pass

    def knows(self, state: TacticState) -> bool:
        return state.fingerprint in self._states

    def outcome(
        self, state: str, tactic: str, heartbeats: int, wall_seconds: float
    ) -> Failed | Solved | TimedOut | Lost | TacticState | None:
        """What became of a tactic; the state it left where it left goals. A tactic that ran out of wall time is worth
        another try when there is more of it."""
        call = self._calls.get((state, tactic, heartbeats))
        if call is None:
            return None
        match call.outcome:
            case "Progress":
                return self._states.get(call.after)
            case "Solved":
                return Solved(call.messages, call.uses, self.cost(state, tactic, heartbeats))
            case "Failed":
                return Failed(call.reason, call.text, (), self.cost(state, tactic, heartbeats))
            case "TimedOut" if call.reason != "wall" or call.wall_seconds >= wall_seconds:
                return TimedOut(call.reason, self.cost(state, tactic, heartbeats))
            case "Lost":
                return Lost(call.reason, call.text, self.cost(state, tactic, heartbeats))
            case _:
                return None

    def cost(self, state: str, tactic: str, heartbeats: int) -> Cost:
        call = self._calls[state, tactic, heartbeats]
        return Cost(call.seconds, call.spent)

    def uses(self, state: str, tactic: str, heartbeats: int) -> tuple[str, ...]:
        return self._calls[state, tactic, heartbeats].uses

    def cut(self, state: str, script: str) -> ScriptCut | None:
        return self._cuts.get((state, script))

    def focused(self, state: str, goals: Sequence[int]) -> TacticState | None:
        after = self._focused.get((state, tuple(goals)))
        return None if after is None else self._states.get(after)

    def candidates(self, state: str, draw: int) -> list[Candidate] | None:
        found = self._candidates.get((state, draw))
        return None if found is None else list(found)
