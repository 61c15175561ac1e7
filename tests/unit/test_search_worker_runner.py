"""The runner over workers: replay after a loss, the tactic that killed, bounded live states."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from prover.core.cut import Cut, ScriptStep
from prover.core.errors import Crashed, LeanProcessError
from prover.core.outcome import Failed, Lost, Progress, Rejected, TacticOutcome
from prover.core.state import Goal, TacticState
from prover.search.team import Team
from prover.search.worker_runner import ReplayDiffers, WorkerRunner


def state_of(numbers: tuple[int, ...]) -> TacticState:
    return TacticState(tuple(Goal(str(n), group=i) for i, n in enumerate(numbers)), str(numbers))


class MortalWorker:
    """Goals are numbers; `dec`, `half` and `split` act on the first. `die` ends the process, as do too many calls."""

    def __init__(self, start: int, calls: int = 10**9) -> None:
        self.states: dict[int, tuple[int, ...]] = {0: (start,)}
        self.number = 0
        self.alive = True
        self.left = calls

    def _count(self) -> None:
        self.left -= 1
        if not self.alive or self.left < 0:
            self.alive = False
            raise Crashed("gone")

    def _keep(self, numbers: tuple[int, ...]) -> int:
        self.number += 1
        self.states[self.number] = numbers
        return self.number

    async def apply(
        self, state: int, tactics: Sequence[str], **_: object
    ) -> AsyncIterator[tuple[int, TacticOutcome[int]]]:
        for index, tactic in enumerate(tactics):
            self._count()
            first, *rest = self.states[state]
            match tactic:
                case "die":
                    self.alive = False
                    raise Crashed("died")
                case "dec":
                    yield index, self._progress((first - 1, *rest))
                case "hang":
                    try:
                        await asyncio.Event().wait()
                    finally:
                        self.alive = False
                case "half" if first % 2 == 0:
                    yield index, self._progress((first // 2, *rest))
                case "split":
                    yield index, self._progress((first // 2, first - first // 2, *rest))
                case _:
                    yield index, Failed("error")

    def _progress(self, numbers: tuple[int, ...]) -> Progress[int]:
        return Progress(state_of(numbers), self._keep(numbers))

    async def focus(self, state: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        self._count()
        numbers = tuple(self.states[state][i] for i in goals)
        return self._keep(numbers), state_of(numbers)

    async def cut(self, state: int, script: str) -> Cut:
        self._count()
        return Cut((ScriptStep(f"{script} on {self.states[state][0]}"),))

    async def signatures(self, names: Sequence[str], *, state: int = 0) -> dict[str, str]:
        self._count()
        return {name: f"{name} at {self.states[state][0]}" for name in names}

    async def release(self, states: Sequence[int] = ()) -> None:
        self._count()
        for state in states:
            del self.states[state]


class Workshop:
    """Makes workers, and counts them."""

    def __init__(self, start: int, lives: Sequence[int] = ()) -> None:
        self.start = start
        self.lives = list(lives)
        self.made: list[MortalWorker] = []

    def make(self) -> MortalWorker:
        self.made.append(MortalWorker(self.start, self.lives.pop(0) if self.lives else 10**9))
        return self.made[-1]

    async def renew(self) -> tuple[MortalWorker, int]:
        return self.make(), 0

    def runner(self, max_losses: int = 8, max_live: int = 4000) -> WorkerRunner:
        state = state_of((self.start,))
        return WorkerRunner(self.make(), 0, state, self.renew, max_losses=max_losses, max_live=max_live)


async def outcomes(runner: WorkerRunner, handle: int, *tactics: str) -> dict[int, TacticOutcome[int]]:
    return {i: o async for i, o in runner.apply(handle, tactics, heartbeats=100, wall_seconds=1.0)}


async def step(runner: WorkerRunner, handle: int, tactic: str) -> int:
    (outcome,) = (await outcomes(runner, handle, tactic)).values()
    assert isinstance(outcome, Progress)
    return outcome.handle


async def test_a_script_is_cut_on_a_state_that_is_made_again() -> None:
    shop = Workshop(4)
    runner = shop.runner(max_live=1)
    below = await step(runner, 0, "dec")
    await runner.release([below])
    assert await runner.cut(below, "x") == Cut((ScriptStep("x on 3"),))


async def test_a_script_that_costs_a_worker_is_not_cut() -> None:
    shop = Workshop(4, lives=[0])
    runner = shop.runner()
    assert await runner.cut(0, "x") is None and runner.losses == 1
    assert isinstance((await outcomes(runner, 0, "dec"))[0], Progress)


async def test_statements_are_read_until_that_costs_a_worker() -> None:
    shop = Workshop(4)
    runner = shop.runner()
    assert await runner.signatures(0, ["a"]) == {"a": "a at 4"}
    shop.made[0].left = 0
    assert await runner.signatures(0, ["b"]) == {} and runner.losses == 1
    assert await runner.signatures(0, ["c"]) == {} and runner.losses == 1
    assert isinstance((await outcomes(runner, 0, "dec"))[0], Progress)


async def test_a_team_cuts_with_a_member_that_has_the_state() -> None:
    team = Team([Workshop(4).runner(), Workshop(4).runner()])
    root, _ = await team.root()
    (progress,) = [o async for _, o in team.apply(root, ["dec"], heartbeats=100, wall_seconds=1.0)]
    assert isinstance(progress, Progress)
    assert await team.cut(progress.handle, "x") == Cut((ScriptStep("x on 3"),)) and team.repeated == 0


async def test_a_killer_costs_itself_and_the_rest_goes_on() -> None:
    shop = Workshop(4)
    runner = shop.runner()
    seen = await outcomes(runner, 0, "dec", "die", "half")
    assert isinstance(seen[0], Progress) and isinstance(seen[1], Lost) and isinstance(seen[2], Progress)
    assert len(shop.made) == 2 and runner.losses == 1


async def test_a_killer_is_not_tried_again_there_or_below() -> None:
    shop = Workshop(4)
    runner = shop.runner()
    below = await step(runner, 0, "dec")
    await outcomes(runner, 0, "die")
    assert isinstance((await outcomes(runner, 0, "die"))[0], Rejected)
    assert isinstance((await outcomes(runner, below, "die"))[0], Rejected)
    assert len(shop.made) == 2


async def test_states_are_replayed_on_the_new_worker() -> None:
    shop = Workshop(8)
    runner = shop.runner()
    half = await step(runner, 0, "half")
    deep = await step(runner, half, "split")
    focused, state = await runner.focus(deep, [1])
    assert state.goals[0].target == "2"
    await outcomes(runner, 0, "die")
    again = (await outcomes(runner, focused, "half"))[0]
    assert isinstance(again, Progress) and again.state.goals[0].target == "1"
    assert runner.replayed == 3


async def test_a_worker_that_dies_during_replay_is_replaced_too() -> None:
    shop = Workshop(8, lives=[10**9, 1])
    runner = shop.runner()
    deep = await step(runner, await step(runner, 0, "half"), "half")
    await outcomes(runner, 0, "die")
    assert isinstance((await outcomes(runner, deep, "dec"))[0], Progress)
    assert len(shop.made) == 3


async def test_a_worker_lost_while_nothing_runs_costs_no_tactic() -> None:
    shop = Workshop(8)
    runner = shop.runner()
    half = await step(runner, 0, "half")
    shop.made[0].alive = False
    assert isinstance((await outcomes(runner, half, "dec"))[0], Lost), "whoever ran first is blamed"
    assert isinstance((await outcomes(runner, half, "half"))[0], Progress)


async def test_too_many_losses_end_the_search() -> None:
    shop = Workshop(4)
    runner = shop.runner(max_losses=1)
    await outcomes(runner, 0, "die")
    half = await step(runner, 0, "half")
    shop.made[-1].alive = False
    with pytest.raises(LeanProcessError):
        await outcomes(runner, half, "dec")


async def test_released_states_are_gone_and_come_back_when_needed() -> None:
    shop = Workshop(8)
    runner = shop.runner()
    half = await step(runner, 0, "half")
    below = await step(runner, half, "half")
    await runner.release([half, below])
    assert set(shop.made[0].states) == {0}
    assert isinstance((await outcomes(runner, below, "dec"))[0], Progress)


async def test_live_states_are_bounded() -> None:
    shop = Workshop(60)
    runner = shop.runner(max_live=10)
    handle = 0
    for _ in range(40):
        handle = await step(runner, handle, "dec")
        assert len(shop.made[0].states) <= 11
    assert isinstance((await outcomes(runner, handle, "half"))[0], Progress)


async def test_a_replay_that_differs_is_said() -> None:
    shop = Workshop(8)
    runner = shop.runner()
    half = await step(runner, 0, "half")
    await outcomes(runner, 0, "die")
    shop.made[-1].states[0] = (6,)
    with pytest.raises(ReplayDiffers):
        await outcomes(runner, half, "dec")


async def test_a_call_broken_off_costs_the_worker_and_blames_no_tactic() -> None:
    shop = Workshop(8)
    runner = shop.runner()
    half = await step(runner, 0, "half")
    running = asyncio.ensure_future(outcomes(runner, half, "dec", "hang"))
    await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not shop.made[0].alive
    await runner.release([half])
    seen = await outcomes(runner, half, "dec", "half")
    assert all(isinstance(outcome, Progress) for outcome in seen.values())
    assert len(shop.made) == 2 and runner.losses == 0
