"""What one customer of a shared model asked, and samples that are its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from prover.core.errors import ModelError
from prover.model.answer import Answer
from prover.model.capacity import Capacity
from prover.model.model import Asker
from prover.model.query import Query

#: What stands between those who ask and a model.
Through: TypeAlias = Callable[[Asker], Asker]


def directly(asker: Asker) -> Asker:
    """Nothing in between."""
    return asker


@dataclass(slots=True)
class Tab:
    """Adds up what is asked through it, of any number of models, and draws other samples for another `salt`.

    An answer that the batcher knew already counts in full, so that the cost does not depend on who else asked. `lost`:
    questions that found no answer because the model was out of reach.
    """

    salt: int = 0
    questions: int = 0
    lost: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    money: float = 0.0

    def __call__(self, asker: Asker) -> Asker:
        """This asker, on the tab."""
        return _OnTab(asker, self)

    def note(self, answers: Sequence[Answer | ModelError]) -> None:
        for answer in answers:
            self.questions += 1
            if isinstance(answer, ModelError):
                self.lost += answer.transient or answer.code == "model_timeout"
            else:
                self.tokens += answer.tokens
                self.prompt_tokens += answer.prompt_tokens
                self.money += answer.money


@dataclass(frozen=True, slots=True)
class _OnTab:
    asker: Asker
    tab: Tab

    @property
    def capacity(self) -> Capacity:
        return self.asker.capacity

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        salted = [replace(query, salt=query.salt + self.tab.salt) for query in queries]
        answers = await self.asker.answer(salted)
        self.tab.note(answers)
        return answers
