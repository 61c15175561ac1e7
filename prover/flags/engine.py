"""`--engine` and the limits of Lean processes: which Lean, and what it may take."""

from __future__ import annotations

from typing import Annotated

import typer

from prover.api.opening import EngineChoice

EngineOption = Annotated[
    EngineChoice,
    typer.Option(
        "--engine",
        envvar="PROVER_ENGINE",
        help="auto: the Lake project's own Lean where the file lies in one and its toolchain is installed, else the "
        "embedded Lean. native runs the project's lakefile, as `lake env` does. repl, for `prove FILE` alone, searches "
        "through an existing leanprover-community/repl (docs/repl.md).",
    ),
]
MemoryOption = Annotated[int, typer.Option("--memory", help="Memory limit of a Lean process, MiB.", min=500)]
StartTimeoutOption = Annotated[float, typer.Option(help="Seconds a Lean process may take to start.", min=1)]
ReplCommand = Annotated[
    str,
    typer.Option(
        "--repl-command",
        envvar="PROVER_REPL",
        metavar="COMMAND",
        help="For --engine repl: what starts it, such as 'lake env path/to/repl/.lake/build/bin/repl'.",
    ),
]
