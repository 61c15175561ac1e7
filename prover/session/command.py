"""`prove session`: the command."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from prover.agent import Target
from prover.agent.tactic_model import ModelChoice
from prover.api.opening import MEMORY_MB, EngineChoice
from prover.core.errors import UserError
from prover.core.visible import visible
from prover.flags.engine import EngineOption, MemoryOption, StartTimeoutOption
from prover.flags.model import PriceOption, RecipeOption
from prover.flags.status import Status

if TYPE_CHECKING:
    from prover.api import AsyncProver
    from prover.session.desk import Desk
    from prover.session.plain import Lines


def run(
    target: Annotated[
        str,
        typer.Argument(metavar="[FILE[:NAME|#L..]]", help="A file with a hole; without one a statement is asked for."),
    ] = "",
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Line by line: for screen readers and scripts; also where there is no terminal."),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last session on the file.")] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=1, help="2 or more: suggestions have a Lean process of their own (about 1 GB each)."
        ),
    ] = 2,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: StartTimeoutOption = 120.0,
    engine: EngineOption = EngineChoice.AUTO,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            envvar="PROVER_MODEL",
            metavar="REF",
            help="A language model that proposes tactics and answers `hint` and `why`; see `prove models`.",
        ),
    ] = "",
    recipe: RecipeOption = "",
    price: PriceOption = "",
) -> int:
    """Prove together with Lean: type tactics, take suggestions, search in the background (docs/session.md).

    The file is saved at every step, with `sorry` for what is open; --resume goes on where a session ended.

    Example: `prove session sums.lean --resume`

    Exit code: 0 whatever was proved, 130 after two interrupts at the prompt.
    """
    if engine is EngineChoice.REPL:
        raise UserError("an existing repl gives no verdicts", code="repl_cannot", hint="--engine embedded or native")
    choice = ModelChoice(model, recipe=recipe, price=price if model else "").checked()
    if resume and not target:
        raise UserError("--resume needs the file of the session", code="usage", hint="prove session FILE --resume")
    wanted = _Wanted(target, resume, plain or not (sys.stdin.isatty() and sys.stdout.isatty()))
    return asyncio.run(_session(wanted, choice, engine, jobs, memory, start_timeout))


#: Of a file that a session makes: a misspelt name is an error, not a variable.
_PREFACE = "set_option autoImplicit false"
_STATEMENT = "statement: "


@dataclass(frozen=True, slots=True)
class _Wanted:
    target: str
    resume: bool
    plain: bool


async def _session(
    wanted: _Wanted, choice: ModelChoice, engine: EngineChoice, jobs: int, memory: int, start_seconds: float
) -> int:
    from prover.api import AsyncProver
    from prover.session.front import Front
    from prover.session.plain import Lines, Plain

    target = Target.parse(wanted.target)
    folder = Path(target.path).parent if wanted.target else Path(".")
    status = Status()
    async with AsyncExitStack() as stack:
        # Processes to type at and for suggestions, and one for `auto`.
        prover = AsyncProver(
            engine=engine,
            folder=folder,
            model=choice,
            jobs=jobs + 1,
            memory_mb=memory,
            start_seconds=start_seconds,
            progress=status.progress,
            note=status.say,
        )
        await stack.enter_async_context(prover)
        _forgive(sys.stdin, sys.stdout)
        lines = Lines(sys.stdin) if wanted.plain else None
        if not wanted.target:
            asked = await _ask(prover, _asking(lines))
            if asked is None:
                return 0
            target = asked
        status.say("starting Lean")
        front = Front(await _desk(prover, target, resume=wanted.resume, apart=jobs > 1))
        stack.push_async_callback(front.close)
        status.say(f"session on {front.desk.path}; `help` lists what can be typed")
        if lines is not None:
            try:
                return await Plain(front, lines, sys.stdout, echo=not sys.stdin.isatty()).run()
            except BrokenPipeError:  # nobody reads any more
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return 0
        from prover.session.screen import Screen

        return await Screen(front).run()


async def _desk(prover: AsyncProver, target: Target, *, resume: bool, apart: bool) -> Desk:
    from prover.session import desk, journal

    models = await prover.models()
    path = Path(target.path)
    if target.path == "-":
        raise UserError("a session needs a file: it is saved there", code="usage")
    known = journal.journals(path)
    if resume:
        past = journal.read_past(known[-1], path) if known else None
        if past is None:
            raise UserError(
                f"there is no session on {path} to go on with", code="no_session", hint="leave out --resume"
            )
        return desk.resume(prover, path, known[-1], past, model=models.tactic, apart=apart)
    name = target.name or ("" if target.line is None else f"#L{target.line}")
    return await desk.begin(prover, path, name, model=models.tactic, apart=apart)


def _asking(lines: Lines | None) -> Callable[[], Awaitable[str | None]]:
    """What asks for a line: of a stream, or of a person at a terminal. None: there is none."""

    async def read() -> str | None:
        if lines is not None:
            sys.stdout.write(_STATEMENT)
            sys.stdout.flush()
            return await lines.next()
        from prompt_toolkit import PromptSession

        try:
            return await PromptSession[str](_STATEMENT).prompt_async()
        except (EOFError, KeyboardInterrupt):
            return None

    return read


async def _ask(prover: AsyncProver, read: Callable[[], Awaitable[str | None]]) -> Target | None:
    """A statement, asked for and put into a new file."""
    from prover.session.abbreviations import expanded

    while (line := await read()) is not None:
        statement = expanded(line).strip()
        if not statement:
            continue
        try:
            source = await prover.goal(statement, _PREFACE)
        except UserError as error:
            sys.stdout.write(f"! {visible(error.message)}\n")
            continue
        path = _free()
        source.write_to(path)
        return Target(str(path))
    return None


def _free() -> Path:
    """A file in this folder that is not there yet."""
    number = 1
    while (path := Path(f"session{'' if number == 1 else f'-{number}'}.lean")).exists():
        number += 1
    return path


def _forgive(*streams: TextIO) -> None:
    """Bytes that are no text, and text that a terminal cannot show, are replaced: they end no session."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
