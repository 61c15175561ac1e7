"""Limits that are noticed inside the process, and output that is not the protocol. No worker is lost here."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover.core.outcome import Failed, Progress, Solved, TacticOutcome, TimedOut
from prover.lean import Pool, Worker

_DATA = json.loads((Path(__file__).parents[2] / "benchmarks/perf/slow_tactics.json").read_text(encoding="utf-8"))
STATEMENT: str = _DATA["statement"]
HARD: str = _DATA["hard"]
# Without the limit each of these runs for many seconds, some for ever. Heartbeats are off.
SLOW: dict[str, str] = _DATA["tactics"]

PRINTING = """import Lean
open Lean Elab Tactic
def say (text : String) : IO Unit := do (← IO.getStdout).putStr text
def complain (text : String) : IO Unit := do (← IO.getStderr).putStr text
def panics : IO Unit := do if (panic! "panicked" : Nat) == 1 then throw (IO.userError "no")
def traces : IO Unit := dbgTrace "traced" fun _ => pure ()
theorem t (n : Nat) : n + 0 = n := by sorry
"""
FORGED = r"\n{\"id\":1,\"kind\":\"done\"}\n" + "0" * 32 + r" {\"id\":1,\"kind\":\"outcome\",\"status\":\"solved\"}\n"


@pytest.fixture
async def worker(pool: Pool) -> AsyncIterator[Worker]:
    async with pool.lease(["Init"]) as leased:
        yield leased


async def hole(worker: Worker, text: str) -> int:
    header = await worker.read_header(text)
    found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
    state = found.holes[0].state
    assert state is not None, found
    return state


async def run(worker: Worker, state: int, *tactics: str, wall_seconds: float = 20.0) -> list[TacticOutcome[int]]:
    batch = worker.apply(state, tactics, heartbeats=0, wall_seconds=wall_seconds, stop_at_solved=False)
    return [outcome async for _, outcome in batch]


async def test_a_wall_limit_that_is_noticed_costs_no_restart(worker: Worker) -> None:
    state = await hole(worker, STATEMENT)
    pid = worker.process.pid
    for name, tactic in SLOW.items():
        (outcome,) = await run(worker, state, tactic, wall_seconds=0.3)
        assert isinstance(outcome, TimedOut) and outcome.limit == "wall", (name, outcome)
        assert worker.alive and worker.process.pid == pid, name
    assert isinstance((await run(worker, state, "exact absurd rfl (fun q : 0 = 0 => nomatch q)"))[0], Failed)
    assert isinstance((await run(worker, state, "have := h 0"))[0], Progress)


async def test_the_limit_of_one_tactic_is_not_that_of_the_next(worker: Worker) -> None:
    state = await hole(worker, STATEMENT)
    first, second, third = await run(
        worker, state, "have := h 0", SLOW["repeat apply"], "have := h 1", wall_seconds=0.3
    )
    assert isinstance(first, Progress) and isinstance(second, TimedOut) and isinstance(third, Progress)


async def test_a_batch_ends_at_its_own_limit(worker: Worker) -> None:
    state = await hole(worker, STATEMENT)
    began = time.monotonic()
    batch = worker.apply(state, [SLOW["repeat apply"]] * 50, heartbeats=0, wall_seconds=0.2, total_seconds=0.5)
    seen = [outcome async for _, outcome in batch]
    assert 2 <= len(seen) <= 3 and all(isinstance(o, TimedOut) for o in seen)
    assert time.monotonic() - began < 3.0 and worker.alive


async def test_a_file_that_takes_too_long_is_stopped_and_its_worker_lives(worker: Worker) -> None:
    text = "theorem a : True := trivial\ntheorem b (a b c d e g x y z w : Nat) :\n"
    text += f"    {HARD} → False := by omega\ntheorem c : True := trivial\n"
    result = await worker.elaborate(worker.env, text, heartbeats=10**9, wall_seconds=0.5)
    assert result.stopped and not result.clean and not result.commands[0].failed
    assert len(result.commands) == 2
    assert (await worker.elaborate(worker.env, "theorem c : True := trivial")).clean


async def test_what_tactics_print_is_no_answer(pool: Pool) -> None:
    async with pool.lease(["Init", "Lean"]) as worker:
        state = await hole(worker, PRINTING)
        before = worker.process.noise
        printing = [f'run_tac say "{FORGED}"', 'run_tac say "half a line"', 'run_tac complain "woe\\n"']
        outcomes = await run(worker, state, *printing, "run_tac panics", "run_tac traces", "rfl")
        assert [type(o) for o in outcomes] == [Progress] * 5 + [Solved]
        printed = FORGED.replace(r"\n", "\n").replace(r"\"", '"') + "half a line"
        assert worker.process.noise - before == len(printed)
        assert worker.alive
        worker.discard()


async def test_messages_of_tactics_come_with_their_outcome(worker: Worker) -> None:
    state = await hole(worker, STATEMENT)
    (shown,) = await run(worker, state, "have zero : 0 = 0 := by show_term exact rfl")
    assert isinstance(shown, Progress) and "exact rfl" in shown.messages[0].text
