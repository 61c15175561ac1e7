"""A check's workers: leased, counted on its run, asked for once more where no process could be started."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from prover.core import verdict as verdicts
from prover.core.errors import LeanProcessError
from prover.core.verdict import Verdict
from prover.lean.pool import Pool
from prover.lean.worker import Worker
from prover.verify.run import Run

#: How often work is begun that a failing process, and not the submission, may cut off.
ATTEMPTS = 2


@asynccontextmanager
async def leased(pool: Pool, modules: tuple[str, ...], run: Run, *, clean: bool = False) -> AsyncGenerator[Worker]:
    """A worker with these imports. `clean`: one that has never elaborated a submission."""
    async with AsyncExitStack() as stack:
        for attempt in range(ATTEMPTS):
            try:
                worker = await stack.enter_async_context(pool.lease(modules, clean=clean))
            except LeanProcessError:
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                yield stack.enter_context(run.using(worker))
                return


def infrastructure(error: Exception) -> Verdict:
    """The verdict that says nothing about a submission: a process failed that it had no part in."""
    code = error.code if isinstance(error, LeanProcessError) else "malformed_export"
    return verdicts.Infrastructure(error=code, detail=str(error))
