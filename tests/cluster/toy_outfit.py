"""A place for attempts that takes no Lean: it writes down what it does, and fails as the test wants it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray  # pyright: ignore[reportMissingImports]

from prover.bench import AttemptEnded, AttemptSpoilt, Problem, Spending
from prover.bench.generator import Generators
from prover.bench.station import Tried
from prover.core.errors import SetupError
from prover.model import Answer, Query
from prover.model.reference import parse_reference


@dataclass(frozen=True)
class ToyOutfit:
    """`folder`: where it writes; `seconds` an attempt takes; `refusing`: ids of nodes where it cannot be opened;
    `killing`: attempts at this problem kill the process, so often; `spoiling`: those at this problem are spoilt;
    `models`, `reference`: a question for each attempt, which the proof answers."""

    folder: Path
    jobs: int = 1
    seconds: float = 0.05
    refusing: tuple[str, ...] = ()
    killing: tuple[str, int] = ("", 0)
    spoiling: str = ""
    models: Generators | None = None
    reference: str = ""

    def sized(self, jobs: int) -> ToyOutfit:
        return replace(self, jobs=jobs)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[ToyPlace]:
        place = ToyPlace(self, ray.get_runtime_context().get_node_id())
        if place.node in self.refusing:
            raise SetupError("Lean is 1 there, 2 on the machine of the run", code="node_differs", hint="the same")
        if self.models is not None:
            place.model = await self.models.open(parse_reference(self.reference))
        place.write("open")
        yield place
        place.write("close")


class ToyPlace:
    def __init__(self, outfit: ToyOutfit, node: str) -> None:
        self.outfit = outfit
        self.node = node
        self.model: Any = None

    def write(self, what: str, **more: Any) -> None:
        line = json.dumps({"what": what, "node": self.node, "pid": os.getpid(), **more}) + "\n"
        with (self.outfit.folder / "done.jsonl").open("a") as file:
            file.write(line)

    async def attempt(self, problem: Problem, number: int) -> Tried:
        outfit = self.outfit
        victim, times = outfit.killing
        self.write("begin", problem=problem.id, attempt=number)
        try:
            await asyncio.sleep(outfit.seconds)
        except asyncio.CancelledError:
            self.write("cancelled", problem=problem.id, attempt=number)
            raise
        if problem.id == victim and sum(d.get("problem") == victim for d in done(outfit.folder, "begin")) <= times:
            os.kill(os.getpid(), signal.SIGKILL)
        if problem.id == outfit.spoiling:
            return Tried(AttemptSpoilt(problem.id, number, "crashed", "gone"))
        text = problem.text
        if self.model is not None:
            if outfit.models is not None:
                await outfit.models.reachable()
            (answer,) = await self.model.answer([Query(problem.id)])
            text = answer.samples[0].text if isinstance(answer, Answer) else f"-- {answer.code}"
        self.write("end", problem=problem.id, attempt=number)
        return Tried(AttemptEnded(problem.id, number, "proved", True, Spending(), rung=4), text, b"")


def done(folder: Path, what: str) -> list[dict[str, Any]]:
    """What was written, of one kind, in the order of events."""
    file = folder / "done.jsonl"
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [line for line in lines if line["what"] == what]
