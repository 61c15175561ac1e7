"""Reading printed terms: operators, binders, applications, and what is not read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.generate.reading import read_term
from prover.generate.term import Term, conjuncts, leaves, substitute, subterms


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x ^ 2 * y + x * y ^ 2 = 880", None),
        ("a - (b - c) - d", None),
        ("(a - b) - c", "a - b - c"),
        ("∀ n ≥ 5, x n = x (n - 1)", "∀ n, n ≥ 5 → x n = x (n - 1)"),
        ("∃ x ∈ s, p x", "∃ x, x ∈ s ∧ p x"),
        ("∀ (a b : ℕ), a = b", "∀ (a : ℕ), ∀ (b : ℕ), a = b"),
        ("¬7 ∣ a + b", None),
        ("-x ^ 2 + -3", "-x ^ 2 + (-3)"),
        ("↑a + (↑b : ℤ) = ↑(a + b)", None),
        ("(n + 7).gcd (2 * n + 1) ≤ 13", None),
        ("(p → q) → r", None),
        ("p → q → r", None),
        ("(a ^ b) ^ c", None),
        ("a ^ b ^ c", None),
        ("x :: xs ++ ys = [1, 2]", None),
        ("(x, y).1 = x", None),
        ("f (-1) (g 2)", None),
        ("fun x => x + 1", None),
        ("Nat.gcd «weird name» n✝", None),
        ("a =\n  b + c", "a = b + c"),
        ("xs.length = (f xs ys.tail).length + 1", None),
        ("(if a ≤ b then a :: xs else f b) = []", None),
        ("if h : a < b then p else q", "if a < b then p else q"),
        ("xs[i]? = some (ys[i + 1])", "xs[i]? = some ys[i + 1]"),
        ("#[1, 2].size = 2", None),
        ("l₁ ~ l₂ → p", None),
    ],
)
def test_reading_and_showing(text: str, shown: str | None) -> None:
    term = read_term(text)
    assert term is not None
    assert str(term) == (text if shown is None else shown)
    assert read_term(str(term)) == term


@pytest.mark.parametrize(
    "text", ["", "a +", "(a", "if a then b", "match x", "let x := 1; x = 1", "a b )", "∀ , p", "x" * 5000]
)
def test_what_is_not_read(text: str) -> None:
    assert read_term(text) is None


def test_gcd_by_projection_and_by_name_are_applications() -> None:
    dotted, named = read_term("(n + 7).gcd m"), read_term("Nat.gcd (n + 7) m")
    assert dotted is not None and named is not None
    assert dotted.function == ".gcd" and named.function == "Nat.gcd" and dotted.operands == named.operands


def test_a_match_is_what_it_is_about() -> None:
    term = read_term("f (match h : g x, n with\n  | (a, b), 0 => [a]\n  | _, _ => []) = y")
    assert term is not None
    (match,) = [t for t in subterms(term) if t.head == "match"]
    assert [str(a) for a in match.args] == ["g x", "n"] and leaves(term) == {"f", "g", "x", "n", "y"}


NAMES = st.sampled_from(["a", "b", "x", "Foo.bar"]).map(Term) | st.integers(0, 99).map(lambda n: Term(str(n)))


def grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    binary = st.tuples(
        st.sampled_from(["+", "-", "*", "/", "%", "^", "=", "<", "≤", "∣", "∧", "∨", "→", "↔", "::", "++"]),
        inner,
        inner,
    ).map(lambda t: Term(t[0], (t[1], t[2])))
    unary = st.tuples(st.sampled_from(["¬", "neg", "↑"]), inner).map(lambda t: Term(t[0], (t[1],)))
    call = st.lists(inner, min_size=1, max_size=3).map(lambda args: Term("@", (Term("f"), *args)))
    bound = st.tuples(st.sampled_from(["∀", "∃", "fun"]), inner).map(lambda t: Term(t[0], (Term("z"), Term("_"), t[1])))
    return binary | unary | call | bound


@given(st.recursive(NAMES, grown, max_leaves=20))
def test_every_term_is_read_back(term: Term) -> None:
    assert read_term(str(term)) == term


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_term(text)


def test_parts() -> None:
    term = read_term("a = 1 ∧ b = a ∧ f a = 2")
    assert term is not None
    assert [str(c) for c in conjuncts(term)] == ["a = 1", "b = a", "f a = 2"]
    assert leaves(term) == {"a", "b", "f", "1", "2"}
    assert str(substitute(term, {"a": Term("7")})) == "7 = 1 ∧ b = 7 ∧ f 7 = 2"
    assert sum(1 for t in subterms(term) if t.head == "=") == 3
