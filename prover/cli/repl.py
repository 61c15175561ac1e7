"""`prove repl`: the protocol of leanprover-community/repl on standard input and output, over any engine."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption, StartTimeoutOption
from prover.lean import LeanEngine, Pool, PoolLimits
from prover.lean.scratch import Scratch
from prover.repl import Modules, Session, install, requests
from prover.repl.protocol import Document, error

# Of address space: with this much Node does not come up (with 6144 MiB it does).
_TOO_TIGHT_MB = 5000
# How deep the trees of an answer may be: a term of a thousand parts is no rarity. Well within 8 MB of stack.
_NESTED = 6000


def run(
    timeout: Annotated[float, typer.Option(help="Seconds one request may take.", min=0.1)] = 300.0,
    processes: Annotated[
        int, typer.Option(help="Lean processes kept, one for each header (about 1 GB of memory each).", min=1)
    ] = 2,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: StartTimeoutOption = 120.0,
    engine_choice: EngineOption = EngineChoice.AUTO,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--install",
            metavar="FOLDER",
            help="Do not answer: make FOLDER what LeanInteract takes for a built repl, which runs this command with "
            "these options.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Answer JSON commands, separated by blank lines, as leanprover-community/repl does (docs/repl.md).

    Example: `prove repl --timeout 60 < requests.jsonl`

    Exit code: 0 at the end of the input.
    """
    engine = open_engine("-", engine_choice, quiet=quiet)
    if engine.name == "embedded":
        _refuse_tight_limit()
    limits = PoolLimits(size=processes, spares=0, memory_mb=memory, start_seconds=start_timeout)
    if folder is not None:
        words = ["--timeout", timeout, "--processes", processes, "--memory", memory, "--start-timeout", start_timeout]
        command = [*_this_command(), "repl", "-q", "--engine", engine.name, *map(str, words)]
        install(folder, command, engine.lean_version, lake=engine.name == "embedded")
        if not quiet:
            _print_how(str(folder.absolute()), lake=engine.name == "embedded")
        return 0
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _NESTED))
    with _own_modules(engine, limits) as (engine, modules), asyncio.Runner() as runner:
        pool = Pool(engine, limits)
        session = Session(pool, seconds=timeout, modules=modules)
        try:
            for text in requests(decoded(sys.stdin.buffer)):
                answer = runner.run(session.answer(text))
                sys.stdout.buffer.write(encoded(answer) + b"\n\n")
                sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody reads any more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finally:
            runner.run(pool.close())
    return 0


def _refuse_tight_limit() -> None:
    """LeanInteract's `memory_hard_limit_mb` is one on address space, of which WebAssembly reserves gigabytes."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY and soft <= _TOO_TIGHT_MB << 20:
        raise UserError(
            f"the address space of this process is limited to {soft >> 20} MiB: the embedded Lean cannot start",
            code="address_space",
            hint="limit it (ulimit -v, memory_hard_limit_mb) to no less than 8192 MiB; --memory limits what is used",
        )


def _print_how(folder: str, *, lake: bool) -> None:
    own_lake = f", lake_path={folder + '/lake'!r}" if lake else ""
    print("from lean_interact import LeanREPLConfig, LeanServer")
    print(f"server = LeanServer(LeanREPLConfig(local_repl_path={folder!r}, build_repl=False{own_lake}))")


def _this_command() -> list[str]:
    """The words that start the running `prove`, with absolute paths."""
    script = Path(sys.argv[0])
    if script.name == "prove" and os.access(script, os.X_OK) and script.is_file():
        return [str(script.absolute())]
    # Not through the script: `python -c`, or a debugger. -P: nothing of that name in the working folder.
    return [sys.executable, "-P", "-c", "from prover.cli import main; main()"]


@contextmanager
def _own_modules(engine: LeanEngine, limits: PoolLimits) -> Generator[tuple[LeanEngine, Modules | None]]:
    """The engine, and what compiles modules beside the working folder for it; a native one finds its project's own."""
    from prover.lean.embedded import EmbeddedEngine

    if not isinstance(engine, EmbeddedEngine):
        yield engine, None
        return
    view = Scratch()
    try:
        engine = replace(engine, projects=(*engine.projects, view.path))
        yield engine, Modules(engine, view.path, Path.cwd(), limits)
    finally:
        view.remove()


def encoded(answer: Document) -> bytes:
    """An answer in one line; another one instead where JSON cannot hold it."""
    try:
        text = json.dumps(answer, ensure_ascii=False)
    except RecursionError:
        text = json.dumps(error("the answer is nested too deeply"))
    return text.encode(errors="replace")


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Lines as text, with U+FFFD for what is not UTF-8."""
    for line in lines:
        yield line.decode(errors="replace")
