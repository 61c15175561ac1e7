"""Arithmetic by Lean's conventions, ranges, polynomials, sequences: what the ideas compute before Lean does."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prover.core.state import Goal, Hypothesis
from prover.generate.bounds import find_bounds, integer_root
from prover.generate.evaluation import INT, NAT, Unevaluable, number, proposition
from prover.generate.polynomial import read_polynomial, solve_quotient
from prover.generate.reading import read_term
from prover.generate.refutation import counterexample, explodes
from prover.generate.sequence import initial_values, recurrences
from prover.generate.term import Term
from prover.generate.view import View


def term(text: str) -> Term:
    found = read_term(text)
    assert found is not None
    return found


def view(variables: str, *facts: str, target: str = "False", kind: str = "ℕ") -> View:
    hypotheses = [Hypothesis(name, kind) for name in variables.split()]
    hypotheses += [Hypothesis(f"h{i}", fact, is_prop=True) for i, fact in enumerate(facts)]
    return View(Goal(target, tuple(hypotheses)))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3 - 5", NAT, 0), ("3 - 5", INT, -2), ("7 / 0", NAT, 0), ("7 % 0", NAT, 7), ("-7 / 2", INT, -4),
        ("-7 % 2", INT, 1), ("-7 / -2", INT, 4), ("7 % -2", INT, 1), ("2 ^ 10", NAT, 1024), ("Nat.gcd 12 18", NAT, 6),
        ("(12).lcm 18", NAT, 36), ("min 3 4", NAT, 3), ("(5).succ", NAT, 6), ("(3 : ℤ) - 5", NAT, -2),
    ],
)  # fmt: skip
def test_values(text: str, kind: str, value: int) -> None:
    assert number(term(text), {}, kind)({}) == value


@pytest.mark.parametrize("text", ["f 3", "x + 1", "2 ^ 100000"])
def test_what_has_no_value(text: str) -> None:
    with pytest.raises(Unevaluable):
        number(term(text), {}, NAT)({})


def test_casts_change_the_subtraction() -> None:
    kinds = {"a": NAT, "b": NAT}
    assert proposition(term("↑a - ↑b = -1"), kinds)({"a": 1, "b": 2})
    assert proposition(term("a - b = 0"), kinds)({"a": 1, "b": 2})
    assert proposition(term("↑(a - b) = 0"), kinds)({"a": 1, "b": 2})


@given(st.integers(0, 10**9), st.integers(2, 6))
def test_roots(value: int, k: int) -> None:
    root = integer_root(value, k)
    assert root**k <= value < (root + 1) ** k


SIDES = st.sampled_from(
    [
        "x",
        "y",
        "x + y",
        "2 * x",
        "x * y",
        "x ^ 2",
        "x * y + x",
        "x ^ 2 * y",
        "3 * y + 1",
        "x - y",
        "2 ^ x",
        "x + 3",
        "y % 3",
    ]
)
RELATIONS = st.sampled_from(["=", "<", "≤", ">", "≥"])


@given(
    st.lists(st.tuples(SIDES, RELATIONS, SIDES | st.integers(0, 30).map(str), st.booleans()), min_size=1, max_size=4),
    st.sampled_from([NAT, INT]),
)
def test_ranges_hold_for_every_solution(rows: list[tuple[str, str, str, bool]], kind: str) -> None:
    assume(kind == NAT or all("2 ^" not in f"{a}{b}" for a, _, b, _ in rows))
    facts = [f"¬{a} {r} {b}" if negated and r != "=" else f"{a} {r} {b}" for a, r, b, negated in rows]
    goal = view("x y", *facts, kind=kind)
    bounds = find_bounds(goal)
    tests = [proposition(term(f), {"x": kind, "y": kind}) for f in facts]
    low = 0 if kind == NAT else -12
    for x, y in itertools.product(range(low, 13), repeat=2):
        if all(test({"x": x, "y": y}) for test in tests):
            assert not bounds.contradictory
            for name, value in (("x", x), ("y", y)):
                known = bounds.of(name)
                assert known.low is None or known.low <= value
                assert known.high is None or value <= known.high


def test_ranges_of_nonlinear_equations_are_finite() -> None:
    bounds = find_bounds(view("x y", "0 < x", "0 < y", "x * y + (x + y) = 71"))
    assert (bounds.of("x").high or 99) <= 71 and (bounds.of("y").high or 99) <= 71
    powers = find_bounds(view("x y", "2 ^ x * 3 ^ y = 1296"))
    assert powers.of("x").high == 10 and powers.of("y").high == 6
    integers = find_bounds(view("n", "(n - 1) * n * (n + 1) = 720", kind="ℤ"))
    assert integers.of("n").size is not None


def test_a_quotient_modulo_equations() -> None:
    kinds = dict.fromkeys("xyz", INT)

    def polynomial(text: str):
        found = read_polynomial(term(text), kinds)
        assert found is not None
        return found

    divisor, dividend = polynomial("x + y + z + 6"), polynomial("x ^ 3 + y ^ 3 + z ^ 3")
    relation = polynomial("(x - y) ^ 2 + (y - z) ^ 2 + (z - x) ^ 2 - x * y * z")
    assert solve_quotient(divisor, dividend, []) is None
    quotient = solve_quotient(divisor, dividend, [relation])
    assert quotient is not None and quotient.terms[(("x", 2),)] == Fraction(1)
    difference = polynomial("x ^ 2 - y ^ 2")
    assert str(solve_quotient(polynomial("x - y"), difference, [])) == "x + y"


def test_natural_subtraction_is_no_polynomial() -> None:
    assert read_polynomial(term("x - y"), {"x": NAT, "y": NAT}) is None


def test_sequences() -> None:
    goal = View(
        Goal(
            "f 20 = 1",
            (
                Hypothesis("f", "ℕ → ℤ"),
                Hypothesis("h0", "f 0 = 0 ∧ f 1 = 1", is_prop=True),
                Hypothesis("h1", "∀ n, f (n + 2) = f (n + 1) - f n", is_prop=True),
            ),
        )
    )
    (recurrence,) = recurrences(goal)
    initial = {i: v for i, (v, _) in initial_values(goal, "f").items()}
    values = recurrence.values(initial, 8)
    assert [values[i] for i in range(9)] == [0, 1, 1, 0, -1, -1, 0, 1, 1]
    assert recurrence.is_linear and recurrence.is_autonomous


def test_false_goals_are_seen() -> None:
    assert counterexample(view("x y", "x < y", target="x + 1 < y")) is not None
    assert counterexample(view("x y", "x < y", target="x + 1 ≤ y")) is None
    assert counterexample(view("x", "p x", target="x < 5")) is None, "a hypothesis that is not understood"


@pytest.mark.parametrize(
    ("text", "huge"), [("2 ^ (2 ^ 2008) % 10 = 6", True), ("2 ^ 2008 % 10 = 6", False), ("2 ^ k = 1", False)]
)
def test_powers_too_large_to_compute(text: str, huge: bool) -> None:
    assert explodes(view("k", target=text)) is huge
