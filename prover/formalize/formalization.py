"""What came of formalizing: drafts, the best first, each with all that is known of it; and what did not stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prover.core.budget import Spent
from prover.formalize.back_translation import BackTranslation
from prover.formalize.draft import Draft
from prover.formalize.drafting import Drawn
from prover.formalize.examined import Examined


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft that states something. `draws`: how many draws gave it, up to names of bound variables; `agreeing`: how
    many gave what was shown to say the same, these included. `of`: draws in all that state something. `mends`: replies
    that Lean had refused before. `full`: the theorem's name with its namespaces.

    `back`: None: nobody was asked.
    """

    examined: Examined
    full: str
    draws: int
    agreeing: int
    of: int
    mends: int = 0
    back: BackTranslation | None = None

    @property
    def draft(self) -> Draft:
        return self.examined.draft

    @property
    def key(self) -> str:
        return self.examined.key

    @property
    def damned(self) -> bool:
        return self.examined.damned

    @property
    def lone(self) -> bool:
        """Whether no other draw was shown to say the same."""
        return self.agreeing < 2

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Least for the best: what nobody can mean comes last, then what most draws agree on, then what there is least
        to doubt about."""
        return self.damned, -self.agreeing, len(self.examined.doubts)


@dataclass(frozen=True, slots=True)
class Formalization:
    """`candidates`: the best first. `classes`: of indices into them, shown to say the same; `undecided`: pairs of them
    that Lean could not decide; `implies`: pairs of which the first implies the second. `failures`: draws without a
    statement. `tokens`, `money` (US dollars, 0 where no price is
    known), `calls`: what models cost; `seconds`: since the work began."""

    words: str
    name: str
    context: str
    candidates: tuple[Candidate, ...] = ()
    classes: tuple[tuple[int, ...], ...] = ()
    undecided: tuple[tuple[int, int], ...] = ()
    implies: tuple[tuple[int, int], ...] = ()
    failures: tuple[Drawn, ...] = ()
    tokens: int = 0
    money: float = 0.0
    calls: int = 0
    seconds: float = 0.0

    def best(self) -> tuple[Candidate | None, str]:
        """The first, and nothing; or None, and why it is not to be taken without a person."""
        first = self.candidates[0] if self.candidates else None
        if first is None:
            return None, "no_draft"
        return objection(first) or (first, "")

    def numbered(self, number: int) -> Candidate | None:
        """A candidate by its place, from 1."""
        return self.candidates[number - 1] if 1 <= number <= len(self.candidates) else None

    def document(self) -> dict[str, Any]:
        """As JSON, without what is asked and answered around it."""
        return {
            "words": self.words,
            "name": self.name,
            "drafts": [_candidate(number, one) for number, one in enumerate(self.candidates, start=1)],
            "classes": [[i + 1 for i in one] for one in self.classes],
            "undecided": [[i + 1 for i in pair] for pair in self.undecided],
            "implies": [[i + 1 for i in pair] for pair in self.implies],
            "failures": [_failure(one) for one in self.failures],
            "costs": {
                "calls": self.calls,
                "tokens": self.tokens,
                "money": round(self.money, 6),
                "seconds": round(self.seconds, 3),
            },
        }


def objection(candidate: Candidate) -> tuple[None, str] | None:
    """Why a draft is not to be taken by a program: `damned`, `lone`."""
    if candidate.damned:
        return None, "damned"
    return (None, "lone") if candidate.lone else None


def spent_of(spent: Spent) -> Mapping[str, Any]:
    """What models cost, as `Formalization` has it."""
    return {"tokens": spent.tokens, "money": spent.money, "calls": spent.calls, "seconds": spent.seconds}


def mapped(pairs: Sequence[Sequence[int]], places: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Pairs of indices, in another order."""
    return tuple((places[a], places[b]) for a, b in pairs)


def _candidate(number: int, one: Candidate) -> dict[str, Any]:
    examined, draft = one.examined, one.draft
    return {
        "number": number,
        "name": one.full,
        "statement": draft.statement,
        "definitions": draft.definitions,
        "reading": draft.reading,
        "author": draft.author,
        "key": one.key,
        "damned": one.damned,
        "draws": one.draws,
        "agreeing": one.agreeing,
        "of": one.of,
        "mends": one.mends,
        "doubts": [
            {
                "concern": str(doubt.concern),
                "detail": doubt.detail,
                "evidence": doubt.evidence,
                "damning": doubt.damning,
            }
            for doubt in examined.doubts
        ],
        "instances": examined.instances,
        "unexamined": list(examined.unexamined),
        "back_translation": None if one.back is None else asdict(one.back),
    }


def _failure(one: Drawn) -> dict[str, Any]:
    return {
        "draw": one.number + 1,
        "stopped": one.stopped,
        "tries": [
            {
                "statement": "" if t.draft is None else t.draft.statement,
                "definitions": "" if t.draft is None else t.draft.definitions,
                "errors": list(t.errors),
            }
            for t in one.tries
        ],
    }
