"""What a search hands back, whether or not it found a proof."""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.search.proof import Step


@dataclass(slots=True)
class Statistics:
    """Counts of one search. `lean_seconds`: spent waiting for tactics; `generation_seconds`: for candidates.

    `withdrawn`: pieces of work that were given up because their goal was decided or the search ended. `proof`: tactics
    and characters (blanks left out) of the script, as it was found and as it is, and how many smaller ones were tried.
    """

    expansions: int = 0
    candidates: int = 0
    solved: int = 0
    progressed: int = 0
    failed: int = 0
    timed_out: int = 0
    rejected: int = 0
    lost: int = 0
    duplicates: int = 0
    withdrawn: int = 0
    heartbeats: int = 0
    tokens: int = 0
    money: float = 0.0
    lean_seconds: float = 0.0
    generation_seconds: float = 0.0
    graph: dict[str, int] = field(default_factory=dict[str, int])
    proof: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The outcome of a search.

    `proof` is what tactic mode accepted: a hint, to be rebuilt and verified before anybody says "proved". `script`: the
    proof as tactic lines, to stand after `by`, made shorter where Lean agreed; `first_script`: as it was found.
    `checked`: `script` closed the root again, in one piece (False when no time was left to see). `stop`: `proved`,
    `exhausted`, `budget_` and the field of `Budget` that was used up (`budget_seconds`, ...), `interrupted`,
    `engine_lost` or `model_failed`; `detail` says more where there is more to say.
    """

    stop: str
    proof: Step | None
    checked: bool
    seconds: float
    statistics: Statistics
    detail: str = ""
    script: str | None = None
    first_script: str | None = None

    @property
    def solved(self) -> bool:
        return self.proof is not None
