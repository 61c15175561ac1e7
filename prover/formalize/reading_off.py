"""What is read off a statement, nothing being tried: what binds nothing, repeats itself, or fits the words badly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.formalize.doubt import Concern, Doubt
from prover.formalize.expression import Expression, Place
from prover.formalize.scope import Scope, mentions, plain_name
from prover.formalize.stated import Stated
from prover.verify.footing import own_holes
from prover.verify.name import Name, parse, show
from prover.verify.tables import Tables

_REALS = frozenset({"Real", "Complex", "NNReal", "Float"})
_RATIONALS = frozenset({"Rat", "NNRat"})
#: `integer` alone: with a sign or a bound, natural numbers do.
_INTEGERS = re.compile(
    r"(?<!positive )(?<!negative )(?<!nonnegative )(?<!non-negative )(?<!natural )\bintegers?\b"
    r"(?!\s+(?:part|division|quotient|\$?\\?\w+\$?\s*(?:≥|>|\\geq?\b|\\gt\b|at least|greater|from 1)))"
)
_NEGATIVE = re.compile(r"(?<!non-)(?<!non)\bnegative integers?\b")


def read_off(stated: Stated, expression: Expression, words: str = "") -> list[Doubt]:
    """What there is to doubt, in the order of the statement. `words`: what it is to say. Raises `TooLarge`."""
    found = [
        *_repeated(expression),
        *_unused(expression),
        *_apart(expression),
        *_implications(expression),
        *_empty_types(expression),
        *_numerals(expression, words),
        *_definitions(stated),
    ]
    return list(dict.fromkeys(found))


def _repeated(expression: Expression) -> Iterator[Doubt]:
    """A hypothesis that is the conclusion. `p → p` for any proposition may well be meant."""
    if expression.claims_a_predicate:
        return
    conclusion = expression.scope.exact(expression.conclusion)
    for argument in expression.hypotheses:
        if argument.scope.exact(argument.type) == conclusion:
            shown = expression.scope.shown(expression.conclusion)
            yield Doubt(Concern.CONCLUSION_IS_HYPOTHESIS, f"hypothesis {argument.name} is what is claimed: {shown}")


def _unused(expression: Expression) -> Iterator[Doubt]:
    for number, argument in enumerate(expression.arguments):
        of_type_variable = argument.scope.variable(argument.type) is not None  # says that the type has an element
        named = argument.prop or argument.instance or of_type_variable
        if not named and not expression.mentioned_later(number):
            kind = argument.scope.shown(argument.type)
            yield Doubt(Concern.UNUSED_VARIABLE, f"{argument.name} : {kind} occurs nowhere in the statement")
    tables = expression.tables
    for place in expression.places():
        for at, scope in _binders_under(place):
            name, domain, body = _parts(tables, at)
            if scope.is_type(domain) and not mentions(tables, body, 0):
                shown = plain_name(tables, name)
                detail = f"in {place.where}: {shown} : {scope.shown(domain)} occurs nowhere in what it binds"
                yield Doubt(Concern.UNUSED_VARIABLE, detail)


def _binders_under(place: Place) -> Iterator[tuple[int, Scope]]:
    """What `∃` binds here: other functions may well ignore their argument."""
    if place.head == "Exists" and len(place.arguments) == 2:
        inside = place.arguments[1]
        if place.scope.tables.exprs[inside][0] == "l":
            yield inside, place.scope


def _parts(tables: Tables, row: int) -> tuple[int, int, int]:
    """Name, domain and body of a binder, as rows."""
    _, name, domain, body, _ = tables.exprs[row]
    return name, domain, body


def _apart(expression: Expression) -> Iterator[Doubt]:
    """Hypotheses that share no variable with the conclusion, through other hypotheses neither. Where any proposition is
    claimed, or the same of all (`False`, `1 = 2`), they are to contradict each other."""
    if expression.claims_anything or expression.claims_the_same_of_all:
        return
    count = len(expression.arguments)
    occurs = [_variables(expression, a.type, len(a.scope.variables)) for a in expression.arguments]
    reached = _variables(expression, expression.conclusion, count)
    grown = True
    while grown:
        grown = False
        for number, argument in enumerate(expression.arguments):
            own = occurs[number] if argument.prop else occurs[number] | {number}
            if own & reached and not own <= reached:
                reached |= own
                grown = True
            if number in reached and not occurs[number] <= reached:
                reached |= occurs[number]
                grown = True
    for number, argument in enumerate(expression.arguments):
        if argument.prop and number not in reached and not occurs[number] & reached:
            said = argument.scope.shown(argument.type)
            detail = f"hypothesis {argument.name}: {said} shares no variable with what is claimed"
            yield Doubt(Concern.UNUSED_HYPOTHESIS, detail)


def _variables(expression: Expression, row: int, depth: int) -> set[int]:
    """The arguments that a row under `depth` of them mentions, by number."""
    return {number for number in range(depth) if mentions(expression.tables, row, depth - 1 - number)}


def _implications(expression: Expression) -> Iterator[Doubt]:
    tables = expression.tables
    for place in expression.places():
        for at, scope in _binders_under(place):
            name, domain, body = _parts(tables, at)
            if tables.exprs[body][0] != "p":
                continue
            inner = scope.bind(plain_name(tables, name), domain)
            _, condition, claim = _parts(tables, body)
            if mentions(tables, condition, 0) and not mentions(tables, claim, 0) and not inner.is_type(condition):
                detail = f"in {place.where}: {place.text} holds already where {inner.shown(condition)} fails for one"
                yield Doubt(Concern.EXISTENTIAL_IMPLICATION, detail)


def _empty_types(expression: Expression) -> Iterator[Doubt]:
    """Types of which an element is claimed to exist although nothing says that they have one."""
    arguments, tables = expression.arguments, expression.tables
    for number, argument in enumerate(arguments):
        if argument.prop or tables.exprs[argument.type][0] != "s":
            continue
        later = [a for a in arguments[number + 1 :] if _is(expression, a.type, a.scope, number)]
        known = any(
            mentions(tables, a.type, len(a.scope.variables) - 1 - number) and (a.prop or a.instance)
            for a in arguments[number + 1 :]
        )
        if later or known:
            continue
        for place in expression.places():
            if place.head == "Exists" and place.where == "the conclusion":
                bound = place.scope.variable(place.arguments[0])
                if bound is not None and bound.exact == argument.exact:
                    detail = f"{argument.name} may have no element, and {place.text} claims that there is one"
                    yield Doubt(Concern.EMPTY_TYPE, detail)


def _is(expression: Expression, row: int, scope: Scope, number: int) -> bool:
    found = scope.variable(row)
    return found is not None and found.exact == expression.arguments[number].exact


def _numerals(expression: Expression, words: str) -> Iterator[Doubt]:
    said = " ".join(words.casefold().split())
    if not said:
        return
    rows = [*(a.type for a in expression.arguments), expression.conclusion]
    types = {show(name) for name in expression.tables.constants_in(rows)}
    for word, wanted in (("real", _REALS), ("rational", _RATIONALS | _REALS)):
        if re.search(rf"\b(?<!ir){word}(?: number)?s?\b", said) and not types & wanted:
            used = _shown_types(types)
            yield Doubt(Concern.NUMERAL_TYPE, f"the words speak of {word} numbers, the statement has none{used}")
    integers = _INTEGERS.search(said) or _NEGATIVE.search(said)
    if integers and "Nat" in types and not types & ({"Int"} | _RATIONALS | _REALS):
        yield Doubt(Concern.NUMERAL_TYPE, "the words speak of integers, the statement of natural numbers alone")


def _shown_types(types: set[str]) -> str:
    used = [name for name in ("Nat", "Int", "Rat") if name in types]
    return f": it is about {' and '.join(used)}" if used else ""


def _definitions(stated: Stated) -> Iterator[Doubt]:
    """Axioms and definitions left open, of the file that the draft is for, on which the statement stands."""
    for name in _reached(stated):
        if stated.tables.constants[name].kind == "axiom":
            yield Doubt(Concern.AXIOM_IN_DEFINITION, f"{show(name)} is an axiom: it is assumed, not defined")
        elif own_holes(stated.tables, name):
            yield Doubt(Concern.OPEN_DEFINITION, f"{show(name)} is left open (`sorry`), and the statement is about it")


def _reached(stated: Stated) -> list[Name]:
    """The constants of the draft that its statement stands on."""
    tables = stated.tables
    found: dict[Name, None] = {}
    pending = [n for n in tables.constants_in([tables.constants[stated.name].type]) if tables.is_local(n)]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending += [used for used in tables.uses(name) if tables.is_local(used)]
    declared = {parse(d.name) for d in stated.elaboration.declarations}
    return sorted((n for n in found if n in declared), key=show)
