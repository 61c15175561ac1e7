"""The models of an agent's roles, and the agent at work with them on a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from prover.agent.attempt import Solve
from prover.agent.judge import Judge
from prover.agent.judging import Observer
from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.closing import SearchCloser
from prover.agent.leap.conversation import Talk
from prover.agent.leap.events import ModelsNamed
from prover.agent.leap.filling import FileAgent, LeapOptions
from prover.agent.leap.finder import Finder
from prover.agent.leap.model_cast import ModelCast
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.roles import Agent
from prover.agent.leap.tools import LeanTools
from prover.agent.result import FileResult
from prover.agent.target import Target
from prover.core.budget import Budget
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.model import Batcher
from prover.model.opening import Opener, fed_model, open_model
from prover.model.tab import Through, directly


@dataclass(frozen=True, slots=True)
class RoleModels:
    """The models of an agent's roles, open, each behind a batcher. `through`: what stands between."""

    agent: Agent
    batchers: Mapping[str, Batcher]
    through: Through = directly

    @contextmanager
    def cast(self, pool: Pool, source: SourceFile, observe: Observer) -> Generator[ModelCast | None]:
        """The agent's roles, played by the models; None for an agent without roles."""
        if not self.agent.roles:
            yield None
            return

        def heard(role: str, talk: Talk) -> None:
            observe("RoleAsked", {"role": role, "asked": talk.asked, "tokens": talk.tokens, "tools": len(talk.called)})

        clients = {name: batcher.client() for name, batcher in self.batchers.items()}
        askers = {name: self.through(client) for name, client in clients.items()}
        find = Finder(pool, source.text)
        tools = LeanTools(pool, find=find)
        try:
            yield ModelCast(self.agent, askers, tools=tools, find=find, observe=heard)
        finally:
            for name, client in clients.items():
                self.batchers[name].leave(client)


@asynccontextmanager
async def role_models(choice: AgentChoice, opener: Opener = open_model) -> AsyncGenerator[RoleModels | None]:
    """The models that were chosen, open; None where no agent is wanted. `opener`: what opens them."""
    if choice.agent is None:
        yield None
        return
    wanted = choice.references
    async with AsyncExitStack() as stack:
        batchers: dict[str, Batcher] = {}
        for name in choice.agent.models:
            record = choice.record if name == "main" else None
            reference = wanted.get(name) or wanted["main"]
            model = fed_model(reference, price=choice.price, record=record, opener=opener)
            batchers[name] = await stack.enter_async_context(model)
        yield RoleModels(choice.agent, batchers)


async def fill_with_agent(
    models: RoleModels,
    choice: AgentChoice,
    source: SourceFile,
    target: Target,
    pool: Pool,
    solvers: tuple[Solve, Solve],
    judge: Judge,
    budget: Budget,
    *,
    jobs: int,
    depth: int | None,
    observe: Observer,
    plan: Plan,
    folder: Path | None,
    stop: asyncio.Event,
) -> FileResult:
    """Has the agent work on a file. `solvers`: of short and of long searches. `budget.seconds`: for each target.
    `depth`: lemmas are only planned, down to so many levels; None: they are proved too. `plan`: what is planned and
    proved already; `folder`: where the plan is kept as a Lean file."""
    if models.batchers:
        names = {batcher.model.name: batcher.statistics.priced for batcher in models.batchers.values()}
        plan.record(ModelsNamed(tuple(names), tuple(name for name, priced in names.items() if not priced)))
    limits = models.agent.limits
    most, lemma = {Action.PLAN: limits.plans}, choice.lemma_limits
    policy = (
        Policy(_actions(models.agent), most=most, limits=lemma)
        if depth is None
        else Policy([Action.PLAN], deepest=depth, limits=lemma)
    )
    options = LeapOptions(budget=budget, policy=policy, jobs=jobs, hints=choice.hints)
    options.effort = options.effort.with_limits(limits.revisions, limits.plan_revisions)
    with models.cast(pool, source, observe) as cast:
        agent = FileAgent(
            source,
            target,
            pool,
            SearchCloser(solvers[0], judge, deep=solvers[1], observe=observe),
            cast,
            judge,
            plan,
            options,
            observe,
            stop,
            folder,
        )
        return await agent.run()


def _actions(agent: Agent) -> list[Action]:
    """What an agent with these roles can do; it can always search."""
    needs: dict[Action, set[str]] = {
        Action.PROVE: {"prover"},
        Action.REPAIR: {"prover", "repairer"},
        Action.NEGATE: {"negator"},
        Action.PLAN: {"planner", "sketcher"},
    }
    roles: set[str] = set(agent.roles)
    return [Action.CLOSE, Action.SEARCH, *(action for action, wanted in needs.items() if wanted <= roles)]
