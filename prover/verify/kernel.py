"""The kernel's word on a submission: its constants, as data, go to workers that never ran it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from prover.core import verdict as verdicts
from prover.core.errors import CallTimeout, LeanProcessError
from prover.core.verdict import Verdict
from prover.lean.pool import Pool
from prover.lean.replay import Replay
from prover.lean.worker import Worker
from prover.verify.lease import ATTEMPTS, infrastructure, leased
from prover.verify.name import Name, show
from prover.verify.native import Claim, assuming, claims, computation, computing
from prover.verify.plan import WHY, Plan, describe, plan
from prover.verify.run import Run, Settled
from prover.verify.submitted import Submitted
from prover.verify.tables import MalformedExport, Tables


class Kernel:
    """Rung 4, over the clean workers of a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def replay(self, submitted: Submitted, targets: Sequence[Name], run: Run) -> Tables | Verdict:
        """What the kernel accepts of the claimed constants that the verdicts on `targets` rest on."""
        since = time.monotonic()
        made = plan(submitted.file.tables, submitted.supports(targets))
        if not isinstance(made, Plan):
            return verdicts.KernelRefused(
                name=show(made.name), reason=made.reason, report={"why": describe(made.name, made.reason)}
            )
        answer = await self._ask(submitted.file.header.modules, made, run)
        run.spent("replay", since)
        run.replayed = max(run.replayed, len(made.declarations))
        if not isinstance(answer, Replay):
            return answer
        if not answer.accepted or answer.export is None:
            return _refusal(answer, made)
        try:
            tables = Tables.read(answer.export, deadline=run.deadline)
        except MalformedExport as error:
            return infrastructure(error)
        run.passed("replayed")
        return tables

    async def _ask(self, modules: tuple[str, ...], made: Plan, run: Run) -> Replay | Verdict:
        failure: Verdict | None = None
        for _ in range(ATTEMPTS):
            try:
                async with leased(self._pool, modules, run, clean=True) as worker:
                    return await worker.replay(worker.env, made.tables, made.declarations, wall_seconds=run.left())
            except CallTimeout:
                return verdicts.TimedOut("kernel")
            except LeanProcessError as error:
                failure = infrastructure(error)
        assert failure is not None
        return failure

    async def computed(self, submitted: Submitted, targets: Sequence[Name], run: Run) -> Submitted:
        """Native computations that the user allows are made, in a worker that does nothing else: the submission with
        their results as axioms. What could not be made stays, for the kernel to refuse."""
        file, rules = submitted.file, submitted.rules
        allowed = computing(rules.allowed_axioms)
        since = time.monotonic()
        made = claims(file.tables, submitted.supports(targets), allowed) if allowed else []
        if not made:
            return submitted
        own = {name for record in rules.audit.records.values() for name in record.constants}
        true: list[Claim] = []
        try:
            async with leased(self._pool, file.header.modules, run, clean=True) as worker:
                # Code of the submission runs here: nobody asks this worker for anything else, before or after.
                worker.clean = False
                worker.discard()
                for claim in made:
                    work = computation(file.tables, claim, own)
                    if work is not None and await _holds(worker, work, run):
                        true.append(claim)
        except CallTimeout:
            raise Settled(verdicts.TimedOut("native")) from None
        except LeanProcessError:
            true.clear()
        run.spent("native", since)
        tables, computed = assuming(file.tables, true)
        return replace(submitted, file=replace(file, tables=tables), rules=replace(rules, computed=computed))


async def _holds(worker: Worker, work: Plan, run: Run) -> bool:
    """Whether a native computation gives what is claimed."""
    left = run.left("native")
    answer = await worker.replay(worker.env, work.tables, work.declarations, wall_seconds=left, compiling=True)
    if answer.code == "interrupted":
        raise Settled(verdicts.TimedOut("native"))
    return answer.accepted


def _refusal(answer: Replay, made: Plan) -> Verdict:
    name = made.names[answer.index] if answer.index is not None and answer.index < len(made.names) else ()
    match answer.code:
        case "interrupted":
            return verdicts.TimedOut("kernel")
        case "heartbeats":
            return verdicts.TimedOut("heartbeats")
        case "memory":
            return verdicts.OutOfMemory()
        case code:
            why = {"why": describe(name, code)} if code in WHY else {}
            return verdicts.KernelRefused(name=show(name), reason=code, report=why)
