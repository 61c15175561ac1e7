"""How well many searches feed one engine.

Searches at statements of `benchmarks/training` are recorded once with real Lean and a part of the portfolio. Then they
are played back, Lean answering from the record after the seconds it took, while a real engine is asked for samples
wherever the search asks for candidates (what the search goes on with is what was recorded, so that every way does the
same work). Ways, in one run and in turn, `--rounds` times:

- `one at a time`: one search after the other, one question at a time;
- `batched`: all searches at once, their questions joined by a `Batcher`;
- `all at once`: every prompt handed to the engine together, without searches: what it can reach;
- `engine alone`, `Lean alone`: the batched searches with Lean's delays left out, and with the engine left out;
- `Lean scaled`, `both scaled`: the latter and the batched ones with delays scaled so that Lean alone takes about as
  long as the engine alone, where overlapping is hardest.

Prints one JSON document: tokens per second and wall seconds of each way (medians over rounds), and the ratios.

`--model hf/DIR`, `vllm/DIR`, or any other reference; without it the tiny model of this folder, trained on first use.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import figures
from platformdirs import user_cache_path
from playback import Recording
from statements import Statement, read_file

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.generate import ModelGenerator, Request
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.model import Answer, Batcher, LanguageModel, Query, Sampling
from prover.model.opening import open_model
from prover.model.reference import parse_reference
from prover.search import Settings


@dataclass(frozen=True, slots=True)
class Ask:
    """Asks with the state, in BFS-Prover's format; reads nothing. `asked` keeps the questions."""

    sampling: Sampling
    salt: int
    asked: list[Query]

    def query(self, request: Request, **_: Any) -> Query:
        query = Query(f"{request.state}:::", sampling=self.sampling, draw=request.draw, salt=self.salt)
        self.asked.append(query)
        return query

    def read(self, answer: Answer, request: Request) -> list[Candidate]:
        return []


@dataclass(slots=True)
class Course:
    """What one way took."""

    seconds: float
    tokens: int
    questions: int
    fill: float

    @property
    def speed(self) -> float:
        return self.tokens / self.seconds


class Field:
    """The recorded searches and the engine they are to feed."""

    def __init__(self, recordings: Sequence[Recording], model: LanguageModel, sampling: Sampling) -> None:
        self.recordings = recordings
        self.model = model
        self.sampling = sampling
        self._salt = 0

    async def played(self, *, together: bool, lean: float, ask: bool = True) -> tuple[Course, list[Query]]:
        """Every search once, with fresh questions."""
        self._salt += 1
        # The model is shared by all ways: a batcher is closed with it, so this one is only left.
        batcher = Batcher(_Open(self.model, one=not together), kept=0)
        asked: list[Query] = []

        async def play(recording: Recording) -> None:
            client = batcher.client()
            generator = ModelGenerator(Ask(self.sampling, self._salt, asked), client) if ask else None
            result = await recording.play(generator, lean=lean)
            if result.stop in ("engine_lost", "model_failed"):
                raise RuntimeError(f"{recording.name}: {result.stop}: {result.detail}")
            batcher.leave(client)

        began = time.monotonic()
        if together:
            await asyncio.gather(*(play(recording) for recording in self.recordings))
        else:
            for recording in self.recordings:
                await play(recording)
        counts = batcher.statistics
        return Course(time.monotonic() - began, counts.tokens, counts.answered, counts.fill), asked

    async def handed_over(self, queries: Sequence[Query]) -> Course:
        """The same prompts, all at once."""
        self._salt += 1
        fresh = [Query(q.prompt, q.turns, q.sampling, q.draw, self._salt) for q in queries]
        batcher = Batcher(_Open(self.model), kept=0, waiting=len(fresh))
        began = time.monotonic()
        answers = await batcher.client().answer(fresh)
        wrong = [a for a in answers if not isinstance(a, Answer)]
        if wrong:
            raise wrong[0]
        counts = batcher.statistics
        return Course(time.monotonic() - began, counts.tokens, counts.answered, counts.fill)


class _Open:
    """The shared model, which a batcher may not close. `one`: one question at a time."""

    def __init__(self, model: LanguageModel, *, one: bool = False) -> None:
        self._model = model
        self.name = model.name
        capacity = model.capacity
        self.capacity = type(capacity)(batch=1, calls=1) if one else capacity
        self.answer = model.answer

    async def close(self) -> None:
        pass


async def measured(field: Field, rounds: int) -> dict[str, Any]:
    courses: dict[str, list[Course]] = {}

    def note(way: str, course: Course) -> Course:
        courses.setdefault(way, []).append(course)
        print(f"{way}: {course.seconds:.1f} s, {course.speed:.0f} tokens/s, fill {course.fill:.2f}", file=sys.stderr)
        return course

    await field.played(together=True, lean=0.0)
    warm, _ = await field.played(together=True, lean=0.0)
    bare, _ = await field.played(together=True, lean=1.0, ask=False)
    scale = warm.seconds / bare.seconds
    for _ in range(rounds):
        note("one at a time", (await field.played(together=False, lean=1.0))[0])
        batched, asked = await field.played(together=True, lean=1.0)
        note("batched", batched)
        note("all at once", await field.handed_over(asked))
        note("engine alone", (await field.played(together=True, lean=0.0))[0])
        note("Lean alone", (await field.played(together=True, lean=1.0, ask=False))[0])
        note("Lean scaled", (await field.played(together=True, lean=scale, ask=False))[0])
        note("both scaled", (await field.played(together=True, lean=scale))[0])

    def ratio(make: Callable[[int], float]) -> float:
        return round(statistics.median(make(i) for i in range(rounds)), 3)

    def of(way: str, i: int) -> Course:
        return courses[way][i]

    return {
        "ways": {
            way: {
                "seconds": round(statistics.median(c.seconds for c in found), 2),
                "tokens_per_second": round(statistics.median(c.speed for c in found), 1),
                "questions": found[0].questions,
                "fill": round(statistics.median(c.fill for c in found), 3),
            }
            for way, found in courses.items()
        },
        "delay_scale": round(scale, 3),
        "batched_over_one_at_a_time": ratio(lambda i: of("batched", i).speed / of("one at a time", i).speed),
        "batched_over_all_at_once": ratio(lambda i: of("batched", i).speed / of("all at once", i).speed),
        "both_over_larger_alone": ratio(
            lambda i: of("batched", i).seconds / max(of("engine alone", i).seconds, of("Lean alone", i).seconds)
        ),
        "both_over_larger_alone_scaled": ratio(
            lambda i: of("both scaled", i).seconds / max(of("engine alone", i).seconds, of("Lean scaled", i).seconds)
        ),
    }


async def recorded(statements: Sequence[Statement], options: argparse.Namespace) -> list[Recording]:
    """Searches that go on for a while: those of `--searches` statements that ask most often."""
    budget = Budget(expansions=options.expansions)
    settings = Settings(in_flight=options.in_flight, draws=1, shorten_seconds=0)
    found: list[Recording] = []
    engine = EmbeddedEngine.open(bundled("lean_project"))
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        for statement in statements:
            recording = await Recording.make(pool, statement.name, statement.text, budget, settings)
            result = await recording.play(None, lean=0.0)
            if result.statistics.expansions >= options.expansions // 2:
                found.append(recording)
                print(f"recorded {len(found)}: {statement.name}", file=sys.stderr)
            if len(found) == options.searches:
                break
    return found


def _figures(report: dict[str, Any], rounds: int) -> list[figures.Figure]:
    speed, apart = report["ways"]["batched"]["tokens_per_second"], report["batched_over_one_at_a_time"]
    what = f"of {report['searches']} searches on one engine, {Path(report['model']).name}"
    wall = report["both_over_larger_alone"]
    return [
        figures.single("tokens", what, "a second", speed, rounds, apart, "one question at a time"),
        figures.single("wall time", "engine and Lean together", "x", wall, rounds, to="the slower one alone"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a model reference")
    parser.add_argument("--searches", type=int, default=32)
    parser.add_argument("--expansions", type=int, default=16, help="of each search")
    parser.add_argument("--in-flight", type=int, default=4, help="goals of one search worked on at a time")
    parser.add_argument("--samples", type=int, default=8, help="of each question")
    parser.add_argument("--max-tokens", type=int, default=32, help="of each sample")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    figures.add_option(parser)
    options = parser.parse_args()
    statements = read_file(Path(__file__).parents[1] / "training" / "statements.jsonl")
    random.Random(options.seed).shuffle(statements)

    async def work() -> dict[str, Any]:
        recordings = await recorded(statements, options)
        model = await open_model(parse_reference(options.model or f"hf/{tiny()}"))
        sampling = Sampling(n=options.samples, temperature=1.0, max_tokens=options.max_tokens)
        try:
            found = await measured(Field(recordings, model, sampling), options.rounds)
        finally:
            await model.close()
        hardware = {"cpus": os.cpu_count(), "machine": platform.processor() or platform.machine()}
        return {"model": model.name, "searches": len(recordings), **found, "hardware": hardware}

    report = asyncio.run(work())
    print(json.dumps(report, indent=1))
    figures.write(options.json, _figures(report, options.rounds))


def tiny() -> Path:
    """The checkpoint of the tiny model, trained where it is not there yet."""
    folder = user_cache_path("leap-prover") / "tiny-tactics"
    if not (folder / "config.json").exists():
        print("training the tiny model", file=sys.stderr)
        script = Path(__file__).with_name("tiny") / "train.py"
        subprocess.run([sys.executable, str(script), "-o", str(folder)], check=True, stdout=sys.stderr)
    return folder


if __name__ == "__main__":
    main()
