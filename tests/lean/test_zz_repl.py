"""`prove repl` when a process is lost, or a request does not end: answered, and the session goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from prover.lean import Pool, Worker
from prover.repl import Session

_DATA = json.loads((Path(__file__).parents[2] / "benchmarks/perf/slow_tactics.json").read_text(encoding="utf-8"))
STATEMENT: str = _DATA["statement"]
# Minutes of work, and no deep recursion, which might end sooner.
SLOW: str = _DATA["tactics"]["omega"]


async def ask(session: Session, **request: Any) -> dict[str, Any]:
    return await session.answer(json.dumps(request))


def workers(session: Session) -> list[Worker]:
    return [seat.worker for seat in session._seats._seats.values()]  # pyright: ignore[reportPrivateUsage]


def wait_for_death(worker: Worker) -> None:
    while worker.alive:
        time.sleep(0.01)


async def test_what_a_lost_process_held_is_made_again(pool: Pool) -> None:
    async with Session(pool) as session:
        await ask(session, cmd="def f : Nat := 5")
        await ask(session, cmd="theorem t (n : Nat) (h : n = f) : n = 5 ∧ n = f := by sorry", env=0)
        assert (await ask(session, tactic="constructor", proofState=0))["proofState"] == 1
        [before] = workers(session)
        os.kill(before.process.pid, signal.SIGKILL)
        await asyncio.to_thread(wait_for_death, before)
        assert (await ask(session, tactic="· exact h", proofState=1))["proofState"] == 2
        assert workers(session) != [before]
        assert await ask(session, cmd="example : f = 5 := rfl", env=0) == {"env": 2}
        assert (await ask(session, tactic="exact h", proofState=2))["proofStatus"] == "Completed"


async def test_one_process_for_each_header_and_no_more_than_there_is_room_for(pool: Pool) -> None:
    async with Session(pool) as session:
        headers = ("", "import Init.Data.Nat.Basic\n", "import Init.Data.List.Basic\n", "import Init.Data.Int.Basic\n")
        for number, header in enumerate(headers):
            assert await ask(session, cmd=f"{header}def f{number} := {number}") == {"env": number}
            assert len(workers(session)) <= pool.limits.size
        assert await ask(session, cmd="example : f0 = 0 := rfl", env=0) == {"env": len(headers)}
    assert not workers(session)


async def test_a_request_that_does_not_end(pool: Pool) -> None:
    async with Session(pool, seconds=3) as session:
        assert (await ask(session, cmd=STATEMENT))["env"] == 0
        endless = f"set_option maxHeartbeats 0 in\n{STATEMENT.replace('sorry', SLOW)}"
        for slow in (await ask(session, cmd=endless), await ask(session, tactic=SLOW, proofState=0)):
            assert list(slow) == ["message"] and ("3 s" in slow["message"] or "wall" in slow["message"]), slow
        assert (await ask(session, cmd="def f : Nat := 5", env=0))["env"] == 1
        assert (await ask(session, tactic="have := h 0", proofState=0))["proofState"] == 1
