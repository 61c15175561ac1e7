"""`prove repl`: the protocol of leanprover-community/repl on standard input and output, over any engine."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from prover.cli.engine import MEMORY_MB, EngineChoice, EngineOption, MemoryOption, open_engine
from prover.lean import Pool, PoolLimits
from prover.repl import Session, requests


def run(
    timeout: Annotated[float, typer.Option(help="Seconds one request may take.", min=0.1)] = 300.0,
    processes: Annotated[
        int, typer.Option(help="Lean processes kept, one for each header (about 1 GB of memory each).", min=1)
    ] = 2,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: Annotated[float, typer.Option(help="Seconds a Lean process may take to start.", min=1)] = 120.0,
    engine_choice: EngineOption = EngineChoice.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Answer JSON commands, separated by blank lines, as leanprover-community/repl does (docs/repl.md)."""
    engine = open_engine("-", engine_choice, quiet=quiet)
    limits = PoolLimits(size=processes, spares=0, memory_mb=memory, start_seconds=start_timeout)
    with asyncio.Runner() as runner:
        pool = Pool(engine, limits)
        session = Session(pool, seconds=timeout)
        try:
            for text in requests(_lines()):
                answer = runner.run(session.answer(text))
                sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n\n")
                sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody reads any more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finally:
            runner.run(pool.close())
    return 0


def _lines() -> Iterator[str]:
    stream: Iterable[bytes] = sys.stdin.buffer
    for line in stream:
        yield line.decode(errors="replace")
