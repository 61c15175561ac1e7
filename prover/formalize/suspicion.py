"""Functions that give a value where words would have none: subtraction below zero, division by zero, the first of no
elements. Whether that can happen is for Lean to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prover.formalize.doubt import Concern, Doubt
from prover.formalize.expression import Expression, Place

#: Words by which rounding division is meant.
_ROUNDED = re.compile(
    r"\bfloor|\bceil|quotient|integer (?:part|division)|round|truncat|whole part|⌊|⌈|\bdiv\b|remainder|modulo"
)
_CUT_OFF = re.compile(r"truncat|monus|cut.?off subtraction|saturat")
_MOST = 24


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`doubt` is to be had unless Lean proves `guard`, a proposition in text for Lean; empty: nothing allays it."""

    doubt: Doubt
    guard: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What is to be known where a function is called. `guard`: with arguments as `{a}` (the last but one) and `{b}`
    (the last); `says`: what it gives elsewhere, likewise. `length`: how many arguments it takes."""

    length: int
    guard: str
    says: str
    concern: Concern = Concern.JUNK_VALUE


_LENGTHS = {"List": "@_root_.List.length _", "Array": "@_root_.Array.size _"}
_NO_ELEMENT = "is made up where {b} is empty"
_RULES: Mapping[str, _Rule] = {
    "Nat.sub": _Rule(2, "{b} ≤ {a}", "is 0 where {a} < {b}", Concern.TRUNCATION),
    "Nat.pred": _Rule(1, "0 < {b}", "is 0 where {b} is 0"),
    "Int.toNat": _Rule(1, "0 ≤ {b}", "is 0 where {b} is negative"),
    "Inv.inv": _Rule(3, "{b} ≠ 0", "is 0 where {b} is 0"),
    "Real.sqrt": _Rule(1, "0 ≤ {b}", "is 0 where {b} is negative"),
    "Real.log": _Rule(1, "0 < {b}", "is made up where {b} is not positive"),
    "List.head!": _Rule(3, "{b} ≠ []", _NO_ELEMENT),
    "List.getLast!": _Rule(3, "{b} ≠ []", _NO_ELEMENT),
    "List.headD": _Rule(3, "{a} ≠ []", "is {b} where {a} is empty"),
    "List.getLastD": _Rule(3, "{a} ≠ []", "is {b} where {a} is empty"),
    "Option.get!": _Rule(3, "{b} ≠ none", "is made up where {b} is none"),
    "Option.getD": _Rule(3, "{a} ≠ none", "is {b} where {a} is none"),
}


def suspicions(expression: Expression, words: str = "") -> list[Suspicion]:
    """What is to be asked of Lean about a statement, each place once. `words`: that by which rounding is meant allay
    what is suspected of division. Raises `TooLarge`."""
    found: dict[tuple[Concern, str], Suspicion] = {}
    for place in expression.places():
        for suspicion in _of(place, words.casefold()):
            found.setdefault((suspicion.doubt.concern, suspicion.doubt.detail), suspicion)
    return list(found.values())[:_MOST]


def _of(place: Place, words: str) -> Iterator[Suspicion]:
    name, arguments = place.head, place.arguments
    rule = _RULES.get(name)
    if rule is not None and len(arguments) == rule.length and not (name == "Nat.sub" and _CUT_OFF.search(words)):
        yield _by(rule, place)
    elif name == "HSub.hSub" and len(arguments) == 6 and _type(place) == "Nat" and not _CUT_OFF.search(words):
        yield _by(_RULES["Nat.sub"], place)
    elif name == "HDiv.hDiv" and len(arguments) == 6:
        yield from _division(place, words)
    elif name == "GetElem?.getElem!" and len(arguments) == 8:
        yield from _element(place, -2, -1, "is made up")
    elif name == "List.getD" and len(arguments) == 4:
        yield from _element(place, -3, -2, f"is {place.shown(-1)}")


def _type(place: Place) -> str:
    return place.scope.head(place.arguments[0])


def _by(rule: _Rule, place: Place) -> Suspicion:
    a, b = (-2, -1) if len(place.arguments) > 1 else (-1, -1)
    says = rule.says.format(a=place.shown(a), b=place.shown(b))
    guard = rule.guard.format(a=place.exact(a), b=place.exact(b))
    return Suspicion(_doubt(rule.concern, place, says), place.asked(guard))


def _division(place: Place, words: str) -> Iterator[Suspicion]:
    a, b = place.exact(-2), place.exact(-1)
    whole = _type(place) in ("Nat", "Int")
    if whole and not _ROUNDED.search(words):
        says = f"is rounded where {place.shown(-1)} does not divide {place.shown(-2)}"
        # By zero is told of apart.
        guard = f"{b} = 0 ∨ {a} % {b} = 0"
        yield Suspicion(_doubt(Concern.TRUNCATION, place, says), place.asked(guard))
    says = f"is 0 where {place.shown(-1)} is 0"
    yield Suspicion(_doubt(Concern.JUNK_VALUE, place, says), place.asked(f"{b} ≠ 0"))


def _element(place: Place, many: int, at: int, says: str) -> Iterator[Suspicion]:
    listed = place.scope.variable(place.arguments[many])
    length = _LENGTHS.get(place.scope.head(place.arguments[0]), _LENGTHS["List"] if place.head == "List.getD" else "")
    said = f"{says} where {place.shown(at)} is no place in {listed.shown if listed else place.shown(many)}"
    guard = f"{place.exact(at)} < {length} {place.exact(many)}" if length else ""
    yield Suspicion(_doubt(Concern.JUNK_VALUE, place, said), place.asked(guard) if guard else "")


def _doubt(concern: Concern, place: Place, says: str) -> Doubt:
    return Doubt(concern, f"in {place.where}: {place.text} {says}")
