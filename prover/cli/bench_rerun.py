"""`prove bench rerun RUN`: an evaluation made once more, from its run folder alone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.bench.entrant import Entrant
from prover.bench.posing import asked_again, spec_of
from prover.bench.record import Record, read_record
from prover.cli.bench_run import Contest, Posed
from prover.cli.engine import MEMORY_MB, EngineChoice, open_benchmark_engine
from prover.cli.terminal import output, safe
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption
from prover.lean import Pool


def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The run folder of an evaluation.")],
    out: Annotated[Path, typer.Option("--out", metavar="NEW", help="The new run's folder.")],
    attempts: Annotated[int | None, typer.Option("--attempts", "-n", help="Instead of its number.", min=1)] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Attempts at once.", min=1)] = 1,
    engine_choice: EngineOption = EngineChoice.AUTO,
    memory: MemoryOption = MEMORY_MB,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Make an evaluation once more: the same statements, prover and limits, as its folder says; and compare.

    Example: `prove bench rerun runs/core --out runs/again`

    Exit code: as of the run that it makes.
    """
    if out.resolve() == folder.resolve():
        raise UserError("a run is not made over itself", code="usage", hint="name another folder with --out")
    record = read_record(folder)
    entrant = Entrant.decoded(record.evaluation.prover, record.evaluation.budget).checked()
    engine, foundation = open_benchmark_engine(engine_choice, quiet=quiet)
    evaluation = asked_again(record, engine, attempts)
    contest = Contest(entrant, engine, foundation, out, jobs, 2, (1, 1), "", memory, shown=not (quiet or as_json))

    async def pose(_: Pool) -> Posed:
        return Posed(evaluation, record.problems)

    spec = spec_of(entrant, evaluation.benchmark, record.problems, engine)
    code = contest.show(asyncio.run(contest.work(spec, pose)), as_json=as_json)
    if not as_json:
        output().print(Text(safe(_comparison(record, read_record(out)))))
    return code


def _comparison(before: Record, after: Record) -> str:
    """How the two agree on the attempts that both have made."""
    both = [(p.id, n) for p in before.problems for n in before.ended.get(p.id, {}) if n in after.ended.get(p.id, {})]
    changed = [
        (problem, number)
        for problem, number in both
        if before.ended[problem][number].proved != after.ended[problem][number].proved
    ]
    gained = sum(after.ended[problem][number].proved for problem, number in changed)
    words = f"{len(both) - len(changed)} of {len(both)} attempts came out as before"
    return words + (f"; {gained} proved now and not then, {len(changed) - gained} the other way" if changed else "")
