"""A language model and a recipe for tests: the model answers what a function of the prompt says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from prover.core.candidate import Candidate
from prover.core.errors import ModelError
from prover.generate import ModelGenerator, Request
from prover.model import Answer, Capacity, Client, Query, Sample, Sampling

Texts = Callable[[Query], Sequence[str]]
#: One call of four queries at a time.
FOURS = Capacity(batch=4, calls=1)


class StandInModel:
    """Keeps the batches it was asked about; answers once `open` is set (it is, unless `shut`).

    `texts`: what it says to a query. `trouble`: an error for a query, or None. `delay`: turns of the event loop, or
    seconds where it is a float, that a call takes.
    """

    name = "stand-in"

    def __init__(
        self,
        texts: Texts = lambda query: [query.prompt],
        *,
        capacity: Capacity = FOURS,
        trouble: Callable[[Query], ModelError | None] = lambda query: None,
        shut: bool = False,
        seconds: float = 0.0,
    ) -> None:
        self.capacity = capacity
        self.batches: list[list[str]] = []
        self.cancelled: list[list[str]] = []
        self.in_flight = 0
        self.closed = 0
        self.open = asyncio.Event()
        if not shut:
            self.open.set()
        self._texts = texts
        self._trouble = trouble
        self._seconds = seconds

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        prompts = [query.prompt for query in queries]
        self.batches.append(prompts)
        self.in_flight += 1
        try:
            await self.open.wait()
            await asyncio.sleep(self._seconds)
        except asyncio.CancelledError:
            self.cancelled.append(prompts)
            raise
        finally:
            self.in_flight -= 1
        return [self._trouble(query) or self._answer(query) for query in queries]

    def _answer(self, query: Query) -> Answer:
        samples = tuple(Sample(text, -0.5 * i, tokens=3) for i, text in enumerate(self._texts(query)))
        return Answer(samples, prompt_tokens=len(query.prompt))

    async def close(self) -> None:
        self.closed += 1


class Lines:
    """Asks with the target of the goal, and takes each sample as a tactic."""

    name = "lines"

    def query(
        self, request: Request, *, n: int | None = None, temperature: float | None = None, salt: int = 0
    ) -> Query | None:
        return Query(request.focused.target, sampling=Sampling(n=n or 4), draw=request.draw, salt=salt)

    def read(self, answer: Answer, request: Request) -> list[Candidate]:
        return [
            Candidate(sample.text, sample.log_probability or 0.0, "lines", tokens=sample.tokens, finish=sample.finish)
            for sample in answer.samples
        ]


def tactics(*texts: str) -> Texts:
    """The same tactics for every goal."""
    return lambda query: texts if query.draw == 0 else ()


def asking(client: Client) -> ModelGenerator:
    """A generator that asks through a batcher."""
    return ModelGenerator(Lines(), client)
