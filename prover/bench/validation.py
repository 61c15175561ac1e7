"""What the Lean at hand says of the statements of a benchmark: which it understands, which it cannot, and why."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from prover.bench.problem import Problem
from prover.bench.soundness import Elaborate, Finding, Opened, ValidationLimits, examine
from prover.core.errors import Crashed, LeanProcessError, UserError
from prover.core.message import Message
from prover.core.state import TacticState
from prover.lean import Pool, Worker
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.lean.unresolved import Unresolved
from prover.lean.wire import Elaboration, HeaderInfo, Hole

#: Nothing is taken for a variable that nobody declared.
_BOUND_BY_HAND = "set_option autoImplicit false\nset_option relaxedAutoImplicit false"
_BOUND_BY_HAND_IN = "set_option autoImplicit false in\nset_option relaxedAutoImplicit false in"
#: What nobody means as a name of Mathlib's (`ℝ`, `π`, `σ` may be its notation); what is applied is never bound unasked.
_VARIABLE = re.compile(r"(?!pi$)(?:[a-z]{1,3}|[A-Zαβγδικ])[0-9₀-₉']*")
_SHOWN = 12
_LIMITS = ValidationLimits()


class Status(StrEnum):
    """What became of a statement.

    `ok`: it elaborates and states a proposition. `auto_bound`: so too, but a name that nothing declares became a
    variable. `needs_mathlib`: it asks for Mathlib, and names something that what stands in for it does not have, or
    nothing stands in for it. `not_a_proposition`: it asks for data. `fails`: Lean refuses it for another reason.
    `undecided`: Lean was too slow, or was lost twice.
    """

    OK = "ok"
    AUTO_BOUND = "auto_bound"
    NEEDS_MATHLIB = "needs_mathlib"
    NOT_A_PROPOSITION = "not_a_proposition"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Validity:
    """What Lean says of the problem with id `problem`.

    `detail`: why, in one line; `names`: those that are missing, or were bound without being declared. `goal`: the
    fingerprint of the goal (equal for statements that Lean cannot tell apart), empty where there is none.
    """

    problem: str
    status: Status
    detail: str = ""
    names: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    goal: str = ""

    @property
    def elaborates(self) -> bool:
        """Whether a prover can be asked it on this Lean: what was bound unasked must be meant as a variable."""
        bound = self.status is Status.AUTO_BOUND and all(map(_VARIABLE.fullmatch, self.names))
        return self.status is Status.OK or bound


async def validate(problem: Problem, pool: Pool, *, deep: bool = False, limits: ValidationLimits = _LIMITS) -> Validity:
    """Elaborates one statement, its proof left open, over what `pool` has for its imports.

    `deep`: also looks, with small budgets, whether one call of automation proves it, whether its hypotheses
    contradict each other, and whether it is false. A lost process costs a second try. Raises `SetupError` where Lean
    cannot be started.
    """
    try:
        return await _validate(problem, pool, deep, limits)
    except LeanProcessError:
        try:
            return await _validate(problem, pool, deep, limits)
        except LeanProcessError as error:
            return Validity(problem.id, Status.UNDECIDED, f"{error.message} [{error.code}]")


async def validate_all(
    problems: Sequence[Problem],
    pool: Pool,
    *,
    jobs: int = 1,
    deep: bool = False,
    limits: ValidationLimits = _LIMITS,
) -> AsyncGenerator[Validity]:
    """Every problem once, as they come; `jobs` at a time, of a pool that has as many places."""
    found = asyncio.Queue[Validity | Exception]()
    waiting = iter(problems)

    async def work() -> None:
        try:
            for problem in waiting:
                await found.put(await validate(problem, pool, deep=deep, limits=limits))
        except Exception as error:
            await found.put(error)

    workers = [asyncio.create_task(work()) for _ in range(min(jobs, len(problems)))]
    try:
        for _ in problems:
            validity = await found.get()
            if isinstance(validity, Exception):
                raise validity
            yield validity
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def duplicates(problems: Iterable[Problem], validities: Mapping[str, Validity]) -> dict[str, str]:
    """The id of each problem that asks what an earlier one asks, and the id of that one.

    Equal are statements with the same text, blanks and the theorem's name aside, after the same definitions, and
    those with the same goal for Lean.
    """
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for problem in problems:
        validity = validities.get(problem.id)
        keys = [key for key in (_spelling(problem), validity.goal if validity else "") if key]
        earlier = next((first[key] for key in keys if key in first), None)
        if earlier is not None:
            found[problem.id] = earlier
        for key in keys:
            first.setdefault(key, earlier or problem.id)
    return found


def _spelling(problem: Problem) -> str:
    statement = re.sub(rf"(?<![\w.]){re.escape(problem.name)}(?![\w.])", "_", problem.statement, count=1)
    return " ".join(f"{problem.preamble}\n{statement}".split())


# -- one problem -----------------------------------------------------------------------------------


async def _validate(problem: Problem, pool: Pool, deep: bool, limits: ValidationLimits) -> Validity:
    header = await pool.read_header(problem.text)
    if header.errors:
        return Validity(problem.id, Status.FAILS, _first_line(header.errors))
    try:
        async with pool.lease(header.modules) as worker:
            validity = await _understood(problem, pool, header, worker, limits)
    except UserError as error:
        # The imports cannot be had.
        asks = CORE_MATH.carries(header.modules)
        return Validity(problem.id, Status.NEEDS_MATHLIB if asks else Status.FAILS, error.message)
    if not deep or not validity.elaborates:
        return validity
    found = await examine(lambda: _opened(problem, pool, header, limits))
    return replace(validity, findings=(*validity.findings, *found.findings))


def _reading(worker: Worker, header: HeaderInfo, limits: ValidationLimits) -> Elaborate:
    """Elaborates texts that have this header."""
    worker.clean = False

    async def elaborate(text: str) -> Elaboration:
        return await worker.elaborate(
            worker.env, text, start=header.end, holes=True, declarations=True, wall_seconds=limits.seconds
        )

    return elaborate


@asynccontextmanager
async def _opened(problem: Problem, pool: Pool, header: HeaderInfo, limits: ValidationLimits) -> AsyncGenerator[Opened]:
    async with pool.lease(header.modules) as worker:
        elaborate = _reading(worker, header, limits)
        read = await worker.elaborate(
            worker.env,
            problem.text,
            start=header.end,
            holes=True,
            declarations=True,
            keep=True,
            wall_seconds=limits.seconds,
        )
        hole = _own_hole(problem, read)
        if hole is None or hole.state is None:
            raise Crashed("a statement elaborated once and not a second time")
        yield Opened(problem, worker, hole, hole.state, elaborate, limits, read)


async def _understood(
    problem: Problem, pool: Pool, header: HeaderInfo, worker: Worker, limits: ValidationLimits
) -> Validity:
    elaborate = _reading(worker, header, limits)
    given = await elaborate(problem.text)
    if given.stopped:
        return Validity(problem.id, Status.UNDECIDED, f"elaborating it took longer than {limits.seconds:g} s")
    replaced = pool.foundation is not None and pool.foundation.carries(header.modules)
    if not given.clean:
        return await _refused(problem, replaced, given, elaborate)
    hole = _own_hole(problem, given)
    if hole is None or hole.goals is None:
        return Validity(problem.id, Status.FAILS, "it does not end in one statement to be proved")
    if not hole.is_prop:
        return _asks_for_a_value(problem, hole.goals)
    unbound = await _unbound(problem, elaborate)
    if unbound and replaced and not all(map(_VARIABLE.fullmatch, unbound)):
        return Validity(problem.id, Status.NEEDS_MATHLIB, f"it would take for variables: {_list(unbound)}", unbound)
    return Validity(
        problem.id,
        Status.AUTO_BOUND if unbound else Status.OK,
        f"bound without being declared: {_list(unbound)}" if unbound else "",
        unbound,
        tuple(_looks(problem, given, hole)),
        hole.goals.fingerprint,
    )


def _asks_for_a_value(problem: Problem, state: TacticState) -> Validity:
    return Validity(problem.id, Status.NOT_A_PROPOSITION, f"it asks for a value: {state.goals[0].target}")


def _own_hole(problem: Problem, elaboration: Elaboration) -> Hole | None:
    """The hole that stands for the proof; None where it is not there, or was met more than once."""
    before = replace(problem, epilogue="").text.encode()
    start = len(before.rstrip()) - len(b"sorry")
    here = [hole for hole in elaboration.holes if hole.span is not None and hole.span.start == start]
    return here[0] if len(here) == 1 else None


def _looks(problem: Problem, elaboration: Elaboration, hole: Hole) -> list[Finding]:
    """What is seen of a statement without trying anything."""
    findings: list[Finding] = []
    others = {other.declaration or "" for other in elaboration.holes if other.span != hole.span}
    if others:
        findings.append(Finding("placeholder", _list(sorted(others))))
    if hole.declaration is not None and hole.declaration != problem.name:
        findings.append(Finding("other_name", hole.declaration))
    return findings


async def _unbound(problem: Problem, elaborate: Elaborate) -> tuple[str, ...]:
    """The names that a statement, which elaborates, leaves to be bound by Lean."""
    text = replace(
        problem,
        preamble=f"{_BOUND_BY_HAND}\n\n{problem.preamble}",
        statement=f"{_BOUND_BY_HAND_IN}\n{problem.statement}",
    ).text
    strict = await elaborate(text)
    if strict.clean:
        return ()
    names = Unresolved.of(SourceFile(problem.id, text.encode()), strict.errors).names
    return names or ("?",)


async def _refused(problem: Problem, replaced: bool, given: Elaboration, elaborate: Elaborate) -> Validity:
    """Why a statement does not elaborate."""
    why = Unresolved.of(SourceFile(problem.id, problem.text.encode()), given.errors)
    if why.names:
        status = Status.NEEDS_MATHLIB if replaced else Status.FAILS
        return Validity(problem.id, status, f"not there: {_list(why.names)}", why.names)
    as_data = _as_definition(problem)
    if as_data is not None:
        read = await elaborate(as_data.text)
        hole = _own_hole(as_data, read)
        if read.clean and hole is not None and not hole.is_prop and hole.goals is not None:
            return _asks_for_a_value(problem, hole.goals)
    return Validity(problem.id, Status.FAILS, why.first)


def _as_definition(problem: Problem) -> Problem | None:
    """The same with `def` for `theorem`, which Lean takes where what is stated is no proposition."""
    heading = re.compile(rf"\b(?:theorem|lemma)(\s+{re.escape(problem.name)})(?![\w.])")
    statement, changed = heading.subn(r"def\1", problem.statement, count=1)
    return replace(problem, statement=statement) if changed else None


def _first_line(messages: Sequence[Message]) -> str:
    return (messages[0].text.splitlines() or [""])[0]


def _list(names: Sequence[str]) -> str:
    return ", ".join([*names[:_SHOWN], *(["..."] if len(names) > _SHOWN else [])])
