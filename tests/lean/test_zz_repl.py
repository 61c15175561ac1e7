"""`prove repl` when a process is lost, or a request does not end: answered, and the session goes on."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from prover.lean import Pool
from prover.repl import Session

ENDLESS = "example : True := by\n  repeat (have := 1; clear this)\n  trivial"


async def ask(session: Session, **request: Any) -> dict[str, Any]:
    return await session.answer(json.dumps(request))


def pids(session: Session) -> list[int]:
    seats = session._seats._seats.values()  # pyright: ignore[reportPrivateUsage]
    return [seat.worker.process.pid for seat in seats]


async def test_what_a_lost_process_held_is_made_again(pool: Pool) -> None:
    session = Session(pool)
    await ask(session, cmd="def f : Nat := 5")
    await ask(session, cmd="theorem t (n : Nat) (h : n = f) : n = 5 ∧ n = f := by sorry", env=0)
    assert (await ask(session, tactic="constructor", proofState=0))["proofState"] == 1
    [before] = pids(session)
    os.kill(before, signal.SIGKILL)
    assert (await ask(session, tactic="· exact h", proofState=1))["proofState"] == 2
    assert pids(session) != [before]
    assert await ask(session, cmd="example : f = 5 := rfl", env=0) == {"env": 2}
    assert (await ask(session, tactic="exact h", proofState=2))["proofStatus"] == "Completed"
    await session.close()


async def test_one_process_for_each_header_and_no_more_than_there_is_room_for(pool: Pool) -> None:
    session = Session(pool)
    headers = ("", "import Init.Data.Nat.Basic\n", "import Init.Data.List.Basic\n", "import Init.Data.Int.Basic\n")
    for number, header in enumerate(headers):
        assert await ask(session, cmd=f"{header}def f{number} := {number}") == {"env": number}
        assert len(pids(session)) <= pool.limits.size
    assert await ask(session, cmd="example : f0 = 0 := rfl", env=0) == {"env": len(headers)}
    await session.close()
    assert not pids(session)


async def test_a_request_that_does_not_end(pool: Pool) -> None:
    session = Session(pool, seconds=10)
    assert await ask(session, cmd="def f : Nat := 5") == {"env": 0}
    slow = await ask(session, cmd=ENDLESS, env=0)
    assert list(slow) == ["message"] and "10 s" in slow["message"]
    assert (await ask(session, cmd="theorem t : f = 5 := by sorry", env=0))["env"] == 1
    slow = await ask(session, tactic="repeat (have := 1; clear this)", proofState=0)
    assert list(slow) == ["message"]
    assert (await ask(session, tactic="rfl", proofState=0))["proofStatus"] == "Completed"
    await session.close()
