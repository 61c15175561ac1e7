"""The language models of a prover, open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import ModelChoice, TacticModel, tactic_model
from prover.model.bill import bill

if TYPE_CHECKING:
    from prover.agent.leap.role_models import RoleModels


@dataclass(frozen=True, slots=True)
class Models:
    """What proposes tactics, and what plays the roles of an agent; None where none is wanted."""

    agent: AgentChoice = field(default_factory=AgentChoice)
    tactic: TacticModel | None = None
    roles: RoleModels | None = None

    @property
    def plans(self) -> bool:
        """Whether an agent plans; one without roles is plain search."""
        return self.roles is not None and self.agent.plans

    def bill(self) -> dict[str, Any] | None:
        """What was asked of them since they were opened, and its cost; None without models."""
        asked = [] if self.tactic is None else [self.tactic.batcher]
        if self.roles is not None and self.plans:
            return bill(f"agents/{self.roles.agent.name}", [*self.roles.batchers.values(), *asked])
        return None if self.tactic is None else bill(self.tactic.recipe.name, asked)


NO_MODELS = Models()


@asynccontextmanager
async def open_models(choice: ModelChoice, agent: AgentChoice) -> AsyncGenerator[Models]:
    """The models that were chosen. Raises `UserError`, `SetupError`, `ModelError` where they cannot be had."""
    if not agent.plans:
        async with tactic_model(choice) as tactic:
            yield Models(agent, tactic)
        return
    from prover.agent.leap.role_models import role_models

    async with tactic_model(choice) as tactic, role_models(agent) as roles:
        yield Models(agent, tactic, roles)
