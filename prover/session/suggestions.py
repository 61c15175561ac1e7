"""What could be done next: tactics that Lean has accepted at the goal, with what they leave; they come one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from prover.agent.tactic_model import TacticModel
from prover.core.candidate import Candidate
from prover.core.errors import ModelError, ProverError
from prover.core.outcome import Progress, Solved
from prover.core.state import TacticState
from prover.generate import Portfolio, Request, imports_mathlib
from prover.session.hands import Hands
from prover.session.proof_tree import Location, node_at
from prover.session.snapshot import Snapshot

#: So many that Lean accepted are enough, so many that close the goal are.
_MOST = 12
_CLOSING = 3
_OF_MODEL = 8
_ASKED = 48
#: Each is tried briefly: what takes longer is for `auto`.
_SECONDS = 3.0
_HEARTBEATS = 100_000
_PREMISES = 16


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tactic that Lean took. `number`: by which it is applied; `left`: what it leaves, None for nothing. `source`:
    who proposed it; `belief`: how much that one thought of it (natural logarithm)."""

    number: int
    tactic: str
    left: TacticState | None
    source: str
    belief: float = 0.0

    @property
    def rank(self) -> tuple[bool, float]:
        """What closes the goal first, then by belief."""
        return self.left is not None, -self.belief

    @property
    def leaves(self) -> str:
        """What it leaves, in a few words."""
        if self.left is None:
            return "closes the goal"
        targets = [" ".join(goal.target.split()) for goal in self.left.goals]
        return f"⊢ {targets[0]}" if len(targets) == 1 else f"{len(targets)} goals: ⊢ {'; ⊢ '.join(targets)}"


@dataclass
class Suggestions:
    """Those for one node of one part. `busy`: more may come. `ended`: all that there is has come. `trouble`: why not,
    where something is broken."""

    found: list[Suggestion] = field(default_factory=list[Suggestion])
    busy: bool = False
    trouble: str = ""
    most: int = _MOST
    #: Theorems that may help, for completion.
    names: tuple[str, ...] = ()
    ended: bool = False

    @property
    def ranked(self) -> list[Suggestion]:
        """The best first; their numbers stay as they were given."""
        return sorted(self.found, key=lambda suggestion: suggestion.rank)

    def numbered(self, number: int) -> Suggestion | None:
        return next((s for s in self.found if s.number == number), None)

    def offer(self, tactic: str, left: TacticState | None, source: str, belief: float = 0.0) -> bool:
        """Takes one in, unless one that does the same is there."""
        same = [s for s in self.found if s.left is not None and left is not None]
        if any(s.tactic == tactic for s in self.found) or any(s.left == left for s in same):
            return False
        self.found.append(Suggestion(len(self.found) + 1, tactic, left, source, belief))
        return True

    @property
    def enough(self) -> bool:
        return len(self.found) >= self.most or sum(s.left is None for s in self.found) >= _CLOSING


async def suggest(
    hands: Hands,
    snapshot: Snapshot,
    location: Location,
    into: Suggestions,
    *,
    model: TacticModel | None,
    wanted: Callable[[], bool],
    arrived: Callable[[], None],
) -> None:
    """Fills `into` with what Lean accepts at a node. Ends early once they are not `wanted`; `arrived` hears of each."""
    into.busy, into.trouble = True, ""
    try:
        async with aclosing(_candidates(hands, snapshot, location, model, into)) as proposals:
            async for candidates in proposals:
                for candidate in candidates:
                    if not wanted():
                        return
                    if not into.enough:
                        await _try(hands, snapshot, location, candidate, into, arrived)
        into.ended = True
    except ProverError as error:
        into.trouble = error.message
    finally:
        into.busy = False
        arrived()


async def _try(
    hands: Hands,
    snapshot: Snapshot,
    location: Location,
    candidate: Candidate,
    into: Suggestions,
    arrived: Callable[[], None],
) -> None:
    if candidate.rejected or any(s.tactic == candidate.text for s in into.found):
        return
    outcome = await hands.apply(snapshot, location, candidate.text, seconds=_SECONDS, heartbeats=_HEARTBEATS)
    left = None
    if isinstance(outcome, Progress):
        left = outcome.state
        if left.goals == node_at(snapshot.part.tree, location).state.goals:
            return
    elif not isinstance(outcome, Solved):
        return
    if into.offer(candidate.text, left, candidate.source, candidate.log_probability):
        arrived()


async def _candidates(
    hands: Hands, snapshot: Snapshot, location: Location, model: TacticModel | None, into: Suggestions
) -> AsyncGenerator[Sequence[Candidate]]:
    """The portfolio's first words, then what the theorems at hand add, then the model's."""
    node = node_at(snapshot.part.tree, location)
    asked = None if model is None else asyncio.create_task(_of_model(model, node.state))
    try:
        if model is None or not model.choice.only:
            proof = await hands.proof(snapshot)
            portfolio = Portfolio(mathlib=imports_mathlib(proof.bench.header.modules))
            first = portfolio.propose(Request(node.state, n=_ASKED))
            yield first
            premises = tuple(await proof.premises(node.goal, _PREMISES))
            into.names = tuple(premise.name for premise in premises)
            yield [c for c in portfolio.propose(Request(node.state, premises=premises, n=_ASKED)) if c not in first]
        if asked is not None:
            into.most += _OF_MODEL
            yield await asked
    except ModelError as error:
        into.trouble = f"the model did not answer: {error.message}"
    finally:
        if asked is not None:
            asked.cancel()


async def _of_model(model: TacticModel, state: TacticState) -> list[Candidate]:
    with model.generator() as generator:
        (answer,) = await generator.generate([Request(state, n=_ASKED)])
        return answer
