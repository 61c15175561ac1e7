"""Drafts and opinions on them by the models of an agent, for many problems, over one budget."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from prover.agent.leap.brief import Brief
from prover.agent.leap.lemma import Statement
from prover.agent.leap.replies import NoReply
from prover.agent.leap.role_models import RoleModels
from prover.api.workplace import Workplace
from prover.core.budget import Budget, Spent
from prover.core.errors import ModelError, UserError
from prover.core.together import together
from prover.formalize.back_translation import translated
from prover.formalize.batch import Opinion
from prover.formalize.draft import Draft
from prover.formalize.drafting import Drafting, Drawn, Task, Writers, paid
from prover.formalize.formalizing import STRICT
from prover.lean.source import SourceFile

_UNREADABLE = "model_unreadable"


@dataclass
class ByModel:
    """`mends`: how often a draft is mended after Lean's complaints. `spent`: what models cost, with limits for all
    problems together. `author`: the models, by their references."""

    place: Workplace
    writers: Writers
    spent: Spent
    mends: int = 3
    author: str = "model"

    async def draft(self, words: str, context: str, count: int) -> Sequence[Draft]:
        """Drafts that elaborate, of `count` that were asked for. Raises `ModelError` where none could be asked for, or
        the budget is used up."""
        task = Task(words, context=context or STRICT, author=self.author)
        drafting = Drafting(self.place.pool, self.writers, task, self.spent, self.mends)
        found: list[Drawn] = []
        refused: list[ModelError] = []

        async def one(number: int) -> None:
            try:
                found.append(await drafting.draw(number))
            except ModelError as error:
                refused.append(error)

        await together([one(number) for number in range(count)])
        drafts = [drawn.draft for drawn in sorted(found, key=lambda one: one.number) if drawn.draft is not None]
        if not drafts and refused:
            raise refused[0]
        if not drafts and (limit := self.spent.exceeded()) is not None:
            raise ModelError(f"the budget of {limit} is used up", code="model_budget")
        return drafts

    async def judge(self, words: str, draft: Draft) -> Opinion:
        """Has one role say in words what a draft states, and another compare that with the words. Raises `ModelError`
        where there is no answer that can be read."""
        back = await translated(self.writers, draft, self.spent)
        if back.problem:
            raise ModelError(f"nobody said in words what it states ({back.problem})", code=_UNREADABLE)
        brief = Brief(Statement("", draft.name, draft.statement, words), "", work=back.words)
        reply = (await paid(self.spent, self.writers.judge(brief))).reply
        if isinstance(reply, NoReply):
            raise ModelError(f"the judge gave no opinion ({reply.reason})", code=_UNREADABLE)
        return Opinion(reply.accepted, "; ".join(reply.reasons) or f"read back: {back.words}")


@contextmanager
def by_model(
    place: Workplace,
    models: RoleModels,
    budget: Budget,
    mends: int,
    author: str,
    observe: Callable[[str, dict[str, Any]], None] = lambda kind, payload: None,
) -> Generator[ByModel]:
    """The models of an agent at work, for as long as the context lasts. `UserError` (`no_formaliser`) for an agent that
    has no role for it."""
    must_formalise(models)
    with models.cast(place.pool, SourceFile("<problems>", b""), observe) as cast:
        assert cast is not None
        yield ByModel(place, cast, Spent(budget), mends, author)


def must_formalise(models: RoleModels) -> None:
    """Raises `UserError` (`no_formaliser`) for an agent that cannot state anything."""
    if "formaliser" not in models.agent.roles:
        raise UserError(
            f"the agent {models.agent.name} has no formaliser", code="no_formaliser", hint="--agent leap has one"
        )
