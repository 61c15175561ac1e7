"""`--agent`: a language model plans lemmas, proves and mends, with Lean in the loop."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any

import typer

from prover.agent import FileResult, Judge, Observer, Solve, Target
from prover.agent.leap.closing import SearchCloser
from prover.agent.leap.conversation import Talk
from prover.agent.leap.events import PLAN, ModelsNamed
from prover.agent.leap.filling import FileAgent, LeapOptions
from prover.agent.leap.finder import Finder
from prover.agent.leap.limits import LemmaLimits
from prover.agent.leap.model_cast import ModelCast
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.roles import Agent, find_agent
from prover.agent.leap.tools import LeanTools
from prover.cli.model import ModelChoice, fed_model
from prover.cli.record import Record, RunRecord
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.generate.cookbook import GENERAL
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.model import Batcher

AgentOption = Annotated[
    str,
    typer.Option(
        "--agent",
        metavar="NAME|DIR",
        help="leap: plan lemmas, prove and mend them with --model; repair, whole-proof: fewer roles; or the folder of "
        "your own. Without it: tactic search.",
    ),
]
RoleModelOption = Annotated[
    list[str] | None,
    typer.Option("--role-model", metavar="NAME=REF", help="The model for the roles that ask for NAME (with --agent)."),
]
TacticModelOption = Annotated[
    str,
    typer.Option("--tactic-model", metavar="REF", help="The model that proposes tactics in searches of --agent."),
]
HintOption = Annotated[
    list[str] | None, typer.Option("--hint", metavar="TEXT", help="What the agent should know (may be repeated).")
]
CallsOption = Annotated[
    int | None, typer.Option("--calls", help="Calls of models in all (with --agent).", min=1, metavar="N")
]
LeanSecondsOption = Annotated[
    float | None, typer.Option("--lean-seconds", help="Seconds of Lean in all (with --agent).", min=1)
]
PerLemmaOption = Annotated[
    list[str] | None,
    typer.Option(
        "--per-lemma",
        metavar="LIMIT=N",
        help="What one lemma may cost (with --agent; may be repeated): calls, tokens, money, seconds, lean-seconds. "
        "0: no limit.",
    ),
]


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
        agent = find_agent(name)
        if agent.roles and not model:
            raise UserError(f"the agent {agent.name} asks a model", code="no_model", hint="name one with --model")
        for reference in (model, *(pair.partition("=")[2] for pair in role_models or ())):
            if reference:
                ModelChoice(reference, recipe=GENERAL, price=price).checked()
        lemma = per_lemma(LemmaLimits(**agent.limits.lemma.model_dump()), limits.get("per-lemma"))
        return cls(name, model, tuple(role_models or ()), tuple(hints or ()), price, record, lemma, agent)

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


@dataclass(frozen=True, slots=True)
class Models:
    """The models of an agent's roles, open, each behind a batcher."""

    agent: Agent
    batchers: Mapping[str, Batcher]

    def company(self, pool: Pool, source: SourceFile, observe: Observer) -> ModelCast | None:
        """The agent's roles, played by the models; None for an agent without roles."""
        if not self.agent.roles:
            return None

        def heard(role: str, talk: Talk) -> None:
            observe("RoleAsked", {"role": role, "asked": talk.asked, "tokens": talk.tokens, "tools": len(talk.called)})

        askers = {name: batcher.client() for name, batcher in self.batchers.items()}
        find = Finder(pool, source.text)
        tools = LeanTools(pool, find=find)
        return ModelCast(self.agent, askers, tools=tools, find=find, observe=heard)


@asynccontextmanager
async def agent_models(choice: AgentChoice) -> AsyncGenerator[Models | None]:
    """The models that were chosen, open; None where no agent is wanted."""
    if choice.agent is None:
        yield None
        return
    wanted = choice.references
    async with AsyncExitStack() as stack:
        batchers: dict[str, Batcher] = {}
        for name in choice.agent.models:
            record = choice.record if name == "main" else None
            model = fed_model(wanted.get(name) or wanted["main"], price=choice.price, record=record)
            batchers[name] = await stack.enter_async_context(model)
        yield Models(choice.agent, batchers)


async def fill_with_agent(
    models: Models,
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
    record: Record | None,
    stop: Any,
) -> FileResult:
    """Has the agent work on a file. `solvers`: of short and of long searches. `budget.seconds`: for each target.
    `depth`: lemmas are only planned, down to so many levels; None: they are proved too."""
    plan = Plan(None if record is None else record.recorder(PLAN))
    if record is not None:
        plan.take(record.past(PLAN))
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
    agent = FileAgent(
        source,
        target,
        pool,
        SearchCloser(solvers[0], judge, deep=solvers[1]),
        models.company(pool, source, observe),
        judge,
        plan,
        options,
        observe,
        stop,
        record.folder.path if isinstance(record, RunRecord) else None,
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
