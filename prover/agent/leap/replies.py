"""What a role answered, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_WORDS = {
    "empty": "the reply holds no Lean code",
    "truncated": "the reply was cut off before it was complete",
    "too_long": "the reply is too long to be read",
    "prose": "the reply is prose where Lean code is wanted",
    "unbalanced": "brackets, strings or comments do not match",
    "forbidden": "the reply holds what no proof may contain (`sorry`, an axiom, a command that runs code, ...)",
    "open_lemma": "a lemma in the reply has no proof, and a whole proof is wanted",
    "no_lemma": "the reply states no lemma and gives no proof",
    "silent": "the reply says nothing",
    "no_json": "the reply holds no JSON object with the fields that were asked for",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """A lemma in a reply: `text` is `theorem name binders : type`; `informal`, the words before it. `script`: its
    proof, where the reply has one."""

    name: str
    text: str
    informal: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class ProofReply:
    """A proof as tactic lines, and `definitions` (declarations, proved lemmas too) to stand before the theorem."""

    plan: str
    script: str
    definitions: str = ""


@dataclass(frozen=True, slots=True)
class PlanReply:
    """A plan: in words, with what is new, and a proof from the lemmas (`script`, empty where there is none yet)."""

    plan: str
    definitions: str = ""
    lemmas: tuple[Stated, ...] = ()
    script: str = ""


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """A reviewer's judgement; `score` from 0 to 10."""

    accepted: bool
    score: float
    reasons: tuple[str, ...] = ()


class Diagnosis(StrEnum):
    """Why a lemma is not proved, as far as a model can tell."""

    STATEMENT_WRONG = "STATEMENT_WRONG"
    TOO_HARD = "TOO_HARD"
    MISSING_PREMISE = "MISSING_PREMISE"
    BUDGET = "BUDGET"


@dataclass(frozen=True, slots=True)
class DiagnosisReply:
    diagnosis: Diagnosis
    counterexample: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class StatementReply:
    """A statement in Lean for one in words; `reading`: how these were understood, as the model says."""

    statement: Stated
    definitions: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class WordsReply:
    """A statement in words for one in Lean."""

    words: str


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing that can be used. `reason`: `empty`, `truncated`, `too_long`, `prose`, `unbalanced`, `forbidden`,
    `open_lemma`, `no_lemma`, `no_json`, `silent`; `about`: the name or text that it is about."""

    reason: str
    about: str = ""

    def __str__(self) -> str:
        """In words that the model can be told."""
        words = _WORDS.get(self.reason, self.reason)
        return f"{words}: {self.about}" if self.about else words
