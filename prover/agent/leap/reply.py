"""What roles answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True)
class NewLemma:
    """A lemma that a plan states: `theorem name binders : type`, and why it is needed."""

    name: str
    text: str
    informal: str = ""


@dataclass(frozen=True, slots=True)
class ProofReply:
    """A proof: tactic lines. `definitions`: declarations that it needs. `plan`: the idea in words."""

    script: str
    plan: str = ""
    definitions: str = ""


@dataclass(frozen=True, slots=True)
class PlanReply:
    """A decomposition: lemmas, and how the statement follows from them (`script`, empty where that is not said)."""

    plan: str
    lemmas: tuple[NewLemma, ...] = ()
    script: str = ""
    definitions: str = ""


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """What a reviewer thinks of a decomposition; `score` from 0 to 10."""

    accepted: bool
    score: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiagnosisReply:
    """Why a lemma resists: STATEMENT_WRONG, TOO_HARD, MISSING_PREMISE or BUDGET."""

    diagnosis: str
    advice: str = ""
    counterexample: str = ""


@dataclass(frozen=True, slots=True)
class NoReply:
    """An answer in which nothing of what was asked for can be found."""

    reason: str


Reply = TypeVar("Reply", covariant=True)


@dataclass(frozen=True, slots=True)
class Said(Generic[Reply]):
    """A reply and its price: tokens the models wrote, US dollars, calls."""

    reply: Reply
    tokens: int = 0
    money: float = 0.0
    calls: int = 1
