"""A statement as a person writes it down, read by Lean."""

from __future__ import annotations

import re

from prover.core.errors import UserError
from prover.core.message import Message, Severity
from prover.core.state import Goal
from prover.lean import Pool, Worker
from prover.lean.source import SourceFile

_ELABORATE_SECONDS = 120.0
_TURNSTILE = "⊢"
#: `theorem NAME BINDERS : P`, perhaps with an open proof.
_DECLARED = re.compile(
    r"\s*(?:theorem|lemma)\s+(?P<name>[^\s:({\[]+)\s*(?P<rest>.*?)(?:\s*:=\s*(?:by\s+)?sorry)?\s*", re.DOTALL
)
#: Names that are not there are errors, not variables.
_STRICT = "set_option relaxedAutoImplicit false in\n"


def readings(text: str) -> list[str]:
    """How `text` may be written behind `theorem NAME`: as a proposition, as binders and a proposition
    (`(n : Nat) : n = n`), or from a goal as Lean prints it (`h : p ⊢ q`)."""
    if _TURNSTILE in text:
        context, _, target = text.rpartition(_TURNSTILE)
        lines = [line.strip() for line in context.splitlines() if line.strip() and not line.startswith("case ")]
        return [f"{' '.join(f'({line})' for line in lines)} : {target.strip()}"]
    return [f": {text}", text]


async def stated(pool: Pool, statement: str, context: str = "", *, name: str = "goal") -> SourceFile:
    """A file that states `statement` as the theorem `name`, with a hole for its proof, behind `context` (imports,
    definitions). It may also be a whole theorem, with `sorry` for its proof or without one; then it keeps its name.

    Raises `UserError` (`no_statement`) with Lean's words where it is no statement.
    """
    if declared := _DECLARED.fullmatch(statement):
        name, statement = declared["name"], declared["rest"]
    header = await pool.read_header(context)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        known = await worker.elaborate(
            worker.env, context, start=header.end, keep=True, wall_seconds=_ELABORATE_SECONDS
        )
        written, errors = await read_statement(worker, known.env, statement)
    if not written:
        said = errors[0].text if errors else "it is no proposition"
        raise UserError(
            f"Lean reads no statement in {statement!r}: {said}",
            code="no_statement",
            hint="write '(a b : Nat) : a + b = b + a' or '∀ a b : Nat, a + b = b + a'",
        )
    text = f"{context.rstrip()}\n\ntheorem {name} {written} := by\n  sorry\n".lstrip("\n")
    return SourceFile("<statement>", text.encode())


async def read_goal(worker: Worker, env: int, text: str) -> Goal | None:
    """The goal that `text` states in `env`, or None when Lean reads no statement in it."""
    for statement in readings(text):
        goal, _ = await _goal_of(worker, env, statement)
        if goal is not None and goal.symbols:
            return goal
    return None


async def read_statement(worker: Worker, env: int, text: str) -> tuple[str, tuple[Message, ...]]:
    """What to write behind `theorem NAME` for `text`, and no messages; or nothing, and Lean's errors about the reading
    that fits the text's form best."""
    complaints: list[tuple[Message, ...]] = []
    for statement in readings(text):
        goal, messages = await _goal_of(worker, env, statement)
        if goal is not None:
            return statement, ()
        complaints.append(messages)
    # A text with binders in front is no proposition: what is said of it as one misleads.
    return "", complaints[-1] if text.lstrip().startswith(("(", "{", "[", "∀", ":")) else complaints[0]


async def _goal_of(worker: Worker, env: int, statement: str) -> tuple[Goal | None, tuple[Message, ...]]:
    command = f"{_STRICT}example {statement} := by sorry\n"
    opened = await worker.elaborate(env, command, holes=True, wall_seconds=_ELABORATE_SECONDS)
    errors = tuple(m for m in opened.messages if m.severity is Severity.ERROR)
    goals = [h.goals.goals[0] for h in opened.holes if h.goals is not None and h.is_prop]
    return (goals[0] if not errors and len(goals) == 1 else None), errors
