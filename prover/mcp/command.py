"""`prove mcp`: the prover as tools for agents, over standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import ModelChoice
from prover.api import AsyncProver, ProveOptions
from prover.api.opening import MEMORY_MB, EngineChoice
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption
from prover.flags.model import PriceOption
from prover.flags.status import Status
from prover.model.extra import extra

if TYPE_CHECKING:
    from prover.mcp.tool import Desk


def run(
    root: Annotated[
        list[Path] | None,
        typer.Option(help="A folder whose files may be named (repeatable). Default: the current folder."),
    ] = None,
    allow_write: Annotated[bool, typer.Option("--allow-write", help="fill_sorries may change files there.")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Searches worked on at once (about 1 GB of memory each).", min=1)
    ] = 1,
    memory: MemoryOption = MEMORY_MB,
    engine: EngineOption = EngineChoice.AUTO,
    lite: Annotated[
        bool, typer.Option("--lite", help="Run files that import Mathlib over CoreMath, where that is possible.")
    ] = False,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            envvar="PROVER_MODEL",
            metavar="REF",
            help="A language model that proposes tactics, with --agent one that plans and proves; see `prove models`.",
        ),
    ] = "",
    agent: Annotated[
        str, typer.Option("--agent", metavar="NAME|DIR", help="leap: plan lemmas, prove and mend them with --model.")
    ] = "",
    tactic_model: Annotated[
        str, typer.Option(metavar="REF", help="The model that proposes tactics in searches of --agent.")
    ] = "",
    price: PriceOption = "",
    money: Annotated[
        float | None, typer.Option(help="US dollars that models may cost, as with `prove FILE`.", min=0)
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(help="Tokens that models may write, as with `prove FILE`.", min=1)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes on standard error.")] = False,
) -> int:
    """Prove and verify for agents: tools over the Model Context Protocol (docs/mcp.md).

    A client starts it and speaks with it over standard input and output; it ends when its input does. Files are named
    by paths inside the roots, and changed only with --allow-write.

    Example: `prove mcp --root proofs --allow-write`

    Exit code: 0 at the end of the input.
    """
    if engine is EngineChoice.REPL:
        raise UserError("an existing repl gives no verdicts", code="repl_cannot", hint="--engine embedded or native")
    leap = AgentChoice.checked(agent, model, None, None, price, None, {})
    choice = leap.tactics(ModelChoice(model, price=price), tactic_model, money)
    extra("mcp.server", "mcp")
    extra("mcp_types", "mcp")

    from prover.mcp.roots import Roots
    from prover.mcp.searches import Searches
    from prover.mcp.tool import Desk

    roots = Roots.of(root or [Path(".")])
    status = Status(quiet=quiet)
    prover = AsyncProver(
        engine=engine,
        folder=roots.folders[0],
        lite=lite,
        model=choice,
        agent=leap,
        jobs=jobs,
        memory_mb=memory,
        progress=status.progress,
        note=lambda text: status.say(f"note: {text}"),
    )
    desk = Desk(
        prover,
        roots,
        Searches(prover),
        ProveOptions(tokens=tokens, money=money),
        writes=allow_write,
        models=bool(choice.reference or leap.name),
    )
    asyncio.run(_serve(desk))
    return 0


async def _serve(desk: Desk) -> NoReturn:
    """Until standard input ends, or a signal comes. Whatever is under way then is given up."""
    from prover.mcp.server import create_server, serve_stdio

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving = asyncio.create_task(serve_stdio(create_server(desk)))
    stopping = asyncio.create_task(stop.wait())
    async with desk.prover:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await desk.searches.close()
    # At once: after a signal a thread still waits for standard input, and nothing but its end would wake it. After the
    # end of it clients wait two seconds before they kill, and the interpreter can take one to come down.
    code = 0 if serving.done() and serving.exception() is None else 130 if stop.is_set() else 1
    if code == 1:
        serving.print_stack(file=sys.stderr)
    sys.stderr.flush()
    os._exit(code)
