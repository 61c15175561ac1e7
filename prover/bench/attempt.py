"""What an attempt at a problem came to: the events of a run's `attempts.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass

from prover.events.payload import payload


@dataclass(frozen=True, slots=True)
class Spending:
    """What an attempt took. `seconds`: wall, the check of the proof included; `lean_seconds`: Lean at work on tactics;
    `verify_seconds`: the ladder; `tokens`: written by models, `prompt_tokens`: read by them; `money`: US dollars."""

    seconds: float = 0.0
    lean_seconds: float = 0.0
    verify_seconds: float = 0.0
    heartbeats: int = 0
    expansions: int = 0
    candidates: int = 0
    questions: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    money: float = 0.0


@payload("AttemptEnded")
@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """An attempt came to its end: it counts.

    `problem`: its id; `attempt`: 1, 2, ... `code`: that of the verdict; `proved`: the ladder said so, from rung 3 up,
    which `rung` names; `axioms`: what the proof rests on. `stopped`: why the search ended without a proof. `script`:
    the proof as tactic lines; `proof_file`: the whole file within the run folder. `tactics`: the tactics of the
    proof, a word each, `lemmas`: theorems of the library that it makes use of, where they were indexed. `spoilt`: how
    often it was begun before and lost to broken machinery.
    """

    problem: str
    attempt: int
    code: str
    proved: bool
    spent: Spending
    stopped: str = ""
    rung: int = 0
    axioms: tuple[str, ...] = ()
    script: str = ""
    proof_file: str = ""
    tactics: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    spoilt: int = 0
    detail: str = ""


#: `AttemptSpoilt.error` where the machine that made the attempt was lost, and not the attempt's own machinery.
NODE_LOST = "node_lost"


@payload("AttemptSpoilt")
@dataclass(frozen=True, slots=True)
class AttemptSpoilt:
    """An attempt was lost to broken machinery, not to the prover: it does not count, and is made again.
    `error`: code of what broke; `node`: where."""

    problem: str
    attempt: int
    error: str
    detail: str = ""
    node: str = ""


def unit(problem: str, attempt: int) -> str:
    """The name of an attempt in logs and files: `problem#attempt`."""
    return f"{problem}#{attempt}"
