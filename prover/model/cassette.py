"""A model's answers kept in a file, and given again from there: the same run, without the model and without cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from prover.core.errors import ModelError
from prover.events.lines import LineFile
from prover.model.answer import Answer
from prover.model.capacity import Capacity
from prover.model.model import LanguageModel
from prover.model.query import Query
from prover.model.tape import Tape, tape_line


class Recording:
    """`model`, with every answer also written to `path`, a line each, when it comes. Errors are not recorded.

    An existing file is continued, whatever byte its writer was killed at; what it already answers is not asked, nor
    paid, again. One writer at a time. Raises `UserError`: `run_in_use`, `corrupt_cassette`.
    """

    def __init__(self, model: LanguageModel, path: Path) -> None:
        self.name = model.name
        self._model = model
        self._file = LineFile(path, hint="wait for it, or record into another file")
        try:
            self._tape = Tape(path)
        except BaseException:
            self._file.close()
            raise

    @property
    def capacity(self) -> Capacity:
        """The model's, as it is now."""
        return self._model.capacity

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As the model, or as the file."""
        unknown = {query.key: query for query in queries if query.key not in self._tape}
        given: dict[str, Answer | ModelError] = {}
        if unknown:
            answers = await self._model.answer(list(unknown.values()))
            given = {
                key: self._keep(query, answer)
                for (key, query), answer in zip(unknown.items(), answers, strict=True)
            }  # fmt: skip
        return [given.get(query.key) or _free(self._tape.answer(query.key)) for query in queries]

    def _keep(self, query: Query, answer: Answer | ModelError) -> Answer | ModelError:
        if isinstance(answer, ModelError):
            return answer
        recorded = self._tape.answer(query.key)
        if recorded is not None:  # meanwhile: what was recorded first is what a replay says
            return replace(recorded, money=answer.money)
        line = tape_line(self.name, query, answer)
        self._tape.add(line, self._file.append(line))
        return answer

    async def close(self) -> None:
        """Closes the file and the model. Closing twice is harmless."""
        self._file.close()
        self._tape.close()
        await self._model.close()


class Replay:
    """Answers from the file that a `Recording` wrote, as they were, but for money, of which none is spent.

    A question that is not there is a `ModelError` (`not_recorded`) that says what is nearest. Raises `UserError`:
    `no_cassette`, `corrupt_cassette`.
    """

    def __init__(self, path: Path) -> None:
        self.name = f"replay/{path}"
        self._tape = Tape(path)
        # As the model that was recorded, so that the same is asked.
        self.capacity = Capacity(batch=1, calls=64, tools=self._tape.tools)

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As recorded, at once."""
        return [self._one(query) for query in queries]

    def _one(self, query: Query) -> Answer | ModelError:
        answer = self._tape.answer(query.key)
        if answer is not None:
            return _free(answer)
        return ModelError(
            f"{self._tape.path} does not hold this question: {self._tape.difference(query)}",
            code="not_recorded",
            hint="run it with the settings it was recorded with, or record it again with the model",
        )

    async def close(self) -> None:
        """Closes the file. Closing twice is harmless."""
        self._tape.close()


def _free(answer: Answer | None) -> Answer:
    assert answer is not None
    return replace(answer, money=0.0)
