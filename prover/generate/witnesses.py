"""Witnesses for ∃: what the body equates the bound name with, values in sight, and what small computations find."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from prover.generate.evaluation import INT, NAT, Kind, Unevaluable, kind_of_type, known_conjuncts, number
from prover.generate.proposal import Proposal
from prover.generate.term import Term, conjuncts, leaves, subterms
from prover.generate.view import View

_MAX_WITNESSES = 12
_MAX_TRIALS = 4000
_MAX_POINTS = 60


def exhibit(view: View) -> Iterator[Proposal]:
    """`refine ⟨w, ?_⟩`, computed witnesses first."""
    target = view.target
    if target is None or target.head != "∃":
        return
    names, kinds, body = _bound(target, view)
    computed = _computed(view, names, kinds, body)
    if computed is not None:
        yield Proposal("exists_computed", f"refine ⟨{', '.join(computed)}, ?_⟩")
    name, kind = names[0], kinds[0]
    tests = _tests(view, name, kind, target.args[2])
    rank = 0
    for text, term in dict(_offers(view, name, kind, target)).items():
        verdict = _holds(term, tests)
        if verdict is False:
            continue
        yield Proposal("exists", f"refine ⟨{text}, ?_⟩", (0.5 if verdict else 0.0) - 0.25 * rank)
        rank += 1
        if rank >= _MAX_WITNESSES:
            return


def _bound(target: Term, view: View) -> tuple[list[str], list[Kind | None], Term]:
    """The leading bound names, their number types where they have one, and what is said of them."""
    names: list[str] = []
    kinds: list[Kind | None] = []
    body = target
    while body.head == "∃":
        name, kind, body = body.args
        names.append(name.head)
        kinds.append(_kind(kind, view))
    return names, kinds, body


def _kind(kind: Term, view: View) -> Kind | None:
    """The number type of a bound name; where none is printed, that of the context, ℕ by default."""
    if kind.head != "_":
        return kind_of_type(kind.head) if not kind.args else None
    return INT if INT in view.variables.values() or "ℤ" in view.goal.target else NAT


def _computed(view: View, names: list[str], kinds: list[Kind | None], body: Term) -> list[str] | None:
    """Small numbers for all leading bound names that satisfy a body which mentions nothing else."""
    found = [k for k in kinds if k is not None]
    if len(found) < len(names) or len(names) > 3 or leaves(body) & {h.name for h in view.goal.hypotheses}:
        return None
    tests, complete = known_conjuncts(body, dict(zip(names, found, strict=True)))
    if not complete:
        return None
    width = int(_MAX_TRIALS ** (1 / len(names)))
    for values in itertools.product(*(_small(kind, width) for kind in found)):
        if _true(tests, dict(zip(names, values, strict=True))):
            return [str(v) if v >= 0 else f"({v})" for v in values]
    return None


def _small(kind: Kind, width: int) -> list[int]:
    return list(range(width)) if kind == NAT else sorted(range(-width // 2, width // 2 + 1), key=abs)


def _true(tests: list[Callable[[Mapping[str, int]], bool]], point: Mapping[str, int]) -> bool | None:
    """Whether all tests hold; None when one cannot be computed here."""
    try:
        return all(test(point) for test in tests)
    except Unevaluable:
        return None


def _offers(view: View, name: str, kind: Kind | None, target: Term) -> Iterator[tuple[str, Term]]:
    """Terms worth trying for the first bound name, likely ones first."""
    terms = _equated(name, target)
    terms += [Term(h.name) for h in view.shown if not h.is_prop and _same_type(h.type, target.args[1], kind)]
    if kind is not None:
        variables = [Term(v) for v, k in view.variables.items() if k == kind]
        terms += [Term(str(n)) for n in (0, 1, 2)] + [Term(str(n)) for n in sorted(view.numerals) if n > 2]
        terms += [Term("+", (v, Term("1"))) for v in variables]
        terms += [Term(op, (a, b)) for a, b in itertools.combinations(variables, 2) for op in ("+", "*", "-")]
        terms += [Term("*", (Term("2"), v)) for v in variables] + [Term("/", (v, Term("2"))) for v in variables]
        terms += [Term("-", (v, Term("1"))) for v in variables]
        if kind == INT:
            terms += [Term("neg", (v,)) for v in [Term("1"), *variables]]
        else:
            terms += [Term("-", (b, a)) for a, b in itertools.combinations(variables, 2)]
    for term in terms:
        yield str(term), term


def _same_type(printed: str, wanted: Term, kind: Kind | None) -> bool:
    return printed == str(wanted) or (kind is not None and kind_of_type(printed) == kind)


def _equated(name: str, target: Term) -> list[Term]:
    """What the bound name is said to equal, in a conjunct of the body, without names bound further in."""
    inner = {t.args[0].head for t in subterms(target) if t.head in ("∀", "∃", "fun")}
    body = target
    while body.head == "∃":
        body = body.args[2]
    found: list[Term] = []
    for part in conjuncts(body):
        if part.head == "=":
            for this, other in (part.args, part.args[::-1]):
                if this.head == name and not this.args and not leaves(other) & inner:
                    found.append(other)
    return found


def _tests(view: View, name: str, kind: Kind | None, body: Term) -> Callable[[Term], Iterator[bool | None]]:
    """For a witness: what the computable part of the body says at points that satisfy the hypotheses."""
    if kind is None or len(view.variables) > 3:
        return lambda _: iter(())
    parts, _ = known_conjuncts(body, {**view.variables, name: kind})
    premises = [t for f in view.facts for t in known_conjuncts(f.statement, view.variables)[0]]
    points = list(itertools.islice(_points(view, premises), _MAX_POINTS))

    def values(witness: Term) -> Iterator[bool | None]:
        try:
            value = number(witness, view.variables, kind)
            for point in points if parts else ():
                yield _true(parts, {**point, name: value(point)})
        except Unevaluable:
            yield None

    return values


def _points(view: View, premises: list[Callable[[Mapping[str, int]], bool]]) -> Iterator[Mapping[str, int]]:
    names = list(view.variables)
    width = 7 if len(names) > 1 else 25
    for values in itertools.product(*(_small(view.variables[n], width) for n in names)):
        point = dict(zip(names, values, strict=True))
        if _true(premises, point):
            yield point


def _holds(witness: Term, tests: Callable[[Term], Iterator[bool | None]]) -> bool | None:
    """True: at every point looked at; False: not at one of them; None: nothing could be computed."""
    seen = list(tests(witness))
    if False in seen:
        return False
    return True if True in seen else None
