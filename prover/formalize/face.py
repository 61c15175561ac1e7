"""Formalizing for a program: words in, ranked drafts out."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.role_models import RoleModels, role_models
from prover.api import AsyncProver
from prover.api.workplace import Workplace
from prover.core.budget import Spent
from prover.core.errors import UserError
from prover.core.together import together
from prover.formalize.checks import Checks
from prover.formalize.draft import Draft
from prover.formalize.drafting import Drafting, Drawn, Task
from prover.formalize.formalization import Candidate, Formalization
from prover.formalize.formalizing import STRICT, Formalizing, Limits
from prover.formalize.seal import Sealed, seal
from prover.lean.source import SourceFile

Observe = Callable[[str, dict[str, Any]], None]


@contextmanager
def formalizing(
    place: Workplace,
    models: RoleModels,
    task: Task,
    limits: Limits | None = None,
    *,
    checks: Checks | None = None,
    observe: Observe = lambda kind, payload: None,
) -> Generator[Formalizing]:
    """Drafts by the models of an agent, for as long as the context lasts. `UserError` (`no_formaliser`) for an agent
    that has no role for it."""
    if "formaliser" not in models.agent.roles:
        raise UserError(
            f"the agent {models.agent.name} has no formaliser", code="no_formaliser", hint="--agent leap has one"
        )
    with models.cast(place.pool, SourceFile("<context>", task.context.encode()), observe) as cast:
        assert cast is not None
        yield Formalizing(place, cast, task, limits, checks=checks, observe=observe)


async def formalize(
    prover: AsyncProver,
    words: str,
    *,
    name: str = "statement",
    context: str = STRICT,
    limits: Limits | None = None,
    checks: Checks | None = None,
    observe: Observe = lambda kind, payload: None,
) -> Formalization:
    """Drafts in Lean of what `words` say, the best first, each with what there is to doubt about it.

    `prover`: with an agent that has a formaliser: `AsyncProver(agent=AgentChoice.checked("leap", MODEL, ...))`.
    `context`: the file that the statement is to stand in, up to the place. `checks`: by default those of this library.
    None of the drafts is accepted by this: take one and `freeze` it. Raises `UserError` (`no_model`, `bad_name`, ...),
    `ModelError` where the model cannot be asked.
    """
    models = (await prover.models()).roles
    if models is None:
        raise UserError("no model is named that could draft", code="no_model", hint="give the prover an agent")
    task = Task(words, name, context, ", ".join(b.model.name for b in models.batchers.values()))
    async with prover.place(SourceFile("<context>", context.encode())) as place:
        with formalizing(place, models, task, limits, checks=checks, observe=observe) as work:
            await work.prepare()
            await work.draw()
            return await work.result()


#: Drafts of what words say, so many, behind a context.
Drafts = Callable[[str, str, int], Awaitable[Sequence[Draft]]]


@asynccontextmanager
async def drafting(
    place: Workplace, choice: AgentChoice, limits: Limits, observe: Observe = lambda kind, payload: None
) -> AsyncGenerator[Drafts]:
    """Drafts for many problems by the models of `choice`, open as long as the context lasts: those that state
    something, mended where need be. `limits.budget` is for all of them together; once it is used up there are no more.

    Opening it raises what opening models raises; asking raises `ModelError` where the model cannot be asked at all.
    """
    spent = Spent(limits.budget)
    async with role_models(choice) as models:
        if models is None or "formaliser" not in models.agent.roles:
            raise UserError("no model is named that could draft", code="no_model", hint="name one with --model")

        async def drafts(words: str, context: str, count: int) -> Sequence[Draft]:
            with models.cast(place.pool, SourceFile("<context>", context.encode()), observe) as cast:
                assert cast is not None
                task = Task(words, context=context, author=choice.model)
                work = Drafting(place.pool, cast, task, spent, limits.mends, observe)
                found: dict[int, Drawn] = {}

                async def one(number: int) -> None:
                    found[number] = await work.draw(number)

                await together([one(number) for number in range(count)])
                return [draft for _, drawn in sorted(found.items()) if (draft := drawn.draft) is not None]

        yield drafts


async def freeze(prover: AsyncProver, formalization: Formalization, chosen: Candidate) -> Sealed:
    """The statement that was chosen, with its words and its mark: `.file` is to be written down."""
    async with prover.place(SourceFile("<context>", formalization.context.encode())) as place:
        return await seal(place.pool, chosen.draft, formalization.words)
