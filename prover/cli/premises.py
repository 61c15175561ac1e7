"""`prove premises QUERY`: theorems that may help with a goal, or that some words describe."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.api.premises import FoundPremises, find_premises
from prover.api.workplace import workplace
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.terminal import output, plain_progress, safe
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption
from prover.lean import LeanEngine
from prover.lean.source import SourceFile

PREMISES_SCHEMA = "leap-prover/premises/1"


def run(
    query: Annotated[
        str,
        typer.Argument(
            help="A goal (`(xs : List α) : xs.reverse.reverse = xs`, or `h : p ⊢ q`), or words (`reverse append`)."
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Search what this file imports and proves; names are read as at its end."),
    ] = None,
    k: Annotated[int, typer.Option("-k", help="How many theorems to show.", min=1)] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    engine_choice: EngineOption = EngineChoice.AUTO,
    memory: MemoryOption = MEMORY_MB,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Find theorems that may help with a goal, or that some words describe.

    What Lean reads as a statement is compared by its constants, anything else by its words. The index of what is
    imported is made once (seconds) and kept in the user's cache. Exit code 1 when nothing was found.

    Example: `prove premises 'reverse append' -k 5`
    """
    if not query.strip():
        raise UserError("the query is empty", code="usage", hint="give a goal or some words")
    source = SourceFile.read(file) if file is not None else SourceFile("<query>", b"")
    engine = open_engine("-" if file is None else str(file), engine_choice, quiet=quiet)
    answer = asyncio.run(_search(query, source, engine, k, memory, quiet=quiet))
    code = 0 if answer.found else 1
    if as_json:
        print(json.dumps(_document(query, source, answer, code), ensure_ascii=False, indent=2))
    else:
        _show(answer)
    return code


async def _search(
    query: str, source: SourceFile, engine: LeanEngine, k: int, memory: int, *, quiet: bool
) -> FoundPremises:
    show = plain_progress(quiet=quiet)
    async with workplace(engine, pool_limits(1, memory, 120.0), source, show) as place:
        return await find_premises(place, query, source, k=k, progress=show)


def _document(query: str, source: SourceFile, answer: FoundPremises, code: int) -> dict[str, Any]:
    return {
        "schema": PREMISES_SCHEMA,
        "exit_code": code,
        "query": query,
        "read_as": "words" if answer.goal is None else "goal",
        "goal": None if answer.goal is None else answer.goal.text,
        "file": source.name,
        "premises": [
            {
                "name": found.premise.name,
                "module": found.premise.module or None,
                "statement": answer.statements.get(found.premise.name),
                "score": round(found.score, 4),
            }
            for found in answer.found
        ],
    }


def _show(answer: FoundPremises) -> None:
    console = output()
    for found in answer.found:
        name = found.premise.name
        console.print(Text(safe(answer.statements.get(name, name))))
