"""Goals that are false at a point with small numbers: nothing proves them, so nothing is proposed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from prover.generate.evaluation import NAT, Unevaluable, proposition
from prover.generate.linear import closed
from prover.generate.term import Term, subterms
from prover.generate.view import View

_TRIALS = 600


def explodes(view: View) -> bool:
    """Whether a statement holds a power of numerals that is too large to write down: automation would compute it."""
    return any(
        (t.head == "^" and closed(t.args[0]) is not None and closed(t.args[1]) is None and _is_closed(t.args[1]))
        or (t.head == "^" and (closed(t.args[1]) or 0) > 100_000)
        for s in view.statements
        for t in subterms(s)
    )


def _is_closed(term: Term) -> bool:
    return all(t.number is not None for t in subterms(term) if not t.args)


def counterexample(view: View) -> Mapping[str, int] | None:
    """Values under which every hypothesis holds and the target does not; None when none was found.

    Complete knowledge is needed: one hypothesis that cannot be computed, and nothing is said.
    """
    if view.target is None or not view.all_read or not view.variables or len(view.variables) > 4:
        return None
    if view.goal.target == "False" and not view.facts:
        return {}
    try:
        tests = [proposition(f.statement, view.variables) for f in view.facts]
        goal = proposition(view.target, view.variables)
    except Unevaluable:
        return None
    for point in itertools.islice(_points(view), _TRIALS):
        try:
            if all(test(point) for test in tests) and not goal(point):
                return point
        except Unevaluable:
            continue
    return None


def _points(view: View) -> Iterator[Mapping[str, int]]:
    names = list(view.variables)
    widths = {1: 300, 2: 24, 3: 8, 4: 5}[len(names)]
    special = sorted(n for n in view.numerals if n >= widths)[:4]
    ranges = [[*range(widths), *special] if view.variables[n] == NAT else [*_spread(widths), *special] for n in names]
    for values in itertools.product(*ranges):
        yield dict(zip(names, values, strict=True))


def _spread(width: int) -> Iterator[int]:
    yield 0
    for n in range(1, width // 2 + 1):
        yield n
        yield -n
