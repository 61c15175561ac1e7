"""Who tries: a prover as an evaluation describes it, down to the limits of one attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import ModelChoice
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.events.codec import decode, encode
from prover.search import FRONTIERS


@dataclass(frozen=True, slots=True)
class Entrant:
    """A prover and what one attempt of it may use. It travels as plain data: to other machines, into a run's
    description and back.

    `model`: reference of the model that proposes tactics or, with an `agent`, plays its roles; the rest as the options
    of `prove FILE` of these names. Without a model it is the portfolio's search.
    """

    budget: Budget
    frontier: str = "best"
    premises: bool = True
    model: str = ""
    recipe: str = ""
    samples: int | None = None
    temperature: float | None = None
    seed: int = 0
    model_only: bool = False
    agent: str = ""
    role_models: tuple[str, ...] = ()
    tactic_model: str = ""
    price: str = ""
    per_lemma: tuple[str, ...] = ()

    def checked(self) -> Entrant:
        """Itself. Raises `UserError` for what cannot be, before anything is started."""
        if self.frontier not in FRONTIERS:
            raise UserError(
                f"there is no frontier {self.frontier!r}", code="no_frontier", hint=f"one of: {', '.join(FRONTIERS)}"
            )
        if not any(value is not None for value in asdict(self.budget).values()):
            raise UserError("an attempt without any limit may never end", code="no_budget", hint="add --timeout")
        self.tactics.checked()
        return self

    @property
    def tactics(self) -> ModelChoice:
        """The model that proposes tactics, if any. Raises `UserError` as `AgentChoice.tactics`."""
        main = ModelChoice(
            self.model, self.recipe, self.samples, self.temperature, self.seed, self.model_only, None, self.price
        )
        return self.leap.tactics(main, self.tactic_model, self.budget.money)

    @property
    def searches(self) -> bool:
        """Whether it is plain search: without an agent, or with one that has no roles."""
        return not self.leap.plans

    @property
    def leap(self) -> AgentChoice:
        """The agent, if any. Raises `UserError` where there is none of that name."""
        limits = {"per-lemma": self.per_lemma, "calls": self.budget.calls}
        return AgentChoice.checked(self.agent, self.model, self.role_models, (), self.price, None, limits)

    @property
    def references(self) -> tuple[str, ...]:
        """Of all models that it asks."""
        leap, found = self.leap, [self.tactics.reference]
        if leap.agent is not None:
            found += [leap.references.get(name) or leap.references["main"] for name in leap.agent.models]
        return tuple(dict.fromkeys(reference for reference in found if reference))

    @property
    def repeats(self) -> bool:
        """Whether a second attempt would be the first one again."""
        return not self.model

    def facts(self) -> Mapping[str, Any]:
        """What decides its answers, for a run's description: the reference of its model, hashes of its prompts, ..."""
        return self.leap.facts(self.tactics.facts())

    def encoded(self) -> dict[str, Any]:
        """It as JSON data, its budget apart (see `budget_of`)."""
        data = encode(self)
        del data["budget"]
        return data

    @classmethod
    def decoded(cls, prover: Mapping[str, Any], budget: Mapping[str, Any]) -> Entrant:
        """That of an evaluation's `prover` and `budget`. Raises `UserError` (`corrupt_run`)."""
        try:
            return decode(cls, {**prover, "budget": dict(budget)})
        except ValueError as error:
            raise UserError(f"the run does not say which prover it tried: {error}", code="corrupt_run") from None


def budget_of(entrant: Entrant) -> dict[str, Any]:
    """The limits of an attempt that are set."""
    return {name: value for name, value in asdict(entrant.budget).items() if value is not None}
