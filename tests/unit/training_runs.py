"""Recorded runs for tests of data sets: searches of the number game in a run folder, and what their logs say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from number_game import Game

from prover.core.budget import Budget
from prover.events import Event, Opaque, Recorder, RunFolder, RunSpec
from prover.generate import Scripted
from prover.search import Journal, SearchResult, Settings, search_on_record

MOVES = ("dec", "half", "split", "zero", "third", "nonsense")


async def play(
    folder: Path,
    *start: int,
    name: str = "t",
    moves: Sequence[str] = MOVES,
    budget: int = 60,
    frontier: str = "best",
    shorten: float = 0,
    verdict: str | None = "proved",
    refuting: bool = False,
) -> SearchResult:
    """A search on record in a new run. `verdict`: the code that the run's result says; None: it has no result."""
    run = RunFolder.create(folder, RunSpec(lean_version="4.0.0", inputs={"Game.lean": "0"}))
    with run.log() as log:
        result = await search_on_record(
            Journal(log).chapter(name),
            Game(*start),
            Scripted(lambda _: tuple(moves)),
            budget=Budget(expansions=budget),
            refuting=refuting,
            settings=Settings(debug=True, shorten_seconds=shorten, lanes=2),
            frontier=frontier,
        )
        if verdict is not None:
            scripts = [] if result.script is None else [f"  by\n    {result.script}"]
            finish(log, {name: (verdict, scripts)})
    return result


def finish(log: Any, verdicts: dict[str, tuple[str, list[str]]]) -> None:
    """The result of a run: for each target its verdict's code and its scripts."""
    targets = [{"name": n, "verdict": {"code": code}, "scripts": s} for n, (code, s) in verdicts.items()]
    Recorder(log, "run").record(Opaque("Result", 1, {"targets": targets}))


def write_events(folder: Path, *events: tuple[str, str, dict[str, Any]]) -> Path:
    """A run whose log holds these events: search, kind, fields."""
    run = RunFolder.create(folder, RunSpec(lean_version="4.0.0"))
    with run.log() as log:
        for number, (search, kind, fields) in enumerate(events):
            log.append(Event(search, number, 0.0, None, kind, 1, Opaque(kind, 1, fields)))
    return folder


def payloads(folder: Path, kind: str) -> list[dict[str, Any]]:
    """The fields of all events of a kind, read without any of the code under test."""
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [event["payload"] for event in map(json.loads, lines) if event["kind"] == kind]
