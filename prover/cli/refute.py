"""`prove refute FILE`: counterexamples, each with a verified proof of the negation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.agent import Target
from prover.agent.refute import Refutation, Refutations, RefuteOptions, refute
from prover.api.document import verdict_document
from prover.api.lite import founded_on
from prover.api.statement import stated
from prover.api.workplace import workplace
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.lite import LITE_HELP, LITE_NOTICE
from prover.cli.outcome import describe_verdict
from prover.cli.source import read_target
from prover.cli.terminal import Live, output, safe
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption, StartTimeoutOption
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile

REFUTE_SCHEMA = "leap-prover/refute/1"
_STOPPED = {
    "exhausted": "these were all that were to be looked at",
    "budget": "more did not fit into the time",
    "unreadable": "Lean does not open its negation",
    "lost": "the Lean process was lost over it",
    "refutation_refused": "a refutation was found, and the verifier refused it",
}
_SHOWN = 4
_LONG = 36


def run(
    target: Annotated[str, typer.Argument(help="FILE.lean, FILE.lean:name, FILE.lean#L42, or - .")] = "",
    statement: Annotated[
        str,
        typer.Option("--statement", "-s", help="A statement instead: '(a b : Nat) : a - b + b = a', or '∀ a, ...'."),
    ] = "",
    timeout: Annotated[float, typer.Option(help="Seconds of search for each theorem.", min=1)] = 20.0,
    size: Annotated[int, typer.Option(help="Instances looked at for each choice of types, at most.", min=1)] = 20_000,
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the file with the refutations here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: StartTimeoutOption = 120.0,
    engine_choice: EngineOption = EngineChoice.AUTO,
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Look for a counterexample to each chosen theorem, open or not, and prove that it is one.

    What is printed is a proof of the theorem's negation that the verifier has accepted, plain Lean to stand after the
    theorem. That nothing is found says nothing about a theorem: it may be true, or false elsewhere.

    Exit code 0 when every chosen theorem was refuted, 1 otherwise.

    Example: `prove refute sums.lean:half_double`
    """
    if bool(target) == bool(statement):
        raise UserError("name a file or give a --statement, one of the two", code="usage")
    wanted = Target("-") if statement else Target.parse(target)
    given = None if statement else read_target(wanted)
    engine = open_engine(wanted.path, engine_choice, quiet=quiet, lite=lite)

    async def work(live: Live) -> tuple[Refutations, str | None]:
        stop = stop_on_interrupt()

        def importing(phase: str, _done: int, _total: int | None) -> None:
            live.observe("Importing", {"phase": phase})

        limits, foundation = pool_limits(1, memory, start_timeout), CORE_MATH if lite else None
        source = given or SourceFile("<statement>", b"")
        async with workplace(engine, limits, source, importing, foundation) as place:
            if statement:
                source = await stated(place.pool, statement, name="statement")
            label = await founded_on(place.pool, source) if lite else None
            options = RefuteOptions(seconds=timeout, size=size)
            return await refute(source, wanted, place.pool, place.judge, options, live.observe, stop), label

    with Live(quiet=quiet or as_json) as live:
        result, foundation = asyncio.run(work(live))
    if out is not None:
        result.refuting.write_to(out)
    code = 130 if result.interrupted else 0 if result.all_refuted else 1
    if as_json:
        print(json.dumps(_document(result, code, foundation), ensure_ascii=False, indent=2))
        return code
    if foundation is not None:
        output().print(Text(LITE_NOTICE, "dim"))
    for one in result.targets:
        _show(one)
    return code


def _show(one: Refutation) -> None:
    say = output().print
    label = one.label if one.label.endswith(")") else f"{one.label} (line {one.line})"
    found = one.counterexample
    if found is not None and one.refuted:
        say(Text(f"{safe(label)}: ") + Text("refuted", "green"))
        values = ", ".join(f"{name} = {value}" for name, value in found.values)
        say(Text(safe(f"  {values}: {one.explanation}" if values else f"  {one.explanation}")), soft_wrap=True)
        say(Text("\n".join("  " + line for line in safe(found.theorem).split("\n"))), soft_wrap=True)
        return
    say(Text(f"{safe(label)}: ") + Text("no counterexample", "yellow") + Text(safe(f" {_looked(one)}")), soft_wrap=True)


def _looked(one: Refutation) -> str:
    """What was looked at, in words."""
    tried = one.tried
    parts = [f"among {tried.instances:,} instances" if tried.instances else "found"]
    if tried.sampled:
        parts.append(f"nor a sign of one among {tried.sampled:,} with quantifiers sampled")
    ranges = ", ".join(f"{name}: {_range(values)}" for name, values in tried.ranges.items())
    words = " ".join(parts) + (f" ({ranges})" if ranges else "")
    reason = one.problem or _STOPPED.get(tried.stopped, "")
    if one.verdict is not None and not one.refuted:
        reason += f": {describe_verdict(one.verdict)}"
    return f"{words}; {reason}; this does not say that it is true"


def _range(values: list[str]) -> str:
    """Some of the values of an argument."""
    shown = values if len(values) <= _SHOWN else [*values[: _SHOWN - 1], "...", values[-1]]
    return ", ".join(v if len(v) <= _LONG else v[:_LONG] + "..." for v in shown)


def _document(result: Refutations, code: int, foundation: str | None) -> dict[str, Any]:
    return {
        "schema": REFUTE_SCHEMA,
        "exit_code": code,
        "file": result.source.name,
        "sha256": result.source.digest,
        "engine": result.engine,
        "lean_version": result.lean_version,
        "foundation": foundation,
        "interrupted": result.interrupted,
        "seconds": round(result.seconds, 3),
        "targets": [_target(one) for one in result.targets],
    }


def _target(one: Refutation) -> dict[str, Any]:
    found, tried = one.counterexample, one.tried
    return {
        "name": one.label,
        "line": one.line,
        "refuted": one.refuted,
        "verdict": None if one.verdict is None else verdict_document(one.verdict),
        "counterexample": None
        if found is None or not one.refuted
        else {
            "values": [{"name": name, "value": value} for name, value in found.values],
            "explanation": one.explanation,
            "theorem": found.theorem,
        },
        "problem": one.problem or None,
        "tried": {
            "stopped": tried.stopped,
            "settings": tried.settings,
            "instances": tried.instances,
            "sampled": tried.sampled,
            "single": tried.single,
            "seconds": round(tried.seconds, 3),
        },
    }
