"""Variants of statements: what a prover tuned to a benchmark's wording would lose.

Reads a set of statements (any format of `statements.py`; theorems with binders) and writes one variant of each as
JSONL (`name`, `source`, `changes`): bound variables and hypotheses renamed, hypotheses put in another order, one
constant changed. A changed constant may make a statement false, so a numeral that the conclusion equates something with
is computed anew, and the variant is kept only when the hypotheses hold somewhere in a box of small values and the
conclusion holds wherever they do. Where nothing of the kind is found, or the statement speaks of more than arithmetic
over ℕ and ℤ, the constants stay. This is no proof of truth: a variant that is false counts against the prover.

`python benchmarks/perf/variants.py --data FILE.jsonl --seed 1 > variants.jsonl`
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from statements import Statement, add_arguments, chosen

from prover.generate.evaluation import INT, Kind, Unevaluable, kind_of_type, number, proposition
from prover.generate.reading import read_term
from prover.generate.term import Term

_OPENING, _CLOSING = "([{⦃", ")]}⦄"
_NAME = re.compile(r"(?<![\w.'])[^\W\d][\w'₀-₉]*")
#: Degrees of polynomials stay: another degree is another problem.
_NUMERAL = re.compile(r"(?<![\w.'₀-₉])(?<![^\W\d] \^ )(?<![)₀-₉'] \^ )\d+(?![\w.'])")
_TYPE = re.compile(r"[ℕℤ]|Nat|Int|Prop|Type|→|\s")
_LETTERS = [f"{letter}{tail}" for tail in ("", "'", "₁") for letter in "uvwpqrstjlgcdeabxyzmnk"]
#: Values tried for each of so many variables.
_WIDTHS = {0: 1, 1: 2000, 2: 60, 3: 16, 4: 8}
_TRIES = 60


@dataclass(frozen=True, slots=True)
class Binder:
    """`(names : type)`, with its brackets."""

    opening: str
    names: tuple[str, ...]
    type: str

    @property
    def is_hypothesis(self) -> bool:
        return _TYPE.sub("", self.type) != ""

    def __str__(self) -> str:
        return f"{self.opening}{' '.join(self.names)} : {self.type}{_CLOSING[_OPENING.index(self.opening)]}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A theorem taken apart."""

    before: str
    name: str
    binders: tuple[Binder, ...]
    conclusion: str

    def __str__(self) -> str:
        binders = " ".join(map(str, self.binders))
        return f"{self.before}theorem {self.name} {binders} : {self.conclusion} := by\n  sorry\n"


def take_apart(statement: Statement) -> Reading | None:
    """The parts of a theorem; None where it is not of the form that is known here."""
    before, found, rest = statement.text.rpartition(f"theorem {statement.name}")
    if not found or "sorry" not in rest:
        return None
    body = rest[: rest.rindex("sorry")].rstrip().removesuffix("by").rstrip().removesuffix(":=").strip()
    binders: list[Binder] = []
    while body and body[0] in _OPENING:
        end = _closing(body)
        names, colon, kind = body[1:end].partition(":")
        if not colon:
            return None
        binders.append(Binder(body[0], tuple(names.split()), " ".join(kind.split())))
        body = body[end + 1 :].lstrip()
    return Reading(before, statement.name, tuple(binders), " ".join(body[1:].split())) if body.startswith(":") else None


def _closing(text: str) -> int:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth == 0:
            return at
    return len(text) - 1


def renamed(reading: Reading, chance: random.Random) -> Reading:
    """The theorem with other names for all that its binders bind."""
    bound = [name for binder in reading.binders for name in binder.names]
    texts = [*(b.type for b in reading.binders), reading.conclusion]
    used = set(bound) | {m.group() for text in texts for m in _NAME.finditer(text)}
    letters = [name for name in _LETTERS if name not in used]
    chance.shuffle(letters)
    hypotheses = (f"hyp{n}" for n in itertools.count(1))
    names: dict[str, str] = {}
    for binder in reading.binders:
        for name in binder.names:
            names.setdefault(name, next(hypotheses) if binder.is_hypothesis else letters.pop(0))

    def rename(text: str) -> str:
        return _NAME.sub(lambda m: names.get(m.group(), m.group()), text)

    binders = tuple(Binder(b.opening, tuple(names[n] for n in b.names), rename(b.type)) for b in reading.binders)
    return replace(reading, binders=binders, conclusion=rename(reading.conclusion))


def reordered(reading: Reading, chance: random.Random) -> Reading:
    """The theorem with its hypotheses in another order, where none mentions another's name."""
    places = [i for i, binder in enumerate(reading.binders) if binder.is_hypothesis and binder.opening == "("]
    names = {name for i in places for name in reading.binders[i].names}
    mentioned = {m.group() for i in places for m in _NAME.finditer(reading.binders[i].type)}
    variables = [i for i, binder in enumerate(reading.binders) if not binder.is_hypothesis]
    if names & mentioned or any(v > p for v in variables for p in places):
        return reading
    order = list(places)
    chance.shuffle(order)
    binders = list(reading.binders)
    for place, source in zip(places, order, strict=True):
        binders[place] = reading.binders[source]
    return replace(reading, binders=tuple(binders))


def recalculated(reading: Reading, chance: random.Random) -> Reading | None:
    """The theorem with one constant changed, and still true as far as small values tell; None where none was found."""
    texts = [b.type for b in reading.binders if b.is_hypothesis] or [reading.conclusion]
    places = [(i, m) for i, text in enumerate(texts) for m in _NUMERAL.finditer(text) if int(m.group()) > 1]
    for _ in range(_TRIES if places else 0):
        at, match = chance.choice(places)
        value = int(match.group()) + chance.choice((-3, -2, -1, 1, 2, 3, 4, 5))
        if value < 2:
            continue
        text = texts[at][: match.start()] + str(value) + texts[at][match.end() :]
        changed = _with_text(reading, texts[at], text)
        settled = _settled(changed)
        if settled not in (None, reading):
            return settled
    return None


def _with_text(reading: Reading, old: str, new: str) -> Reading:
    if old == reading.conclusion:
        return replace(reading, conclusion=new)
    binders = tuple(replace(b, type=new) if b.type == old else b for b in reading.binders)
    return replace(reading, binders=binders)


def _settled(reading: Reading) -> Reading | None:
    """The theorem with the right value in its conclusion; None where there is no such thing."""
    kinds = {n: k for b in reading.binders if not b.is_hypothesis for n in b.names if (k := kind_of_type(b.type))}
    terms = [read_term(b.type) for b in reading.binders if b.is_hypothesis]
    conclusion = read_term(reading.conclusion)
    variables = sum(len(b.names) for b in reading.binders if not b.is_hypothesis)
    if conclusion is None or None in terms or len(kinds) != variables or len(kinds) not in _WIDTHS:
        return None
    try:
        points = list(_solutions([t for t in terms if t is not None], kinds))
        if not points:
            return None
        equation = re.fullmatch(r"(.*=\s*)(\d+)", reading.conclusion)
        if conclusion.head == "=" and conclusion.args[1].number is not None and equation is not None:
            value = number(conclusion.args[0], kinds)
            values = {value(point) for point in points}
            if len(values) != 1 or min(values) < 0:
                return None
            return replace(reading, conclusion=f"{equation[1]}{values.pop()}")
        holds = proposition(conclusion, kinds)
        return reading if all(holds(point) for point in points) else None
    except Unevaluable:
        return None


def _solutions(terms: Sequence[Term], kinds: Mapping[str, Kind]) -> Iterator[Mapping[str, int]]:
    """Where in the box of small values all hypotheses hold."""
    tests = [proposition(term, kinds) for term in terms]
    width = _WIDTHS[len(kinds)]
    ranges = [range(-width // 2, width // 2) if kind == INT else range(width) for kind in kinds.values()]
    for values in itertools.product(*ranges):
        point = dict(zip(kinds, values, strict=True))
        if all(test(point) for test in tests):
            yield point


def vary(statement: Statement, chance: random.Random) -> dict[str, object] | None:
    """A variant as a record; None for a statement that is not of the form known here."""
    reading = take_apart(statement)
    if reading is None:
        return None
    changes: list[str] = []
    other = recalculated(reading, chance)
    if other is not None:
        changes.append("constant")
    moved = reordered(other or reading, chance)
    if moved != (other or reading):
        changes.append("order")
    named = renamed(moved, chance)
    if named != moved:
        changes.append("names")
    return {"name": reading.name, "source": str(named), "changes": changes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for statement in chosen(options):
        record = vary(statement, random.Random(f"{options.seed} {statement.name}"))
        if record is None:
            print(f"{statement.name}: not of the form `theorem NAME (binders) : conclusion`", file=sys.stderr)
        else:
            print(json.dumps(record, ensure_ascii=False))


if __name__ == "__main__":
    main()
