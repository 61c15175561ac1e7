"""A run in the background: its readers, its place in the queue, its three ways to end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from prover import AsyncProver, ProveOptions, __all__, __dir__
from prover.agent import FileResult, Observer
from prover.api.async_prover import source_of, target_in
from prover.api.proving import Proving, RunStatus, Work
from prover.core.errors import Crashed, SetupError, UserError
from prover.lean.source import SourceFile

SOURCE = SourceFile("F.lean", b"")
RESULT = FileResult(SOURCE, SOURCE, [])


def telling(*kinds: str, gate: asyncio.Event | None = None) -> Work:
    """Work that tells of `kinds`, waits at the gate after the first, and comes to an end."""

    async def work(observe: Observer, stop: asyncio.Event) -> FileResult:
        for number, kind in enumerate(kinds):
            observe(kind, {"n": number})
            if gate is not None and number == 0:
                await gate.wait()
        return FileResult(SOURCE, SOURCE, [], interrupted=stop.is_set())

    return work


def run_of(work: Work, slots: asyncio.Semaphore | None = None) -> Proving:
    return Proving("1", "F.lean", work, slots or asyncio.Semaphore(1))


async def test_every_reader_gets_every_event_and_then_the_end() -> None:
    gate = asyncio.Event()
    run = run_of(telling("A", "B", "C", gate=gate))

    async def read(after: int = -1) -> list[tuple[int, str]]:
        return [(event.sequence, event.kind) async for event in run.events(after)]

    early = asyncio.ensure_future(read())
    await asyncio.sleep(0)
    gate.set()
    await run.result()
    assert await early == [(0, "A"), (1, "B"), (2, "C")] == await read(), "late readers get them too"
    assert await read(after=1) == [(2, "C")] and await read(after=7) == []
    assert run.status is RunStatus.DONE and run.status.ended


async def test_an_event_while_a_reader_is_busy_is_not_lost() -> None:
    gate = asyncio.Event()
    run = run_of(telling("A", "B", gate=gate))
    seen: list[str] = []
    async for event in run.events():
        seen.append(event.kind)
        gate.set()
        await asyncio.sleep(0.01)  # the run comes to its end meanwhile
    assert seen == ["A", "B"]


async def test_runs_wait_for_their_turn() -> None:
    slots, gate = asyncio.Semaphore(1), asyncio.Event()
    first, second = run_of(telling("A", gate=gate), slots), run_of(telling("B"), slots)
    await asyncio.sleep(0.01)
    assert (first.status, second.status) == (RunStatus.RUNNING, RunStatus.QUEUED)
    gate.set()
    await second.result()
    assert first.status is RunStatus.DONE


async def test_stopped_runs_keep_what_they_found() -> None:
    gate = asyncio.Event()
    run = run_of(telling("A", gate=gate))
    await asyncio.sleep(0.01)
    run.stop()
    gate.set()
    assert (await run.result()).interrupted


async def test_cancelled_runs_give_nothing_and_free_their_place() -> None:
    slots, gate = asyncio.Semaphore(1), asyncio.Event()
    run = run_of(telling("A", gate=gate), slots)
    await asyncio.sleep(0.01)
    await run.cancel()
    assert run.status is RunStatus.CANCELLED and not slots.locked()
    with pytest.raises(asyncio.CancelledError):
        await run.result()
    assert [event.kind async for event in run.events()] == ["A"]


async def test_giving_up_waiting_does_not_end_a_run() -> None:
    gate = asyncio.Event()
    run = run_of(telling("A", gate=gate))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await run.result()
    gate.set()
    assert await run.result() and run.status is RunStatus.DONE


async def test_a_run_that_fails_says_why() -> None:
    async def work(observe: Observer, stop: asyncio.Event) -> FileResult:
        raise UserError("nothing to prove", code="no_sorry")

    run = run_of(work)
    with pytest.raises(UserError):
        await run.result()
    assert run.status is RunStatus.FAILED and run.error is not None and run.error.code == "no_sorry"
    assert [event async for event in run.events()] == []


async def test_a_run_that_has_ended_can_be_cancelled_whatever_became_of_it() -> None:
    async def work(observe: Observer, stop: asyncio.Event) -> FileResult:
        raise ZeroDivisionError

    for run in (run_of(work), run_of(telling("A"))):
        await asyncio.sleep(0.01)
        before = run.status
        await run.cancel()
        assert run.status is before and before.ended


def test_what_is_meant_by_a_file_and_a_target(tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_text("-- here\n")
    assert source_of(path).text == source_of("-- here\n").text == source_of(SourceFile.read(path)).text
    with pytest.raises(UserError) as refused:
        source_of(str(path))
    assert refused.value.code == "path_as_text"
    assert (target_in("").name, target_in("A.b").name, target_in("#L12").line) == (None, "A.b", 12)
    with pytest.raises(UserError):
        target_in("#Lx")


async def test_bad_options_are_refused_before_anything_is_started() -> None:
    wrong: list[dict[str, Any]] = [{"engine": "lean5"}, {"jobs": 0}, {"model": "nobody/knows"}]
    for options in wrong:
        with pytest.raises(UserError):
            AsyncProver(**options)
    async with AsyncProver() as prover:
        with pytest.raises(UserError):
            prover.proving("theorem t : 1 = 1 := sorry", options=ProveOptions(frontier="deepest"))
    with pytest.raises(Crashed):
        prover.proving("theorem t : 1 = 1 := sorry")


async def test_windows_is_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(SetupError) as refused:
        AsyncProver()
    assert refused.value.code == "windows" and "Linux" in refused.value.hint


def test_the_package_says_what_it_has() -> None:
    import prover

    assert set(__all__) <= set(__dir__())
    assert all(getattr(prover, name) is not None for name in __all__)
    with pytest.raises(AttributeError):
        _ = prover.Proover  # pyright: ignore[reportAttributeAccessIssue]
