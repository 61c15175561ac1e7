"""What a data set is made of: a tactic tried at a state, and a preference between two tactics."""

from __future__ import annotations

from dataclasses import dataclass

from prover.core.state import Goal

#: Where a record comes from.
RUN, DOJO = "run", "dojo"

#: What became of a tactic (`TacticRecord.outcome`).
PROGRESS, SOLVED, FAILED, TIMED_OUT, REJECTED, LOST = "progress", "solved", "failed", "timed_out", "rejected", "lost"

#: What a tactic that ran led to (`TacticRecord.led_to`).
PROVED, DEAD, OPEN, UNEXPLORED, KNOWN = "proved", "dead", "open", "unexplored", "known"


@dataclass(frozen=True, slots=True)
class TacticRecord:
    """One tactic at one state. `docs/export.md` says more of each field; `schemas/tactic.json` gives the JSON.

    `state`, `after`: goals as Lean prints them (`after` is empty when none are left, None when they are not known).
    `on_proof`: the step lies on the proof its search ended with. `remaining`: tactics of the shortest known proof that
    begins with this one. `verified`: that search's proof is one that the verification ladder accepted (rung 3 or more)
    for the theorem, or for its negation where `refuting`. `used`, `offered`: names of theorems and definitions.
    """

    state: str
    tactic: str
    outcome: str
    reason: str = ""
    message: str = ""
    after: str | None = None
    led_to: str = ""
    on_proof: bool = False
    remaining: int | None = None
    depth: int | None = None
    verified: bool = False
    verdict: str = ""
    theorem: str = ""
    refuting: bool = False
    source: str = ""
    log_probability: float | None = None
    level: int = 0
    heartbeats: int = 0
    used: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    fingerprint: str = ""
    origin: str = RUN
    search: str = ""
    file: str = ""
    repository: str = ""
    split: str = ""
    lean_version: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """Two tactics at one state, of which one is to be preferred.

    `chosen` lies on a proof (`on_proof`) or leads to goals that were proved. `rejected` ran and led nowhere
    (`rejected_led_to`), or failed (`rejected_reason`).
    """

    state: str
    chosen: str
    rejected: str
    on_proof: bool = False
    remaining: int | None = None
    rejected_led_to: str = ""
    rejected_reason: str = ""
    verified: bool = False
    chosen_source: str = ""
    rejected_source: str = ""
    theorem: str = ""
    offered: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    fingerprint: str = ""
    search: str = ""
    file: str = ""
    lean_version: str = ""


#: The names under which records are written down; a change that old readers cannot live with gets a new number.
SCHEMAS: dict[type, str] = {
    TacticRecord: "leap-prover/tactic/1",
    Preference: "leap-prover/preference/1",
}
