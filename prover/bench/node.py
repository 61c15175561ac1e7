"""One machine of a cluster at work: the actor that makes attempts there."""

from __future__ import annotations

import asyncio
import contextlib
import platform

from prover.bench.outfit import Outfit
from prover.bench.problem import Problem
from prover.bench.runner import Place
from prover.bench.station import Tried
from prover.core.errors import ProverError

#: Of closing a place. After it the process is killed, and Lean's with it.
_CLOSE_SECONDS = 10.0


class Node:
    """An actor that holds a place for attempts, opened on its own machine, from `open` to `close`.

    What the user has to be told is returned and not raised: an exception changes its type on the way.
    """

    def __init__(self, outfit: Outfit) -> None:
        self._outfit = outfit
        self._closing = asyncio.Event()
        self._place: asyncio.Future[Place] | None = None
        self._holding: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Future[Tried]] = set()

    async def open(self) -> str | ProverError:
        """The machine's name, once attempts can be made; what keeps it from that."""
        self._place = asyncio.get_running_loop().create_future()
        self._holding = asyncio.ensure_future(self._hold(self._place))
        try:
            await asyncio.shield(self._place)
        except ProverError as error:
            return error
        return platform.node()

    async def attempt(self, problem: Problem, number: int) -> Tried | ProverError:
        """As the place; the error where the machine can make no attempt at all."""
        assert self._place is not None
        attempt = asyncio.ensure_future(self._place.result().attempt(problem, number))
        self._under_way.add(attempt)
        try:
            return await attempt
        except ProverError as error:
            return error
        finally:
            self._under_way.discard(attempt)

    async def close(self) -> None:
        """Gives up what is under way and ends the place: Lean's processes are gone afterwards."""
        attempts = list(self._under_way)
        for attempt in attempts:
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)
        self._closing.set()
        if self._holding is not None:
            with contextlib.suppress(TimeoutError, ProverError):
                await asyncio.wait_for(self._holding, _CLOSE_SECONDS)

    async def _hold(self, place: asyncio.Future[Place]) -> None:
        # Opened and closed by one task, whatever calls come in between.
        try:
            async with self._outfit.open() as opened:
                place.set_result(opened)
                await self._closing.wait()
        except BaseException as error:
            if place.done():
                raise
            place.set_exception(error)
