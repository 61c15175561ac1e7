"""A session with a real Lean and without a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prover import AsyncProver
from prover.session import desk, journal
from prover.session.front import Front
from prover.session.proof_tree import text

SWAP = "namespace Foo\n\ntheorem swap (p q : Prop) : p ∧ q ↔ q ∧ p := by\n  sorry\n\nend Foo\n"
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
async def prover() -> AsyncIterator[AsyncProver]:
    async with AsyncProver(engine="embedded", jobs=2) as made:
        yield made


@asynccontextmanager
async def session(prover: AsyncProver, path: Path, target: str = "") -> AsyncIterator[Front]:
    front = Front(await desk.begin(prover, path, target))
    try:
        yield front
    finally:
        await front.close()


@asynccontextmanager
async def resumed(prover: AsyncProver, path: Path) -> AsyncIterator[Front]:
    kept = journal.journals(path)[-1]
    past = journal.read_past(kept, path)
    assert past is not None
    front = Front(desk.resume(prover, path, kept, past))
    try:
        yield front
    finally:
        await front.close()


async def type_in(front: Front, *lines: str) -> list[str]:
    """Answers to lines, each of which must be accepted."""
    said: list[str] = []
    for line in lines:
        answer = await front.answer(line)
        assert answer.accepted, (line, answer)
        said = list(answer.lines)
    return said


async def refuse(front: Front, line: str) -> str:
    before = front.desk.now
    answer = await front.answer(line)
    assert not answer.accepted and front.desk.now == before, (line, answer)
    return "\n".join(answer.lines)


async def test_a_whole_session(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "Swap.lean"
    path.write_text(SWAP)
    async with session(prover, path, "swap") as front:
        await type_in(front, "constructor", "intro h")
        assert "· intro h\n    sorry\n  · sorry" in path.read_text()
        assert "unknown" in (await refuse(front, "exact nonsense")).lower()
        assert "sorry" in await refuse(front, "sorry")
        await type_in(front, r"exact \<h.2, h.1\>", "undo", "redo", "undo")
        await type_in(front, "lemma other (a b : Prop) (h : a ∧ b) : b ∧ a", "exact other p q h")
        assert "that is more" in await refuse(front, "lemma x : 1 = 1 := rfl\ntheorem y : 2 = 2")
        assert "stated already" in await refuse(front, "lemma other : 1 = 1")
        assert "undefined" in await refuse(front, "lemma z : undefined_thing = 1")
        assert "2 goals open" in await refuse(front, "check"), "the lemma and the rest of the theorem"
        await type_in(front, "auto 60", "wait")
        assert "found" in front.news()[0]
        await type_in(front, "accept")
        said = "\n".join((await front.answer("check")).lines)
        assert "proved, as soon as these are: Foo.other" in said
        await type_in(front, "work other")
        past = front.desk.versions
    async with resumed(prover, path) as front:
        assert list(front.desk.versions) == list(past) and front.desk.versions.current == past.current
        assert front.desk.now.part.name == "other"
        await type_in(front, "exact ⟨h.2, h.1⟩", "work")
        said = await type_in(front, "check")
        assert "Foo.other: proved" in said[0] and "Foo.swap: proved" in said[1]
        await type_in(front, "transcript")
    assert "sorry" not in path.read_text() and path.read_text().startswith("namespace Foo\n\ntheorem other")
    assert "theorem other" in (tmp_path / "Swap.session.md").read_text()


async def test_suggestions_are_what_lean_takes(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "S.lean"
    path.write_text("theorem s (a b : Nat) (h : a < b) : ¬ b ≤ a ∧ a + b = b + a := by sorry\n")
    async with session(prover, path) as front:
        front.desk.look()
        found = front.desk.suggestions
        await front.desk.settled()
        assert found.ended and not found.trouble and len(found.found) >= 2
        assert [s.number for s in found.found] == list(range(1, len(found.found) + 1))
        closing = next(s for s in found.ranked if s.left is None)
        assert found.ranked[0].left is None, "what closes the goal stands first"
        opening = next((s for s in found.found if s.left is not None), None)
        if opening is not None:
            await type_in(front, f"apply {opening.number}")
            assert front.desk.now.open_goals
            state = await front.desk.hands.state(front.desk.now, front.desk.now.focus or ())
            assert state.goals, "Lean has the state that was taken from the suggestion"
            await type_in(front, "undo")
        front.desk.look()
        await type_in(front, f"apply {closing.number}")
        assert front.desk.now.done
        assert "proved" in (await type_in(front, "check"))[0]
        assert "no suggestion" in await refuse(front, "apply 77")


async def test_nothing_is_lost_with_lean(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "L.lean"
    path.write_text("theorem l (a b c : Nat) (h : a = b) (k : b = c) : c = a := by\n  sorry\n")
    async with session(prover, path) as front:
        await type_in(front, "have early : b = c", "undo", "have g := h.trans k")
        proof = await front.desk.hands.proof(front.desk.now)
        await proof.bench.worker.process.kill()
        await type_in(front, "exact g.symm")
        assert text(front.desk.now.main.tree) == "have g := h.trans k\nexact g.symm"
        assert "proved" in (await type_in(front, "check"))[0]


BAD = (
    "lemma", "lemma : 1 = 1", "lemma x", "lemma «a b", "lemma swap : 1 = 1 := by simp", "apply 99", f"apply {9**99}",
    "focus 0", "focus 7", "go 77", "work nobody", "accept", "stop", "undo", "redo", "(", "⟨", "/-", '"', "·",
    "by", "\x00", "\u202e simp", "simp; sorry", "admit", "exact (sorry)", "run_tac foo", "x" * 5000, "(" * 400,
    "set_option debug.skipKernelTC true in simp", "theorem t : 1 = 1 := rfl", "end Foo",
)  # fmt: skip


async def test_nothing_that_is_typed_ends_a_session(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "B.lean"
    path.write_text("theorem b (p q : Prop) : p ∧ q ↔ q ∧ p := by\n  sorry\n\ntheorem after : 1 = 1 := rfl\n")
    async with session(prover, path) as front:
        for line in BAD:
            said = await refuse(front, line)
            assert "\x00" not in said and "\u202e" not in said
        assert "name taken" in await refuse(front, "lemma b : 1 = 1")
        assert "already" in await refuse(front, "lemma after : 1 = 1")
        assert (
            path.read_text().startswith("theorem b (p q : Prop) : p ∧ q ↔ q ∧ p := by\n  sorry\n")
            and len(front.desk.versions) == 1
        )
        await type_in(
            front, "exact And.comm", "check", "versions", "help", "proof", "goals", "lemmas", "transcript", "undo"
        )
        await type_in(front, "lemma x : 1 = 1", "undo", "exact And.comm", "check")
        assert "theorem x" not in path.read_text()


async def test_claims_and_cases_are_written_as_people_write_them(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "C.lean"
    path.write_text("theorem c (n m : Nat) (h : n < m) : 0 + n < m + 1 := by\n  sorry\n")
    async with session(prover, path) as front:
        await type_in(front, "have k : n < m + 1", "focus 2", "omega")
        await type_in(front, "induction n with | zero => ?_ | succ n ih => ?_", "omega", "omega", "check")
    assert path.read_text().endswith(
        "  have k : n < m + 1 := by omega\n  induction n with\n  | zero => omega\n  | succ n ih => omega\n"
    )


async def test_false_statements_and_changed_files(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "N.lean"
    path.write_text("theorem n (a b : Nat) : a - b + b = a := by\n  sorry\n")
    async with session(prover, path) as front:
        await type_in(front, "negate 60", "wait")
        said = "\n".join(front.news())
        assert "n is false as stated" in said and "refutation" in said
        path.write_text("-- somebody else\n")
        answer = await front.answer("cases a")
        assert answer.accepted and "left alone" in answer.lines[0]
        assert path.read_text() == "-- somebody else\n"
        assert "cases a" in (tmp_path / "N.session.lean").read_text()
        assert "no model" in (await front.answer("why")).lines[0]
        assert "no model" in (await front.answer("hint")).lines[0]
        assert any("sub" in line for line in await type_in(front, "find Nat.sub_add_cancel"))
        await type_in(front, "save!")
        assert "cases a" in path.read_text()
