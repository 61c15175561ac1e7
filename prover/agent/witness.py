"""Values for a hole that is data inside a proof: the first part of `⟨sorry, sorry⟩`."""

from __future__ import annotations

import re

from prover.core.state import Goal

_NUMERAL = re.compile(r"(?<![\w.])\d{1,9}(?![\w.])")
_SMALL = [str(n) for n in range(13)]
_FIXED = {
    "Bool": ["true", "false"],
    "Prop": ["True", "False"],
    "Unit": ["()"],
    "PUnit": ["⟨⟩"],
    "Type": ["Nat", "Unit", "Bool"],
}
_NATURAL = frozenset({"Nat", "ℕ"})
_NUMERIC = frozenset({"Int", "ℤ", "Rat", "ℚ"})


def witnesses(goal: Goal, statement: str, limit: int = 40) -> list[str]:
    """Terms worth trying for a goal that is a type of data, the likeliest first.

    Hypotheses of that very type, then constants for the few types where some are better than others:
    numerals of the statement and small ones. The goal that follows decides, not this list.
    """
    kind = goal.target
    found = [h.name for h in goal.hypotheses if h.type == kind and not h.inaccessible]
    if kind in _NATURAL | _NUMERIC:
        own: list[str] = _NUMERAL.findall(statement)
        found += own + _SMALL
        found += [f"{h} + 1" for h in found if not h.isdigit()]
        if kind in _NUMERIC:
            found += [f"-{n}" for n in own + _SMALL if n != "0"]
    found += _FIXED.get(kind, [])
    found.append("default")
    return list(dict.fromkeys(found))[:limit]
