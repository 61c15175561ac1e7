"""A reason to doubt that a statement says what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Concern(StrEnum):
    """What may be wrong with a statement that elaborates.

    Shown by Lean: `false` (its negation has a proof), `trivial` (one call of automation proves it), `vacuous` (its
    hypotheses contradict each other), `unused_hypothesis` (what it says was proved without it), `unused_variable` (a
    bound variable occurs nowhere). Searched for: `unmet_hypotheses` (no small instance meets all hypotheses; they need
    not contradict each other). Read off the statement: `conclusion_is_hypothesis`, `free_name` (a name that nothing
    declares became a variable), `truncation` (subtraction or division of natural numbers or integers, where words
    rarely mean Lean's), `junk_value` (a function outside its domain, such as division by what may be zero),
    `existential_implication` (`∃ x, P x → Q x`), `numeral_type` (numbers of a type that the words do not suggest),
    `empty_type` (a type variable that may have no element), `axiom_in_definition`, `open_definition`.
    """

    FALSE = "false"
    TRIVIAL = "trivial"
    VACUOUS = "vacuous"
    UNMET_HYPOTHESES = "unmet_hypotheses"
    UNUSED_HYPOTHESIS = "unused_hypothesis"
    UNUSED_VARIABLE = "unused_variable"
    CONCLUSION_IS_HYPOTHESIS = "conclusion_is_hypothesis"
    FREE_NAME = "free_name"
    TRUNCATION = "truncation"
    JUNK_VALUE = "junk_value"
    EXISTENTIAL_IMPLICATION = "existential_implication"
    NUMERAL_TYPE = "numeral_type"
    EMPTY_TYPE = "empty_type"
    AXIOM_IN_DEFINITION = "axiom_in_definition"
    OPEN_DEFINITION = "open_definition"


#: With these a statement is not what anybody means.
DAMNING = frozenset({Concern.FALSE, Concern.VACUOUS, Concern.CONCLUSION_IS_HYPOTHESIS})


@dataclass(frozen=True, slots=True)
class Doubt:
    """`detail`: one line for a person, with the place in the statement; `evidence`: Lean text that shows it (a verified
    negation, the tactic that closes it), empty where it is read off."""

    concern: Concern
    detail: str
    evidence: str = ""

    @property
    def damning(self) -> bool:
        return self.concern in DAMNING
