"""The ladder: a submission is elaborated in one process and judged in others.

The process that elaborates a submission may run its code and is never asked for a verdict. It exports
the constants it added, as data. A worker that holds the imports and has never elaborated a submission
gives that data to the kernel and exports what the kernel accepted; the comparison with the reference
and the walk to the axioms are done on those tables in this process (docs/decisions/0002).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from prover.core import errors
from prover.core import verdict as verdicts
from prover.core.errors import LeanProcessError, UserError
from prover.core.message import Message, Severity
from prover.core.verdict import Verdict
from prover.lean.foundation import Foundation
from prover.lean.header import HeaderInfo
from prover.lean.pool import Pool
from prover.lean.worker import Worker
from prover.verify.docket import Item
from prover.verify.elaborated import INIT, Elaborated, elaborate, normalised
from prover.verify.external import Case, confirmed
from prover.verify.footing import NATIVE_AXIOMS, allowed_names
from prover.verify.judgement import Rules, explained
from prover.verify.kernel import Kernel
from prover.verify.lease import infrastructure, leased
from prover.verify.name import Name, parse, show
from prover.verify.policy import Allowance, Policy, forbidden
from prover.verify.record import NO_IMPORTS, Audit
from prover.verify.references import References
from prover.verify.run import DEFAULT_LIMITS, Limits, Run, Settled
from prover.verify.submitted import Submitted
from prover.verify.tables import JudgeTooSlow, MalformedExport, Tables
from prover.verify.targets import chosen_targets, filled_definitions, own_targets


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
        self._references = References(pool, remembered)
        self._kernel = Kernel(pool)

    async def judge(self, item: Item) -> dict[str, Verdict]:
        """`check`, of an item of a docket."""
        return await self.check(
            item.submission,
            reference=item.reference,
            targets=item.targets,
            policy=item.policy,
            strict=item.strict,
            preserve=item.preserve,
            filled=item.filled,
            allowed_axioms=item.allowed_axioms,
            limits=item.limits,
        )

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
            original = None if reference is None else await self._references.get(reference, run)
            wanted = chosen_targets(original, targets, definitions=preserve)
            names = list(wanted)
            rules = replace(rules, filled=filled_definitions(original, filled))
            run.filled = tuple(sorted(show(name) for name in rules.filled))
            file = await self._submission(submission, original, policy, rules, run)
            if original is None:
                wanted = own_targets(file, targets)
                names = list(wanted)
            submitted = Submitted(file, original, rules)
            found = await self._verdicts(submitted, wanted, run)
            if strict:
                case = _external_case(submission, reference, submitted)
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
            original = await self._references.get(reference, run)
            aim = chosen_targets(original, [target])[target]
            if not isinstance(aim, tuple):
                raise Settled(aim)
            file = await self._submission(submission, original, policy, rules, run)
            made = parse(name)
            submitted = await self._kernel.computed(Submitted(file, original, rules), [made], run)
            tables = await self._kernel.replay(submitted, [made], run)
            since = time.monotonic()
            verdict = submitted.judgement(tables).refutation(aim, made) if isinstance(tables, Tables) else tables
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
            async with leased(self._pool, header.modules, run) as worker:
                # From here on the worker may hold what a submission left behind: no judge's work is given to it.
                worker.clean = False
                return await _elaborate_untrusted(worker, text, header, run)
        except LeanProcessError as error:
            raise Settled(infrastructure(error)) from error
        except UserError as error:
            raise Settled(verdicts.ElaborationError((Message(Severity.ERROR, error.message, error.code),))) from error

    async def _verdicts(
        self, submitted: Submitted, wanted: Mapping[str, Name | Verdict], run: Run
    ) -> dict[str, Verdict]:
        """Rungs 3 and 4 for all targets at once; each alone when the kernel refuses something among them."""
        names = [name for name in wanted.values() if isinstance(name, tuple)]
        submitted = await self._kernel.computed(submitted, names, run)
        together = await self._kernel.replay(submitted, names, run)
        found: dict[str, Verdict] = {}
        judged = submitted.judgement(together) if isinstance(together, Tables) else None
        for text, name in wanted.items():
            if not isinstance(name, tuple):
                found[text] = name
                continue
            tables = together
            if judged is None and len(names) > 1:
                tables = await self._kernel.replay(submitted, [name], run)
            since = time.monotonic()
            if isinstance(tables, Tables):
                found[text] = (judged or submitted.judgement(tables)).of(name)
            else:
                found[text] = explained(tables, submitted.judgement(submitted.file.tables), name)
            run.spent("compare", since)
        run.passed("compared")
        return found


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


def _external_case(submission: str, reference: str | None, submitted: Submitted) -> Case:
    file, original, rules = submitted.file, submitted.reference, submitted.rules
    return Case(
        submission,
        reference,
        file.header.modules,
        filled=tuple(show(name) for name in rules.filled),
        axioms=tuple(rules.allowed_axioms),
        compiles=not file.elaboration.errors and (original is None or not original.elaboration.errors),
    )
