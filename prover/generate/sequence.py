"""Sequences of numbers given by a recurrence in the context, read and computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prover.generate.evaluation import INT, NAT, Kind, Unevaluable, kind_of_type, number
from prover.generate.term import Term, substitute, subterms
from prover.generate.view import View

_FAR = 1000
_MAX_VALUE = 10**30


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`proof : ∀ variable ≥ first, function (variable + shift) = body`.

    `guarded`: the bound is a premise, to be proved at each use.
    """

    proof: str
    function: str
    kind: Kind
    variable: str
    shift: int
    body: Term
    first: int
    guarded: bool

    @property
    def calls(self) -> list[Term]:
        """Earlier values that the body mentions, each once, left to right."""
        found = {str(t): t for t in subterms(self.body) if _is_call(t, self.function)}
        return list(found.values())

    @property
    def is_linear(self) -> bool:
        """Whether earlier values are only added, subtracted and multiplied by numerals."""
        products = (t for t in subterms(self.body) if t.head in ("*", "^", "/", "%"))
        return all((t.head == "*" and any(a.number is not None for a in t.args)) or not self._in(t) for t in products)

    @property
    def is_autonomous(self) -> bool:
        """Whether the body depends on earlier values only, not on the index itself."""
        outside = _replace(self.body, {str(call): Term("0") for call in self.calls})
        return all(t.head != self.variable for t in subterms(outside))

    def _in(self, term: Term) -> bool:
        return any(_is_call(t, self.function) for t in subterms(term))

    def index_at(self, call: Term, base: int) -> int:
        """The index that `call` asks for when the variable is `base`. Raises `Unevaluable`."""
        return number(call.args[1], {self.variable: NAT}, NAT)({self.variable: base})

    def back(self, call: Term) -> int:
        """How far before the new value the value of `call` lies."""
        return self.shift + _FAR - self.index_at(call, _FAR)

    def instance(self, base: Term, at: Callable[[Term], Term]) -> tuple[Term, str]:
        """The body at `base`, each call's index replaced by what `at` says, and a proof of the equation there."""
        body = _replace(self.body, {str(c): Term("@", (c.args[0], at(c))) for c in self.calls})
        shown = f"({base})" if base.args else str(base)
        return substitute(body, {self.variable: base}), f"{self.proof} {shown}" + (
            " (by omega)" if self.guarded else ""
        )

    def values(self, initial: Mapping[int, int], last: int) -> dict[int, int]:
        """Values by index up to `last`, as far as they follow from the initial ones and stay of a bearable size."""
        found = dict(initial)
        for base in range(self.first, last + 1):
            index = base + self.shift
            if index in found:
                continue
            try:
                value = self._value(base, index, found)
            except Unevaluable:
                continue
            if abs(value) > _MAX_VALUE:
                break
            found[index] = value
        return found

    def _value(self, base: int, index: int, found: Mapping[int, int]) -> int:
        known: dict[str, Term] = {}
        for call in self.calls:
            at = self.index_at(call, base)
            if at not in found or at >= index:
                raise Unevaluable("an earlier value is not known")
            known[str(call)] = literal(found[at])
        body = _replace(self.body, known)
        return number(body, {self.variable: NAT}, self.kind)({self.variable: base})


def literal(value: int) -> Term:
    """A numeral, negated where need be."""
    return Term(str(value)) if value >= 0 else Term("neg", (Term(str(-value)),))


def recurrences(view: View) -> Iterator[Recurrence]:
    """The recurrences among the facts, for functions from ℕ to ℕ or ℤ."""
    types = {h.name: h.type for h in view.shown}
    for fact in view.facts:
        if fact.statement.head != "∀":
            continue
        name, _, body = fact.statement.args
        first = 0
        guarded = body.head == "→"
        if guarded:
            bound = _lower_bound(body.args[0], name.head)
            if bound is None:
                continue
            first, body = bound, body.args[1]
        if body.head != "=" or body.args[0].head != "@" or len(body.args[0].args) != 2:
            continue
        left = body.args[0]
        shift = _shift(left.args[1], name.head)
        domain, _, codomain = types.get(left.function, "").partition(" → ")
        kind = kind_of_type(codomain)
        if shift is not None and kind is not None and kind_of_type(domain) == NAT:
            yield Recurrence(fact.proof, left.function, kind, name.head, shift, body.args[1], first, guarded)


def initial_values(view: View, function: str) -> dict[int, tuple[int, str]]:
    """Values the facts state, by index, each with its proof."""
    found: dict[int, tuple[int, str]] = {}
    for part in view.parts:
        if part.statement.head != "=" or not _is_call(part.statement.args[0], function):
            continue
        index = part.statement.args[0].args[1].number
        try:
            value = number(part.statement.args[1], {}, INT)({})
        except Unevaluable:
            continue
        if index is not None:
            found[index] = (value, part.proof)
    return found


def indices(statement: Term, function: str) -> list[int]:
    """The numerals at which a statement mentions the function, in order."""
    calls = (t for t in subterms(statement) if _is_call(t, function))
    return sorted({n for t in calls if (n := t.args[1].number) is not None})


def _is_call(term: Term, function: str) -> bool:
    return term.head == "@" and len(term.args) == 2 and term.function == function


def _replace(term: Term, values: Mapping[str, Term]) -> Term:
    """`term` with subterms, found by their text, replaced."""
    found = values.get(str(term)) if term.head == "@" else None
    return found if found is not None else Term(term.head, tuple(_replace(a, values) for a in term.args))


def _lower_bound(premise: Term, name: str) -> int | None:
    """The least value that a premise such as `n ≥ 5` allows."""
    head, args = premise.head, premise.args
    if head in ("≤", "<"):
        head, args = {"≤": "≥", "<": ">"}[head], args[::-1]
    if head in ("≥", ">") and args[0].head == name and args[1].number is not None:
        return args[1].number + (head == ">")
    return 1 if head == "≠" and args[0].head == name and args[1].number == 0 else None


def _shift(term: Term, name: str) -> int | None:
    if term.head == name and not term.args:
        return 0
    return term.args[1].number if term.head == "+" and term.args[0].head == name else None
