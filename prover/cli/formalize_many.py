"""`prove formalize FILE.jsonl`: many problems in words at once, filtered; what is kept becomes a benchmark."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from prover import __version__
from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.role_models import role_models
from prover.api.workplace import workplace
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.lite import LITE_NOTICE
from prover.cli.terminal import errors, output, safe
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.formalize.batch import Batch, BatchOptions, Filtered
from prover.formalize.by_model import by_model
from prover.formalize.funnel import funnel
from prover.formalize.informal import InformalProblem, Unusable, read_informal
from prover.formalize.ledger import Ledger
from prover.formalize.outcome import Outcome
from prover.formalize.release import Released, must_be_name, release
from prover.lean import LeanEngine, PoolLimits
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.verify.edition import EDITION

MANY_SCHEMA = "leap-prover/formalize_many/1"
#: The roles that say a statement in words again, and compare that with what was asked for.
_READERS = {"translator", "judge"}


@dataclass(frozen=True, slots=True)
class Many:
    """What the command line said. `out`: the results (default NAME.formalized.jsonl in the current folder);
    `benchmark`: the folder for the benchmark of what is kept, called `name` (by default as the source). `author`: the
    models that draft and read back, part of what decides a result. `choice`: the agent that drafts, if any, within
    `budget` for all problems; `mends`: how often one draft is mended; `back`: the statement that is to be kept is said
    in words again and compared with what was asked for."""

    source: Path
    options: BatchOptions
    out: Path | None = None
    benchmark: Path | None = None
    name: str = ""
    author: str = ""
    memory_mb: int = MEMORY_MB
    start_seconds: float = 120.0
    engine: EngineChoice = EngineChoice.AUTO
    lite: bool = False
    as_json: bool = False
    quiet: bool = False
    choice: AgentChoice = field(default_factory=AgentChoice)
    budget: Budget = field(default_factory=Budget)
    mends: int = 3
    back: bool = True

    @property
    def results(self) -> Path:
        return self.out or Path(f"{self.source.stem}.formalized.jsonl")

    @property
    def benchmark_name(self) -> str:
        return self.name or re.sub(r"[^a-z0-9._-]+", "-", self.source.stem.lower()).strip("-._") or "problems"


def run_many(asked: Many) -> int:
    """Looks at what is not done yet, prints, and gives the exit code: 0 where every problem was kept, 1 where some
    were not, 130 after an interrupt (what is done is kept). Raises `UserError`, `SetupError`."""
    if asked.benchmark is not None:
        must_be_name(asked.benchmark_name)
    problems, unusable = read_informal(asked.source)
    if asked.choice.agent is None and not any(problem.drafts for problem in problems):
        message = f"{asked.source} has words alone, and no model is named that states them"
        raise UserError(message, code="no_model", hint='name one with --model, or give each record a "statement"')
    engine = open_engine(str(asked.source), asked.engine, quiet=asked.quiet, lite=asked.lite)
    try:
        asked.results.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot make {asked.results.parent}: {error.strerror}", code="unwritable") from None
    with Ledger(asked.results) as ledger:
        found = asyncio.run(_filter(asked, engine, problems, ledger))
    released = _release(asked, found)
    code = 130 if found.interrupted else int(bool(unusable) or not all(o.kept for o in found.outcomes))
    if asked.as_json:
        print(json.dumps(_document(asked, found, unusable, released, code), ensure_ascii=False, indent=2))
    else:
        _print(asked, found, unusable, released)
    return code


async def _filter(asked: Many, engine: LeanEngine, problems: tuple[InformalProblem, ...], ledger: Ledger) -> Filtered:
    # For each job one worker that elaborates and one, clean, that judges.
    limits = PoolLimits(
        size=2 * asked.options.jobs, spares=1, memory_mb=asked.memory_mb, start_seconds=asked.start_seconds
    )
    foundation = CORE_MATH if asked.lite else None
    over = [] if foundation is None else [foundation.name]
    asking = [asked.author, asked.mends, asked.back, dict(asked.choice.facts({}))] if asked.choice.agent else []
    stamp = json.dumps([engine.name, engine.description, engine.lean_version, EDITION, *asking, *over])
    source = SourceFile("<problems>", b"")
    async with AsyncExitStack() as stack:
        models = await stack.enter_async_context(role_models(asked.choice))
        place = await stack.enter_async_context(
            workplace(engine, limits, source, lambda phase, done, total: None, foundation)
        )
        drafting = judging = None
        if models is not None:
            work = stack.enter_context(by_model(place, models, asked.budget, asked.mends, asked.author))
            drafting = work.draft
            judging = work.judge if asked.back and set(models.agent.roles) >= _READERS else None
        batch = Batch(place, ledger, stamp, asked.options, drafting=drafting, judging=judging, observe=_told(asked))
        return await batch.run(problems, stop_on_interrupt())


def _release(asked: Many, found: Filtered) -> Released | None:
    if asked.benchmark is None or found.interrupted or not any(o.kept for o in found.outcomes):
        return None
    about = f"statements of {asked.source.name}, filtered by leap-prover {__version__}"
    if asked.author:
        about += f", drafted by {asked.author}"
    if asked.lite:
        about += f", {CORE_MATH.label}"
    return release(asked.benchmark, asked.benchmark_name, found.outcomes, about=about)


def _told(asked: Many) -> Callable[[Outcome], None]:
    def observe(outcome: Outcome) -> None:
        if not asked.as_json:
            output().print(_line(outcome), soft_wrap=True)

    return observe


def _line(outcome: Outcome) -> Text:
    label = Text(f"{safe(outcome.id)}: ")
    if outcome.kept:
        doubts = "" if outcome.statement is None else "; ".join(d.detail for d in outcome.statement.doubts)
        return label + Text("kept", "green") + Text(safe(f" ({doubts})" if doubts else ""))
    fell = "not decided" if outcome.broken else f"falls at {outcome.stage.value.replace('_', ' ')}"
    return label + Text(fell, "yellow") + Text(safe(f": {outcome.reason}"))


def _print(asked: Many, found: Filtered, unusable: tuple[Unusable, ...], released: Released | None) -> None:
    say, note = output().print, errors().print
    for one in unusable:
        note(Text(safe(f"not used: {asked.source}:{one.line}: {one.reason}"), "yellow"))
    table = Table("stage", "problems", "fell", "drafts", box=None, pad_edge=False)
    for row in funnel(found.outcomes):
        table.add_row(row.words, str(row.problems), str(row.fell or ""), str(row.drafts) if row.drafts >= 0 else "")
    say()
    say(table)
    if asked.lite:
        note(Text(LITE_NOTICE, "dim"))
    broken = sum(outcome.broken for outcome in found.outcomes)
    if broken:
        say(Text(f"{broken} not decided, machinery having failed; the same command tries them again", "yellow"))
    if released is not None:
        for one, earlier in released.repeated:
            say(Text(safe(f"{one} says what {earlier} says, and is left out of the benchmark")))
        say(
            Text(
                safe(f"benchmark: {released.manifest} ({released.problems} problems); prove bench {released.manifest}")
            )
        )
    if not asked.quiet:
        note(Text(safe(f"{found.resumed} were done before; {found.seconds:.1f} s; results in {asked.results}"), "dim"))
    if found.interrupted:
        note("interrupted; what is done is kept: run the same command again to go on")


def _document(
    asked: Many, found: Filtered, unusable: tuple[Unusable, ...], released: Released | None, code: int
) -> dict[str, Any]:
    return {
        "schema": MANY_SCHEMA,
        "exit_code": code,
        "source": str(asked.source),
        "results": str(asked.results),
        "foundation": CORE_MATH.name if asked.lite else None,
        "items": [_item(outcome) for outcome in found.outcomes],
        "unusable": [asdict(one) for one in unusable],
        "stages": [asdict(row) for row in funnel(found.outcomes)],
        "benchmark": None
        if released is None
        else {
            "manifest": str(released.manifest),
            "problems": released.problems,
            "sha256": released.sha256,
            "repeated": [list(pair) for pair in released.repeated],
        },
        "resumed": found.resumed,
        "interrupted": found.interrupted,
        "seconds": round(found.seconds, 3),
    }


def _item(outcome: Outcome) -> dict[str, Any]:
    chosen = outcome.statement
    return {
        "id": outcome.id,
        "kept": outcome.kept,
        "stage": outcome.stage.value,
        "reason": outcome.reason,
        "broken": outcome.broken,
        "statement": None if chosen is None else chosen.draft.statement,
        "drafts": [
            {
                "statement": one.draft.statement,
                "stage": one.stage.value,
                "reason": one.reason,
                "doubts": [{"concern": d.concern.value, "detail": d.detail} for d in one.doubts],
            }
            for one in outcome.drafts
        ],
        "classes": [list(one) for one in outcome.classes],
    }
