"""`prove bench validate NAME`: what the Lean at hand says of every statement of a benchmark."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from prover.cli.bench_show import CorrectedOption, DataOption, SplitOption, VariantOption, WithoutBadOption
from prover.cli.engine import MEMORY_MB, EngineChoice, open_benchmark_engine
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.terminal import bar, errors, output, safe
from prover.core.together import unless
from prover.flags.engine import EngineOption, MemoryOption
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.foundation import Foundation

if TYPE_CHECKING:
    from prover.bench.loading import Loaded
    from prover.bench.validation import ValidationLimits, Validity

VALIDATION_SCHEMA = "leap-prover/validation/1"
_SHOWN = 12
#: Findings that make a statement unfit to be asked.
_UNFIT = frozenset({"vacuous", "false", "placeholder"})


@dataclass(frozen=True, slots=True)
class _Report:
    """What was found until the end, or until an interrupt. `same`: the earlier problem that asks the same."""

    loaded: Loaded
    engine: LeanEngine
    foundation: Foundation | None
    validities: Mapping[str, Validity]
    replaced: bool
    same: Mapping[str, str]
    interrupted: bool
    seconds: float

    @property
    def elaborating(self) -> list[str]:
        """Ids of the problems that a prover can be asked here, in their order."""
        found = self.validities
        return [p.id for p in self.loaded.problems if p.id in found and found[p.id].elaborates]

    @property
    def sound(self) -> bool:
        """Whether every statement can be asked, and nothing speaks against one."""
        unfit = any(f.what in _UNFIT for v in self.validities.values() for f in v.findings)
        return len(self.elaborating) == len(self.loaded.problems) and not unfit and not self.same

    @property
    def exit_code(self) -> int:
        return 130 if self.interrupted else 0 if self.sound else 1


def run(
    name: Annotated[str, typer.Argument(help="A benchmark, or the path of a manifest (.toml).")],
    data: DataOption = None,
    variant: VariantOption = "",
    split: SplitOption = "",
    corrected: CorrectedOption = "",
    without_bad: WithoutBadOption = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also try, briefly, to prove each statement, to refute it, and its hypotheses."),
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Statements at once, about 1 GB of memory each.", min=1)
    ] = 1,
    timeout: Annotated[float, typer.Option(help="Seconds for elaborating one statement.", min=1)] = 60.0,
    memory: MemoryOption = MEMORY_MB,
    engine_choice: EngineOption = EngineChoice.AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Elaborate every statement of a benchmark, over CoreMath in place of Mathlib where the engine is the embedded one.

    Says which can be asked of a prover here, which need Mathlib, which Lean refuses, which are no propositions, which
    bind names that nothing declares, which are the same. Exit code 0: all can be asked and nothing speaks against them.

    Example: `prove bench validate core --deep`
    """
    from prover.bench.loading import load
    from prover.bench.soundness import ValidationLimits

    loaded = load(name, data=data, variant=variant, split=split, corrected=corrected, without_bad=without_bad)
    engine, foundation = open_benchmark_engine(engine_choice, quiet=quiet)
    limits = PoolLimits(size=jobs, spares=0, memory_mb=memory)
    report = asyncio.run(
        _validate(loaded, engine, foundation, limits, ValidationLimits(seconds=timeout), deep=deep, quiet=quiet)
    )
    if as_json:
        print(json.dumps(_document(report, deep=deep), ensure_ascii=False, indent=2))
    else:
        _show(report, quiet=quiet)
    return report.exit_code


async def _validate(
    loaded: Loaded,
    engine: LeanEngine,
    foundation: Foundation | None,
    limits: PoolLimits,
    each: ValidationLimits,
    *,
    deep: bool,
    quiet: bool,
) -> _Report:
    from prover.bench.survey import any_replaced
    from prover.bench.validation import duplicates, validate_all

    found: dict[str, Validity] = {}
    began = time.monotonic()
    replaced = False
    with bar("validating", len(loaded.problems), shown=not quiet) as (progress, task):

        async def collect() -> None:
            nonlocal replaced
            async with Pool(engine, limits, foundation=foundation) as pool:
                everything = validate_all(loaded.problems, pool, jobs=limits.size, deep=deep, limits=each)
                async with aclosing(everything) as validities:
                    async for validity in validities:
                        found[validity.problem] = validity
                        progress.advance(task)
                replaced = await any_replaced([p for p in loaded.problems if found[p.id].elaborates], pool)

        interrupted = not await unless(stop_on_interrupt(), collect())
    return _Report(
        loaded=loaded,
        engine=engine,
        foundation=foundation,
        validities=found,
        replaced=replaced,
        same=duplicates([p for p in loaded.problems if p.id in found], found),
        interrupted=interrupted,
        seconds=time.monotonic() - began,
    )


def _label(report: _Report) -> str:
    loaded = report.loaded
    split = {problem.split for problem in loaded.problems}
    named = "-".join(
        part for part in (loaded.manifest.name, loaded.told_variant, *(split if len(split) == 1 else ())) if part
    )
    every = len(report.elaborating) == len(loaded.problems)
    return named if every and not report.replaced else f"{named}/core-lite"


def _document(report: _Report, *, deep: bool) -> dict[str, Any]:
    loaded, found = report.loaded, report.validities
    return {
        "schema": VALIDATION_SCHEMA,
        "exit_code": report.exit_code,
        "benchmark": loaded.manifest.name,
        "variant": loaded.variant,
        "subset": _label(report),
        "sources": dict(loaded.sources),
        "engine": report.engine.description,
        "lean_version": report.engine.lean_version,
        "foundation": None if report.foundation is None else report.foundation.label,
        "deep": deep,
        "interrupted": report.interrupted,
        "seconds": round(report.seconds, 1),
        "problems": len(loaded.problems),
        "counts": dict(Counter(v.status.value for v in found.values())),
        "findings": dict(Counter(f.what for v in found.values() for f in v.findings)),
        "elaborating": report.elaborating,
        "items": [
            {
                "id": problem.id,
                "status": found[problem.id].status.value,
                "elaborates": found[problem.id].elaborates,
                "detail": found[problem.id].detail,
                "names": list(found[problem.id].names),
                "findings": [{"what": f.what, "detail": f.detail} for f in found[problem.id].findings],
                "same_as": report.same.get(problem.id),
            }
            for problem in loaded.problems
            if problem.id in found
        ],
        "rejected": [asdict(record) for record in loaded.rejected],
    }


def _show(report: _Report, *, quiet: bool) -> None:
    console, found = output(), report.validities
    for problem in report.loaded.problems:
        validity = found.get(problem.id)
        if validity is None:
            continue
        said = [] if validity.status == "ok" else [f"{validity.status.value.replace('_', ' ')}: {validity.detail}"]
        said += [f"{f.what.replace('_', ' ')}: {f.detail}" for f in validity.findings]
        if problem.id in report.same:
            said.append(f"the same as {report.same[problem.id]}")
        if said:
            console.print(Text(f"{safe(problem.id)}: ", "bold") + Text(safe("; ".join(said))))
    counts = Counter(v.status.value.replace("_", " ") for v in found.values())
    console.print("\n" + ", ".join(f"{status} {count}" for status, count in counts.most_common()))
    console.print(
        f"{_label(report)}: {len(report.elaborating)} of {len(report.loaded.problems)} statements can be asked"
    )
    missing = Counter(name for v in found.values() if v.status == "needs_mathlib" for name in v.names)
    if missing:
        shown = ", ".join(f"{safe(name)} {count}" for name, count in missing.most_common(_SHOWN))
        console.print(f"missing most often: {shown}")
    if quiet:
        return
    notes = errors()
    if report.foundation is not None:
        notes.print(f"read {report.foundation.label}: nothing here was read with {report.foundation.instead_of}")
    for record in report.loaded.rejected:
        notes.print(Text(f"not used: {safe(record.file)}, record {record.record}: {safe(record.reason)}", "yellow"))
    if report.interrupted:
        notes.print("interrupted: this is what was found until then")
