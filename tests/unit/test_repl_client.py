"""The client of an existing repl: what it makes of each answer, and of a peer that dies, hangs or talks nonsense."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover.core.errors import CallTimeout, Crashed, ProtocolError, SetupError, StartTimeout, UserError
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved
from prover.lean import PoolLimits, Worker
from prover.repl import ReplEngine, ReplPool
from prover.repl.client import ReplWorker
from prover.repl.peer import ReplProcess
from prover.search import WorkerRunner

PEER = Path(__file__).with_name("scripted_repl.py")
TWO = "theorem a : 1 = 1 := sorry\n-- between\ntheorem b : 1 = 1 := sorry\n"


def engine(mode: str = "") -> ReplEngine:
    python = Path(sys.executable)
    reads = (python, python.parent.parent, Path(sys.base_prefix), PEER)
    return ReplEngine((sys.executable, "-S", str(PEER), *([mode] if mode else [])), {}, reads, shown="scripted")


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.repl.client.GRACE_SECONDS", 0.5)


@pytest.fixture
async def pool() -> AsyncIterator[ReplPool]:
    async with ReplPool(engine(), PoolLimits(size=1, spares=0, start_seconds=60)) as made:
        yield made


@pytest.fixture
async def worker(pool: ReplPool) -> AsyncIterator[Worker]:
    async with pool.lease(["Init"]) as leased:
        yield leased


async def opened(worker: Worker, text: str = TWO) -> list[int]:
    found = await worker.elaborate(worker.env, text, holes=True, declarations=True)
    return [hole.state for hole in found.holes if hole.state is not None]


async def test_a_file_is_read_through_its_trees(worker: Worker) -> None:
    found = await worker.elaborate(worker.env, TWO, holes=True, declarations=True)
    assert [(d.name, d.kind, d.hole, d.type_hole) for d in found.declarations] == [
        ("a", "theorem", True, False),
        ("b", "theorem", True, False),
    ]
    assert [TWO.encode()[h.span.start : h.span.end] for h in found.holes if h.span] == [b"sorry", b"sorry"]
    assert [(h.declaration, h.tactic, h.original, h.in_signature, h.is_prop) for h in found.holes] == [
        ("a", False, True, False, True),
        ("b", False, True, False, True),
    ]
    # The second command's holes are opened in the environment that the first one made.
    assert found.holes[0].before == worker.env and found.holes[1].before != worker.env
    goals = found.holes[0].goals
    assert goals is not None and [h.name for h in goals.goals[0].hypotheses] == ["n", "h"]
    assert [h.is_prop for h in goals.goals[0].hypotheses] == [False, True]


async def test_errors_of_a_command_are_its_own(worker: Worker) -> None:
    found = await worker.elaborate(worker.env, TWO.replace("sorry", "wrong", 1), holes=True)
    assert [c.failed for c in found.commands] == [True, False] and not found.clean
    assert [m.text for m in found.errors] == ["it is wrong"]


@pytest.mark.parametrize(
    ("tactic", "reason"),
    [
        ("refuse", "error"),
        ("complain", "logged_error"),
        ("admit", "sorry"),
        ("status Incomplete: contains sorry", "sorry"),
        ("status Incomplete: contains metavariable(s)", "open_metavariable"),
        ("status Error: kernel type check failed: no", "error"),
    ],
)
async def test_what_is_no_proof_is_none(worker: Worker, tactic: str, reason: str) -> None:
    state, _ = await opened(worker)
    [(_, outcome)] = [item async for item in worker.apply(state, [tactic])]
    assert isinstance(outcome, Failed) and outcome.reason == reason
    assert worker.alive


@pytest.mark.parametrize("tactic", ["done", "old", "status Not verified: more than one initial goal"])
async def test_what_leaves_no_goals_is_a_solution_for_now(worker: Worker, tactic: str) -> None:
    state, _ = await opened(worker)
    found = [item async for item in worker.apply(state, ["refuse", tactic, "deeper"])]
    assert [index for index, _ in found] == [0, 1] and isinstance(found[1][1], Solved)


async def test_goals_stay_together(worker: Worker) -> None:
    state, _ = await opened(worker)
    [(_, outcome)] = [item async for item in worker.apply(state, ["two"])]
    assert isinstance(outcome, Progress) and outcome.state.groups() == [[0, 1]]
    assert (await worker.focus(outcome.handle, [0, 1]))[1] == outcome.state
    with pytest.raises(SetupError) as caught:
        await worker.focus(outcome.handle, [0])
    assert caught.value.code == "repl_cannot" and caught.value.hint


async def test_numbers_that_are_unknown(worker: Worker) -> None:
    [(_, outcome)] = [item async for item in worker.apply(4711, ["done"])]
    assert isinstance(outcome, Failed)
    with pytest.raises(ProtocolError):
        await worker.elaborate(4711, TWO)
    assert worker.alive, "a refusal costs no process"


@pytest.mark.parametrize("printed", ["hello", '{"a":1', "{|}", "[1]", '"x"', '{"b":|nothing'])
async def test_what_a_tactic_prints_is_no_answer(worker: Worker, printed: str) -> None:
    state, _ = await opened(worker)
    found = [item async for item in worker.apply(state, [f"print {printed}", "deeper"], stop_at_solved=False)]
    if printed == "{|}":  # an object between blank lines cannot be told from an answer
        assert isinstance(found[0][1], Failed)
        return
    assert [type(outcome) for _, outcome in found] == [Solved, Progress]
    assert worker.process.noise > 0


@pytest.mark.parametrize("tactic", ["die", "killed", "half"])
async def test_a_peer_that_dies(worker: Worker, tactic: str) -> None:
    state, _ = await opened(worker)
    with pytest.raises(Crashed) as caught:
        _ = [item async for item in worker.apply(state, ["refuse", tactic, "done"])]
    assert caught.value.index == 1 and not worker.alive
    if tactic == "die":
        assert "too much" in caught.value.message


async def test_a_peer_that_hangs(worker: Worker) -> None:
    state, _ = await opened(worker)
    with pytest.raises(CallTimeout) as caught:
        _ = [item async for item in worker.apply(state, ["hang"], wall_seconds=0.5)]
    assert caught.value.index == 0 and not worker.alive


@pytest.mark.parametrize("what", ["x", "x|", "x||", "{||", "|"])
async def test_a_peer_that_floods(worker: Worker, what: str) -> None:
    state, _ = await opened(worker)
    with pytest.raises(CallTimeout):
        _ = [item async for item in worker.apply(state, [f"flood {what}"], wall_seconds=1)]
    assert not worker.alive
    assert len(worker.process._buffer) < 1 << 20  # pyright: ignore[reportPrivateUsage]


async def test_a_lost_process_costs_one_tactic(pool: ReplPool) -> None:
    async with pool.lease(["Init"]) as first:
        state = (await opened(first))[0]
        root = (await first.focus(state, [0]))[1]

        async def renew() -> tuple[Worker, int]:
            fresh = await pool._start()  # pyright: ignore[reportPrivateUsage]
            await fresh.import_header(["Init"])
            return fresh, (await opened(fresh))[0]

        runner = WorkerRunner(first, state, root, renew)
        tried = [
            item
            async for item in runner.apply(
                0, ["deeper", "die", "deeper"], heartbeats=0, wall_seconds=10, stop_at_solved=False
            )
        ]
        kinds = [type(outcome) for _, outcome in tried]
        assert kinds == [Progress, Lost, Progress]
        deeper = tried[0][1]
        assert isinstance(deeper, Progress)
        again = [item async for item in runner.apply(deeper.handle, ["die", "done"], heartbeats=0, wall_seconds=10)]
        assert isinstance(again[0][1], Rejected) and isinstance(again[1][1], Solved)
        assert runner.replayed == 1 and runner.losses == 1


@pytest.mark.parametrize(
    ("mode", "error"),
    [("silent", StartTimeout), ("garbage", StartTimeout), ("stranger", ProtocolError), ("exit", Crashed)],
)
async def test_what_is_no_repl(mode: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await ReplProcess.start(engine(mode), seconds=60 if mode in ("stranger", "exit") else 1.0)


async def test_a_repl_without_trees_cannot_be_used() -> None:
    async with (
        ReplPool(engine("bare"), PoolLimits(size=1, spares=0, start_seconds=60)) as made,
        made.lease(["Init"]) as worker,
    ):
        with pytest.raises(SetupError) as caught:
            await worker.elaborate(worker.env, TWO, holes=True)
        assert caught.value.code == "no_infotree"


async def test_imports_that_cannot_be_had(pool: ReplPool) -> None:
    with pytest.raises(UserError) as caught:
        async with pool.lease(["Init", "Nowhere"]):
            pass
    assert caught.value.code == "import_failed" and "Nowhere" in caught.value.message


async def test_what_it_cannot_do_is_refused(worker: Worker) -> None:
    assert isinstance(worker, ReplWorker)
    for asked in (
        worker.export(0),
        worker.begin("M"),
        worker.save(0, "f"),
        worker.replay(0, {}, []),
        worker.begin_with("open Nat"),
        worker.elaborate(worker.env, TWO, constructs=True),
    ):
        with pytest.raises(SetupError) as caught:
            await asked
        assert caught.value.code == "repl_cannot"


async def test_the_version_is_its_own(pool: ReplPool, worker: Worker) -> None:
    assert pool.engine.lean_version == "4.99.0" and "4.99.0" in pool.engine.description
