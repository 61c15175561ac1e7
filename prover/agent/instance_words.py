"""A counterexample in words: the values, and what the two sides of the conclusion are there."""

from __future__ import annotations

from prover.core.message import Severity
from prover.generate.tokens import code_tokens
from prover.lean import Worker

_RELATIONS = frozenset({"=", "≠", "<", "≤", ">", "≥", "==", "!="})
#: With one of these outside brackets, a text is no plain relation.
_OTHER = frozenset({"∀", "∃", "fun", "λ", "if", "let", "have", "match", "∧", "∨", "→", "↔", "¬"})
_OPENING, _CLOSING = frozenset("([{⟨⦃"), frozenset(")]}⟩⦄")
_SECONDS = 5.0
_LONGEST = 60


def conclusion(denied: str) -> str:
    """What is false, of its negation as Lean prints it."""
    text = " ".join(denied.split())
    rest = text.removeprefix("¬")
    if rest == text:
        return f"¬({text})"
    return rest[1:-1] if rest.startswith("(") and _closes_last(rest) else rest


def sides(statement: str) -> tuple[str, str, str] | None:
    """Left side, relation and right side of a plain relation."""
    depth, found = 0, None
    for token in code_tokens(statement):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text in _OTHER:
            return None
        if depth == 0 and token.text in _RELATIONS:
            if found is not None:
                return None
            found = token
    if found is None:
        return None
    return statement[: found.start].strip(), found.text, statement[found.end :].strip()


async def explain(worker: Worker, env: int, denied: str) -> str:
    """What is false at a counterexample: "the left side is 2, the right side 1", where Lean can compute that."""
    statement = conclusion(denied)
    if statement == "False":
        return "all hypotheses hold, and the conclusion is False"
    parts = sides(statement)
    if parts is not None:
        left, relation, right = parts
        values = [await _value(worker, env, side) for side in (left, right)]
        if None not in values:
            if relation in ("≠", "!="):
                return f"both sides of {statement} are {values[0]}"
            return f"{statement} is false: the left side is {values[0]}, the right side {values[1]}"
    return f"{statement} is false"


async def _value(worker: Worker, env: int, term: str) -> str | None:
    """What a term computes to. Where Lean cannot run it, it is reduced."""
    for command in ("#eval", "#reduce"):
        made = await worker.elaborate(env, f"{command} ({term})\n", wall_seconds=_SECONDS)
        shown = [m.text.strip() for m in made.messages if m.severity is Severity.INFO]
        if made.clean and len(shown) == 1 and "\n" not in shown[0] and len(shown[0]) <= _LONGEST:
            return None if command == "#reduce" and "Int." in shown[0] else shown[0]
    return None


def _closes_last(text: str) -> bool:
    """Whether the bracket that a text begins with is closed at its very end."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth == 0:
            return i == len(text) - 1
    return False
