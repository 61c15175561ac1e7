"""Scripts as a person would write them, how long they are, and the smaller ones that are worth a try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.search.proof import Step
from prover.search.reductions import any_of, ends, merged, tidied, without_arguments, without_steps
from prover.search.script import Arm, Body, Tactic, length, plain, split, structured, text

CHAIN: Body = (Tactic("intro a"), Tactic("simp"), Tactic("omega"))


def leaf(tactic: str) -> Step:
    return Step(tactic)


def bullets(tactic: str, *closers: str) -> Body:
    return (Tactic(tactic, tuple(Arm("·", (Tactic(closer),)) for closer in closers)),)


def induction(*closers: Step) -> Step:
    return Step("induction n with | zero => ?_ | succ n ih => ?_", closers, ((0,), (1,)))


def test_arms_take_their_proofs() -> None:
    step = Step("simp [double]", (leaf("omega"),), ((0,),))
    assert text(structured(induction(leaf("decide"), step))).split("\n") == [
        "induction n with",
        "| zero => decide",
        "| succ n ih =>",
        "  simp [double]",
        "  omega",
    ]


def test_arms_within_arms_and_blocks() -> None:
    inner = induction(leaf("rfl"), leaf("omega"))
    outer = Step("cases h with | inl h => ?_ | inr h => ?_", (Step("constructor", (inner, inner), ((0,), (1,))), inner))
    outer = Step(outer.tactic, outer.rest, ((0,), (1,)))
    written = text(structured(outer)).split("\n")
    assert written[:4] == ["cases h with", "| inl h =>", "  constructor", "  · induction n with"]
    assert written[-3:] == ["  induction n with", "  | zero => rfl", "  | succ n ih => omega"]


def test_what_is_shown_on_the_way_stands_with_its_proof() -> None:
    inner = Step("suffices h : q from ?_", (leaf("exact f h"), leaf("omega")), ((0,), (1,)))
    step = Step("have g : p :=\n  ?_", (inner, Step("intro x", (leaf("simp"),), ((0,),))), ((0,), (1,)))
    assert text(structured(step)).split("\n") == [
        "have g : p := by",
        "  intro x",
        "  simp",
        "suffices h : q by exact f h",
        "omega",
    ]
    assert text(plain(step)).startswith("have g : p :=\n  ?_\n· suffices")


def test_one_arm() -> None:
    step = Step("induction n using Nat.strongRecOn with | _ n ih => ?_", (leaf("omega"),), ((0,),))
    assert text(structured(step)) == "induction n using Nat.strongRecOn with\n| _ n ih => omega"


@pytest.mark.parametrize(
    "step",
    [
        # Goals that share metavariables, arms that are closed where they stand, alternatives inside a pattern.
        Step("cases h with | inl h => ?_ | inr h => ?_", (leaf("omega"),), ((0, 1),)),
        Step("cases h with | inl h => rfl | inr h => ?_", (leaf("omega"),), ((0,),)),
        Step("rcases h with h | h", (leaf("omega"), leaf("rfl")), ((0,), (1,))),
    ],
)
def test_what_is_no_list_of_open_arms_stays(step: Step) -> None:
    assert text(structured(step)) == text(plain(step))


@pytest.mark.parametrize(
    "tactic, pieces",
    [
        ("simp at *; omega", ["simp at *", "omega"]),
        ("apply propext; constructor", ["apply propext", "constructor"]),
        ("have h := f x\nexact h", ["have h := f x", "exact h"]),
        ("have h : p := by\n  simp\n  omega\nexact h", ["have h : p := by\n  simp\n  omega", "exact h"]),
        ("rcases h with h | h <;>\n  simp", ["rcases h with h | h <;>\n  simp"]),
        ("constructor <;> simp; omega", ["constructor <;> simp", "omega"]),
        ("have h : p := by simp; omega", ["have h : p := by simp; omega"]),
        ("first | simp; done | omega", ["first | simp; done | omega"]),
        ("refine ⟨by simp; omega, ?_⟩", ["refine ⟨by simp; omega, ?_⟩"]),
        ("induction n with\n| zero => rfl\n| succ n ih => simp; omega", None),
        ("calc a\n    _ = b := by simp", None),
        ("", None),
    ],
)
def test_tactics_of_a_sequence(tactic: str, pieces: list[str] | None) -> None:
    assert split(tactic) == ([tactic] if pieces is None else pieces)


def test_length_is_that_of_the_text() -> None:
    joined, apart = (Tactic("simp at *; omega"),), (Tactic("simp at *"), Tactic("omega"))
    assert length(joined).tactics == length(apart).tactics == 2 and length(apart) < length(joined)
    step = induction(leaf("decide"), leaf("omega"))
    assert length(structured(step)).tactics == length(plain(step)).tactics == 3
    assert length(structured(step)) < length(plain(step))
    assert length((Tactic("exact ⟨by omega, by simp⟩"),)).tactics == 3
    assert length((Tactic("constructor <;> omega"),)).tactics == 2


STEPS = st.recursive(
    st.sampled_from(["omega", "simp at *; omega", "intro a", "have h := f x\nexact h"]).map(leaf),
    lambda inner: st.one_of(
        st.builds(lambda t, s: Step(t, (s,), ((0,),)), st.sampled_from(["intro a", "simp", "rw [h]; simp"]), inner),
        st.builds(lambda a, b: Step("constructor", (a, b), ((0,), (1,))), inner, inner),
        st.builds(lambda a, b: Step("constructor", (a, b), ((1,), (0,))), inner, inner),
        st.builds(induction, inner, inner),
        st.builds(lambda a, b: Step("apply f", (a, b), ((0, 2), (1,))), inner, inner),
    ),
    max_leaves=6,
)


@given(STEPS)
def test_the_structured_form_has_as_many_tactics_and_no_more_characters(step: Step) -> None:
    assert length(structured(step)) <= length(plain(step))
    assert length(structured(step)).tactics == length(plain(step)).tactics


@given(STEPS)
def test_guesses_are_scripts_that_differ(step: Step) -> None:
    script = structured(step)
    for reduce in (tidied, without_steps, without_arguments, merged):
        for guess in reduce(script):
            assert text(guess).strip() and text(guess) != text(script)
    assert all(text(put(closers[0])) for closers, put in ends(script))


def test_steps_left_out() -> None:
    found = [text(guess) for guess in without_steps(CHAIN)]
    assert found == ["simp\nomega", "intro a\nomega", "intro a\nsimp"]
    inner: Body = (Tactic("cases h", (Arm("·", (Tactic("simp"), Tactic("omega"))), Arm("·", (Tactic("rfl"),)))),)
    assert "simp\nomega" in [text(guess) for guess in without_steps(inner)]
    assert [text(g) for g in without_steps((Tactic("a <;> b"),))] == ["a", "b"]


def test_long_sequences_lose_large_pieces_first() -> None:
    long = tuple(Tactic(f"t{i}") for i in range(16))
    assert [len(guess) for guess in without_steps(long)] == [12] * 4 + [14] * 8 + [15] * 16


@pytest.mark.parametrize(
    "tactic, smaller",
    [
        ("simp [a, f (b, c)]", {"simp", "simp [a]", "simp [f (b, c)]"}),
        ("simp only [a] at h ⊢", {"simp only at h ⊢", "simp only [a]"}),
        ("simp_all +arith", {"simp_all"}),
        ("grind (splits := 30) (gen := 12)", {"grind (gen := 12)", "grind (splits := 30)"}),
        ("decide +kernel", {"decide"}),
        ("simp? at *", {"simp?", "simp at *"}),
        ("exact xs[0]", set[str]()),
        ("omega", set[str]()),
    ],
)
def test_arguments_left_out(tactic: str, smaller: set[str]) -> None:
    assert {text(guess) for guess in without_arguments((Tactic(tactic),))} == smaller


def test_needless_parentheses() -> None:
    script = (Tactic("have := f (x) (show (2) ≤ y)"), *bullets("g (n).succ", "h (h1) (a b)"))
    assert [text(guess) for guess in tidied(script)] == ["have := f x (show 2 ≤ y)\ng (n).succ\n· h h1 (a b)"]


@pytest.mark.parametrize(
    "script, one",
    [
        ((Tactic("intro a"), Tactic("intro b c"), Tactic("simp")), "intro a b c\nsimp"),
        ((Tactic("rw [a]"), Tactic("rw [← b] at h")), "rw [a, ← b] at h"),
        ((Tactic("refine ⟨0, ?_⟩"), Tactic("refine ⟨1, ?_⟩"), Tactic("simp")), "refine ⟨0, 1, ?_⟩\nsimp"),
        ((Tactic("refine ⟨0, ?_⟩"), *bullets("refine ⟨?_, ?_⟩", "a", "b")), "refine ⟨0, ?_, ?_⟩\n· a\n· b"),
        ((Tactic("refine ⟨7, ?_⟩"), Tactic("rfl")), "exact ⟨7, rfl⟩"),
        ((Tactic("refine f ?_ x"), Tactic("exact g y")), "exact f (g y) x"),
        ((Tactic("refine ⟨7, ?_⟩"), Tactic("simp [a, b]")), "exact ⟨7, (by simp [a, b])⟩"),
        (bullets("constructor", "exact hp", "omega"), "exact ⟨hp, by omega⟩"),
        (bullets("refine ⟨?_, ?_, ?_⟩", "grind", "grind", "grind"), "refine ⟨?_, ?_, ?_⟩ <;> grind"),
        (bullets("refine ⟨?_, ?_⟩", "grind", "grind"), "constructor <;> grind"),
        (bullets("rcases h with h | h", "simp; omega", "simp; omega"), "rcases h with h | h <;> (simp; omega)"),
        (structured(induction(leaf("omega"), leaf("omega"))), "induction n <;> omega"),
    ],
)
def test_steps_merged(script: Body, one: str) -> None:
    assert one in [text(guess) for guess in merged(script)]


def test_ends_begin_with_the_longest() -> None:
    found = [text(put("X")) for _, put in ends((Tactic("intro a"), *bullets("constructor", "simp", "omega")))]
    assert found == ["X", "intro a\nX"]
    closers, _ = next(iter(ends(CHAIN)))
    assert closers[0] == "omega" and len(set(closers)) == len(closers)
    assert any_of(["a", "b"]) == "first | (a; done) | (b; done)"
