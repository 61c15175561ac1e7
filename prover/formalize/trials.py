"""What is found out about a statement by trying: whether its hypotheses are needed, and whether they can be met."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from prover.agent.counterexample import hunt, open_beside, unfoldable
from prover.agent.obligation import spelled
from prover.bench.problem import Origin, Problem
from prover.bench.soundness import Elaborate, Opened, ValidationLimits
from prover.core.errors import Crashed
from prover.formalize.asking import proved
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.expression import Expression
from prover.formalize.reading_off import read_off
from prover.formalize.stated import Stated
from prover.formalize.suspicion import suspicions
from prover.lean import Elaboration
from prover.lean.unresolved import Unresolved
from prover.verify.name import show

_SECONDS = 60.0
_BOUND_BY_HAND = "set_option autoImplicit false\nset_option relaxedAutoImplicit false"
#: Names that stand for types and universes without being declared, by custom.
_CUSTOMARY = frozenset("αβγδεζηθικμνξοπρστυφχψωuvw")
_MOST_HYPOTHESES = 12
#: Instances of one variable, or several, without which nothing is said of hypotheses that none of them meets.
_ENOUGH = (60, 1000)

#: Elaborates the draft anew, on a worker of its own for as long as it lasts.
Opening = Callable[[], AbstractAsyncContextManager[Stated]]


async def expression_of(stated: Stated) -> Expression:
    """The statement as data. Raises `TooLarge`, `LeanProcessError`."""
    from prover.core.outcome import Progress

    assert stated.hole.state is not None and stated.hole.goals is not None
    hypotheses = stated.hole.goals.goals[0].hypotheses
    async for _, outcome in stated.worker.apply(stated.hole.state, ["intros"]):
        if isinstance(outcome, Progress) and len(outcome.state.goals) == 1:
            hypotheses = outcome.state.goals[0].hypotheses
            await stated.worker.release([outcome.handle])
    return Expression.read(stated.tables, stated.name, hypotheses)


async def seen(stated: Stated, expression: Expression, words: str) -> list[Doubt]:
    """What is read off the statement, and what is suspected of it and not allayed by Lean."""
    found = read_off(stated, expression, words)
    asked = suspicions(expression, words)
    guarded = [one for one in asked if one.guard]
    held = await proved(stated, [one.guard for one in guarded], seconds=_SECONDS)
    allayed = {one.guard for one, good in zip(guarded, held, strict=True) if good}
    return [*found, *(one.doubt for one in asked if not one.guard or one.guard not in allayed)]


async def free_names(stated: Stated, expression: Expression) -> list[Doubt]:
    """Names that nothing declares and Lean took for variables."""
    draft = stated.draft
    kinds = stated.tables.exprs[stated.tables.constants[stated.name].type]
    if not draft.definitions.strip() and not (expression.arguments and kinds[4] == 1):
        return []  # such a variable comes first, and is implicit
    strict = replace(draft, definitions=f"{_BOUND_BY_HAND}\n\n{draft.definitions}")
    read = await stated.worker.elaborate(stated.worker.env, strict.text, start=stated.header.end, wall_seconds=_SECONDS)
    if read.clean:
        return []
    names = Unresolved.of(strict.file(), read.errors).names
    odd = [name for name in names if name.rstrip("0123456789₀₁₂₃₄₅₆₇₈₉'") not in _CUSTOMARY]
    return [Doubt(Concern.FREE_NAME, f"nothing declares {name}: Lean made a variable of it") for name in odd]


async def unneeded(stated: Stated, expression: Expression, call: str) -> list[Doubt]:
    """Hypotheses without which `call`, which proves the statement, or small automation proves it too."""
    numbers = [n for n, a in enumerate(expression.arguments) if a.prop and not expression.mentioned_later(n)]
    numbers = numbers[:_MOST_HYPOTHESES]
    claims = [expression.without(frozenset({n})) for n in numbers]
    calls = f"first | omega | grind | (simp_all; done) | ({call})"
    good = await proved(stated, claims, calls=calls, seconds=_SECONDS)
    found: list[Doubt] = []
    for number, needless in zip(numbers, good, strict=True):
        if needless:
            argument = expression.arguments[number]
            said = argument.scope.shown(argument.type)
            found.append(Doubt(Concern.UNUSED_HYPOTHESIS, f"it is proved without hypothesis {argument.name}: {said}"))
    return found


async def unmet(stated: Stated, expression: Expression, *, seconds: float) -> list[Doubt]:
    """Whether no small instance meets all hypotheses, as far as instances can be decided."""
    if not expression.hypotheses:
        return []
    conclusion = expression.scope.exact(expression.conclusion)
    if conclusion == "@_root_.False":
        return []
    name = f"{show(stated.name)}.hypotheses"
    claim = expression.without(frozenset(), "False")
    text = f"theorem _root_.{name} : {claim} := by\n  sorry\n"
    read = await stated.worker.elaborate(stated.env, text, declarations=True, keep=True, wall_seconds=_SECONDS)
    if not read.clean:
        return []
    declared = stated.elaboration.declarations
    avoid = {*open_beside(spelled(name), declared), show(stated.name)}
    result = await hunt(
        stated.worker,
        read.env,
        spelled(name),
        definitions=unfoldable(declared),
        avoid=avoid,
        seconds=seconds,
    )
    count = result.tried.instances
    many = sum(not a.prop and not a.instance for a in expression.arguments) > 1
    if result.found is not None or result.tried.stopped in ("lost", "unreadable") or count < _ENOUGH[many]:
        return []
    detail = f"none of {count:,} small instances meets all hypotheses; this does not say that none does"
    return [Doubt(Concern.UNMET_HYPOTHESES, detail)]


def problem_of(draft: Draft) -> Problem:
    """The draft as what a prover is asked."""
    before = "\n\n".join(part for part in (draft.context.rstrip(), draft.definitions.strip()) if part)
    return Problem(draft.name, draft.name, draft.statement, Origin("", ""), preamble=before)


@asynccontextmanager
async def thorough(opening: Opening, limits: ValidationLimits) -> AsyncGenerator[Opened]:
    """The draft opened for the questions of `prover.bench.soundness`."""
    async with opening() as stated:
        if stated.hole.state is None:
            raise Crashed("a statement's goal was opened once and not a second time")
        yield Opened(
            problem_of(stated.draft),
            stated.worker,
            stated.hole,
            stated.hole.state,
            _reading(stated, limits),
            limits,
            stated.elaboration,
        )


def _reading(stated: Stated, limits: ValidationLimits) -> Elaborate:
    async def elaborate(text: str) -> Elaboration:
        return await stated.worker.elaborate(
            stated.worker.env,
            text,
            start=stated.header.end,
            holes=True,
            declarations=True,
            wall_seconds=limits.seconds,
        )

    return elaborate
