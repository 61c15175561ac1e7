"""`prove TARGET`: fill the holes of a file."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.agent import FileResult, FillOptions, Target, TargetResult, fill
from prover.cli.document import result_document
from prover.cli.engine import open_engine, pool_limits
from prover.cli.lite import LITE_HELP, founded_on
from prover.cli.solver import LadderJudge, SearchSolver
from prover.cli.terminal import Live, output, print_error, safe
from prover.core.errors import UserError
from prover.core.message import Message
from prover.core.verdict import Refuted, Verdict
from prover.lean import Pool
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile

_MEMORY_MB = 2500
_EVIDENCE = ("stopped", "what", "name", "open_names", "names", "construct", "limit", "error", "reason", "detail")


def run(
    target: Annotated[str, typer.Argument(help="FILE.lean, FILE.lean:name, FILE.lean#L42, or - for standard input.")],
    timeout: Annotated[float, typer.Option(help="Seconds of search for each target.", min=1)] = 60.0,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Targets worked on at once (about 1 GB of memory each).", min=1)
    ] = 1,
    write: Annotated[bool, typer.Option("--write", help="Put the verified proofs into the file, atomically.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write the file with its proofs here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print events as they happen, one JSON object a line.")
    ] = False,
    refute: Annotated[bool, typer.Option(help="Spend a tenth of the time on the negation.")] = True,
    assume_open: Annotated[
        bool, typer.Option("--assume-open", help="Let proofs use declarations that are still open.")
    ] = False,
    memory: Annotated[int, typer.Option(help="Memory limit of a Lean process, MiB.", min=500)] = _MEMORY_MB,
    start_timeout: Annotated[float, typer.Option(help="Seconds a Lean process may take to start.", min=1)] = 120.0,
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Fill the holes (`sorry`) of a Lean file and print each verified proof and a diff."""
    wanted = Target.parse(target)
    if write and wanted.path == "-":
        raise UserError("standard input cannot be written back", code="not_writable", hint="use -o FILE")
    source = _read(wanted)
    if write:
        source.replaceable()
    options = FillOptions(seconds=timeout, refute_share=0.1 if refute else 0.0, jobs=jobs, assume_open=assume_open)
    engine = open_engine(quiet=quiet, lite=lite)
    with Live(quiet=quiet or as_json or as_jsonl) as live:

        def observe(kind: str, payload: dict[str, Any]) -> None:
            live.observe(kind, payload)
            if as_jsonl:
                print(json.dumps({"event": kind, **payload}, ensure_ascii=False, default=str), flush=True)

        async def work() -> tuple[str | None, FileResult]:
            limits = pool_limits(jobs, memory, start_timeout)
            async with Pool(engine, limits, foundation=CORE_MATH if lite else None) as pool:
                stop = _stop_on_interrupt()
                foundation = await founded_on(pool, source) if lite else None
                return foundation, await fill(
                    source, wanted, pool, SearchSolver(observe), LadderJudge(pool), options, observe, stop
                )

        foundation, result = asyncio.run(work())
    failure = _save(result, write=write, out=out)
    code = failure.exit_code if failure else 130 if result.interrupted else 0 if result.all_proved else 1
    if as_json:
        print(json.dumps(result_document(result, code, failure, foundation), ensure_ascii=False, indent=2))
    elif as_jsonl:
        document = result_document(result, code, failure, foundation)
        print(json.dumps({"event": "Result", **document}, ensure_ascii=False))
    else:
        if foundation is not None:
            output().print(Text(f"run {CORE_MATH.label}: nothing here was checked with {CORE_MATH.instead_of}", "dim"))
        _show(result, saved=failure is None and (write or out is not None))
    if failure is not None:
        print_error(failure)
    return code


def _read(target: Target) -> SourceFile:
    if target.path == "-":
        return SourceFile("<stdin>", sys.stdin.buffer.read())
    return SourceFile.read(Path(target.path))


def _stop_on_interrupt() -> asyncio.Event:
    """First interrupt: end the search, verify and keep what was found. Second: end at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def interrupted() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, interrupted)
    return stop


def _save(result: FileResult, *, write: bool, out: Path | None) -> UserError | None:
    """Writes what was asked for. An error is given back, not raised: the proofs are still to be shown."""
    changed = result.filled.data != result.source.data
    try:
        if out is not None:
            result.filled.write_to(out)
        if write and changed:
            result.filled.write_over(result.source)
    except UserError as error:
        return error
    return None


def _show(result: FileResult, *, saved: bool) -> None:
    console = output()
    for target in result.targets:
        _show_target(console.print, target)
    diff = result.diff()
    if diff and not saved:
        console.print()
        console.print(Text(safe(diff.rstrip("\n"))))


def _show_target(say: Any, target: TargetResult) -> None:
    verdict = target.verdict
    style = "green" if target.proved else "yellow"
    label = target.name if target.name.endswith(")") else f"{target.name} (line {target.line})"
    say(Text(f"{safe(label)}: ") + Text(describe_verdict(verdict), style))
    if target.proved or isinstance(verdict, Refuted):
        for script in target.scripts:
            say(Text("\n".join("  " + line for line in safe(script).split("\n"))))
    axioms: tuple[str, ...] = getattr(verdict, "axioms", ())
    if axioms:
        say(Text(f"  axioms: {', '.join(axioms)}", "dim"))


def describe_verdict(verdict: Verdict) -> str:
    """A verdict in a few words: its code, and the evidence a person needs beside it."""
    words = verdict.code.replace("_", " ")
    if verdict.report.get("foundation") == CORE_MATH.name:
        words += f" {CORE_MATH.label}"
    evidence: list[str] = []
    for attribute in (
        "stopped",
        "what",
        "name",
        "open_names",
        "names",
        "construct",
        "limit",
        "error",
        "reason",
        "detail",
    ):
        value: object = getattr(verdict, attribute, None)
        if value:
            evidence.append(", ".join(value) if isinstance(value, tuple) else str(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    messages: tuple[Message, ...] = getattr(verdict, "messages", ())
    if messages:
        first = messages[0]
        evidence.append((f"line {first.start.line}: " if first.start else "") + first.text.splitlines()[0])
    return safe(": ".join([words, *evidence[:2]]).splitlines()[0])
