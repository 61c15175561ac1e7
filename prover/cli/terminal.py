"""What a person sees: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live as Table
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from prover.cli.plan_view import PlanView
from prover.core.errors import ProverError
from prover.core.visible import visible

#: Text from Lean or a model with control, bidirectional and other invisible characters spelled out.
safe = visible


def output() -> Console:
    return Console(file=sys.stdout, highlight=False, soft_wrap=True, markup=False)


def errors() -> Console:
    return Console(file=sys.stderr, highlight=False, soft_wrap=True, markup=False)


def say(text: str) -> None:
    """A remark beside the results."""
    errors().print(Text(safe(text), "dim"))


def print_error(error: ProverError) -> None:
    """One error: what happened, its reason code, what to do next."""
    console = errors()
    console.print(Text("error", "bold red") + Text(f" [{error.code}]: {safe(error.message)}"))
    console.print(Text(f"  {safe(error.hint) or 'docs/troubleshooting.md says what to do about it'}", "dim"))


class Live:
    """Progress on a terminal: a line, and a table once an agent is at work. Elsewhere that says in plain lines what it
    does; a search says nothing. `observe` takes the events of a run. `typed`: somebody types on this terminal, and
    nothing is drawn there."""

    def __init__(self, *, quiet: bool, typed: bool = False) -> None:
        console = errors()
        self._quiet = quiet
        self._shown = console.is_terminal and not console.is_dumb_terminal and not quiet and not typed
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not self._shown,
        )
        self._task = self._progress.add_task("starting Lean", total=None)
        self._plan: PlanView | None = None
        self._table: Table | None = None

    def __enter__(self) -> Live:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        if self._table is not None:
            self._table.stop()

    def observe(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "PremisesUnavailable":
            say(f"note: no theorems are offered to the search: {payload['message']}")
        if kind == "AgentStarted":
            self._watch(PlanView())
        if self._plan is not None:
            lines = self._plan.observe(kind, payload)
            if not self._shown and not self._quiet:
                for line in lines:
                    errors().print(line)
            return
        match kind:
            case "Importing":
                self._say(str(payload["phase"]))
            case "FileOpened":
                self._progress.update(self._task, total=len(payload["targets"]), completed=0)
            case "TargetStarted":
                self._say(f"searching {payload['name']}")
            case "TargetSearched":
                self._progress.advance(self._task)
            case "Verifying":
                self._say(f"verifying {len(payload['targets'])} proof(s)")
            case "ModelFailed":
                self._say(f"the model failed ({payload['code']}); going on without its answer")
            case _:
                pass

    def _watch(self, plan: PlanView) -> None:
        """From here on the agent's plan is shown."""
        self._plan = plan
        self._progress.stop()
        if self._shown:
            # Not `errors()`: lines are cut to the terminal's width here.
            console = Console(file=sys.stderr, highlight=False, markup=False)
            self._table = Table(plan, console=console, transient=True)
            self._table.start()

    def _say(self, text: str) -> None:
        self._progress.update(self._task, description=safe(text))


def setup_progress(*, quiet: bool) -> tuple[Progress | None, Callable[[str, int, int | None], None]]:
    """A progress bar for installing, or plain lines where standard error is no terminal."""
    console = errors()
    if quiet:
        return None, lambda phase, done, total: None
    if not console.is_terminal:
        return None, _plain_lines(console)
    progress = Progress(
        TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    )
    tasks: dict[str, Any] = {}

    def show(phase: str, done: int, total: int | None) -> None:
        if phase not in tasks:
            tasks[phase] = progress.add_task(phase, total=total)
        progress.update(tasks[phase], completed=done, total=total)

    return progress, show


@contextmanager
def bar(what: str, total: int, *, shown: bool, done: int = 0) -> Generator[tuple[Progress, TaskID]]:
    """A bar on standard error, where that is a terminal."""
    console = errors()
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as progress:
        yield progress, progress.add_task(what, total=total, completed=done)


def plain_progress(*, quiet: bool) -> Callable[[str, int, int | None], None]:
    """A line on standard error for each phase, unless `quiet`."""
    return (lambda phase, done, total: None) if quiet else _plain_lines(errors())


def _plain_lines(console: Console) -> Callable[[str, int, int | None], None]:
    seen: set[str] = set()

    def show(phase: str, done: int, total: int | None) -> None:
        if phase not in seen:
            seen.add(phase)
            console.print(f"setup: {safe(phase)}")

    return show
