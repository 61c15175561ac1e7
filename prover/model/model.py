"""The seam between whoever asks and the engine that answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prover.core.errors import ModelError
from prover.model.answer import Answer
from prover.model.capacity import Capacity
from prover.model.query import Query


class Asker(Protocol):
    """What answers questions: a `Client` of a batcher, or a model itself.

    `capacity`: how it likes to be fed; a `Batcher` in front of a model sees to that.
    """

    @property
    def capacity(self) -> Capacity: ...

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """One answer a query, in the order of the queries; the error where one could not be answered.

        Raises `ModelError` when none can be. A call that is cancelled stops the work on its queries where the engine
        can do that.
        """
        ...


class LanguageModel(Asker, Protocol):
    """An engine with a model in it. `name`: what `--model` calls it, with its revision where there is one."""

    @property
    def name(self) -> str: ...

    async def close(self) -> None:
        """Frees what the engine holds. Closing twice is harmless."""
        ...
