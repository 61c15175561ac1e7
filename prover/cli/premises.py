"""`prove premises QUERY`: theorems that may help with a goal, or that some words describe."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.cli.engine import MEMORY_MB, EngineChoice, EngineOption, MemoryOption, open_engine, pool_limits
from prover.cli.terminal import output, plain_progress, safe
from prover.cli.workplace import workplace
from prover.core.errors import UserError
from prover.core.message import Severity
from prover.core.state import Goal
from prover.lean import LeanEngine, Worker
from prover.lean.source import SourceFile
from prover.lean.theorems import own_theorems
from prover.retrieve import Found, Query, Shelf, library

PREMISES_SCHEMA = "leap-prover/premises/1"
_ELABORATE_SECONDS = 120.0
_TURNSTILE = "⊢"


@dataclass(frozen=True, slots=True)
class _Answer:
    """`goal`: the query as Lean read it; None where it was taken as words."""

    goal: Goal | None
    found: list[Found]
    statements: dict[str, str]


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


async def _search(query: str, source: SourceFile, engine: LeanEngine, k: int, memory: int, *, quiet: bool) -> _Answer:
    show = plain_progress(quiet=quiet)
    async with workplace(engine, pool_limits(1, memory, 120.0), source, show) as (pool, _):
        header = await pool.read_header(source.text)
        async with pool.lease(header.modules) as worker:
            index = await library(worker, engine, progress=show)
            worker.clean = False
            file = await worker.elaborate(
                worker.env, source.text, start=header.end, keep=True, wall_seconds=_ELABORATE_SECONDS
            )
            goal = await read_goal(worker, file.env, query)
            asked = Query.of_words(query) if goal is None else Query.of_goal(goal)
            found = Shelf(index, await own_theorems(worker, file.env)).find(asked, k, own=k)
            statements = await worker.signatures(
                [f.premise.name for f in found], env=file.env, seconds=_ELABORATE_SECONDS
            )
            return _Answer(goal, found, statements)


async def read_goal(worker: Worker, env: int, text: str) -> Goal | None:
    """The goal that `text` states in `env`, or None when Lean reads no statement in it.

    Taken are a proposition, binders and a proposition (`(n : Nat) : n = n`), and a goal as Lean prints it.
    """
    for statement in _statements_in(text):
        command = f"set_option relaxedAutoImplicit false in\nexample {statement} := by sorry\n"
        opened = await worker.elaborate(env, command, holes=True, wall_seconds=_ELABORATE_SECONDS)
        errors = any(m.severity is Severity.ERROR for m in opened.messages)
        goals = [h.goals.goals[0] for h in opened.holes if h.goals is not None and h.is_prop]
        if not errors and len(goals) == 1 and goals[0].symbols:
            return goals[0]
    return None


def _statements_in(text: str) -> list[str]:
    """How the query may be written as the statement of an `example`."""
    if _TURNSTILE in text:
        context, _, target = text.rpartition(_TURNSTILE)
        lines = [line.strip() for line in context.splitlines() if line.strip() and not line.startswith("case ")]
        return [f"{' '.join(f'({line})' for line in lines)} : {target.strip()}"]
    return [f": {text}", text]


def _document(query: str, source: SourceFile, answer: _Answer, code: int) -> dict[str, Any]:
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


def _show(answer: _Answer) -> None:
    console = output()
    for found in answer.found:
        name = found.premise.name
        console.print(Text(safe(answer.statements.get(name, name))))
