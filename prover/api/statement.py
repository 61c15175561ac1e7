"""A statement as a person writes it down, read by Lean."""

from __future__ import annotations

from prover.core.message import Message, Severity
from prover.core.state import Goal
from prover.lean import Worker

_ELABORATE_SECONDS = 120.0
_TURNSTILE = "⊢"
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
