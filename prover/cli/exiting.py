"""Commands that give an exit code, for typer, which takes it as an exception."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer


def exiting(command: Callable[..., int]) -> Callable[..., None]:
    """A command that raises its result."""

    @functools.wraps(command)
    def run_and_exit(*arguments: Any, **options: Any) -> None:
        raise typer.Exit(command(*arguments, **options))

    return run_and_exit
