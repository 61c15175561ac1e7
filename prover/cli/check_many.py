"""`prove check DIR` and `prove check FILE.jsonl`: many submissions, one verdict line each, and what came of all."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from prover.api.marked import MarkedLadder
from prover.bench.recheck import against, claims_docket, differing, proved_problems
from prover.bench.record import Record, is_evaluation, read_record
from prover.cli.engine import EngineChoice, open_engine
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.terminal import errors, output, print_error, safe
from prover.core.errors import SetupError
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import CORE_MATH, Foundation
from prover.lean.pool_statistics import PoolStatistics
from prover.verify import Ladder
from prover.verify.batch import Batch, BatchOptions, Summary
from prover.verify.docket import Docket, Item, read_docket
from prover.verify.edition import EDITION
from prover.verify.results import CanaryJudged, ItemJudged, Results

BATCH_SCHEMA = "leap-prover/batch/1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said. `template`: the arguments of items that bring none themselves."""

    source: Path
    against: Path | None
    template: Item
    jobs: int
    out: Path | None
    memory_mb: int
    engine: EngineChoice
    as_json: bool
    quiet: bool
    #: The evaluation whose proofs these are, or whose problems they are about.
    evaluation: Record | None = None

    @property
    def foundation(self) -> Foundation | None:
        """What the evaluation was made over."""
        made_over = None if self.evaluation is None else self.evaluation.evaluation.foundation
        return CORE_MATH if made_over == CORE_MATH.name else None

    @property
    def claims(self) -> Record | None:
        """The evaluation whose own proofs are judged."""
        return self.evaluation if self.against is None else None

    @property
    def results(self) -> Path:
        """The results file: what was asked for, or NAME.results.jsonl in the current folder."""
        return self.out or Path(f"{self.source.resolve().stem}.results.jsonl")


def run(asked: Asked) -> int:
    """Judges what is not done yet, prints, and gives the exit code."""
    docket = _docket(asked)
    engine = open_engine(str(asked.source), asked.engine, quiet=asked.quiet, lite=asked.foundation is not None)
    with Results(asked.results) as results, _Shown(asked, len(docket.items)) as shown:
        summary, pool = asyncio.run(_judge(asked, docket, engine, results, shown))
    code = _exit_code(summary, docket)
    if asked.as_json:
        print(json.dumps(_document(asked, docket, summary, pool, code), ensure_ascii=False, indent=2))
    else:
        _print_summary(asked, docket, summary, pool)
    if summary.alarm is not None:
        print_error(_alarm_error(summary))
    return code


def asked_of(asked: Asked) -> Asked:
    """The same with the evaluation it is about, where source or reference is the folder of one."""
    for folder in (asked.source, asked.against):
        if folder is not None and is_evaluation(folder):
            return replace(asked, evaluation=read_record(folder))
    return asked


def _docket(asked: Asked) -> Docket:
    record = asked.evaluation
    if record is None:
        return read_docket(asked.source, asked.template, against=asked.against)
    if asked.claims is not None:
        return claims_docket(record, asked.template)
    return against(record, read_docket(asked.source, asked.template), asked.template)


async def _judge(
    asked: Asked, docket: Docket, engine: LeanEngine, results: Results, shown: _Shown
) -> tuple[Summary, PoolStatistics]:
    # For each job one worker that elaborates and one, clean, that judges: fewer would be closed and started anew.
    limits = PoolLimits(size=2 * asked.jobs, spares=1, memory_mb=asked.memory_mb)
    foundation = asked.foundation
    async with Pool(engine, limits, foundation=foundation) as pool:
        remembered = max(8, 2 * asked.jobs)
        ladder = Ladder(pool, trusted_modules=engine.trusted_modules, foundation=foundation, remembered=remembered)
        over = [] if foundation is None else [foundation.name]
        checker = ladder
        if asked.evaluation is None:  # there what the benchmark states counts, as it did for `prove bench`
            checker = MarkedLadder(pool, ladder)
            over.append("marks")
        stamp = json.dumps([engine.name, engine.description, engine.lean_version, EDITION, asked.memory_mb, *over])
        batch = Batch(checker, results, stamp, BatchOptions(jobs=asked.jobs), shown.observe)
        summary = await batch.run(docket, stop_on_interrupt())
        return summary, pool.statistics


def _exit_code(summary: Summary, docket: Docket) -> int:
    if summary.alarm is not None:
        return SetupError.exit_code
    if summary.interrupted:
        return 130
    return 0 if summary.accepted == summary.items and not docket.problems else 1


class _Shown:
    """A line for each result on standard output, a bar on standard error where that is a terminal."""

    def __init__(self, asked: Asked, items: int) -> None:
        console = errors()
        columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        hidden = asked.quiet or asked.as_json or not console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True, disable=hidden)
        self._task = self._progress.add_task("checking", total=items)
        self._lines = not asked.as_json

    def __enter__(self) -> _Shown:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def observe(self, event: ItemJudged | CanaryJudged) -> None:
        if not isinstance(event, ItemJudged):
            return
        self._progress.advance(self._task)
        if self._lines:
            style = "green" if event.accepted else "yellow"
            output().print(Text(f"{safe(event.name)}: ") + Text(event.code.replace("_", " "), style))


def _alarm_error(summary: Summary) -> SetupError:
    assert summary.alarm is not None
    alarm = summary.alarm
    return SetupError(
        f"the verifier believed the canary {alarm.canary} ({alarm.code}), which proves nothing; "
        f"{len(alarm.doubted)} results since the last sound canary are marked as not to be trusted",
        code="canary_proved",
        hint="do not use these verdicts; run `prove doctor` and `prove setup --repair`, and report it",
    )


def _print_summary(asked: Asked, docket: Docket, summary: Summary, pool: PoolStatistics) -> None:
    console = errors()
    for problem in docket.problems:
        console.print(Text(f"not used: {safe(problem.where)}: {safe(problem.message)} [{problem.code}]", "yellow"))
    counts = ", ".join(f"{code.replace('_', ' ')} {count}" for code, count in summary.codes.most_common())
    output().print(f"\n{summary.items} submissions: {counts or 'none judged'}")
    if asked.evaluation is not None:
        _print_evaluation(_evaluation(asked, asked.evaluation, docket, summary))
    if asked.quiet:
        return
    rate = f", {summary.judged / summary.seconds:.1f} a second" if summary.judged and summary.seconds else ""
    done = f"judged {summary.judged} in {summary.seconds:.1f} s{rate}; {summary.resumed} were done before"
    console.print(f"{done}; {summary.retried} judged again alone; {summary.canaries_held} canaries held")
    console.print(
        f"Lean processes: {pool.started} started, {pool.discarded} discarded after running a file's code, "
        f"{pool.lost} lost, at most {summary.peak_mb:.0f} MiB each; results in {asked.results}"
    )
    if summary.interrupted:
        console.print("interrupted; what is done is kept: run the same command again to go on")


def _evaluation(asked: Asked, record: Record, docket: Docket, summary: Summary) -> dict[str, Any]:
    """What the verdicts say of the evaluation: how many of its problems are proved, and where they differ from it."""
    accepted = [result.name for result in summary.results if result.accepted]
    codes = {result.name: result.code for result in summary.results}
    differs = [] if asked.claims is None else differing(record, codes, docket.problems)
    return {
        "run": record.name,
        "label": record.evaluation.label,
        "problems": len(record.problems),
        "proved": len(proved_problems(record, accepted)),
        "claimed": None if asked.claims is None else sum(record.proof(p.id) is not None for p in record.problems),
        "foundation": record.evaluation.foundation,
        "differs": [asdict(one) for one in differs],
    }


def _print_evaluation(found: dict[str, Any]) -> None:
    over = f" over {found['foundation']}" if found["foundation"] else ""
    said = "" if found["claimed"] is None else f"; the run says {found['claimed']}"
    output().print(
        Text(safe(f"{found['proved']} of {found['problems']} problems of {found['label']} proved{over}{said}"))
    )
    for one in found["differs"]:
        words = f"{one['name']}: the run says {one['claimed']}, the verifier {one['code']}".replace("_", " ")
        output().print(Text(f"differs: {safe(words)}", "red"))
    if found["claimed"] is not None and not found["differs"]:
        output().print(Text("no verdict differs from what the run says"))


def _document(asked: Asked, docket: Docket, summary: Summary, pool: PoolStatistics, exit_code: int) -> dict[str, Any]:
    return {
        "schema": BATCH_SCHEMA,
        "exit_code": exit_code,
        "source": str(asked.source),
        "results": str(asked.results),
        "items": [
            {"name": r.name, "key": r.key, "code": r.code, "accepted": r.accepted, "starved": r.starved}
            for r in summary.results
        ],
        "problems": [asdict(problem) for problem in docket.problems],
        "counts": dict(summary.codes),
        "total": summary.items,
        "accepted": summary.accepted,
        "judged": summary.judged,
        "resumed": summary.resumed,
        "retried": summary.retried,
        "canaries": {"held": summary.canaries_held, "inconclusive": summary.canaries_inconclusive},
        "alarm": None if summary.alarm is None else asdict(summary.alarm),
        **({} if asked.evaluation is None else {"evaluation": _evaluation(asked, asked.evaluation, docket, summary)}),
        "interrupted": summary.interrupted,
        "seconds": round(summary.seconds, 3),
        "workers": {
            "started": pool.started,
            "discarded": pool.discarded,
            "recycled": pool.recycled,
            "lost": pool.lost,
            "peak_mb": round(summary.peak_mb, 1),
        },
    }
