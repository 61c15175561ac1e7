"""Which lemma is worked on next, and how: by what it is expected to bring for what it is expected to cost.

The choice between another try, a repair and another plan after Shi et al. (arXiv 2606.04883), with estimates from the
run's own statistics instead of a trained predictor.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from prover.agent.leap.lemma import Lemma, Standing
from prover.agent.leap.limits import LemmaLimits, Reached, Used
from prover.agent.leap.plan import Plan
from prover.agent.leap.tally import Kind


class Action(StrEnum):
    """What can be done about a lemma."""

    #: A short search without a model, for a proof and for one of the negation.
    CLOSE = "close"
    #: A longer search, with the tactic model where there is one.
    SEARCH = "search"
    #: A proof by the prover, mended a few times.
    PROVE = "prove"
    #: The last proof that failed, mended further.
    REPAIR = "repair"
    #: A proof of the negation.
    NEGATE = "negate"
    #: A decomposition into lemmas.
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Before anything was seen: how often an action succeeds, and what it costs in seconds (money counted in). `most`:
    how often it is taken on one lemma."""

    chance: float
    cost: float
    most: int


EXPECTATIONS: dict[Action, Expectation] = {
    Action.CLOSE: Expectation(0.35, 5.0, 1),
    Action.SEARCH: Expectation(0.15, 40.0, 1),
    Action.PROVE: Expectation(0.35, 40.0, 3),
    Action.REPAIR: Expectation(0.2, 30.0, 2),
    Action.NEGATE: Expectation(0.08, 20.0, 1),
    Action.PLAN: Expectation(0.45, 90.0, 3),
}

#: Actions that leave a proof to be mended.
PROOFS = (Action.PROVE, Action.REPAIR)
#: A lemma is worth this part of what needs it: it proves nothing by itself.
_SHARE = 0.6
#: What a failure leaves of the hope in the same action on the same lemma.
_AFTER_FAILURE = 0.5
#: Most of the gain of a proof, for an action that only brings one nearer.
_PLAN_GAIN = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """An action on a lemma. `gain`: the chance that it helps, times the lemma's worth; `cost`: seconds expected."""

    lemma: Lemma
    action: Action
    gain: float
    cost: float
    why: str = ""

    @property
    def rate(self) -> float:
        return self.gain / self.cost

    def __str__(self) -> str:
        return f"{self.action} {self.lemma.name} ({self.why})"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best of `choices` choices; `next`: the one after it."""

    choice: Choice
    choices: int
    next: Choice | None = None

    @property
    def reason(self) -> str:
        """In words."""
        after = "nothing else could be done" if self.next is None else f"rather than {self.next}"
        return f"{self.choice.why}; {after}"


class Policy:
    """Chooses by gain over cost. `actions`: those that can be taken at all. `deepest`: lemmas below are not planned
    for. `most`: how often an action is taken on one lemma, where that is not as `EXPECTATIONS` says. `limits`: of one
    lemma; one that has reached them is left alone."""

    def __init__(
        self,
        actions: Collection[Action] = tuple(Action),
        *,
        deepest: int = 6,
        most: Mapping[Action, int] | None = None,
        limits: LemmaLimits | None = None,
    ) -> None:
        self.actions = tuple(action for action in Action if action in actions)
        self.deepest = deepest
        self.limits = limits or LemmaLimits()
        self.most = {action: EXPECTATIONS[action].most for action in Action} | dict(most or {})

    def choose(self, plan: Plan, busy: Collection[Lemma] = ()) -> Chosen | None:
        """The best choice; None where nothing is left to do now. `busy`: being worked on."""
        choices = list(self.choices(plan, busy))
        best = heapq.nlargest(2, choices, key=lambda c: (c.rate, -c.lemma.number, -self.actions.index(c.action)))
        return Chosen(best[0], len(choices), *best[1:]) if best else None

    def choices(self, plan: Plan, busy: Collection[Lemma] = ()) -> Iterator[Choice]:
        """Everything that could be done now."""
        worths = _worths(plan)
        for lemma in plan.graph.wanted():
            if lemma in busy or self.reached(plan, lemma) is not None:
                continue
            worth, depth = worths[lemma.number]
            for action in self._possible(plan, lemma, depth):
                yield self._choice(plan, lemma, action, worth)

    def reached(self, plan: Plan, lemma: Lemma, *more: Used, seconds: float = 0.0) -> Reached | None:
        """The limit of a lemma that is reached. `more`: what is being used on it now, for so many `seconds`."""
        spent = plan.tally.costs.get(lemma.key)
        if spent is None:
            return self.limits.reached(seconds, *more)
        return self.limits.reached(spent.seconds + seconds, spent, *more)

    def _possible(self, plan: Plan, lemma: Lemma, depth: int) -> Iterator[Action]:
        tries = {action: plan.tally.tries[lemma.key, action] for action in Action}
        closed = Action.CLOSE not in self.actions or tries[Action.CLOSE] > 0
        proved = Action.PROVE not in self.actions or tries[Action.PROVE] > 0
        # A plan under way is worked on before there is another, until its lemmas turn out to be hard.
        planned = [d for d in lemma.decompositions if not d.dead]
        troubled = all(any(self._resists(plan, below) for below in d.lemmas) for d in planned)
        tried = closed and proved
        failed = any(tried.text for tried in plan.tried.get(lemma.key, ()) if tried.what in PROOFS)
        ready = {
            Action.CLOSE: True,
            Action.SEARCH: closed,
            Action.PROVE: closed,
            Action.REPAIR: tried and failed,
            Action.NEGATE: tried,
            Action.PLAN: tried and troubled and depth < self.deepest,
        }
        return (a for a in self.actions if ready[a] and tries[a] < self.most[a])

    def _resists(self, plan: Plan, lemma: Lemma) -> bool:
        """Whether an open lemma was tried by everything that there is at least once, and has no plan."""
        if lemma.standing is not Standing.OPEN or any(not d.dead for d in lemma.decompositions):
            return False
        return all(plan.tally.tries[lemma.key, a] for a in self.actions if a is not Action.REPAIR and self.most[a])

    def _choice(self, plan: Plan, lemma: Lemma, action: Action, worth: float) -> Choice:
        expected = EXPECTATIONS[action]
        failures = plan.tally.tries[lemma.key, action]
        seen = plan.tally.kinds.get(action, Kind())
        chance = plan.tally.chance(action, expected.chance) * _AFTER_FAILURE**failures
        if any(not d.dead for d in lemma.decompositions):
            # Its lemmas may well prove it.
            chance *= _AFTER_FAILURE
        wrong = any(d.diagnosis == "STATEMENT_WRONG" for d in plan.advice.get(lemma.key, ()))
        if wrong:
            chance = min(1.0, chance * 4) if action is Action.NEGATE else chance * _AFTER_FAILURE
        if action is Action.PLAN:
            chance *= _PLAN_GAIN
        cost = max(0.1, plan.tally.cost(action, expected.cost))
        why = f"gain {chance * worth:.3f} for {cost:.1f} s; {seen.successes} of {seen.tries} helped"
        if failures:
            why += f", failed {failures} times here"
        if wrong:
            why += ", the statement may be wrong"
        return Choice(lemma, action, chance * worth, cost, why)


def _worths(plan: Plan) -> dict[int, tuple[float, int]]:
    """For each wanted lemma what it is worth, and how many decompositions it is away from a target."""
    found: dict[int, tuple[float, int]] = {}
    queue = [(target, 1.0, 0) for target in plan.graph.targets]
    for lemma, worth, depth in queue:
        known = found.get(lemma.number)
        if lemma.standing is not Standing.OPEN or (known is not None and known[0] >= worth):
            continue
        found[lemma.number] = (worth, depth if known is None else min(depth, known[1]))
        for decomposition in lemma.decompositions:
            if not decomposition.dead:
                left = [below for below in decomposition.lemmas if below.standing is Standing.OPEN]
                share = worth * _SHARE / max(1, len(left)) ** 0.5
                queue += [(below, share, depth + 1) for below in left]
    return found
