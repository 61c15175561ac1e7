"""What examining a statement finds: with a real Lean, since nothing else knows what a statement says."""

from __future__ import annotations

import pytest

from prover.api.workplace import Workplace
from prover.core.verdict import Refuted
from prover.formalize.doubt import Concern
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.fidelity import FidelityLimits, examine
from prover.formalize.stated import state
from prover.formalize.trials import expression_of, free_names, seen
from prover.lean import Pool

LIMITS = FidelityLimits(refuting_seconds=10)


class Examining:
    """Examines statements of a theorem `t`."""

    def __init__(self, place: Workplace) -> None:
        self.place = place

    async def __call__(self, statement: str, *, words: str = "", **parts: str) -> Examined:
        return await examine(self.place, Draft("t", f"theorem t {statement}", **parts), LIMITS, words=words)

    async def concerns(self, statement: str, *, words: str = "", **parts: str) -> set[str]:
        """What there is to doubt of one that elaborates, that automation proves it left out."""
        examined = await self(statement, words=words, **parts)
        assert examined.elaborates, examined.errors
        return {doubt.concern.value for doubt in examined.doubts} - {"trivial"}

    async def read(self, statement: str, *, words: str = "", **parts: str) -> set[str]:
        """What is doubted of one that is read, nothing being proved but what guards a function."""
        draft = Draft("t", f"theorem t {statement}", **parts)
        header = await self.place.pool.read_header(draft.text)
        async with self.place.pool.lease(header.modules) as worker:
            stated = await state(self.place.pool, worker, draft, header, seconds=120)
            expression = await expression_of(stated)
            doubts = [*await seen(stated, expression, words), *await free_names(stated, expression)]
        return {doubt.concern.value for doubt in doubts}

    async def refused(self, statement: str, **parts: str) -> str:
        """The kind of the first error; Lean's own have none, or one of its own."""
        examined = await self(statement, **parts)
        assert examined.errors and not examined.elaborates and not examined.doubts
        return examined.errors[0].kind


@pytest.fixture
def examining(pool: Pool) -> Examining:
    return Examining(Workplace(pool))


async def test_what_states_nothing_is_refused(examining: Examining) -> None:
    refused = examining.refused
    assert "no_such_import" not in await refused(": 1 = 1", context="import NoSuchModule")
    assert await refused("(n : Nat) : n = = n") == ""
    assert (await examining("(x : Foo.Bar) : x = x")).errors
    assert (await examining("(n : Nat) : Nat")).errors
    assert await refused(": (sorry : Prop)") == "hole"
    assert await refused(": 1 = 1\n\ntheorem u : 2 = 2") in ("shape", "")
    assert await refused(": 1 = 2 := by sorry\n\ntheorem u : 2 = 2") == "shape"
    assert await refused(": f 1 = 1", definitions="run_cmd pure ()\n\ndef f (n : Nat) := n") != "lost"
    assert await refused(": f 1 = 1", definitions="#eval IO.println 1\n\ndef f (n : Nat) := n") == "forbidden"
    other = await examine(examining.place, Draft("t", "theorem u : 1 = 1"), LIMITS)
    assert [error.kind for error in other.errors] == ["other_name"]
    marked = await examine(examining.place, Draft("t", "@[simp] theorem t (n : Nat) : n + 1 = n"), LIMITS)
    assert [error.kind for error in marked.errors] == ["forbidden"]


async def test_what_a_context_holds_is_the_users(examining: Examining) -> None:
    context = "#eval 1\n\naxiom choose : Nat\n\nnamespace A"
    examined = await examining("(n : Nat) (h : choose < n) : 0 < n", context=context)
    assert examined.elaborates and not examined.damned


async def test_false_statements_are_refuted_by_the_verifier(examining: Examining) -> None:
    examined = await examining("(a b : Nat) : a - b + b = a")
    false = next(doubt for doubt in examined.doubts if doubt.concern is Concern.FALSE)
    assert false.damning and examined.damned and "a = 0, b = 1" in false.detail
    text = f"{examined.draft.text}\n\n{false.evidence}\n"
    verdict = await examining.place.judge.refutation(text, examined.draft.text, "t", "t.refutation")
    assert isinstance(verdict, Refuted)
    assert Concern.TRUNCATION in {doubt.concern for doubt in examined.doubts}
    nested = await examining.concerns("(n : Nat) : n * n = n", context="namespace A")
    assert "false" in nested


async def test_contradictory_hypotheses(examining: Examining) -> None:
    concerns = examining.concerns
    assert "vacuous" in await concerns("(n : Nat) (h : n < 3) (g : 5 < n) : n * n = 7")
    # Nobody has proved that no square is 17, and none of those looked at is.
    assert await concerns("(n : Nat) (h : n * n = 17) : n = 4") == {"unmet_hypotheses"}
    assert not (await examining("(n : Nat) (h : n * n = 17) : n = 4")).damned
    # From a contradiction follows anything: that may be what is meant.
    assert await concerns("(p q : Prop) (h : p) (g : ¬ p) : q") == set()
    # A theorem that says that its hypotheses contradict each other.
    assert await concerns("(n : Nat) (h : n < 3) (g : 5 < n) : False") == set()
    assert await concerns("(n : Nat) (h : n < 3) : ¬ 5 < n") == set()
    assert await concerns("(n : Nat) (h : n < 3) (g : 5 < n) : 1 = 2") == {"unmet_hypotheses"}


async def test_hypotheses_that_are_claimed_or_not_needed(examining: Examining) -> None:
    concerns = examining.concerns
    assert "conclusion_is_hypothesis" in await concerns("(n : Nat) (h : n > 3) : n > 3")
    assert "conclusion_is_hypothesis" in await concerns(": ∀ n : Nat, n > 3 → n > 3")
    assert await concerns("(p : Prop) : p → p") == set()
    assert await concerns("(p : Nat → Prop) (n : Nat) (h : p n) : p n") == set()
    assert await concerns("(n m : Nat) (h : n < m) (g : m < 9) : n + 1 ≤ m") == {"unused_hypothesis"}
    assert "unused_hypothesis" in await concerns("(f : Nat → Nat) (k : Nat) (g : k * k = 9) (h : f 0 = 1) : f 0 < 2")
    assert await concerns("(n m : Nat) (h : n < m) (g : m < 9) : n < 9") == set()


async def test_variables_that_occur_nowhere(examining: Examining) -> None:
    read = examining.read
    assert await read("(n m : Nat) : n + 1 > 0") == {"unused_variable"}
    assert await read("(n : Nat) : ∃ k : Nat, n < n + 1") == {"unused_variable"}
    assert await read("{α : Type} [DecidableEq α] (f : α → Nat) (x : α) : f x < f x + 1") == set()


async def test_truncation_is_doubted_where_nothing_guards_it(examining: Examining) -> None:
    read = examining.read
    assert await read("(a b : Nat) (h : b ≤ a) : a - b + b = a") == set()
    assert await read("(n : Nat) (h : n ≠ 0) : n - 1 < n") == set()
    assert await read("(n : Nat) : n - 1 < n + 1") == {"truncation"}
    # Guards inside the statement: a bound variable's, a conjunct's, a case's.
    assert await read("(n : Nat) : ∀ k ≤ n, n - k ≤ n") == set()
    assert await read("(n : Nat) (h : ∃ k, k ≤ n ∧ n - k = 3) : 3 ≤ n") == set()
    assert await read("(n : Nat) : (if 0 < n then n - 1 else 0) ≤ n") == set()
    assert await read("(n : Nat) (h : n % 2 = 0) : n / 2 ≤ n") == set()
    assert await read("(n : Nat) : n / 2 ≤ n") == {"truncation"}
    assert await read("(n : Nat) : n / 2 ≤ n", words="the quotient by two is at most the number") == set()
    assert await read("(a b : Int) : a - b + b = a") == set()


async def test_values_outside_a_domain(examining: Examining) -> None:
    read = examining.read
    assert await read("(x : Rat) (h : x ≠ 0) : x / x = 1") == set()
    assert await read("(x y : Rat) : x / y + 1 = 1 + x / y") == {"junk_value"}
    assert await read("(xs : List Nat) : xs.head! ≤ xs.head! + 1") == {"junk_value"}
    assert await read("(xs : List Nat) (h : xs ≠ []) : xs.head! ≤ xs.head! + 1") == set()
    assert await read("(xs : List Nat) (i : Nat) : xs[i]! ≤ xs[i]! + 1") == {"junk_value"}
    assert await read("(xs : List Nat) (i : Nat) (h : i < xs.length) : xs[i] ≤ xs[i] + 1") == set()


async def test_quantifiers_and_types(examining: Examining) -> None:
    read = examining.read
    assert "existential_implication" in await read("(n : Nat) : ∃ k : Nat, k > n → k < 2 * n")
    assert await read("(n : Nat) : ∃ k : Nat, k > n ∧ (n > 5 → k > 5)") == set()
    assert "empty_type" in await read("{α : Type} (p : α → Prop) : ∃ x : α, p x ∨ ¬ p x")
    assert await read("{α : Type} [Inhabited α] (p : α → Prop) : ∃ x : α, p x ∨ ¬ p x") == set()
    assert await read("(x y : Nat) : x * y = y * x", words="For all integers x and y, ...") == {"numeral_type"}
    assert await read("(x y : Nat) : x * y = y * x", words="For positive integers x and y, ...") == set()
    assert await read("(x y : Int) : x * y = y * x", words="For all integers x and y, ...") == set()
    assert await read("(x y : Rat) : x * y = y * x", words="For real numbers x and y") == {"numeral_type"}
    assert await read("(x y : Nat) : x * y = y * x", words="The square root of two is irrational") == set()


async def test_names_and_definitions(examining: Examining) -> None:
    read = examining.read
    assert await read("(xs : List elem) : xs ++ [] = xs") == {"free_name"}
    assert await read("(xs : List α) : xs ++ [] = xs") == set()
    axioms = "axiom f : Nat → Nat\n\naxiom f_eq (n : Nat) : f n = 2 * n"
    assert "axiom_in_definition" in await read("(n : Nat) : f (n + 1) = f n + 2", context=axioms)
    assert "open_definition" in await read("(n : Nat) (h : n = f) : n * n = f * f", context="def f : Nat := sorry")
    made = "structure Point where\n  x : Nat\n  y : Nat\n\ndef Point.sum (p : Point) : Nat := p.x + p.y"
    assert await read("(p : Point) : p.x ≤ p.sum", definitions=made) == set()


async def test_keys_are_equal_for_what_differs_in_names_alone(examining: Examining) -> None:
    one = await examining("(n : Nat) (h : 0 < n) : f n = n", definitions="def f (n : Nat) := n")
    two = await examining("(k : Nat) (g : 0 < k) : g' k = k", definitions="def g' (m : Nat) := m")
    three = await examining("(n : Nat) (h : 0 < n) : f n = n", definitions="def f (n : Nat) := n + 1")
    assert one.key == two.key != three.key


async def test_instances_that_hold_are_counted(examining: Examining) -> None:
    examined = await examining("(n : Nat) (h : 0 < n) : n ≤ n * n * n")
    assert examined.instances > 10 and not examined.doubts
