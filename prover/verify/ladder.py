"""The ladder: a submission is elaborated in one process and judged in others.

The process that elaborates a submission may run its code and is never asked for a verdict. It exports
the constants it added, as data. A worker that holds the imports and has never elaborated a submission
gives that data to the kernel and exports what the kernel accepted; the comparison with the reference
and the walk to the axioms are done on those tables in this process (docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from prover.core import errors
from prover.core import verdict as verdicts
from prover.core.errors import LeanProcessError, UserError
from prover.core.message import Message, Severity
from prover.core.verdict import Verdict
from prover.lean.foundation import Foundation
from prover.lean.pool import Pool
from prover.lean.wire import HeaderInfo, Replay
from prover.lean.worker import Worker
from prover.verify import plan as plans
from prover.verify.elaborated import INIT, Elaborated, elaborate, normalised
from prover.verify.external import Case, confirmed
from prover.verify.footing import NATIVE_AXIOMS, allowed_names
from prover.verify.judgement import Judgement, Rules, explained
from prover.verify.name import Name, canonical, parse, show
from prover.verify.native import Claim, assuming, claims, computation, computing
from prover.verify.plan import Plan, plan
from prover.verify.policy import Allowance, Policy, forbidden
from prover.verify.record import NO_IMPORTS, Audit
from prover.verify.run import DEFAULT_LIMITS, Limits, Run, Settled
from prover.verify.tables import JudgeTooSlow, MalformedExport, Tables
from prover.verify.targets import chosen_targets, filled_definitions, own_targets

_ATTEMPTS = 2


class Ladder:
    """Checks submissions over a pool of workers; references are elaborated once and remembered.

    `audit`: what is known of the user's own modules that the pool's workers can import.
    `trusted_modules`: modules (with all below them) whose constants are trusted without that, as those are that
    come with Lean; any other module makes a proof `Unaudited`. `foundation`: the pool's; trusted likewise, because
    the engine mounts it itself, and named in the reports of what rests on it. Give the pool room for two workers or
    more: with one, every check starts processes anew.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        audit: Audit = NO_IMPORTS,
        trusted_modules: Collection[str] = (),
        foundation: Foundation | None = None,
        remembered: int = 8,
    ) -> None:
        self._pool = pool
        self._audit = audit
        own = () if foundation is None else (foundation.name,)
        self._trusted = frozenset((*trusted_modules, *own))
        self._foundation = foundation
        self._remembered = remembered
        self._references: OrderedDict[str, Elaborated] = OrderedDict()
        # One for each reference that is being elaborated: whoever else needs it waits.
        self._elaborating: dict[str, asyncio.Lock] = {}

    async def check(
        self,
        submission: str,
        *,
        reference: str | None = None,
        targets: Sequence[str] | None = None,
        policy: Policy = Policy.FILE,
        strict: bool = False,
        preserve: bool = False,
        filled: Collection[str] = (),
        allowed_axioms: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> dict[str, Verdict]:
        """One verdict for each target, by the target's name.

        `reference`: the file that states what is to be proved, holes and all; without one the best verdict
        is `Consistent`. `targets`: names; None: the theorems of the reference that are open (all of its
        theorems when none is), or all theorems of the submission. `strict`: every constant of the submission is
        replayed, not only those a verdict rests on, and axioms that the reference declares are refused.
        `preserve`: every declaration of the reference must be unchanged, holes aside, and what it
        proved must not rest on new holes or axioms. `filled`: definitions that
        the reference leaves open (`def f : T := sorry`) and the submission completes: what theorems say of them is
        then its choice, and the report names them (`filled`). `allowed_axioms`:
        beyond `propext`, `Classical.choice` and `Quot.sound` (`native`: those of `native_decide` and `bv_decide`);
        with a reference, a submission's own axioms are never allowed. Raises `UserError` for input that cannot be
        checked at all.
        """
        rules = Rules(allowed_names(allowed_axioms), self._trusted, strict, preserve, audit=self._audit)
        run = Run(limits)
        names: list[str] = list(targets or ())
        try:
            original = None if reference is None else await self._reference(reference, run)
            wanted = chosen_targets(original, targets, definitions=preserve)
            names = list(wanted)
            rules = replace(rules, filled=filled_definitions(original, filled))
            run.filled = tuple(sorted(show(name) for name in rules.filled))
            file = await self._submission(submission, original, policy, rules, run)
            if original is None:
                wanted = own_targets(file, targets)
                names = list(wanted)
            found = await self._judge(file, original, wanted, rules, run)
            if strict:
                case = _external_case(submission, reference, file, original, rules)
                found = await confirmed(self._pool.engine, found, case, run)
        except JudgeTooSlow:
            found = dict.fromkeys(names, verdicts.TimedOut("judge"))
        except Settled as settled:
            found = dict.fromkeys(names or ["*"], settled.verdict)
        return {name: self._reported(verdict, run, policy, strict) for name, verdict in found.items()}

    async def check_refutation(
        self,
        submission: str,
        *,
        reference: str,
        target: str,
        refutation: str = "",
        policy: Policy = Policy.FILE,
        strict: bool = False,
        allowed_axioms: Collection[str] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> Verdict:
        """Whether `submission` refutes theorem `target` of `reference`: `Refuted`, or why not.

        The submission holds the reference's text and a theorem, named `refutation` (default
        `TARGET.refutation`), whose statement is `¬ T` or `T → False` for the target's statement T.
        """
        name = refutation or f"{target}.refutation"
        rules = Rules(allowed_names(allowed_axioms), self._trusted, strict, audit=self._audit)
        run = Run(limits)
        try:
            original = await self._reference(reference, run)
            aim = chosen_targets(original, [target])[target]
            if not isinstance(aim, tuple):
                raise Settled(aim)
            file = await self._submission(submission, original, policy, rules, run)
            made = parse(name)
            file, rules = await self._computed(file, [made], original, rules, run)
            tables = await self._replay(file, [made], original, rules, run)
            since = time.monotonic()
            verdict = (
                tables
                if not isinstance(tables, Tables)
                else Judgement(original, file.tables, tables, rules).refutation(aim, made)
            )
            run.spent("compare", since)
            if isinstance(verdict, verdicts.Refuted):
                run.passed("compared")
                verdict = replace(verdict, proof=file.declaration_text(made))
        except JudgeTooSlow:
            verdict = verdicts.TimedOut("judge")
        except Settled as settled:
            verdict = settled.verdict
        return self._reported(verdict, run, policy, strict)

    def _reported(self, verdict: Verdict, run: Run, policy: Policy, strict: bool) -> Verdict:
        report = run.report(self._pool.engine, policy.value, strict, verdict)
        return replace(verdict, report={**report, **self._audit.report()})

    async def _reference(self, text: str, run: Run) -> Elaborated:
        """The reference, elaborated once in a worker that has never seen a submission."""
        text = normalised(text, "the reference")
        since = time.monotonic()
        lock = self._elaborating.setdefault(text, asyncio.Lock())
        try:
            async with asyncio.timeout(run.left("reference")):
                await lock.acquire()
        except TimeoutError:
            raise Settled(verdicts.TimedOut("reference")) from None
        try:
            known = self._references.get(text)
            if known is None:
                known = await self._elaborate_reference(text, run)
                run.spent("reference", since)
                self._remember(text, known)
            self._references.move_to_end(text)
            return known
        finally:
            lock.release()
            if self._elaborating.get(text) is lock and not lock.locked():
                del self._elaborating[text]

    def _remember(self, text: str, file: Elaborated) -> None:
        if file.elaboration.stopped:
            raise Settled(verdicts.TimedOut("reference"))
        file.tables.deadline = math.inf
        self._references[text] = file
        while len(self._references) > self._remembered:
            self._references.popitem(last=False)

    async def _elaborate_reference(self, text: str, run: Run) -> Elaborated:
        for attempt in range(_ATTEMPTS):
            try:
                header = await self._pool.read_header(text)
                if INIT not in header.modules:
                    raise Settled(verdicts.BadTarget(what="prelude", detail="the reference does not import Init"))
                if header.errors:
                    raise Settled(verdicts.BadTarget(what="header", detail=header.errors[0].text))
                async with self._lease(header.modules, run, clean=True) as worker:
                    return await elaborate(
                        worker, text, header, heartbeats=run.limits.heartbeats, seconds=run.left("reference")
                    )
            except (errors.CallTimeout, JudgeTooSlow):
                raise Settled(verdicts.TimedOut("reference")) from None
            except (LeanProcessError, MalformedExport) as error:
                if attempt + 1 == _ATTEMPTS:
                    raise Settled(_infrastructure(error)) from error
        raise AssertionError("unreachable")

    async def _submission(
        self, text: str, original: Elaborated | None, policy: Policy, rules: Rules, run: Run
    ) -> Elaborated:
        """Rung 2: the whole file in a worker, no errors, header as given. Its failures are the submission's."""
        text = normalised(text, "the submission")
        since = time.monotonic()
        file = await self._elaborate_submission(text, original, run)
        run.spent("elaborate", since)
        if file.elaboration.stopped:
            raise Settled(verdicts.TimedOut("wall"))
        if policy is Policy.PROOF:
            allowance = Allowance() if original is None else original.allowance
            native = not NATIVE_AXIOMS.isdisjoint(rules.allowed_axioms)
            refused = forbidden(file.elaboration.commands, text, allowance, trusted=self._trusted, native=native)
            if refused is not None:
                raise Settled(refused)
        if _fails(file, original):
            raise Settled(verdicts.ElaborationError(file.elaboration.errors))
        run.passed("elaborated")
        return file

    async def _elaborate_submission(self, text: str, original: Elaborated | None, run: Run) -> Elaborated:
        try:
            header = await self._pool.read_header(text)
            if self._foundation is not None and self._foundation.carries(header.modules):
                run.foundation = self._foundation
            _check_header(header, original)
            async with self._lease(header.modules, run) as worker:
                # From here on the worker may hold what a submission left behind: no judge's work is given to it.
                worker.clean = False
                return await _elaborate_untrusted(worker, text, header, run)
        except LeanProcessError as error:
            raise Settled(_infrastructure(error)) from error
        except UserError as error:
            raise Settled(verdicts.ElaborationError((Message(Severity.ERROR, error.message, error.code),))) from error

    @asynccontextmanager
    async def _lease(self, modules: tuple[str, ...], run: Run, *, clean: bool = False) -> AsyncGenerator[Worker]:
        """A leased worker; a process that cannot be started is tried once more."""
        async with AsyncExitStack() as stack:
            for attempt in range(_ATTEMPTS):
                try:
                    worker = await stack.enter_async_context(self._pool.lease(modules, clean=clean))
                except LeanProcessError:
                    if attempt + 1 == _ATTEMPTS:
                        raise
                else:
                    yield stack.enter_context(run.using(worker))
                    return

    async def _judge(
        self,
        file: Elaborated,
        original: Elaborated | None,
        wanted: Mapping[str, Name | Verdict],
        rules: Rules,
        run: Run,
    ) -> dict[str, Verdict]:
        """Rungs 3 and 4 for all targets at once; each alone when the kernel refuses something among them."""
        names = [name for name in wanted.values() if isinstance(name, tuple)]
        file, rules = await self._computed(file, names, original, rules, run)
        together = await self._replay(file, names, original, rules, run)
        found: dict[str, Verdict] = {}
        judged = None if not isinstance(together, Tables) else Judgement(original, file.tables, together, rules)
        for text, name in wanted.items():
            if not isinstance(name, tuple):
                found[text] = name
                continue
            tables = together
            if judged is None and len(names) > 1:
                tables = await self._replay(file, [name], original, rules, run)
            since = time.monotonic()
            if isinstance(tables, Tables):
                found[text] = (judged or Judgement(original, file.tables, tables, rules)).of(name)
            else:
                found[text] = explained(tables, Judgement(original, file.tables, file.tables, rules), name)
            run.spent("compare", since)
        run.passed("compared")
        return found

    async def _computed(
        self, file: Elaborated, targets: Sequence[Name], original: Elaborated | None, rules: Rules, run: Run
    ) -> tuple[Elaborated, Rules]:
        """Native computations that the user allows are made, in a worker that does nothing else: the file with their
        results as axioms. What could not be made stays, for the kernel to refuse."""
        allowed = computing(rules.allowed_axioms)
        since = time.monotonic()
        made = claims(file.tables, _to_replay(file.tables, targets, original, rules), allowed) if allowed else []
        if not made:
            return file, rules
        true: list[Claim] = []
        try:
            async with self._lease(file.header.modules, run, clean=True) as worker:
                # Code of the submission runs here: nobody asks this worker for anything else, before or after.
                worker.clean = False
                worker.discard()
                for claim in made:
                    work = computation(file.tables, claim)
                    if work is not None and await _holds(worker, work, run):
                        true.append(claim)
        except errors.CallTimeout:
            raise Settled(verdicts.TimedOut("native")) from None
        except LeanProcessError:
            true.clear()
        run.spent("native", since)
        tables, computed = assuming(file.tables, true)
        return replace(file, tables=tables), replace(rules, computed=computed)

    async def _replay(
        self, file: Elaborated, targets: Sequence[Name], original: Elaborated | None, rules: Rules, run: Run
    ) -> Tables | Verdict:
        """Rung 4: what the kernel accepts of the claimed constants that the verdicts rest on."""
        since = time.monotonic()
        made = plan(file.tables, _to_replay(file.tables, targets, original, rules))
        if not isinstance(made, Plan):
            return verdicts.KernelRefused(
                name=show(made.name), reason=made.reason, report={"why": plans.describe(made)}
            )
        answer = await self._ask_kernel(file.header.modules, made, run)
        run.spent("replay", since)
        run.replayed = max(run.replayed, len(made.declarations))
        if not isinstance(answer, Replay):
            return answer
        if not answer.accepted or answer.export is None:
            return _kernel_verdict(answer, made)
        try:
            tables = Tables.read(answer.export, deadline=run.deadline)
        except MalformedExport as error:
            return _infrastructure(error)
        run.passed("replayed")
        return tables

    async def _ask_kernel(self, modules: tuple[str, ...], made: Plan, run: Run) -> Replay | Verdict:
        failure: Verdict | None = None
        for _ in range(_ATTEMPTS):
            try:
                async with self._lease(modules, run, clean=True) as worker:
                    return await worker.replay(worker.env, made.tables, made.declarations, wall_seconds=run.left())
            except errors.CallTimeout:
                return verdicts.TimedOut("kernel")
            except LeanProcessError as error:
                failure = _infrastructure(error)
        assert failure is not None
        return failure


async def _holds(worker: Worker, work: Plan, run: Run) -> bool:
    """Whether a native computation gives what is claimed."""
    left = run.left("native")
    answer = await worker.replay(worker.env, work.tables, work.declarations, wall_seconds=left, compiling=True)
    if answer.code == "interrupted":
        raise Settled(verdicts.TimedOut("native"))
    return answer.accepted


async def _elaborate_untrusted(worker: Worker, text: str, header: HeaderInfo, run: Run) -> Elaborated:
    """Elaborates a submission; whatever goes wrong in the process is the submission's doing."""
    try:
        return await elaborate(worker, text, header, heartbeats=run.limits.heartbeats, seconds=run.left())
    except errors.CallTimeout:
        raise Settled(verdicts.TimedOut("wall")) from None
    except errors.OutOfMemory:
        raise Settled(verdicts.OutOfMemory()) from None
    except MalformedExport as error:
        worker.discard()
        raise Settled(verdicts.KernelRefused(reason="malformed_export")) from error
    except LeanProcessError as error:
        worker.discard()
        raise Settled(verdicts.WorkerLost(detail=error.message)) from error


def _check_header(header: HeaderInfo, original: Elaborated | None) -> None:
    if original is not None and (header.imports, header.is_module) != (
        original.header.imports,
        original.header.is_module,
    ):
        raise Settled(
            verdicts.Mismatch(
                what="header",
                detail=f"imports {' '.join(header.modules)}; the reference {' '.join(original.header.modules)}",
            )
        )
    if INIT not in header.modules:
        raise Settled(verdicts.Forbidden(construct="prelude"))
    if header.errors:
        raise Settled(verdicts.ElaborationError(header.errors))


def _fails(file: Elaborated, original: Elaborated | None) -> bool:
    """Whether a command failed that does not stand, and fail, in the reference too."""
    failing = file.failing
    if original is not None:
        failing -= original.failing
    return bool(failing) or (bool(file.elaboration.errors) and not file.failing)


def _to_replay(tables: Tables, targets: Sequence[Name], original: Elaborated | None, rules: Rules) -> list[Name]:
    """The constants that verdicts rest on; under `strict` all that a kernel may be given."""
    constants = tables.constants
    if rules.strict:
        return [name for name, constant in constants.items() if constant.safe and constant.kind != "quot"]
    aims = {canonical(name) for name in (*targets, *rules.filled)}
    if rules.preserve and original is not None:
        aims |= {canonical(name) for name in original.declared}
    return [name for name, constant in constants.items() if canonical(name) in aims and constant.safe]


def _kernel_verdict(answer: Replay, made: Plan) -> Verdict:
    name = made.names[answer.index] if answer.index is not None and answer.index < len(made.names) else ()
    match answer.code:
        case "interrupted":
            return verdicts.TimedOut("kernel")
        case "heartbeats":
            return verdicts.TimedOut("heartbeats")
        case "memory":
            return verdicts.OutOfMemory()
        case code:
            return verdicts.KernelRefused(name=show(name), reason=code)


def _external_case(
    submission: str, reference: str | None, file: Elaborated, original: Elaborated | None, rules: Rules
) -> Case:
    return Case(
        submission,
        reference,
        file.header.modules,
        filled=tuple(show(name) for name in rules.filled),
        axioms=tuple(rules.allowed_axioms),
        compiles=not file.elaboration.errors and (original is None or not original.elaboration.errors),
    )


def _infrastructure(error: Exception) -> Verdict:
    code = error.code if isinstance(error, LeanProcessError) else "malformed_export"
    return verdicts.Infrastructure(error=code, detail=str(error))
