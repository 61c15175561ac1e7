"""Plans, proofs and refutations as Lean judges them at the place where a target stands."""

from __future__ import annotations

import pytest

from prover.agent.leap import Sketch, Statement
from prover.agent.leap.stage import Checked, Faults, Stage
from prover.lean import Pool

BEFORE = """namespace Demo

def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

theorem open_before : 2 + 2 = 4 := by sorry

"""
TARGET = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"


@pytest.fixture
def stage(pool: Pool) -> Stage:
    return Stage(pool, BEFORE)


async def read(stage: Stage, name: str, text: str, **options: str) -> Statement:
    found = await stage.read(name, text, **options)
    assert isinstance(found, Statement), found
    return found


def lemma(name: str, rest: str) -> Statement:
    return Statement("", name, f"theorem {name} {rest}")


def wrong(found: Checked | Faults) -> set[str]:
    assert isinstance(found, Faults), found
    return {complaint.what for complaint in found.complaints}


async def test_keys_say_what_is_stated_and_not_how(stage: Stage) -> None:
    first = await read(stage, "a", "theorem a (n : Nat) (h : 0 < n) : sumTo n ≠ 0")
    again = await read(stage, "b", "theorem b : ∀ {k : Nat}, k > 0 → ¬ (sumTo k = 0)")
    other = await read(stage, "c", "theorem c (n : Nat) (h : 1 < n) : sumTo n ≠ 0")
    assert first.key != other.key
    assert (await read(stage, "d", "theorem d (m : Nat) (pos : 0 < m) : sumTo m ≠ 0")).key == first.key
    # `k > 0` and `¬ …` are other terms: they unfold to the same, but are not written so.
    assert again.key != first.key


async def test_keys_go_down_to_definitions(stage: Stage) -> None:
    text = "theorem a (n : Nat) : twice n = n + n"
    one = await read(stage, "a", text, definitions="def twice (n : Nat) := 2 * n")
    same = await read(stage, "a", text, definitions="def twice (k : Nat) := 2 * k")
    other = await read(stage, "a", text, definitions="def twice (n : Nat) := n * 2")
    renamed = await read(stage, "b", text.replace("twice", "dbl"), definitions="def dbl (n : Nat) := 2 * n")
    assert one.key == same.key != other.key
    tree = "inductive Tree | leaf | node (l r : Tree)\n"
    first = await read(stage, "t", "theorem t (x : Tree) : x = x", definitions=tree)
    wider = await read(stage, "t", "theorem t (x : Tree) : x = x", definitions=tree.replace("leaf", "leaf | twig"))
    assert first.key != wider.key
    assert renamed.key == one.key, "a definition counts by its content"


async def test_a_sketch_that_compiles_is_accepted(stage: Stage) -> None:
    target = await read(stage, "gauss", TARGET)
    step = lemma("gauss_step", "(n : Nat) (h : 2 * sumTo n = n * (n + 1)) : 2 * sumTo (n + 1) = (n + 1) * (n + 2)")
    spare = lemma("spare", "(a b : Nat) : a * b = b * a")
    found = await stage.check(
        target, [step, spare], Sketch("induction n with\n| zero => rfl\n| succ n ih => exact gauss_step n ih")
    )
    assert isinstance(found, Checked), found
    assert [s.name for s in found.lemmas] == ["gauss_step"] and [s.name for s in found.spare] == ["spare"]
    assert all(len(s.key) == 64 for s in (*found.lemmas, *found.spare))


async def test_a_proof_by_itself(stage: Stage) -> None:
    target = await read(stage, "gauss", TARGET)
    script = "induction n with\n| zero => rfl\n| succ n ih =>\n  rw [sumTo, Nat.mul_add, ih]\n  grind"
    found = await stage.check(target, [], Sketch(script))
    assert isinstance(found, Checked) and found.lemmas == ()


async def test_errors_say_where(stage: Stage) -> None:
    target = await read(stage, "gauss", TARGET)
    found = await stage.check(target, [lemma("bad", ": undefined_thing = 1")], Sketch("induction n\n· rfl\n· omega"))
    assert isinstance(found, Faults)
    assert {c.piece for c in found.complaints} == {"bad", "gauss"}
    assert ("gauss", 4) in {(c.piece, c.line) for c in found.complaints}, str(found)


@pytest.mark.parametrize(
    ("sketch", "what"),
    [
        (Sketch("sorry"), "hole"),
        (Sketch("have h : 2 * sumTo n = n * (n + 1) := by sorry\nexact h"), "hole"),
        (Sketch("exact helper n", "theorem helper (n : Nat) : 2 * sumTo n = n * (n + 1) := by sorry"), "hole"),
        (Sketch("exact helper n", "axiom helper (n : Nat) : 2 * sumTo n = n * (n + 1)"), "axiom"),
        (Sketch("trivial\n\ntheorem other : True := trivial"), "shape"),
        (Sketch("simp", "instance : HMul Nat Nat Nat := ⟨fun _ _ => 0⟩\nattribute [simp] instHMulNat"), None),
        (Sketch("rfl", 'def sumTo\' := 0\nlocal notation "sumTo" => fun (_ : Nat) => (0 : Nat)'), None),
        (Sketch("exact run n", '#eval IO.println "hello"'), "forbidden"),
        (Sketch("run_tac Lean.Elab.Tactic.evalTactic (← `(tactic| sorry))"), "forbidden"),
        (Sketch("exact absurd rfl (by native_decide)"), "forbidden"),
    ],
)
async def test_what_is_not_a_proof(stage: Stage, sketch: Sketch, what: str | None) -> None:
    target = await read(stage, "gauss", TARGET)
    found = await stage.check(target, [], sketch)
    assert isinstance(found, Faults), found
    if what is not None:
        assert what in wrong(found), str(found)


async def test_a_definition_that_changes_the_statement_is_found_out(stage: Stage) -> None:
    target = await read(stage, "easy", "theorem easy (n : Nat) : n * 2 = n + n")
    shadow = "instance (priority := high) wrong : HMul Nat Nat Nat := ⟨fun a _ => a + a⟩"
    found = await stage.check(target, [], Sketch("rfl", shadow))
    assert "statement_changed" in wrong(found)


async def test_a_proof_may_not_use_what_it_is_about(stage: Stage) -> None:
    false = await read(stage, "false", "theorem false (n : Nat) : n + 1 = n")
    assert isinstance(await stage.check_refutation(false, "intro h\nhave := h 0\nomega"), Checked)
    assert wrong(await stage.check_refutation(false, "intro h\nsorry")) == {"hole"}
    true = await read(stage, "true_one", "theorem true_one (n : Nat) : n + 0 = n")
    assert "error" in wrong(await stage.check_refutation(true, "intro h\nomega"))
    circular = "intro _\nhave := Demo.false 0\nomega"
    assert wrong(await stage.check_refutation(false, circular)) == {"circular"}


async def test_restatements_are_noticed(stage: Stage) -> None:
    target = await read(stage, "gauss", TARGET)
    same = await read(stage, "same", "theorem same (k : Nat) : k * (k + 1) = 2 * sumTo k")
    other = await read(stage, "other", "theorem other (k : Nat) : sumTo k ≤ k * k")
    assert await stage.says_the_same(target, same)
    assert not await stage.says_the_same(target, other)


async def test_names_of_a_namespace(stage: Stage) -> None:
    """A lemma is named as it is written; the namespace it lands in is Lean's affair."""
    target = await read(stage, "gauss", TARGET)
    nested = lemma("Sub.step", "(n : Nat) : 2 * sumTo n = n * (n + 1)")
    found = await stage.check(target, [nested], Sketch("exact Sub.step n"))
    assert isinstance(found, Checked) and found.lemmas[0].key == target.key, "an ancestor in other words"
