"""A search on the number game that writes a run folder; also a program, to be killed in the middle.

`python recorded_play.py FOLDER START FRONTIER SECONDS` does the run, or goes on with it, each tactic taking SECONDS.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from number_game import Game, always

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.events import RunFolder, RunSpec
from prover.generate import Request
from prover.search import Journal, SearchOutcome, Settings, search_on_record

TACTICS = ("split", "pair", "half", "dec", "slow", "zero", "nonsense")


class Timed(Game):
    """Tactics take some time; the number of those that were run is kept."""

    def __init__(self, start: int, seconds: float = 0.0) -> None:
        super().__init__(start)
        self.seconds = seconds

    def run(self, handle: int, tactic: str, heartbeats: int) -> Any:
        time.sleep(self.seconds)
        return super().run(handle, tactic, heartbeats)


class Fickle:
    """A model that never says the same twice: only a record makes it repeat itself."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.asked = 0

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.asked += len(requests)
        turn = (self.seed + self.asked) % len(TACTICS)
        return await always(*TACTICS[turn:], *TACTICS[:turn]).generate(requests)


async def play(
    folder: Path, start: int, frontier: str, seconds: float = 0.0, seed: int = 0
) -> tuple[Any, Game, Fickle]:
    """Begins the run or goes on with it; its outcome, and the game and the model it was played with."""
    run = RunFolder.open(folder) if (folder / "run.json").exists() else RunFolder.create(folder, RunSpec(seed=seed))
    game, model = Timed(start, seconds), Fickle(seed)
    with run.log() as log:
        chapter = Journal(log, run.events()).chapter("number")
        if chapter.outcome is not None:
            return chapter.outcome, game, model
        settings = Settings(in_flight=2, shorten_seconds=0, seed=1)
        budget = Budget(expansions=60)
        result = await search_on_record(chapter, game, model, budget=budget, settings=settings, frontier=frontier)
    return SearchOutcome(result.stop, result.script, {"expansions": result.statistics.expansions}), game, model


if __name__ == "__main__":
    where, first, name, pause = sys.argv[1:]
    asyncio.run(play(Path(where), int(first), name, float(pause), seed=time.time_ns()))
