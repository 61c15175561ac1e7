"""A lemma: the OR node of the plan. Any one proof closes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prover.agent.leap.decomposition import Decomposition


class Standing(StrEnum):
    """What is known of a lemma."""

    OPEN = "open"
    PROVED = "proved"
    REFUTED = "refuted"
    #: Its statement was replaced by another.
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a lemma says.

    `key`: equal for statements that are equal up to names of bound variables, over definitions with equal content, in
    the same scope; text is never compared. `text`: as written, `theorem name binders : type`, without the `:=` of a
    proof. `informal`: the same in words, or why it is needed.
    """

    key: str
    name: str
    text: str
    informal: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that calls on no other lemma of the plan: tactic lines to stand after `by`. `source`: who found it.

    A proof that does call on others is a decomposition into those.
    """

    script: str
    source: str = ""


@dataclass(slots=True, eq=False)
class Lemma:
    """A node. `proof` or else `by` (a decomposition, all of whose lemmas are proved) says how it is proved.

    `auxiliary`: stated for later, by no sketch needed yet. `needed_by`: the decompositions that have it among their
    lemmas. `counterexample`: a proof of its negation, where it is refuted.
    """

    number: int
    statement: Statement
    standing: Standing = Standing.OPEN
    auxiliary: bool = False
    proof: Proof | None = None
    by: Decomposition | None = None
    counterexample: str = ""
    decompositions: list[Decomposition] = field(default_factory=list["Decomposition"])
    needed_by: list[Decomposition] = field(default_factory=list["Decomposition"])

    @property
    def key(self) -> str:
        return self.statement.key

    @property
    def name(self) -> str:
        return self.statement.name

    @property
    def proved(self) -> bool:
        return self.standing is Standing.PROVED

    def __repr__(self) -> str:
        return f"Lemma({self.number}, {self.name}, {self.standing})"
