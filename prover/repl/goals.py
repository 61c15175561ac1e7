"""Goals read back from what Lean printed: all that the repl gives of them.

What printing leaves out cannot be had again: implicit arguments, which goals share metavariables, what a hypothesis
is. So all goals of a state form one group and are never split, and a state is known by its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from prover.core.state import Goal, Hypothesis, TacticState
from prover.lean.wire import fingerprint

_CASE = "case "
_TURNSTILE = "⊢ "
_NAMES = re.compile(r"(?P<names>\S+(?: \S+)*) : (?P<type>.*)", re.DOTALL)
_RELATIONS = re.compile(r"[=≠<>≤≥∧∨¬↔∃∣∈∉⊆⊂∤≡]|(?:^| )%")
_PROOF_NAME = re.compile(r"^(?:h|this|ih)")
_WORDS_OF_PROPOSITIONS = frozenset({"True", "False"})


def read_state(goals: Sequence[str]) -> TacticState:
    """A tactic state from the texts of its goals."""
    return TacticState(tuple(read_goal(goal) for goal in goals), fingerprint("\n\n".join(goals)))


def read_goal(text: str) -> Goal:
    """One goal from its text."""
    case = ""
    entries: list[str] = []
    for line in text.split("\n"):
        if not entries and not case and line.startswith(_CASE):
            case = line.removeprefix(_CASE)
        elif line.startswith(" ") and entries:
            entries[-1] += "\n" + line
        else:
            entries.append(line)
    target = next((e for e in entries if e.startswith(_TURNSTILE)), "").removeprefix(_TURNSTILE)
    hypotheses: list[Hypothesis] = []
    for entry in entries:
        found = None if entry.startswith(_TURNSTILE) else _NAMES.fullmatch(entry)
        if found is not None:
            hypotheses += _hypotheses(found["names"].split(" "), found["type"], hypotheses)
    return Goal(target, tuple(hypotheses), case)


def _hypotheses(names: Sequence[str], type_: str, before: Sequence[Hypothesis]) -> list[Hypothesis]:
    type_, value = _split_value(type_)
    found: list[Hypothesis] = []
    for shown in names:
        name = shown.removesuffix("✝")
        found.append(
            Hypothesis(
                name,
                type_,
                value,
                is_prop=_looks_like_proposition(name, type_, before),
                inaccessible=name != shown,
                is_instance=shown.startswith("inst✝"),
            )
        )
    return found


def _split_value(type_: str) -> tuple[str, str | None]:
    """`T := v` of a local definition. A type that itself says `:=` (`let`, `have`) is left whole."""
    before, sign, value = type_.partition(" := ")
    if not sign or re.search(r"\b(?:let|have|fun)\b", before):
        return type_, None
    return before, value


def _looks_like_proposition(name: str, type_: str, before: Sequence[Hypothesis]) -> bool:
    """A guess, for the generators: a relation or a connective, a variable that is a proposition, else by the name."""
    result = type_.rsplit("→", 1)[-1].strip()
    if result in ("Prop", "Type") or result.startswith(("Type ", "Sort ")):
        return False
    if _RELATIONS.search(type_) or result in _WORDS_OF_PROPOSITIONS:
        return True
    head = result.lstrip("(").split(" ", 1)[0]
    for hypothesis in before:
        if hypothesis.name == head:
            return hypothesis.type == "Prop" or hypothesis.type.endswith("→ Prop")
    return bool(_PROOF_NAME.match(name))
