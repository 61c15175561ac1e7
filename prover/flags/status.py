"""What a command that goes on for long says of itself on standard error."""

from __future__ import annotations

import typer

from prover.core.visible import visible


class Status:
    """Installing and compiling, each phase once, and other lines. `quiet`: none of them."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._told: set[str] = set()

    def progress(self, phase: str, _done: int, _total: int | None) -> None:
        """For what tells its progress by phases."""
        if phase not in self._told:
            self._told.add(phase)
            self.say(f"setup: {phase}")

    def say(self, text: str) -> None:
        """A line; invisible characters are spelled out."""
        if not self._quiet:
            typer.echo(visible(text), err=True)
