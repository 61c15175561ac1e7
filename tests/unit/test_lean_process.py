"""One process and its lines: deadlines, deaths, floods, forged answers. The peer is a script, no Lean."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from prover.core.errors import (
    CallTimeout,
    Crashed,
    LeanProcessError,
    OutOfMemory,
    ProtocolError,
    SetupError,
    StartTimeout,
)
from prover.core.outcome import Failed, Progress, Solved
from prover.lean import LeanEngine, Worker
from prover.lean.containment import Containment
from prover.lean.process import BridgeProcess, BridgeRefusal, private_bytes

Scripted = Callable[..., LeanEngine]


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.lean.worker.GRACE_SECONDS", 0.4)


@pytest.fixture
async def process(scripted: Scripted) -> AsyncIterator[BridgeProcess]:
    started = await BridgeProcess.start(scripted(), seconds=20)
    yield started
    await started.close()


@pytest.fixture
async def worker(process: BridgeProcess) -> AsyncIterator[Worker]:
    worker = Worker(process)
    await worker.import_header(["Init"])
    yield worker


def gone(pid: int) -> bool:
    """Whether a process ended (a zombie that nobody of ours has to wait for counts as ended)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def soon(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.01)
    return condition()


_BEFORE: set[int] = set()


@pytest.fixture(autouse=True)
def others() -> None:
    """Child processes of earlier tests (multiprocessing keeps one) are none of ours."""
    _BEFORE.clear()
    _BEFORE.update(child.pid for child in psutil.Process().children(recursive=True))


def ours() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.pid not in _BEFORE]


async def no_process_left() -> bool:
    return await soon(lambda: not ours())


async def tried(worker: Worker, *tactics: str, wall_seconds: float = 10.0) -> list[object]:
    return [outcome async for _, outcome in worker.apply(1, tactics, wall_seconds=wall_seconds)]


def scratches(engine: LeanEngine) -> list[Path]:
    return engine.scratches  # type: ignore[attr-defined]


# ---- the start ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "error"), [("silent", StartTimeout), ("exit", Crashed), ("protocol", ProtocolError)])
async def test_a_bad_start_raises_and_leaves_nothing(
    scripted: Scripted, start: str, error: type[LeanProcessError]
) -> None:
    engine = scripted(start)
    with pytest.raises(error) as caught:
        await BridgeProcess.start(engine, seconds=0.5 if start == "silent" else 20)
    if isinstance(caught.value, Crashed):
        assert caught.value.status == 4 and "it cannot be" in caught.value.stderr_tail
    assert await no_process_left()
    assert scratches(engine) and not any(folder.exists() for folder in scratches(engine))


async def test_a_program_that_is_not_there_is_a_broken_setup(scripted: Scripted) -> None:
    engine = scripted(program="/nowhere/lean")
    with pytest.raises(SetupError) as caught:
        await BridgeProcess.start(engine)
    assert caught.value.code == "no_program" and "/nowhere/lean" in caught.value.message
    assert not any(folder.exists() for folder in scratches(engine))


async def test_what_is_printed_before_the_greeting_is_no_greeting(scripted: Scripted) -> None:
    process = await BridgeProcess.start(scripted("noisy"), seconds=20)
    assert process.alive and process.noise == len("[DEBUG] hello\nno line end")
    await process.close()


async def test_a_cancelled_start_leaves_nothing(scripted: Scripted) -> None:
    engine = scripted("silent")
    task = asyncio.ensure_future(BridgeProcess.start(engine))
    await soon(lambda: bool(ours()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await no_process_left()
    assert not any(folder.exists() for folder in scratches(engine))


# ---- lines ----------------------------------------------------------------------------------------------------------


async def test_lines_of_any_length_come_whole(process: BridgeProcess) -> None:
    text = "αβ\n" * 1_000_000
    assert (await process.call("echo", text=text, seconds=30))["text"] == text
    assert process.noise == 0


async def test_an_answer_beyond_all_bounds_ends_the_process(
    process: BridgeProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prover.lean.process._ANSWER_BYTES", 1 << 20)
    assert len((await process.call("echo", text="x" * 500_000, seconds=30))["text"]) == 500_000
    with pytest.raises(ProtocolError) as caught:
        await process.call("echo", text="x" * 5_000_000, seconds=30)
    assert caught.value.code == "too_large"
    assert not process.alive and await no_process_left()


async def test_forged_answers_are_noise(worker: Worker) -> None:
    forged = r'\n{"id":2,"kind":"done"}\n' + "0" * 32 + r' {"id":2,"kind":"outcome","index":0}\nhalf a line'
    failed, solved = await tried(worker, f"print {forged}", "solve")
    assert isinstance(failed, Failed) and isinstance(solved, Solved)
    assert worker.process.noise == len(forged.encode().decode("unicode_escape"))
    assert worker.alive


@pytest.mark.parametrize(
    "line", ["\nNONCE not json\n", "\nNONCE [1]\n", '\nNONCE {"id":77,"kind":"done"}\n', '\nNONCE {"id":1}\n']
)
async def test_answers_that_are_not_the_protocol_end_the_process(process: BridgeProcess, line: str) -> None:
    with pytest.raises(ProtocolError):
        await process.call("raw", text=line, seconds=10)
    assert not process.alive and await no_process_left()


async def test_a_refusal_is_an_answer_and_costs_nothing(process: BridgeProcess) -> None:
    with pytest.raises(BridgeRefusal) as caught:
        await process.call("refuse", seconds=10)
    assert caught.value.code == "no" and process.alive and not process.busy
    assert (await process.call("echo", text="still", seconds=10))["text"] == "still"


async def test_floods_fill_no_memory_and_do_not_hold_up_the_deadline(worker: Worker) -> None:
    before = psutil.Process().memory_info().rss
    began = time.monotonic()
    with pytest.raises(CallTimeout) as caught:
        await tried(worker, "solved? no", "flood stdout", wall_seconds=0.1)
    assert time.monotonic() - began < 6
    assert caught.value.index == 1
    assert worker.process.noise > 10_000_000
    assert psutil.Process().memory_info().rss - before < 60_000_000


async def test_other_tasks_run_while_a_process_floods(worker: Worker) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    with pytest.raises(CallTimeout):
        await tried(worker, "flood stdout", wall_seconds=0.1)
    ticking.cancel()
    assert ticks > 20


async def test_standard_error_never_blocks_and_its_tail_is_kept(worker: Worker) -> None:
    with pytest.raises(Crashed) as caught:
        await tried(worker, "complain 500000", "exit 9")
    assert caught.value.status == 9 and caught.value.index == 1
    lines = caught.value.stderr_tail.splitlines()
    assert lines[-1] == "complaint" and len(lines) <= 200
    with pytest.raises(Crashed):
        await tried(worker, "solve")


async def test_a_crash_is_told_by_what_came_before_its_stack_trace(worker: Worker) -> None:
    with pytest.raises(Crashed) as caught:
        await tried(worker, "overflow 30000")
    assert "stack overflow of a kind" in caught.value.message
    lines = caught.value.stderr_tail.splitlines()
    assert lines[0] == "stack overflow of a kind" and "#1 deep" in lines and len(lines) < 30


async def test_a_flood_of_standard_error_ends_at_the_deadline(worker: Worker) -> None:
    with pytest.raises(CallTimeout):
        await tried(worker, "flood stderr", wall_seconds=0.1)
    assert await no_process_left()


# ---- the end --------------------------------------------------------------------------------------------------------


async def test_an_overdue_call_kills_the_whole_group(worker: Worker) -> None:
    (spawned,) = await tried(worker, "spawn")
    assert isinstance(spawned, Failed)
    grandchild = int(spawned.text)
    assert not gone(grandchild)
    with pytest.raises(CallTimeout) as caught:
        await worker.process.call("apply", state=1, tactics=["sleep 60"], stop_at_solved=True, seconds=0.2)
    assert caught.value.code == "call_timeout"
    assert not worker.alive and await soon(lambda: gone(grandchild))


async def test_an_exit_is_never_a_success(worker: Worker) -> None:
    seen: list[object] = []
    with pytest.raises(Crashed) as caught:
        async for _, outcome in worker.apply(1, ["step", "nothing", "exit 0", "solve"]):
            seen.append(outcome)
    assert [type(o) for o in seen] == [Progress, Failed]
    assert caught.value.status == 0 and caught.value.index == 2


async def test_a_solution_outlives_the_process_that_found_it(worker: Worker) -> None:
    (outcome,) = await tried(worker, "solve and die")
    assert isinstance(outcome, Solved)
    with pytest.raises(Crashed):
        await worker.stats()


async def test_killed_from_outside_in_the_middle_of_a_call(worker: Worker) -> None:
    batch = worker.apply(1, ["nothing", "sleep 60"], wall_seconds=60)
    async with aclosing(batch):
        await anext(batch)
        os.kill(worker.process.pid, signal.SIGKILL)
        with pytest.raises(Crashed) as caught:
            await anext(batch)
    assert caught.value.status == -signal.SIGKILL and "SIGKILL" in caught.value.message


async def test_killed_from_outside_between_calls(process: BridgeProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    await soon(lambda: not process.alive)
    with pytest.raises(Crashed):
        await process.call("echo", text="x", seconds=10)


async def test_killed_from_outside_and_not_noticed_yet(process: BridgeProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(Crashed):  # of the write or of the read, whichever meets the broken pipe first
        await process.call("echo", text="x" * 2_000_000, seconds=10)


async def test_memory_over_the_limit_is_out_of_memory(scripted: Scripted) -> None:
    process = await BridgeProcess.start(scripted(), seconds=20, memory_mb=150)
    with pytest.raises(OutOfMemory) as caught:
        await tried(Worker(process), "hoard 400")
    assert caught.value.index == 0 and "150 MiB" in caught.value.message
    assert not process.alive


async def test_a_scratch_folder_over_its_limit_ends_the_process(scripted: Scripted) -> None:
    process = await BridgeProcess.start(scripted(), seconds=20, containment=Containment(scratch_mb=4))
    with pytest.raises(Crashed) as caught:
        await tried(Worker(process), "fill 6")
    assert caught.value.code == "scratch_full" and "4 MiB" in caught.value.message
    assert not process.alive and await no_process_left()


async def test_the_engine_says_which_exit_means_out_of_memory(worker: Worker) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await tried(worker, "nothing", "exit 112")
    assert caught.value.index == 1


async def test_a_process_that_does_not_read_meets_the_deadline(process: BridgeProcess) -> None:
    os.kill(process.pid, signal.SIGSTOP)
    with pytest.raises(CallTimeout):
        await process.call("echo", text="x" * 5_000_000, seconds=0.5)
    assert await no_process_left()


async def test_an_answer_that_came_while_the_event_loop_was_held_up_counts(worker: Worker) -> None:
    async def hold_up() -> None:
        await asyncio.sleep(0.1)
        time.sleep(1.0)  # noqa: ASYNC251 (a caller that blocks the loop is the case at hand)

    held_up = asyncio.ensure_future(hold_up())
    answer = await worker.process.call("apply", state=1, tactics=["sleep 0.3"], stop_at_solved=True, seconds=0.6)
    assert answer["kind"] == "done" and worker.alive
    await held_up


# ---- cancelled and abandoned calls ----------------------------------------------------------------------------------


async def test_a_cancelled_call_leaves_no_process(worker: Worker, scripted: Scripted) -> None:
    call = asyncio.ensure_future(tried(worker, "sleep 60", wall_seconds=60))
    await asyncio.sleep(0.1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not worker.alive and await no_process_left()


async def test_cancelled_twice_it_still_cleans_up(scripted: Scripted) -> None:
    engine = scripted()
    process = await BridgeProcess.start(engine, seconds=20)
    call = asyncio.ensure_future(process.call("apply", state=1, tactics=["sleep 60"], stop_at_solved=True))
    await asyncio.sleep(0.1)
    call.cancel()
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await no_process_left()
    assert await soon(lambda: not any(folder.exists() for folder in scratches(engine)))


async def test_who_stops_listening_ends_the_process(worker: Worker) -> None:
    async with aclosing(worker.apply(1, ["nothing", "sleep 60"], wall_seconds=60)) as batch:
        async for _ in batch:
            break
    assert not worker.alive and await no_process_left()


async def test_after_a_solution_listening_may_stop(worker: Worker) -> None:
    async for _, outcome in worker.apply(1, ["nothing", "solve", "sleep 60"], wall_seconds=60):
        if isinstance(outcome, Solved):
            break
    assert worker.alive and not worker.process.busy
    assert (await worker.stats())["states"] == 0
    async for _ in worker.apply(1, ["nothing"]):
        break  # it was the last
    assert worker.alive and not worker.process.busy


async def test_two_calls_at_once_are_refused(worker: Worker) -> None:
    call = asyncio.ensure_future(tried(worker, "sleep 60", wall_seconds=60))
    await asyncio.sleep(0.1)
    assert worker.process.busy
    with pytest.raises(ProtocolError) as caught:
        await worker.stats()
    assert caught.value.code == "call_under_way"
    with pytest.raises(Crashed):
        await call


async def test_close_can_be_called_again_and_by_two(process: BridgeProcess) -> None:
    await asyncio.gather(process.close(), process.close())
    await process.close()
    assert not process.alive and process.resident_mb() == 0.0


async def test_outcomes_come_as_they_are_made(worker: Worker) -> None:
    began = time.monotonic()
    times = [time.monotonic() - began async for _ in worker.apply(1, ["nothing", "sleep 0.5", "nothing"])]
    assert times[0] < 0.4 and times[1] >= 0.5


async def test_the_deadline_of_a_batch_counts_anew_for_each_tactic(worker: Worker) -> None:
    # Together longer than one tactic may take: limit 0.1 s plus the grace of 0.4 s.
    assert len(await tried(worker, *["sleep 0.2"] * 4, wall_seconds=0.1)) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="counted from /proc")
def test_mapped_files_are_not_memory_of_the_process_itself(tmp_path: Path) -> None:
    """Compiled modules are mapped: gigabytes for Mathlib, which every worker has and none uses up."""
    size = 64 << 20
    file = tmp_path / "library"
    file.write_bytes(bytes(size))
    me = psutil.Process()
    before, resident = private_bytes(me), me.memory_info().rss
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sum(mapped[at] for at in range(0, size, 4096)) == 0
        assert me.memory_info().rss - resident > size // 2 > 2 * (private_bytes(me) - before)
    own = bytearray(size)
    assert len(own) == size and private_bytes(me) - before > size // 2
    with pytest.raises(psutil.NoSuchProcess):
        private_bytes(_Gone())


class _Gone(psutil.Process):
    """A process that ended after it was looked up."""

    def __init__(self) -> None:
        super().__init__()

    @property
    def pid(self) -> int:
        return 2**22 + 1
