"""The library's face with a real Lean: what is shared, what is refused, what is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover import AsyncProver, CheckOptions, ProveOptions, Prover
from prover.api.proving import RunStatus
from prover.core.errors import UserError
from prover.core.outcome import Failed, Progress, Rejected, Solved
from prover.core.verdict import Consistent, Incomplete, Proved

LONG = ProveOptions(seconds=300)


@pytest.fixture(scope="module")
async def prover() -> AsyncIterator[AsyncProver]:
    async with AsyncProver(engine="embedded", jobs=1) as made:
        yield made


@pytest.mark.timeout(600)
async def test_two_runs_and_a_check_share_their_processes(prover: AsyncProver) -> None:
    first = prover.proving("theorem a (n : Nat) : n + 0 = n := sorry")
    second = prover.proving("theorem b (n : Nat) : 0 + n = n := sorry\ntheorem c : 1 + 1 = 2 := sorry", "c")
    assert (await first.result()).all_proved
    result = await second.result()
    assert [target.name for target in result.targets] == ["c"] and result.all_proved
    checked = await prover.check("theorem a : 1 + 1 = 2 := rfl")
    assert isinstance(checked.verdicts["a"], Consistent) and checked.accepted
    async with prover.place("") as place:
        assert place.pool.statistics.started <= 4


@pytest.mark.timeout(600)
async def test_states(prover: AsyncProver) -> None:
    text = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  sorry\n"
    async with prover.open(text) as proof:
        assert (proof.name, proof.line) == ("t", 2)
        outcomes = await proof.root.apply(["constructor", "exact hp", "sorry", "exact ⟨hp, hq⟩"])
        assert [type(outcome) for outcome in outcomes] == [Progress, Failed, Rejected, Solved]
        assert isinstance(outcomes[0], Progress)
        both = outcomes[0].handle
        assert len(both.goals) == 2 and both.script == ("constructor",)
        (second,) = await (await both.focus([1])).apply("exact hq")
        assert isinstance(second, Solved)
        found = await both.search(60)
        assert found.solved and found.script
        theorems = await proof.premises(proof.root.goals[0], k=3)
        assert len(theorems) == 3
        whole = await proof.filled("constructor\n· exact hp\n· exact hq")
        assert isinstance(whole.targets[0].verdict, Proved)
        part = await proof.filled("exact hq")
        assert not isinstance(part.targets[0].verdict, Proved) and part.filled.text == text


@pytest.mark.timeout(600)
async def test_a_state_outlives_its_process(prover: AsyncProver) -> None:
    async with prover.open("theorem t (a b : Nat) (h : a = b) : b = a := by sorry") as proof:
        (step,) = await proof.root.apply("have h2 := h.symm")
        assert isinstance(step, Progress)
        await proof.bench.worker.process.kill()
        (solved,) = await step.handle.apply("exact h2")
        assert isinstance(solved, Solved)


async def test_one_hole_of_two(prover: AsyncProver) -> None:
    text = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by\n  constructor\n  · sorry\n  · sorry\n"
    async with prover.open(text, "#L4") as proof:
        assert proof.root.goals[0].target == "q"
        filled = await proof.filled("exact hq")
    assert isinstance(filled.targets[0].verdict, Incomplete) and filled.filled.text.count("sorry") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("theorem t : 1 = 1 := rfl", "no_sorry"),
        ("theorem t : (sorry : Prop) := by sorry", "hole_in_statement"),
        ("def d : Nat := sorry", "data_hole"),
    ],
)
async def test_what_cannot_be_opened(prover: AsyncProver, text: str, code: str) -> None:
    with pytest.raises(UserError) as refused:
        async with prover.open(text):
            pass
    assert refused.value.code == code


async def test_goals_as_people_write_them(prover: AsyncProver) -> None:
    for text in ("1 + 1 = 2", "(n : Nat) : n = n", "h : p ∧ q\np q : Prop\n⊢ q ∧ p", "∀ n : Nat, double n = double n"):
        context = "def double (n : Nat) := n + n\n"
        if text.startswith("h :"):
            text = "p q : Prop\nh : p ∧ q\n⊢ q ∧ p"
        source = await prover.goal(text, context)
        assert source.text.endswith(":= by\n  sorry\n") and source.text.startswith(context)
    assert (
        "theorem my.own (n : Nat) : n = n := by"
        in (await prover.goal("theorem my.own (n : Nat) : n = n := sorry")).text
    )
    with pytest.raises(UserError) as refused:
        await prover.goal("(n : Nat) : n = undefined_name")
    assert refused.value.code == "no_statement" and "undefined_name" in refused.value.message


@pytest.mark.timeout(600)
async def test_modules_beside_a_file(prover: AsyncProver, tmp_path: Path) -> None:
    (tmp_path / "Own.lean").write_text("theorem own (n : Nat) : n * 1 = n := by simp\n")
    file = tmp_path / "F.lean"
    file.write_text("import Own\ntheorem t (n : Nat) : n * 1 = n := by\n  sorry\n")
    async with prover.open(file) as proof:
        (solved,) = await proof.root.apply("exact own n")
        assert isinstance(solved, Solved)
    checked = await prover.check(file.read_text().replace("sorry", "exact own n"), file, CheckOptions(seconds=300))
    assert checked.accepted, "text is checked against a file with the modules of the file"
    with pytest.raises(UserError):
        await prover.check("import Own\ntheorem t : 1 = 1 := rfl")
    (tmp_path / "Own.lean").write_text("theorem own (n : Nat) : n * 1 = n := sorry\n")
    async with prover.open(file) as proof:
        (failed,) = await proof.root.apply("exact own n")
        assert isinstance(failed, Failed), "the module as it is now, and what is open in it proves nothing"


async def test_cancelling_gives_the_run_up(prover: AsyncProver) -> None:
    hard = "theorem t (a b c n : Nat) (h : n > 2) (p : a ^ n + b ^ n = c ^ n) : a * b * c = 0 := sorry"
    waiting = asyncio.ensure_future(prover.prove(hard, options=LONG))
    await asyncio.sleep(0)
    run = list(prover.runs.values())[-1]
    async for event in run.events():
        if event.kind == "NodeExpanded":
            break
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert run.status is RunStatus.CANCELLED
    assert (await prover.prove("theorem easy : 1 + 1 = 2 := sorry")).all_proved, "its place is free again"


@pytest.mark.timeout(600)
def test_without_async() -> None:
    with Prover(engine="embedded") as prover:
        run = prover.proving("theorem t (a : Nat) : a = a := sorry")
        assert next(run.events()).kind == "FileOpened"
        assert run.result().all_proved
        with prover.open(prover.goal("1 + 1 = 2")) as proof:
            (solved,) = proof.apply(proof.root, "rfl")
            assert isinstance(solved, Solved)
