"""Scores against brute force: pass@k, intervals, curves, groups, causes, pairs."""

from __future__ import annotations

import tempfile
from collections import Counter
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import pytest
from bench_runs import failed, outcomes, problem, proved, record
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.bench import AttemptEnded, AttemptSpoilt, Spending
from prover.bench.bootstrap import interval
from prover.bench.curve import curve
from prover.bench.pairing import mcnemar, pair
from prover.bench.passing import default_ks, pass_at, rate
from prover.bench.scores import scores
from prover.core.errors import UserError

WORDS = st.dictionaries(
    st.integers(0, 5).map(lambda n: f"p{n}"), st.text("+-.", min_size=3, max_size=3), min_size=1, max_size=5
)


@given(n=st.integers(1, 8), data=st.data())
def test_pass_at_k_is_the_share_of_samples_with_a_success(n: int, data: st.DataObject) -> None:
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    outcomes_ = [True] * c + [False] * (n - c)
    samples = list(combinations(outcomes_, k))
    assert pass_at(n, c, k) == Fraction(sum(any(sample) for sample in samples), len(samples))


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (3, 4, 1), (3, -1, 1), (3, 1, 0), (0, 0, 1)])
def test_pass_at_k_is_not_defined_elsewhere(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError):
        pass_at(n, c, k)


def test_a_rate_keeps_its_denominator_or_says_why_there_is_none() -> None:
    assert rate([(2, 2), (2, 1), (2, 0), (2, 0)], 2, 1).value == Fraction(3, 8)
    assert rate([(2, 2), (2, 1), (2, 0), (2, 0)], 2, 2).value == Fraction(1, 2)
    assert (rate([(2, 2)], 2, 3).value, rate([(2, 2)], 2, 3).reason) == (None, "k_exceeds_attempts")
    assert (rate([(2, 2), (1, 1)], 2, 1).value, rate([(2, 2), (1, 1)], 2, 1).reason) == (None, "pending")
    assert rate([], 2, 1).reason == "no_problems"
    assert [default_ks(n) for n in (0, 1, 2, 6, 8)] == [(), (1,), (1, 2), (1, 2, 4, 6), (1, 2, 4, 8)]


@settings(max_examples=25)
@given(st.lists(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)]), min_size=2, max_size=5))
def test_intervals_agree_with_all_resamples_there_are(values: list[Fraction]) -> None:
    found = interval(values)
    assert found == interval(list(reversed(values)))
    if len(set(values)) == 1:
        assert found is None
        return
    assert found is not None
    means = Counter(float(sum(drawn) / len(values)) for drawn in product(values, repeat=len(values)))
    total = len(values) ** len(values)
    assert found.low in means and found.high in means

    def below(x: float, *, also: bool) -> float:
        return sum(number for mean, number in means.items() if mean < x or (also and mean == x)) / total

    # A rank among 10,000 draws lies within 5 standard deviations (0.0016 each) of the exact one.
    for end, share in ((found.low, 0.025), (found.high, 0.975)):
        assert below(end, also=True) >= share - 0.008 and below(end, also=False) <= share + 0.008


def test_the_interval_of_many_problems_is_that_of_the_binomial() -> None:
    found = interval([Fraction(int(at < 61)) for at in range(244)])
    assert found is not None
    # 61 of 244: quantiles 0.025 and 0.975 of Binomial(244, 1/4) are 48 and 74.
    assert abs(found.low * 244 - 48) <= 1 and abs(found.high * 244 - 74) <= 1


@settings(max_examples=40)
@given(WORDS)
def test_scores_count_what_is_there(table: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = scores(outcomes(Path(folder) / "run", table)).overall
    letters = "".join(table.values())
    assert found.problems == len(table)
    assert found.solved == sum("+" in word for word in table.values())
    assert found.unknown == sum("+" not in word and "." in word for word in table.values())
    assert (found.ended, found.pending) == (len(letters) - letters.count("."), letters.count("."))
    for each in found.rates:
        if "." in letters:
            assert (each.value, each.reason) == (None, "pending")
        else:
            drawn = [any(s == "+" for s in sample) for word in table.values() for sample in combinations(word, each.k)]
            assert each.value == Fraction(sum(drawn), len(drawn))


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("+-."), st.integers(0, 6)), min_size=2, max_size=2), min_size=1, max_size=5
    ),
    st.integers(0, 12),
)
def test_the_curve_counts_what_is_solved_within_a_budget(table: list[list[tuple[str, int]]], x: int) -> None:
    events: list[AttemptEnded] = []
    solved = unknown = 0
    for number, word in enumerate(table):
        spent = 0
        for at, (letter, heartbeats) in enumerate(word, start=1):
            end = proved if letter == "+" else failed
            if letter != ".":
                events.append(end(f"p{number}", at, spent=Spending(heartbeats=heartbeats)))
        for letter, heartbeats in word:
            spent += heartbeats
            unknown += letter == "."
            solved += letter == "+" and spent <= x
            if letter in "+.":
                break
    problems = [problem(number) for number in range(len(table))]
    with tempfile.TemporaryDirectory() as folder:
        found = curve(record(Path(folder) / "run", problems, events, attempts=2), "heartbeats")
    within = max((count for at, count in found.points if at <= x), default=0)
    assert within == solved and found.unknown == unknown and found.problems == len(table)
    assert list(found.points) == sorted(set(found.points))


def test_groups_causes_axioms_and_uses(tmp_path: Path) -> None:
    problems = [problem(1, topic="algebra"), problem(2, topic="algebra", difficulty="3"), problem(3)]
    events = [
        AttemptSpoilt("p1", 1, "crashed"),
        AttemptSpoilt("p2", 1, "crashed"),
        AttemptSpoilt("p2", 1, "out_of_memory"),
        proved("p1", axioms=("propext", "Classical.choice"), tactics=("simp", "omega", "omega")),
        proved("p1", 2, tactics=("grind",)),
        failed("p2"),
        failed("p2", 2, stopped="exhausted"),
        failed("p3"),
        proved("p3", 2, rung=3, tactics=("omega",), axioms=("propext",)),
    ]
    found = scores(record(tmp_path / "run", problems, events, attempts=2), ks=[1, 4])
    assert list(found.groups["split"]) == []
    algebra = {score.name: score for score in found.groups["topic"]}
    assert {name: (s.problems, s.solved, s.rates[0].value) for name, s in algebra.items()} == {
        "": (1, 1, Fraction(1, 2)),
        "algebra": (2, 1, Fraction(1, 2)),
    }
    assert [score.name for score in found.groups["difficulty"]] == ["", "3"]
    assert found.overall.rates[1].reason == "k_exceeds_attempts"
    causes = [(f.code, f.stopped, f.attempts, f.problems) for f in found.failures]
    assert causes == [("not_proved", "budget_seconds", 2, 2), ("not_proved", "exhausted", 1, 1)]
    assert found.infrastructure == {"crashed": 2, "out_of_memory": 1}
    assert found.axioms == {("Classical.choice", "propext"): 1, ("propext",): 1} and found.rungs == {3: 1, 4: 1}
    assert [(use.name, use.problems) for use in found.tactics] == [("omega", 2), ("simp", 1)]
    assert found.spent.seconds == 1 + 1 + 5 + 5 + 5 + 1 and found.spent.tokens == 21


@given(st.integers(0, 5), st.integers(0, 5))
def test_mcnemar_is_the_share_of_coin_throws_at_least_as_uneven(b: int, c: int) -> None:
    total = b + c
    throws = Counter(sum(sides) for sides in product((0, 1), repeat=total))
    uneven = sum(number for heads, number in throws.items() if abs(2 * heads - total) >= abs(b - c))
    assert mcnemar(b, c) == Fraction(uneven, 2**total)


def test_two_runs_are_paired_by_problem(tmp_path: Path) -> None:
    a = outcomes(tmp_path / "a", {"p1": "+-", "p2": "-+", "p3": "++", "p4": "--", "p5": "--"})
    b = outcomes(tmp_path / "b", {"p1": "+", "p2": "-", "p3": "-", "p4": "+", "p5": "-"}, budget={"seconds": 9.0})
    found = pair(a, b)
    # Of A only the first attempt counts in the table, as B has no second.
    assert (found.both, found.only_a, found.only_b, found.neither) == (("p1",), ("p3",), ("p4",), ("p2", "p5"))
    assert found.attempts == 1 and found.p == 1 and found.unknown == ()
    assert found.difference == Fraction(4, 10) - Fraction(2, 5) and found.interval is not None
    assert found.conditions == {"budget.seconds": (60.0, 9.0), "attempts": (2, 1)}
    same = pair(a, a)
    assert same.difference == 0 and same.interval is None and same.p == 1 and same.conditions == {}


def test_pairs_wait_for_pending_attempts(tmp_path: Path) -> None:
    a = outcomes(tmp_path / "a", {"p1": "+.", "p2": "-."})
    b = outcomes(tmp_path / "b", {"p1": "++", "p2": "--"})
    found = pair(a, b)
    assert found.both == ("p1",) and found.unknown == ("p2",)
    assert found.p is None and found.difference is None and found.reason == "pending"


def test_other_problems_are_not_compared_unless_in_common(tmp_path: Path) -> None:
    a = outcomes(tmp_path / "a", {"p1": "+", "p2": "-", "p3": "+"})
    changed = problem(2, statement="theorem p2 : 2 + 0 = 2 ∧ True")
    b = record(tmp_path / "b", [problem(1), changed, problem(4)], [proved("p1"), proved("p2"), proved("p4")])
    with pytest.raises(UserError) as refused:
        pair(a, b)
    assert refused.value.code == "other_problems"
    assert "first has p3" in refused.value.message and "second has p4" in refused.value.message
    assert "stated otherwise in each: p2" in refused.value.message
    found = pair(a, b, common=True)
    assert found.both == ("p1",) and found.problems == 1 and found.left_out == 3
    other = record(tmp_path / "c", [problem(7)], [])
    with pytest.raises(UserError):
        pair(a, other, common=True)
