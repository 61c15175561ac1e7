"""Which agent works on a file, and with which models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from prover.agent.leap.limits import LemmaLimits
from prover.agent.tactic_model import ModelChoice, check_money
from prover.core.errors import UserError
from prover.generate.cookbook import GENERAL

if TYPE_CHECKING:
    from prover.agent.leap.roles import Agent


def per_lemma(limits: LemmaLimits, given: Sequence[str] | None) -> LemmaLimits:
    """An agent's limits for one lemma, with the user's in their place. Raises `UserError` (`usage`)."""
    known = {limit.name: limit.name in ("calls", "tokens") for limit in fields(LemmaLimits)}
    for text in given or ():
        word, _, number = text.partition("=")
        name = word.strip().replace("-", "_")
        try:
            value = int(number) if known[name] else float(number)
        except (KeyError, ValueError):
            value = -1
        if not 0 <= value < math.inf:
            words = ", ".join(limit.replace("_", "-") for limit in known)
            raise UserError(f"--per-lemma {text}: LIMIT=NUMBER is expected", code="usage", hint=f"LIMIT: {words}")
        limits = replace(limits, **{name: value or None})
    return limits


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """What the options say. `name` is empty where no agent is wanted; `model` is `--model`, for its main roles."""

    name: str = ""
    model: str = ""
    role_models: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    price: str = ""
    record: Any = None
    lemma_limits: LemmaLimits = field(default_factory=LemmaLimits)
    agent: Agent | None = field(default=None, compare=False)

    @classmethod
    def checked(
        cls,
        name: str,
        model: str,
        role_models: Sequence[str] | None,
        hints: Sequence[str] | None,
        price: str,
        record: Any,
        limits: Mapping[str, Any],
    ) -> AgentChoice:
        """Raises `UserError` for options that make no sense, before anything is started. `limits`: those that are for
        agents alone, by option; `per-lemma` among them."""
        if not name:
            options = {"role-model": role_models, "hint": hints, **limits}
            given = [flag for flag, value in options.items() if value]
            if given:
                raise UserError(f"--{given[0]} is for agents, and no --agent is given", code="usage")
            return cls()
        from prover.agent.leap.roles import find_agent

        agent = find_agent(name)
        if agent.roles and not model:
            raise UserError(f"the agent {agent.name} asks a model", code="no_model", hint="name one with --model")
        for reference in (model, *(pair.partition("=")[2] for pair in role_models or ())):
            if reference:
                ModelChoice(reference, recipe=GENERAL, price=price).checked()
        lemma = per_lemma(LemmaLimits(**agent.limits.lemma.model_dump()), limits.get("per-lemma"))
        return cls(name, model, tuple(role_models or ()), tuple(hints or ()), price, record, lemma, agent)

    @property
    def plans(self) -> bool:
        """Whether an agent with roles is at work. One without is plain search, as none is."""
        return self.agent is not None and bool(self.agent.roles)

    def tactics(self, main: ModelChoice, tactic_model: str, money: float | None = None) -> ModelChoice:
        """The model that proposes tactics, if any: `main`, that of `--model`, or where an agent plans with it
        `tactic_model`, asked in the same way.

        Raises `UserError` for options that make no sense (`usage`), and where `money` is limited and a price is not
        known (`no_price`).
        """
        if tactic_model and not self.name:
            raise UserError("--tactic-model goes with --agent; without one it is --model", code="usage")
        choice = replace(main, reference=tactic_model or main.reference)
        if self.plans:
            # Two numbers would be the price of another model.
            price = main.price if main.price.endswith(".toml") else ""
            choice = replace(main, reference=tactic_model, record=None, price=price)
            check_money(money, list(self.references.values()), self.price)
        check_money(money, [choice.reference], choice.price)
        return choice.checked()

    @property
    def references(self) -> dict[str, str]:
        """References by the name that roles ask for."""
        pairs = (pair.partition("=") for pair in self.role_models)
        return {"main": self.model, **{name.strip(): reference for name, _, reference in pairs}}

    def facts(self, tactics: Mapping[str, Any]) -> Mapping[str, Any]:
        """What decides the answers, for a run's description. `tactics`: the same of the model that proposes tactics."""
        if self.agent is None:
            return tactics
        prompts = {f"agents/{self.agent.name}": self.agent.digest}
        return {
            **tactics,
            "reference": self.model,
            "tactic_model": tactics.get("reference", ""),
            "prompts": {**tactics.get("prompts", {}), **prompts},
            "agent": self.name,
            "role_models": list(self.role_models),
            "hints": list(self.hints),
        }
