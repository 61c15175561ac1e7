"""`prove bench NAME`: a prover tried on a benchmark, in a run folder that can be taken up again at any point."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.bench.attempt import AttemptEnded, AttemptSpoilt, unit
from prover.bench.cluster import MOST_JOBS, open_stations
from prover.bench.connection import check_address
from prover.bench.entrant import Entrant
from prover.bench.evaluation import FILE, Evaluation, read_problems
from prover.bench.folder import EvaluationFolder, read_shard
from prover.bench.loading import load
from prover.bench.outfit import StationOutfit
from prover.bench.posing import Question
from prover.bench.problem import Problem
from prover.bench.runner import Place, Runner, Tour
from prover.bench.station import open_station
from prover.bench.survey import Survey, survey
from prover.cli.bench_show import CorrectedOption, DataOption, SplitOption, VariantOption, WithoutBadOption
from prover.cli.engine import MEMORY_MB, EngineChoice, open_benchmark_engine
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.terminal import bar, errors, output, safe
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.events import RunSpec
from prover.flags.agent import (
    AgentOption,
    CallsOption,
    LeanSecondsOption,
    PerLemmaOption,
    RoleModelOption,
    TacticModelOption,
)
from prover.flags.engine import EngineOption, MemoryOption
from prover.flags.model import (
    ModelOnlyOption,
    ModelOption,
    PriceOption,
    RecipeOption,
    SamplesOption,
    SeedOption,
    TemperatureOption,
)
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import Foundation

BENCH_SCHEMA = "leap-prover/bench/1"
_SECONDS = 60.0


def run(
    name: Annotated[str, typer.Argument(help="A benchmark (`prove bench ls`), or the path of a manifest.")],
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="The run folder; the same command goes on there.")],
    data: DataOption = None,
    split: SplitOption = "",
    variant: VariantOption = "",
    corrected: CorrectedOption = "",
    without_bad: WithoutBadOption = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="This problem (may be repeated).")
    ] = None,
    first: Annotated[int | None, typer.Option("--first", help="Only so many problems, from the first.", min=1)] = None,
    attempts: Annotated[int, typer.Option("--attempts", "-n", help="Attempts at each problem.", min=1)] = 1,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Attempts at once (about 2 GB of memory each).", min=1)] = 1,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds for an attempt; 60 where nothing else limits it.", min=1)
    ] = None,
    heartbeats: Annotated[int | None, typer.Option(help="Lean heartbeats for an attempt.", min=1)] = None,
    expansions: Annotated[int | None, typer.Option(help="Expanded goals for an attempt.", min=1)] = None,
    candidates: Annotated[int | None, typer.Option(help="Tactics tried in an attempt.", min=1)] = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens a model may write in an attempt.", min=1)] = None,
    money: Annotated[float | None, typer.Option(help="US dollars a model may cost in an attempt.", min=0)] = None,
    calls: CallsOption = None,
    lean_seconds: LeanSecondsOption = None,
    lemma_limits: PerLemmaOption = None,
    frontier: Annotated[str, typer.Option(help="Which goal comes next, as in `prove FILE`.")] = "best",
    premises: Annotated[bool, typer.Option(help="Offer theorems of the imports and of the file to the search.")] = True,
    model: ModelOption = "",
    recipe: RecipeOption = "",
    samples: SamplesOption = None,
    temperature: TemperatureOption = None,
    seed: SeedOption = 0,
    model_only: ModelOnlyOption = False,
    agent: AgentOption = "",
    role_model: RoleModelOption = None,
    tactic_model: TacticModelOption = "",
    price: PriceOption = "",
    shard: Annotated[
        str, typer.Option(metavar="i/n", help="Only the i-th of n parts; see `prove bench merge`.")
    ] = "1/1",
    cluster: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Attempts on the machines of a Ray cluster, --jobs on each: auto (this machine is part of it), "
            "HOST:PORT of its head, or local (one of this machine alone).",
        ),
    ] = "",
    retries: Annotated[
        int, typer.Option(help="How often an attempt is made again that broken machinery spoilt.", min=0)
    ] = 2,
    engine_choice: EngineOption = EngineChoice.AUTO,
    memory: MemoryOption = MEMORY_MB,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Try a prover on a benchmark; `prove report RUN` shows what came of it.

    The run folder says all that decides the numbers. A run that was interrupted, or killed, goes on where it was when
    the same command is given again; with more --attempts, those are added.

    Example: `prove bench core --heartbeats 4000 --out runs/core`

    Exit code: 0 when all attempts have ended, 1 when some stay to be made, 130 interrupted.
    """
    limited = heartbeats or expansions or candidates or tokens or money or calls or lean_seconds
    seconds = timeout if timeout is not None or limited else _SECONDS
    entrant = Entrant(
        Budget(seconds, heartbeats, expansions, candidates, lean_seconds, tokens, money, calls),
        frontier, premises, model, recipe, samples, temperature, seed, model_only,
        agent, tuple(role_model or ()), tactic_model, price, tuple(lemma_limits or ()),
    ).checked()  # fmt: skip
    if attempts > 1 and entrant.repeats:
        raise UserError(
            "without a model a second attempt would be the first one again", code="usage", hint="leave out --attempts"
        )
    part = read_shard(shard)
    if cluster:
        check_address(cluster)
    loaded = load(name, data=data, split=split, variant=variant, corrected=corrected, without_bad=without_bad)
    asked = _chosen(loaded.problems, only or (), first)
    engine, foundation = open_benchmark_engine(engine_choice, quiet=quiet)
    question = Question(entrant, loaded, asked, engine, foundation, attempts, split, corrected)
    contest = Contest(
        entrant=entrant,
        engine=engine,
        foundation=foundation,
        out=out,
        jobs=jobs,
        retries=retries,
        shard=part,
        cluster=cluster,
        memory_mb=memory,
        shown=not (quiet or as_json),
    )

    async def pose(pool: Pool) -> Posed:
        if (out / FILE).exists():
            known = Evaluation.read(out)
            return Posed(replace(known, attempts=max(attempts, known.attempts)), tuple(read_problems(out)), None)
        with bar("elaborating", len(asked), shown=contest.shown) as (shown, task):
            found = await survey(asked, pool, jobs=jobs, observe=lambda _: shown.advance(task))
        return Posed(question.evaluation(found), found.problems, found)

    return contest.show(asyncio.run(contest.work(question.spec(), pose)), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Posed:
    """What is asked, and what was found out for it; `found` is None where a run folder knew."""

    evaluation: Evaluation
    problems: tuple[Problem, ...]
    found: Survey | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """A prover at work on an evaluation, in the run folder `out`."""

    entrant: Entrant
    engine: LeanEngine
    foundation: Foundation | None
    out: Path
    jobs: int
    retries: int
    shard: tuple[int, int]
    cluster: str
    memory_mb: int
    shown: bool

    async def work(self, spec: RunSpec, pose: Callable[[Pool], Awaitable[Posed]]) -> tuple[Evaluation, Tour]:
        """Makes the attempts that are still to be made."""
        stop = stop_on_interrupt()
        limits = PoolLimits(size=self.jobs + 2, spares=1, memory_mb=self.memory_mb)
        if self.cluster:
            async with Pool(self.engine, limits, foundation=self.foundation) as pool:
                posed = await pose(pool)
            outfit = StationOutfit.of(
                self.entrant, self.engine, self.foundation, jobs=self.jobs, memory_mb=self.memory_mb
            )
            async with open_stations(self.cluster, outfit, note=self._note) as machines:
                return await self._run(machines, MOST_JOBS, spec, posed, stop)
        async with open_station(self.entrant, self.engine, limits, self.foundation) as station:
            posed = await pose(station.pool)
            return await self._run(station, self.jobs, spec, posed, stop)

    async def _run(
        self, place: Place, jobs: int, spec: RunSpec, posed: Posed, stop: asyncio.Event
    ) -> tuple[Evaluation, Tour]:
        with EvaluationFolder.open(self.out, spec, posed.evaluation, posed.problems) as folder:
            if posed.found is not None:
                posed.found.save(self.out)
            todo = folder.todo(self.shard)
            with _lines(self, len(folder.ended), len(folder.ended) + len(todo)) as observe:
                runner = Runner(folder, place, jobs=jobs, retries=self.retries, observe=observe)
                tour = await runner.run(todo, stop)
            return folder.evaluation, tour

    def _note(self, text: str) -> None:
        if self.shown:
            errors().print(Text(safe(text), "dim"))

    def show(self, came: tuple[Evaluation, Tour], *, as_json: bool) -> int:
        """What came of it, on standard output; the exit code."""
        evaluation, tour = came
        code = 130 if tour.interrupted else 1 if tour.left else 0
        if as_json:
            document = {"schema": BENCH_SCHEMA, "exit_code": code, "run": str(self.out)}
            document |= {"label": evaluation.label, "problems": evaluation.problems, **_counts(tour)}
            print(json.dumps(document, ensure_ascii=False, indent=2))
            return code
        words = f"{evaluation.label}: {tour.proved} of {tour.ended} attempts of this run proved, {tour.left} left"
        if tour.spoilt:
            words += f", {tour.spoilt} lost to broken machinery"
        output().print(Text(safe(words)))
        output().print(Text(f"prove report {self.out}", "dim"))
        return code


def _counts(tour: Tour) -> dict[str, Any]:
    return {
        "ended": tour.ended,
        "proved": tour.proved,
        "spoilt": tour.spoilt,
        "left": tour.left,
        "seconds": round(tour.seconds, 3),
        "interrupted": tour.interrupted,
    }


def _chosen(problems: tuple[Problem, ...], only: tuple[str, ...] | list[str], first: int | None) -> tuple[Problem, ...]:
    unknown = sorted(set(only) - {problem.id for problem in problems})
    if unknown:
        raise UserError(f"no problem {', '.join(unknown)} among the {len(problems)}", code="no_problem")
    return tuple(problem for problem in problems if not only or problem.id in only)[:first]


@contextmanager
def _lines(contest: Contest, done: int, total: int) -> Generator[Callable[[AttemptEnded | AttemptSpoilt], None]]:
    """A line for each attempt on standard output, a bar on standard error."""
    if done and contest.shown:
        errors().print(Text(f"going on with {safe(str(contest.out))}: {done} attempts are there", "dim"))
    with bar("attempts", total, shown=contest.shown, done=done) as (shown, task):

        def observe(outcome: AttemptEnded | AttemptSpoilt) -> None:
            if isinstance(outcome, AttemptEnded):
                shown.advance(task)
            if contest.shown:
                output().print(_line(outcome))

        yield observe


def _line(outcome: AttemptEnded | AttemptSpoilt) -> Text:
    name = safe(unit(outcome.problem, outcome.attempt)) + ": "
    if isinstance(outcome, AttemptSpoilt):
        return Text(name) + Text(f"lost ({safe(outcome.error)}), not counted", "red")
    words = outcome.code if outcome.proved or not outcome.stopped else f"{outcome.code} ({outcome.stopped})"
    style = "green" if outcome.proved else "yellow"
    return Text(name) + Text(words.replace("_", " "), style) + Text(f" {outcome.spent.seconds:.1f} s", "dim")
