"""References: each elaborated once, in a worker that has never seen a submission, and remembered."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict

from prover.core import verdict as verdicts
from prover.core.errors import CallTimeout, LeanProcessError
from prover.lean.pool import Pool
from prover.verify.elaborated import INIT, Elaborated, elaborate, normalised
from prover.verify.lease import ATTEMPTS, infrastructure, leased
from prover.verify.run import Run, Settled
from prover.verify.tables import JudgeTooSlow, MalformedExport


class References:
    """The last `remembered` of them by their text. Who asks for one that is being elaborated waits for it."""

    def __init__(self, pool: Pool, remembered: int) -> None:
        self._pool = pool
        self._remembered = remembered
        self._known: OrderedDict[str, Elaborated] = OrderedDict()
        # One for each reference that is being elaborated: whoever else needs it waits.
        self._elaborating: dict[str, asyncio.Lock] = {}

    async def get(self, text: str, run: Run) -> Elaborated:
        """The reference, elaborated. Ends the check (`Settled`) with what stands in the way of that."""
        text = normalised(text, "the reference")
        since = time.monotonic()
        lock = self._elaborating.setdefault(text, asyncio.Lock())
        try:
            async with asyncio.timeout(run.left("reference")):
                await lock.acquire()
        except TimeoutError:
            raise Settled(verdicts.TimedOut("reference")) from None
        try:
            known = self._known.get(text)
            if known is None:
                known = await self._elaborate(text, run)
                run.spent("reference", since)
                self._remember(text, known)
            self._known.move_to_end(text)
            return known
        finally:
            lock.release()
            if self._elaborating.get(text) is lock and not lock.locked():
                del self._elaborating[text]

    def _remember(self, text: str, file: Elaborated) -> None:
        if file.elaboration.stopped:
            raise Settled(verdicts.TimedOut("reference"))
        file.tables.deadline = math.inf
        self._known[text] = file
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)

    async def _elaborate(self, text: str, run: Run) -> Elaborated:
        for attempt in range(ATTEMPTS):
            try:
                header = await self._pool.read_header(text)
                if INIT not in header.modules:
                    raise Settled(verdicts.BadTarget(what="prelude", detail="the reference does not import Init"))
                if header.errors:
                    raise Settled(verdicts.BadTarget(what="header", detail=header.errors[0].text))
                async with leased(self._pool, header.modules, run, clean=True) as worker:
                    return await elaborate(
                        worker, text, header, heartbeats=run.limits.heartbeats, seconds=run.left("reference")
                    )
            except (CallTimeout, JudgeTooSlow):
                raise Settled(verdicts.TimedOut("reference")) from None
            except (LeanProcessError, MalformedExport) as error:
                if attempt + 1 == ATTEMPTS:
                    raise Settled(infrastructure(error)) from error
        raise AssertionError("unreachable")
