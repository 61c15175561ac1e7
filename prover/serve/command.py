"""`prove serve`: the prover over HTTP, until it is stopped."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from typing import Annotated

import typer

from prover.api import AsyncProver
from prover.api.opening import MEMORY_MB, EngineChoice, Progress
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption
from prover.model.extra import extra
from prover.serve.settings import KEY, Settings

_MIB = 2**20


def run(
    host: Annotated[
        str, typer.Option(help=f"The address to listen on; others than this machine's own need a key ({KEY}).")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free one.", min=0, max=65535)] = 8000,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Items worked on at once (about 2 GB of memory each).", min=1)
    ] = 1,
    queue: Annotated[int, typer.Option(help="Items that may wait; more are answered with 429.", min=0)] = 200,
    max_seconds: Annotated[
        float, typer.Option(help="The most a client may ask for a check, a snippet, or a target of a proof.", min=1)
    ] = 300.0,
    run_seconds: Annotated[float, typer.Option(help="What a proof run may take in all.", min=1)] = 1800.0,
    max_mb: Annotated[int, typer.Option(help="The most a request may have, MiB.", min=1)] = 4,
    stop_seconds: Annotated[
        float, typer.Option(help="What is under way has so long to finish when the server is stopped.", min=0)
    ] = 20.0,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name clients may know this server by (repeatable).")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="An origin whose pages may ask, like https://host (repeatable).")
    ] = None,
    memory: MemoryOption = MEMORY_MB,
    engine: EngineOption = EngineChoice.AUTO,
    lite: Annotated[
        bool,
        typer.Option(
            "--lite", help="Texts that import Mathlib run over CoreMath, where it has every name. Not Mathlib."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No log of requests.")] = False,
) -> int:
    """Check and prove for clients over HTTP: /v1, and what clients of Kimina's Lean server ask for (docs/serve.md).

    Prints its address when it is ready, and logs one line of JSON for each request on standard error. SIGINT or SIGTERM
    ends it: what is under way is finished or, after --stop-seconds, given up and answered so (exit code 1 then).

    Example: `prove serve --port 8080 --jobs 2`
    """
    if engine is EngineChoice.REPL:
        raise UserError("an existing repl gives no verdicts", code="repl_cannot", hint="--engine embedded or native")
    settings = Settings(
        host=host,
        jobs=jobs,
        queue=queue,
        max_seconds=max_seconds,
        run_seconds=run_seconds,
        max_bytes=max_mb * _MIB,
        stop_seconds=stop_seconds,
        names=frozenset(name.lower() for name in allow_host or ()),
        origins=frozenset(allow_origin or ()),
        key=os.environ.get(KEY, ""),
    ).checked()
    for module in ("fastapi", "uvicorn"):
        extra(module, "serve")
    # For each job one process that elaborates and one, clean, that judges: the prover has two beside its jobs.
    prover = AsyncProver(
        engine=engine,
        lite=lite,
        jobs=max(jobs, 2 * jobs - 2),
        memory_mb=memory,
        own_modules=False,
        strangers=True,
        progress=_phases(),
        note=_note,
    )
    return asyncio.run(_serve(settings, port, prover, quiet=quiet))


async def _serve(settings: Settings, port: int, prover: AsyncProver, *, quiet: bool) -> int:
    from prover.serve.access_log import AccessLog
    from prover.serve.app import create_app
    from prover.serve.lean_work import lean_work
    from prover.serve.server import Server, listening, url_of

    # Bound before Lean is started: a port that is taken shows at once.
    with listening(settings.host, port) as listener:
        async with lean_work(prover) as work:
            app = create_app(settings, lambda: nullcontext(work), AccessLog(None if quiet else _write))
            server = Server(app, settings)
            lean = work.description
            over = f" over {lean.foundation}" if lean.foundation else ""
            what = f"{lean.engine} Lean {lean.lean_version}{over}, {settings.jobs} at once, {settings.queue} may wait"
            typer.echo(f"leap-prover serves {url_of(listener)} ({what})")
            await server.serve(sockets=[listener])
            return 0 if server.finished else 1


def _write(line: str) -> None:
    typer.echo(line, err=True)


def _phases() -> Progress:
    """Tells of installing and compiling, a line when each begins."""
    seen: list[str] = []

    def show(phase: str, _done: int, _total: int | None) -> None:
        if phase not in seen:
            seen.append(phase)
            _note(f"{phase} ...")

    return show


def _note(text: str) -> None:
    typer.echo(f"note: {text}", err=True)
