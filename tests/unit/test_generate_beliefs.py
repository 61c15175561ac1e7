"""From samples to candidates: beliefs, equal texts, and what they cost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.core.candidate import Candidate
from prover.generate.beliefs import Score, candidates
from prover.generate.reply import Reader
from prover.model.answer import Answer, Sample


def made(*samples: Sample, reader: Reader | None = None, score: Score = "mean", money: float = 0.0) -> list[Candidate]:
    reader = reader or Reader("step")
    read = [reader.read(sample.text, sample.finish) for sample in samples]
    return candidates(Answer(samples, money=money), read, "m", score=score, ranked=reader.kind == "steps")


@pytest.mark.parametrize(("score", "beliefs"), [("sum", [-2.0, -3.0]), ("mean", [-0.3, -2.0])])
def test_belief_is_what_the_model_says(score: Score, beliefs: list[float]) -> None:
    found = made(Sample("simp", -2.0, 1), Sample("ring", -3.0, 10), score=score)
    assert [c.log_probability for c in found] == pytest.approx(beliefs)
    assert {c.text: c.summed for c in found} == {"simp": -2.0, "ring": -3.0}


def test_no_belief_is_above_certainty() -> None:
    (found,) = made(Sample("simp", 0.5, 1))
    assert found.log_probability == 0.0


@pytest.mark.parametrize("missing", [None, -math.inf, math.nan])
def test_without_log_probabilities_the_share_of_the_samples_counts(missing: float | None) -> None:
    found = made(Sample("simp", -1.0, 1), Sample("ring", missing, 1), Sample(" ring", -1.0, 1), Sample("", -1.0))
    assert {c.text: c.log_probability for c in found} == pytest.approx(
        {"ring": math.log(2 / 4), "simp": math.log(1 / 4), "": math.log(1 / 4)}
    )
    assert [c.text for c in found] == ["ring", "simp", ""]


def test_items_of_a_list_count_by_their_place() -> None:
    found = made(Sample('["simp", "ring", "omega"]', -5.0, 9), reader=Reader("steps"))
    assert [c.text for c in found] == ["simp", "ring", "omega"]
    assert sum(math.exp(c.log_probability) for c in found) == pytest.approx(1.0)
    assert all(c.summed is None for c in found)
    assert [c.tokens for c in found] == [3, 3, 3]


def test_equal_texts_are_one_candidate_with_the_best_belief_and_the_cost_of_all() -> None:
    found = made(Sample("simp  [h]", -4.0, 2), Sample("simp [h]", -1.0, 2), Sample("ring", -9.0, 4), money=0.8)
    assert [(c.text, c.log_probability, c.tokens) for c in found] == [("simp [h]", -0.5, 4), ("ring", -2.25, 4)]
    assert [c.money for c in found] == pytest.approx([0.4, 0.4])


def test_one_whole_sample_is_enough_for_a_text_to_be_tried() -> None:
    (found,) = made(Sample("simp", -1.0, 1, "length"), Sample("simp", -2.0, 1))
    assert (found.rejected, found.finish, found.tokens) == ("", "stop", 2)


def test_what_is_refused_is_kept_behind_with_its_reason() -> None:
    found = made(Sample("sorry", -0.1, 1), Sample("omeg", -0.2, 1, "length"), Sample("simp", -9.0, 1))
    assert [(c.text, c.rejected, c.finish) for c in found] == [
        ("simp", "", "stop"), ("sorry", "forbidden", "stop"), ("omeg", "truncated", "length"),
    ]  # fmt: skip


def test_several_lines_are_a_script() -> None:
    found = made(Sample("intro x\nsimp", -1.0, 1), Sample("simp; ring", -1.0, 1))
    assert {c.text: c.script for c in found} == {"intro x\nsimp": True, "simp; ring": False}


def test_indentation_tells_scripts_apart() -> None:
    assert len(made(Sample("have h : p := by\n  simp\nring", -1.0, 1), Sample("have h : p := by\n  simp\n  ring"))) == 2


SAMPLES = st.lists(
    st.builds(
        Sample,
        st.sampled_from(["simp", "sorry", "", '["simp", "ring", "a"]', "1. simp\n2. omega", "<think>", "x : p\n⊢ p"]),
        st.none() | st.floats(max_value=0),
        st.integers(0, 100),
        st.sampled_from(["stop", "length"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, derandomize=True)
@given(SAMPLES, st.sampled_from(["step", "steps", "proof"]), st.floats(0, 10))
def test_tokens_and_money_add_up(samples: list[Sample], kind: str, money: float) -> None:
    found = made(*samples, reader=Reader(kind), money=money)  # pyright: ignore[reportArgumentType]
    assert sum(c.tokens for c in found) == sum(s.tokens for s in samples)
    assert sum(c.money for c in found) == pytest.approx(money)
    assert len({c.text for c in found}) == len(found)
    assert all(math.isfinite(c.log_probability) and c.log_probability <= 0 for c in found)
    keys = [(bool(c.rejected), -c.log_probability) for c in found]
    assert keys == sorted(keys)
