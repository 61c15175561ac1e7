"""What the events of an attempt's searches say of it: the work, and what its proof is made of."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from prover.agent.leap.events import ActionEnded
from prover.events import Event
from prover.search.replies import LeanCall, SearchOutcome

_OPENERS = re.compile(r"^(?:[·|]\s*|case\s+[^=]*=>\s*|next\s+[^=]*=>\s*|[\w.']+(?:\s+[\w.']+)*\s*=>\s*)+")
_SEPARATOR = re.compile(r"<;>|;|\n")
_WORD = re.compile(r"[A-Za-z_][\w!?]*")
_WENT_WELL = ("Solved", "Progress")


@dataclass(frozen=True, slots=True)
class Work:
    """Sums over all searches of an attempt and, of an agent, over its other actions."""

    heartbeats: int = 0
    expansions: int = 0
    candidates: int = 0
    lean_seconds: float = 0.0


def work_in(events: Sequence[Event]) -> Work:
    """What is on record. The time an agent's actions spent with Lean holds that of their searches."""
    outcomes = [event.payload.statistics for event in events if isinstance(event.payload, SearchOutcome)]
    actions = [event.payload for event in events if isinstance(event.payload, ActionEnded)]

    def total(name: str) -> float:
        return sum(float(statistics.get(name, 0)) for statistics in outcomes)

    with_lean = sum(action.lean_seconds for action in actions) if actions else total("lean_seconds")
    return Work(int(total("heartbeats")), int(total("expansions")), int(total("candidates")), round(with_lean, 3))


def tactics_of(script: str) -> tuple[str, ...]:
    """The tactics of a script, each time it is used, by their first word."""
    found: list[str] = []
    for piece in _SEPARATOR.split(script):
        word = _WORD.match(_OPENERS.sub("", piece.strip().lstrip("(")).lstrip("(· "))
        if word is not None:
            found.append(word[0])
    return tuple(found)


def lemmas_of(script: str, events: Sequence[Event], theorems: Container[str]) -> tuple[str, ...]:
    """Those of the library's `theorems` that the tactics of a script made use of, also where automation found them; in
    alphabetical order."""
    used: set[str] = set()
    for event in events:
        call = event.payload
        if isinstance(call, LeanCall) and call.uses and call.outcome in _WENT_WELL and call.tactic.strip() in script:
            used.update(name for name in call.uses if name in theorems)
    return tuple(sorted(used))
