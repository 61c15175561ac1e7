"""The generator behind which a language model stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prover.core.candidate import Candidate
from prover.core.errors import ModelError
from prover.generate.request import Request
from prover.model import Answer, Asker, Query


class Format(Protocol):
    """How a model is asked for tactics, and how its answers are read: a `Recipe`."""

    def query(
        self, request: Request, *, n: int | None = None, temperature: float | None = None, salt: int = 0
    ) -> Query | None:
        """The question for one request; None where there is nothing to ask."""
        ...

    def read(self, answer: Answer, request: Request) -> list[Candidate]:
        """The candidates in an answer, best first, those that are not to be tried marked as `rejected`."""
        ...


class ModelGenerator:
    """Asks a model for tactics in the way its `recipe` says.

    `n` samples for each request at `temperature`, where the recipe's own numbers are not wanted; never more than the
    request asks for. `salt`: another number draws other samples. Raises `ModelError` when the model does not answer.
    """

    def __init__(
        self, recipe: Format, model: Asker, *, n: int | None = None, temperature: float | None = None, salt: int = 0
    ) -> None:
        self.recipe = recipe
        self.model = model
        self._n = n
        self._temperature = temperature
        self._salt = salt

    @property
    def reads_premises(self) -> bool:
        """Whether the recipe shows what premises say."""
        return getattr(self.recipe, "reads_premises", False)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        queries = [self._query(request) for request in requests]
        asked = [query for query in queries if query is not None]
        answers = iter(await self.model.answer(asked) if asked else [])
        found: list[list[Candidate]] = []
        for request, query in zip(requests, queries, strict=True):
            answer = next(answers) if query is not None else Answer(())
            if isinstance(answer, ModelError):
                raise answer
            found.append(self.recipe.read(answer, request)[: request.n])
        return found

    def _query(self, request: Request) -> Query | None:
        n = self._n
        if n is not None:
            n = min(n, request.n)
        return self.recipe.query(request, n=n, temperature=self._temperature, salt=self._salt)
