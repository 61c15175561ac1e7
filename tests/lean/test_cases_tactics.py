"""Tactics on live states: what counts as done, what a state is, what suggestions and limits become."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from prover.agent.ladder_judge import LadderJudge
from prover.core.outcome import Failed, Progress, Solved, TacticOutcome, TimedOut
from prover.core.state import TacticState
from prover.core.verdict import ForbiddenAxiom
from prover.lean import Pool, Worker


@pytest.fixture
async def worker(pool: Pool) -> AsyncIterator[Worker]:
    async with pool.lease(["Init"]) as leased:
        yield leased


async def hole(worker: Worker, text: str) -> tuple[int, TacticState]:
    header = await worker.read_header(text)
    found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
    assert len(found.holes) == 1 and found.holes[0].state is not None and found.holes[0].goals is not None
    return found.holes[0].state, found.holes[0].goals


async def outcomes(worker: Worker, state: int, tactics: Sequence[str], **options: Any) -> list[TacticOutcome[int]]:
    return [o async for _, o in worker.apply(state, tactics, stop_at_solved=False, **options)]


async def test_nothing_that_logs_an_error_or_leaves_something_open_counts(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry")
    expected = {
        "exact wrong": "error",
        "exact ⟨hp, wrong⟩": "error",
        "sorry": "sorry",
        "exact ⟨hp, sorry⟩": "sorry",
        "have h : p := by sorry\nexact ⟨h, hq⟩": "sorry",
        "nonsense": "parse",
        "exact ⟨hp, hq⟩)": "parse",
        "theorem x : 1 = 1 := rfl": "parse",
    }
    seen = await outcomes(worker, state, list(expected))
    assert [o.reason if isinstance(o, Failed) else type(o).__name__ for o in seen] == list(expected.values())
    # First-error recovery is off too: a block does not go on after its first failing step.
    assert isinstance((await outcomes(worker, state, ["constructor\n· exact wrong\n· exact hq"]))[0], Failed)


async def test_a_metavariable_left_outside_the_goals_is_no_proof(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t (h : ∀ n : Nat, n = n → False) : False := by sorry")
    dropped, kept = await outcomes(worker, state, ["refine h ?n ?_\nrotate_left\nrfl", "exact h 0 rfl"])
    assert not isinstance(dropped, Solved) and isinstance(kept, Solved)
    level, _ = await hole(worker, "theorem u : ∃ α : Type, Nonempty α := by sorry")
    open_level, closed = await outcomes(worker, level, ["exact ⟨_, ⟨_⟩⟩", "exact ⟨PUnit, ⟨⟨⟩⟩⟩"])
    assert isinstance(open_level, Failed) and isinstance(closed, Solved)


async def test_a_state_carries_its_terms_levels_and_pending_problems(worker: Worker) -> None:
    state, _ = await hole(
        worker, "theorem t {α : Type u} [Inhabited α] (p q : Prop) (hp : p) : p ∧ ∃ x : α, x = x := by sorry"
    )
    (one,) = await outcomes(worker, state, ["refine ⟨?_, ?_⟩"])
    assert isinstance(one, Progress) and len(one.state.goals) == 2
    (two,) = await outcomes(worker, one.handle, ["exact hp"])
    assert isinstance(two, Progress) and [g.target for g in two.state.goals] == ["∃ x, x = x"]
    (three,) = await outcomes(worker, two.handle, ["refine ⟨(default : α), ?_⟩"])
    assert isinstance(three, Progress)
    assert isinstance((await outcomes(worker, three.handle, ["rfl"]))[0], Solved)
    # A declaration made by a tactic (a matcher) belongs to the state that made it.
    (made,) = await outcomes(worker, state, ["have f : Nat → Nat := fun n => match n with | 0 => 1 | n + 1 => n"])
    assert isinstance(made, Progress)
    assert isinstance((await outcomes(worker, made.handle, ["exact ⟨hp, default, rfl⟩"]))[0], Solved)


async def test_assigning_a_shared_metavariable_frees_the_siblings(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t : ∃ a b : Nat, a = 1 ∧ b = 2 := by sorry")
    (opened,) = await outcomes(worker, state, ["refine ⟨?a, ?b, ?_, ?_⟩"])
    assert isinstance(opened, Progress) and len(opened.state.groups()) == 2
    (left,) = await outcomes(worker, opened.handle, ["case a => exact 1"])
    assert isinstance(left, Progress) and sorted(map(len, left.state.groups())) == [1, 2]


async def test_fingerprints_tell_states_apart_that_scripts_tell_apart(worker: Worker) -> None:
    async def start(text: str) -> str:
        return (await hole(worker, text))[1].fingerprint

    base = "theorem t (n : Nat) (h : n = 1) : n + 0 = 1 := by sorry"
    same = await start(base)
    assert same == await start(base) and len(same) >= 32
    others = [
        "theorem t (n : Nat) (k : n = 1) : n + 0 = 1 := by sorry",
        "theorem t (n : Nat) (h : n = 2) : n + 0 = 1 := by sorry",
        "theorem t (n : Nat) (h : n = 1) : n + 0 = 2 := by sorry",
        "theorem t (n : Int) (h : n = 1) : n + 0 = 1 := by sorry",
        "theorem t (n : Nat) (h : n = 1) (h' : n = 1) : n + 0 = 1 := by sorry",
        "theorem t (n : Nat) (_ : n = 1) : n + 0 = 1 := by sorry",
    ]
    assert len({same, *[await start(text) for text in others]}) == len(others) + 1
    values = [f"theorem t : True := by\n  let x : Nat := {value}\n  sorry" for value in (1, 2)]
    assert len({await start(text) for text in values}) == 2
    levels = [f"universe u v\ntheorem t (α : Type {level}) : α = α := by sorry" for level in ("u", "v", "0")]
    assert len({await start(text) for text in levels}) == 3


async def test_fingerprints_see_which_goals_share_a_metavariable(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t : (∃ a : Nat, a = a) ∧ ∃ b : Nat, b = b := by sorry")
    paths = ["refine ⟨⟨?a, ?_⟩, ⟨?b, ?_⟩⟩", "refine ⟨⟨?a, ?_⟩, ⟨?a, ?_⟩⟩"]
    one, other = await outcomes(worker, state, paths)
    assert isinstance(one, Progress) and isinstance(other, Progress)
    assert one.state.fingerprint != other.state.fingerprint
    renamed = await outcomes(worker, state, ["constructor", "apply And.intro", "refine ⟨?_, ?_⟩"])
    prints = {o.state.fingerprint for o in renamed if isinstance(o, Progress)}
    assert len(prints) == 2  # case names differ between the first two and the last, nothing else does


def doubling(steps: int, last: str = "And.intro") -> str:
    """Hypotheses whose types double at each step: as a tree the last is of size 2 ^ steps."""
    lines = [f"have q{i + 1} := And.intro q{i} q{i}" for i in range(steps - 1)]
    return "\n".join([*lines, f"have q{steps} := {last} q{steps - 1} q{steps - 1}"])


async def test_a_state_too_large_as_a_tree_is_described(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t (p r : Prop) (q0 : p) : 2 = 3 := by sorry")
    tactics = [doubling(40), doubling(40), doubling(39), doubling(40).replace("q40", "other"), "have q0 := q0"]
    tactics += [doubling(40) + "\nhave s : r → r := id", doubling(40) + "\nhave s : p → p := id"]
    seen = await outcomes(worker, state, tactics, wall_seconds=60)
    first, again, *others = [o.state.fingerprint for o in seen if isinstance(o, Progress)]
    assert first == again and len({first, *others}) == len(tactics) - 1
    (after,) = [o for o in seen[:1] if isinstance(o, Progress)]
    assert max(len(h.type) for h in after.state.goals[0].hypotheses) < 100_000


async def test_large_goals_tell_which_metavariables_they_share(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t (p : Prop) (q0 : p) : ∃ x y : Nat, x = y ∧ y = 0 := by sorry")
    big = doubling(20) + "\n"
    seen = await outcomes(
        worker,
        state,
        [big + "refine ⟨?a, ?b, ?c, ?d⟩", big + "refine ⟨?x, ?y, ?c, ?d⟩", big + "refine ⟨?a, ?a, ?c, ?d⟩"],
        wall_seconds=60,
    )
    one, renamed, shared = [o.state.fingerprint for o in seen if isinstance(o, Progress)]
    assert len({one, renamed, shared}) == 3  # case names are what scripts say


async def test_printing_a_state_heeds_the_wall_limit(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t (p : Prop) (q0 : p) : 2 = 3 := by sorry")
    many = doubling(20) + "".join(f"\nhave r{i} := q20" for i in range(400))
    (outcome,) = await outcomes(worker, state, [many], wall_seconds=0.2, heartbeats=0)
    assert isinstance(outcome, TimedOut) and outcome.limit == "wall"
    assert worker.alive and isinstance((await outcomes(worker, state, ["exact q0"]))[0], Failed)


async def test_options_do_not_unbound_the_printer(worker: Worker) -> None:
    text = "set_option pp.deepTerms true\nset_option pp.maxSteps 100000000\n"
    state, _ = await hole(worker, text + "theorem t (p : Prop) (q0 : p) : 2 = 3 := by sorry")
    (outcome,) = await outcomes(worker, state, [doubling(30)], wall_seconds=60)
    assert isinstance(outcome, Progress)


async def test_limits_are_outcomes(worker: Worker) -> None:
    text = "theorem t : (List.range 3000).foldl (· + ·) 0 % 7 < 7 := by sorry"
    state, _ = await hole(worker, text)
    (few,) = await outcomes(worker, state, ["simp [List.range, List.range.loop, List.foldl]"], heartbeats=1)
    assert few == TimedOut("heartbeats", few.cost) if isinstance(few, TimedOut) else isinstance(few, Failed)
    # Thirteen million cases, and no recursion of the elaborator whose own limit could come first.
    slow = "have : ∀ a b c d : Fin 60, a + b + c + d = d + c + b + a := by decide +kernel"
    (late,) = await outcomes(worker, state, [slow], heartbeats=0, wall_seconds=0.3)
    assert isinstance(late, TimedOut) and late.limit == "wall" and worker.alive


async def test_a_proof_that_checks_slower_than_its_limit_is_not_proved(filling: Any, pool: Pool) -> None:
    # Tactic mode has closed the goal; whether the rebuild and the kernel are done in time is another question.
    text = "theorem t : ∀ a b : Fin 9, a.val + b.val = b.val + a.val := by sorry\n"
    filling.judge = LadderJudge(pool, seconds=0.001)
    await filling(text, "decide")
    assert filling.codes == {"t": "timed_out"} and filling.text == text
    assert isinstance(filling.solver.outcomes[-1][2], Solved)


async def test_suggestions_replace_what_made_them(filling: Any) -> None:
    text = """theorem a (p q : Nat → Prop) (hp : p 1) (hq : q 2) : p 1 ∧ q 2 := by
  sorry
theorem b (n m : Nat) : n + m = m + n := sorry
theorem c (a b c : Nat) (h : a ≤ b) (h2 : b ≤ c) : a ≤ c := by sorry
"""
    await filling(text, "exact?")
    assert filling.codes == {"a": "proved", "b": "proved", "c": "proved"}
    assert "?" not in filling.text and filling.result.targets[0].scripts == ["exact ⟨hp, hq⟩"]
    assert filling.text.endswith("a ≤ c := by exact Nat.le_trans h h2\n")


async def test_suggestions_inside_a_longer_script(filling: Any) -> None:
    text = "theorem t (n m : Nat) (h : n + 0 = m) : n = m ∧ m = n := by\n  sorry\n"
    script = "have h' : n = m := by\n  simp? at h\n  exact?\nconstructor\n· exact?\n· exact?"
    await filling(text, script)
    assert filling.codes == {"t": "proved"} and "?" not in filling.text
    found = filling.result.targets[0].scripts[0].split("\n")
    assert found[1] == "  simp only [Nat.add_zero] at h" and found[4].startswith("· exact ")


async def test_a_suggestion_made_for_several_goals(filling: Any) -> None:
    text = "theorem t (p q : Nat → Prop) (hp : p 1) (hq : q 2) : p 1 ∧ q 2 := by\n  constructor\n  all_goals sorry\n"
    await filling(text, "first | exact hp | (show_term exact hq)")
    assert filling.codes == {"t": "proved"} and "show_term" not in filling.text


async def test_native_computation_is_refused_by_its_axiom(filling: Any) -> None:
    text = "theorem nd : 10 * 10 = 100 := by sorry\ntheorem ok : 1 = 1 := by sorry\n"
    await filling(text, "native_decide")
    verdict = filling.result.targets[0].verdict
    assert isinstance(verdict, ForbiddenAxiom) and "sorry" in filling.text.splitlines()[0]


async def test_each_outcome_is_announced_before_it_comes(worker: Worker) -> None:
    state, _ = await hole(worker, "theorem t : 1 = 1 := by sorry")
    seen: list[tuple[str, int]] = []
    stream = worker.process.stream(
        "apply", state=state, tactics=["skip", "fail", "rfl", "skip"], heartbeats=0, wall_ms=5000, total_ms=0,
        stop_at_solved=True, avoid=[], seconds=10, rearm=True,
    )  # fmt: skip
    async for answer in stream:
        seen.append((answer["kind"], answer.get("index", -1)))
    told = [item for item in seen if item[0] != "done"]
    assert told == [("started", 0), ("outcome", 0), ("started", 1), ("outcome", 1), ("started", 2), ("outcome", 2)]
