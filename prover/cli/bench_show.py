"""`prove bench show NAME[/ID]`: what was read of a benchmark, or one problem of it as Lean text."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from prover.cli.terminal import output, safe
from prover.core.errors import UserError

if TYPE_CHECKING:
    from prover.bench.loading import Loaded
    from prover.bench.problem import Problem

PROBLEMS_SCHEMA = "leap-prover/problems/1"
_NAME = re.compile(r"(?P<name>.*\.toml|[^/]+)(?:/(?P<id>.+))?\Z", re.DOTALL)
_SHOWN = 20

DataOption = Annotated[
    Path | None, typer.Option("--data", help="The data as released: a file, a folder, or an archive.")
]
VariantOption = Annotated[str, typer.Option("--variant", help="The form it was released in; `prove bench ls`.")]
SplitOption = Annotated[str, typer.Option("--split", help="Only this split.")]
CorrectedOption = Annotated[str, typer.Option("--corrected", help="Corrections by name; `prove bench ls NAME`.")]
WithoutBadOption = Annotated[
    bool, typer.Option("--without-bad", help="Leave out statements that are known to be wrong.")
]


def run(
    name: Annotated[str, typer.Argument(help="A benchmark (or a manifest, .toml), and after `/` a problem of it.")],
    data: DataOption = None,
    variant: VariantOption = "",
    split: SplitOption = "",
    corrected: CorrectedOption = "",
    without_bad: WithoutBadOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show what is read of a benchmark: how many problems, what was seen to, which records cannot be used; or, with an
    id, a problem as Lean text, with its notes, and why it is known to be wrong where it is.

    Example: `prove bench show core`

    Exit code: 0.
    """
    from prover.bench.loading import load

    found = _NAME.match(name)
    if found is None:
        raise UserError(f"{name!r} names no benchmark", code="no_benchmark")
    id = found["id"] or ""
    loaded = load(
        found["name"],
        data=data,
        variant=variant,
        split=split,
        corrected=corrected,
        without_bad=without_bad and not id,
    )
    shown = tuple(problem for problem in loaded.problems if not id or problem.id == id)
    if not shown:
        message = f"{loaded.manifest.name}, variant {loaded.variant}, has no problem {id!r}"
        raise UserError(message, code="no_problem", hint="`prove bench show NAME --json` lists them")
    if as_json:
        print(json.dumps(_document(loaded, shown), ensure_ascii=False, indent=2))
    elif id:
        _show_problem(output(), shown[0])
    else:
        _show(output(), loaded)
    return 0


def _document(loaded: Loaded, shown: tuple[Problem, ...]) -> dict[str, Any]:
    from prover.events.codec import encode

    return {
        "schema": PROBLEMS_SCHEMA,
        "exit_code": 0,
        "benchmark": loaded.manifest.name,
        "variant": loaded.variant,
        "released": loaded.released,
        "excluded": loaded.excluded,
        "sources": dict(loaded.sources),
        "changed": list(loaded.changed),
        "missed": list(loaded.missed),
        "rejected": encode(loaded.rejected),
        "problems": [{**encode(problem), "text": problem.text} for problem in shown],
    }


def _show_problem(console: Console, problem: Problem) -> None:
    """The text as it could be written to a file, what is said of it in comments above."""
    about = {
        "id": problem.id,
        "split": problem.split,
        "topic": problem.topic,
        "difficulty": problem.difficulty,
        "read from": f"{problem.origin.file}, record {problem.origin.record}",
        "notes": ", ".join(problem.notes),
        "corrected": problem.correction,
        "known to be wrong": problem.bad,
    }
    for label, text in about.items():
        if text:
            console.print(Text(f"-- {label}: {safe(text)}", "dim"))
    console.print(Text(safe(problem.text)))


def _show(console: Console, loaded: Loaded) -> None:
    console.print(Text(f"{loaded.manifest.title}, variant {loaded.variant}", "bold"))
    splits = ", ".join(f"{name or 'no split'} {count}" for name, count in loaded.splits.items())
    console.print(f"{len(loaded.problems)} problems of {loaded.released} ({splits}); {len(loaded.rejected)} not used")
    if loaded.excluded:
        console.print(f"{loaded.excluded} are known to be wrong, and left out")
    notes = Counter(note.partition(":")[0] for problem in loaded.problems for note in set(problem.notes))
    for note, count in sorted(notes.items()):
        console.print(f"  {note:<22}{count:>5}")
    for file in loaded.changed:
        console.print(Text(f"not as released: {safe(file)}", "yellow"))
    for id in loaded.missed:
        console.print(Text(f"the correction does not fit: {safe(id)}", "yellow"))
    for record in loaded.rejected[:_SHOWN]:
        place = f"{record.file}, record {record.record}" if record.record else record.file
        console.print(Text(f"not used: {safe(place)}: {safe(record.reason)}", "yellow"))
    if len(loaded.rejected) > _SHOWN:
        console.print(f"... and {len(loaded.rejected) - _SHOWN} more (--json)")
