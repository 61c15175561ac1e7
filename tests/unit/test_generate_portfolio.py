"""The portfolio: what it proposes for which shape, in which order, and how fast."""

from __future__ import annotations

import time

import pytest

from prover.core.state import Goal, Hypothesis, TacticState
from prover.generate import Portfolio, Request
from prover.generate.priors import DEFAULT, HAND_SET, Count, blended, default_priors


def request(target: str, *hypotheses: str, n: int = 64, draw: int = 0) -> Request:
    """Hypotheses as `name : type`; those whose type has a relation or a connective are propositions."""
    context: list[Hypothesis] = []
    for text in hypotheses:
        name, kind = text.split(" : ", 1)
        context.append(Hypothesis(name, kind, is_prop=any(s in kind for s in "=<≤>≥∣∧∨¬∃∀")))
    return Request(TacticState((Goal(target, tuple(context)),), "f"), n=n, draw=draw)


def texts(target: str, *hypotheses: str) -> list[str]:
    return [c.text for c in Portfolio().propose(request(target, *hypotheses))]


@pytest.mark.parametrize(
    ("target", "hypotheses", "wanted"),
    [
        ("p ∧ q ∧ r", [], "refine ⟨?_, ?_, ?_⟩"),
        ("p ↔ q", [], "constructor"),
        ("∀ n, n < 3 → p n", [], "intro n h"),
        ("¬p", [], "intro h"),
        ("∃ x, x = 7 ∧ p x", ["y : ℕ"], "refine ⟨7, ?_⟩"),
        ("p", ["h : a ∨ b ∨ c"], "rcases h with h | h | h"),
        ("p", ["h : ∃ x, a x ∧ b x", "g : c ∧ d"], "obtain ⟨x, h_1, h_2⟩ := h\nobtain ⟨g_1, g_2⟩ := g"),
        ("f n = 0", ["n : ℕ"], "induction n with | zero => ?_ | succ n ih => ?_"),
        ("f n = 0", ["n : ℕ"], "induction n using Nat.strongRecOn with | _ n ih => ?_"),
        ("f n m = 0", ["n : ℕ", "m : ℕ"], "induction n generalizing m with | zero => ?_ | succ n ih => ?_"),
        ("f xs = 0", ["xs : List ℕ"], "induction xs with | nil => ?_ | cons x xs ih => ?_"),
        ("u n = 2 ^ n - 1", ["n : ℕ"], "suffices hs : u n + (1) = 2 ^ n by omega"),
        ("f a = c", ["h : ∀ x, f x = c"], "rw [h]"),
        ("myFun 3 = 4", [], "simp [myFun]"),
        ("5 ∣ 10", [], "decide"),
        ("n % 4 < 4", ["n : ℕ"], "omega"),
        ("p", ["h : p ∧ q", "n : ℕ", "e : n = m"], "subst_vars"),
    ],
)
def test_shapes(target: str, hypotheses: list[str], wanted: str) -> None:
    assert wanted in texts(target, *hypotheses)


def test_names_are_fresh() -> None:
    found = texts("∀ n, n = h", "n : ℕ", "h : ℕ")
    assert "intro n'" in found and all("intro n h" not in t for t in found)


def test_inaccessible_names_are_never_written() -> None:
    context = (Hypothesis("n✝", "ℕ", inaccessible=True), Hypothesis("h✝", "n✝ = 3", is_prop=True, inaccessible=True))
    state = TacticState((Goal("n✝ < 4", context),), "f")
    assert all("✝" not in c.text for c in Portfolio().propose(Request(state)))


def test_cheap_closers_come_first_and_dear_ones_late() -> None:
    goal = request("x + y = y + x", "x : ℕ", "y : ℕ")
    by_hand = [c.text for c in Portfolio(priors=HAND_SET).propose(goal)]
    assert by_hand[0] == "omega" and by_hand.index("grind") < 6 and by_hand.index("exact?") > len(by_hand) // 2
    learned = [c.text for c in Portfolio().propose(goal)]
    assert learned.index("omega") < 5 and learned.index("grind") < 8 and learned.index("exact?") > len(learned) // 2


def test_counts_correct_the_table_as_far_as_they_reach() -> None:
    counts = {"omega": Count(1000, 500, 10), "simp": Count(1000, 5, 10), "exact?": Count(1, 1, 900)}
    table = blended(counts)
    assert (
        table["omega"] >= HAND_SET["omega"] and table["simp"] < HAND_SET["simp"] and table["grind"] == HAND_SET["grind"]
    )
    assert HAND_SET["exact?"] < table["exact?"] <= HAND_SET["exact?"] + 1
    assert blended({}) == dict(HAND_SET) and default_priors() is default_priors()
    assert Count(1, 1, 2).plus(Count(2, 0, 3)) == Count(3, 1, 5)


def test_a_family_nobody_knows_gets_a_cautious_prior() -> None:
    candidates = Portfolio(priors={}).propose(request("x + y = y + x", "x : ℕ", "y : ℕ"))
    assert candidates and all(c.log_probability <= DEFAULT + 1 for c in candidates)


def test_candidates_are_ranked_distinct_and_bounded() -> None:
    found = Portfolio().propose(request("x * y = y * x ∧ p", "x : ℕ", "y : ℕ", "h : x = y", n=10))
    beliefs = [c.log_probability for c in found]
    assert len(found) == 10 and beliefs == sorted(beliefs, reverse=True) and max(beliefs) < 0
    assert len({c.text for c in found}) == 10
    assert all(c.source.startswith("portfolio/") for c in found)


def test_every_family_has_a_prior() -> None:
    goals = [
        request("3 ∣ 2 ^ (2 * n + 1) + 1", "n : ℕ"), request("a ^ 2 % 4 = 0 ∨ a ^ 2 % 4 = 1", "a : ℤ"),
        request("x = 4", "x : ℕ", "h : 3 * x ^ 2 + 2 * x = 56"), request("(n + 7).gcd (2 * n + 1) ≤ 13", "n : ℕ"),
        request("x + y ∣ x ^ 2 - y ^ 2", "x : ℤ", "y : ℤ"), request("a < 9", "a : ℤ", "b : ℤ", "h : 0 < a ∧ b < a"),
    ]  # fmt: skip
    families = {c.source.split("/")[1] for g in goals for c in Portfolio().propose(g)}
    assert families <= set(HAND_SET) and len(families) > 25


def test_nothing_for_false_goals_and_second_draws() -> None:
    assert Portfolio().propose(request("x < 3", "x : ℕ")) == []
    assert Portfolio().propose(request("x < 3 ∨ x ≥ 3", "x : ℕ", draw=1)) == []


async def test_a_batch_is_answered_in_order() -> None:
    first, second = await Portfolio().generate([request("p ∧ q"), request("p ↔ q")])
    assert any(c.text == "refine ⟨?_, ?_⟩" for c in first) and all(c.text != "refine ⟨?_, ?_⟩" for c in second)


def test_proposing_is_fast() -> None:
    hard = request("x ^ 2 + y ^ 2 = 146", "x : ℕ", "y : ℕ", "h₀ : 0 < x ∧ 0 < y", "h₁ : x * y + (x + y) = 71",
                   "h₂ : x ^ 2 * y + x * y ^ 2 = 880")  # fmt: skip
    Portfolio().propose(hard)
    began = time.perf_counter()
    for _ in range(10):
        Portfolio().propose(hard)
    assert (time.perf_counter() - began) / 10 < 0.2
