"""What every engine's Bridge must do: the contract of elaborate, apply, focus, release, export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from prover.core.errors import UserError
from prover.core.message import Severity
from prover.core.outcome import Failed, Progress, Solved, TacticOutcome, TimedOut
from prover.lean import Elaboration, Pool, Worker


@pytest.fixture
async def worker(pool: Pool) -> AsyncIterator[Worker]:
    async with pool.lease(["Init"]) as leased:
        yield leased


async def elaborate(worker: Worker, text: str, **options: bool) -> Elaboration:
    header = await worker.read_header(text)
    return await worker.elaborate(worker.env, text, start=header.end, **options)


async def hole(worker: Worker, text: str) -> int:
    found = await elaborate(worker, text, holes=True)
    assert len(found.holes) == 1 and found.holes[0].state is not None
    return found.holes[0].state


async def outcomes(worker: Worker, state: int, tactics: Sequence[str], **options: float) -> list[TacticOutcome[int]]:
    seen: list[TacticOutcome[int]] = []
    async for index, outcome in worker.apply(state, tactics, stop_at_solved=False, **options):  # type: ignore[arg-type]
        assert index == len(seen)
        seen.append(outcome)
    return seen


async def test_header_is_read_by_lean(worker: Worker) -> None:
    text = "/- a comment -/\nimport Lean\nimport Std.Data.HashMap\n\ntheorem t : True := trivial\n"
    header = await worker.read_header(text)
    assert header.modules == ("Init", "Lean", "Std.Data.HashMap")
    assert text[header.end :].startswith("theorem")
    broken = await worker.read_header("import \n")
    assert any(m.severity is Severity.ERROR for m in broken.messages)


async def test_errors_are_seen_after_every_parse_and_command(worker: Worker) -> None:
    result = await elaborate(
        worker, "theorem a : 1 = 2 := rfl\ntheorem b : 1 = 1 := rfl\ntheorem c : := rfl\n)) garbage"
    )
    assert [c.failed for c in result.commands][:2] == [True, False]
    assert len(result.errors) >= 2 and not result.clean
    assert {m.start.line for m in result.errors if m.start} >= {1, 3}


async def test_a_sound_file_is_clean(worker: Worker) -> None:
    result = await elaborate(worker, "theorem b : 1 = 1 := rfl\n#check b", declarations=True)
    assert result.clean and [d.name for d in result.declarations] == ["b"]


async def test_tactics_do_not_recover_from_errors(worker: Worker) -> None:
    state = await hole(worker, "theorem t (a b : Nat) : a + b = b + a := by sorry")
    bad = [
        "exact wrong",
        "sorry",
        "admit",
        "exact (by simpa using ?x)",
        "have : a = a := sorry; omega",
        "all_goals (exact foo)",
        "refine Eq.trans ?_ (?_ : _ = _) <;> skip; all_goals sorry",
        "nonsense!!",
        "omega )",
    ]
    for tactic, outcome in zip(bad, await outcomes(worker, state, bad), strict=True):
        assert isinstance(outcome, Failed), tactic
    reasons = [
        o.reason for o in await outcomes(worker, state, ["sorry", "exact wrong", "nonsense!!"]) if isinstance(o, Failed)
    ]
    assert reasons == ["sorry", "error", "parse"]


async def test_one_state_serves_many_tactics(worker: Worker) -> None:
    state = await hole(worker, "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry")
    first, again, both = await outcomes(worker, state, ["constructor", "constructor", "exact ⟨hp, hq⟩"])
    assert isinstance(first, Progress) and isinstance(again, Progress) and isinstance(both, Solved)
    assert first.state.fingerprint == again.state.fingerprint and first.handle != again.handle
    assert [g.target for g in first.state.goals] == ["p", "q"]
    assert first.state.groups() == [[0], [1]]
    assert [h.name for h in first.state.goals[0].hypotheses] == ["p", "q", "hp", "hq"]


async def test_goals_that_share_a_metavariable_stay_together(worker: Worker) -> None:
    state = await hole(worker, "theorem t : ∃ n : Nat, n * n = 49 := by sorry")
    (opened,) = await outcomes(worker, state, ["refine ⟨?n, ?h⟩"])
    assert isinstance(opened, Progress)
    assert len(opened.state.goals) == 2 and opened.state.groups() == [[0, 1]]
    (left,) = await outcomes(worker, opened.handle, ["case n => exact 7"])
    assert isinstance(left, Progress) and left.state.groups() == [[0]]
    assert isinstance((await outcomes(worker, left.handle, ["rfl"]))[0], Solved)


async def test_a_dropped_goal_is_not_a_proof(worker: Worker) -> None:
    state = await hole(worker, "theorem t (h : ∀ n : Nat, n = n → False) : False := by sorry")
    (outcome,) = await outcomes(worker, state, ["apply h; rotate_left; exact 0"])
    assert not isinstance(outcome, Solved)


async def test_focus_gives_a_state_of_its_own(worker: Worker) -> None:
    state = await hole(worker, "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry")
    (opened,) = await outcomes(worker, state, ["constructor"])
    assert isinstance(opened, Progress)
    second, goals = await worker.focus(opened.handle, [1])
    assert [g.target for g in goals.goals] == ["q"]
    assert isinstance((await outcomes(worker, second, ["exact hq"]))[0], Solved)


async def test_heartbeats_and_wall_limits_are_outcomes_and_cost_no_process(worker: Worker) -> None:
    state = await hole(worker, "theorem t (f : Nat → Nat) (h : ∀ n, f n = f (n + 1)) : f 0 = f 1000 := by sorry")
    (few,) = await outcomes(worker, state, ["grind"], heartbeats=50, wall_seconds=20.0)
    assert few == TimedOut("heartbeats", few.cost) if isinstance(few, TimedOut) else isinstance(few, Failed)
    slow = "have : ∀ a b c d : Fin 60, a + b + c + d = d + c + b + a := by decide +kernel"
    pid = worker.process.pid
    (stopped,) = await outcomes(worker, state, [slow], heartbeats=0, wall_seconds=0.5)
    assert worker.alive and worker.process.pid == pid
    assert isinstance(stopped, TimedOut | Failed | Progress)


async def test_proofs_may_not_use_what_is_to_be_avoided(worker: Worker) -> None:
    text = "theorem lie (n : Nat) : n = n + 1 := by sorry\ntheorem t (n : Nat) : n = n + 1 := by sorry"
    found = await elaborate(worker, text, holes=True)
    state = found.holes[1].state
    assert state is not None
    seen = [o async for _, o in worker.apply(state, ["exact lie n"], avoid=["lie"])]
    assert isinstance(seen[0], Failed) and seen[0].reason == "uses_open_declaration"
    seen = [o async for _, o in worker.apply(state, ["exact lie n"])]
    assert isinstance(seen[0], Solved)


async def test_released_states_are_gone_and_counted(worker: Worker) -> None:
    before, _ = await worker.release()
    state = await hole(worker, "theorem t (a : Nat) : a = a := by sorry")
    assert (await worker.release())[0] == before + 1
    assert (await worker.release([state]))[0] == before


async def test_text_that_is_no_ascii_survives_the_wire(worker: Worker) -> None:
    state = await hole(worker, "theorem «ünïcode 定理» (α : Type) (x y : α) (h : x = y) : y = x := by sorry")
    (outcome,) = await outcomes(worker, state, ["-- größer 😀 注\n  exact h.symm"])
    assert isinstance(outcome, Solved)


async def test_missing_imports_are_named(pool: Pool) -> None:
    with pytest.raises(UserError) as caught:
        async with pool.lease(["Init", "No.Such.Module"]):
            pass
    assert caught.value.code == "missing_import" and "No.Such.Module" in caught.value.message
    with pytest.raises(UserError) as caught:
        async with pool.lease(["Init", "Mathlib"]):
            pass
    embedded = pool.engine.name == "embedded"
    assert caught.value.code == ("mathlib_on_embedded" if embedded else "missing_import") and caught.value.hint


async def test_the_export_names_what_the_file_added(worker: Worker) -> None:
    result = await elaborate(
        worker, "def two := 2\ntheorem t : two = 2 := rfl\ninductive Color | red | green", keep=True
    )
    export = await worker.export(result.env)
    kinds = [c["kind"] for c in export["constants"]]
    assert kinds.count("inductive") == 1 and kinds.count("constructor") == 2 and "theorem" in kinds


async def test_what_was_exported_is_replayed_in_another_environment(worker: Worker) -> None:
    result = await elaborate(worker, "theorem t : 1 = 1 := rfl", keep=True)
    export = await worker.export(result.env)
    (constant,) = [c for c in export["constants"] if c["kind"] == "theorem"]
    replay = await worker.replay(worker.env, export, [constant])
    assert replay.accepted and replay.export is not None
    assert [c["kind"] for c in replay.export["constants"]] == ["theorem"]


async def test_the_engine_says_which_lean_it_is(pool: Pool, worker: Worker) -> None:
    assert pool.engine.name in ("embedded", "native")
    assert pool.engine.lean_version in pool.engine.description
    assert str(worker.greeting["lean"]).startswith(pool.engine.lean_version.split("-")[0])
    assert worker.process.resident_mb() > 50
