"""Drafts, doubts and agreement as lines of text, for every face."""

from __future__ import annotations

from collections.abc import Iterator

from prover.core.visible import visible
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.drafting import Drawn
from prover.formalize.formalization import Candidate, Formalization

_CONCERNS = {
    Concern.FALSE: "it is false: Lean has a proof of its negation",
    Concern.TRIVIAL: "one call of automation proves it, so it may say less than was meant",
    Concern.VACUOUS: "its hypotheses contradict each other, so it says nothing",
    Concern.UNUSED_HYPOTHESIS: "it was proved without one of its hypotheses",
    Concern.UNUSED_VARIABLE: "a bound variable occurs nowhere",
    Concern.CONCLUSION_IS_HYPOTHESIS: "its conclusion is one of its hypotheses",
    Concern.FREE_NAME: "a name that nothing declares became a variable",
    Concern.TRUNCATION: "subtraction or division of numbers that ends at 0 or is rounded",
    Concern.JUNK_VALUE: "a function outside its domain, where Lean gives some value all the same",
    Concern.EXISTENTIAL_IMPLICATION: "∃ x, P x → Q x holds for any x without P",
    Concern.NUMERAL_TYPE: "numbers of a type that the words do not suggest",
    Concern.EMPTY_TYPE: "a type that may have no element",
    Concern.AXIOM_IN_DEFINITION: "a definition assumes something",
    Concern.OPEN_DEFINITION: "a definition is left open",
}
_REFUSALS = {
    "no_draft": "no draft states anything",
    "damned": "there is something about it that nobody can mean",
    "lone": "no other draft was shown to say the same",
}
_SHOWN_ERRORS = 3


def standing(one: Candidate) -> str:
    """What is known of a draft, in a line."""
    if one.draft.author == "person":
        said = ["yours"] + ([f"{one.agreeing} of {one.of} drafts say the same"] if one.agreeing else [])
    else:
        said = [f"{one.agreeing} of {one.of} drafts say this"]
    if one.mends:
        said.append(f"mended {one.mends}x")
    doubts = one.examined.doubts
    said.append(", ".join(_word(doubt) for doubt in doubts) if doubts else "no doubts found")
    if one.examined.instances:
        said.append(f"none of {one.examined.instances} small instances fails")
    if one.examined.unexamined:
        said.append("not all could be examined")
    return "; ".join(said)


def code(one: Candidate) -> list[str]:
    """Its definitions and its statement."""
    parts = (one.draft.definitions.strip(), one.draft.statement.strip())
    return visible("\n\n".join(part for part in parts if part)).split("\n")


def said_back(one: Candidate) -> str:
    """What a model that has not seen the words says of it."""
    if one.back is None:
        return ""
    if one.back.words:
        return visible(" ".join(one.back.words.split()))
    return f"(nobody said it back: {visible(one.back.problem)})"


def explained(found: Formalization, number: int) -> Iterator[str]:
    """All that there is to know of a draft, by its place from 1."""
    one = found.candidates[number - 1]
    yield f"{number}: {standing(one)}"
    for doubt in one.examined.doubts:
        yield f"- {concern(doubt)}: {visible(doubt.detail)}"
        yield from (f"    {line}" for line in visible(doubt.evidence).split("\n") if doubt.evidence)
    for gap in one.examined.unexamined:
        yield f"- not found out: {visible(gap)}"
    yield from _relations(found, number - 1)
    if one.draft.reading:
        yield f"- as its author reads the words: {visible(' '.join(one.draft.reading.split()))}"
    yield f"- key {one.key}"


def failures(found: Formalization) -> Iterator[str]:
    """Draws that gave no statement, with what was wrong with the last reply."""
    for one in found.failures:
        yield _failure(one)


def refusal(reason: str) -> str:
    """Why nothing is accepted without a person."""
    return _REFUSALS.get(reason, reason)


def concern(doubt: Doubt) -> str:
    """What may be wrong, in a few words."""
    return _CONCERNS.get(doubt.concern, _word(doubt))


def _word(doubt: Doubt) -> str:
    word = str(doubt.concern).replace("_", " ")
    return word.upper() if doubt.damning else word


def _relations(found: Formalization, at: int) -> Iterator[str]:
    same = next((c for c in found.classes if at in c), (at,))
    if len(same) > 1:
        yield f"- Lean has shown that it says the same as {', '.join(str(i + 1) for i in same if i != at)}"
    for a, b in found.implies:
        if at == a:
            yield f"- it implies {b + 1}"
        elif at == b:
            yield f"- {a + 1} implies it"
    for a, b in found.undecided:
        if at in (a, b):
            yield f"- Lean could not decide whether it says the same as {(b if at == a else a) + 1}"


def _failure(one: Drawn) -> str:
    last = one.tries[-1].errors if one.tries else ()
    words = " | ".join(visible(" ".join(error.split())) for error in last[:_SHOWN_ERRORS])
    stopped = f" ({visible(one.stopped)})" if one.stopped else ""
    return (
        f"draft {one.number + 1} gave no statement in {len(one.tries)} replies{stopped}: {words or 'nothing was said'}"
    )
