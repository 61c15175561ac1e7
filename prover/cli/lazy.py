"""Groups of commands that are imported when they are run, not when they are listed."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from prover.cli.catalogue import COMMANDS, Entry
from prover.cli.configured import ConfiguredCommand, configured


class LazyGroup(TyperGroup):
    """A group made of `entries`; `table`: where its commands' settings stand in a file. What lists its commands, help
    and completion, sees their names and summaries."""

    def __init__(self, *, entries: Mapping[str, Entry] = COMMANDS, table: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(**more)
        self.entries = entries
        self._table = table
        self._listing = False
        for name, entry in entries.items():
            self.commands[name] = _group(name, entry, table) if entry.commands else _listed(name, entry)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, imported; while commands are listed, its name and summary."""
        entry = self.entries.get(cmd_name)
        if self._listing or entry is None or entry.commands:
            return self.commands.get(cmd_name)
        return load(cmd_name, entry, self._table)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with self._names():
            super().format_commands(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        with self._names():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _names(self) -> Generator[None]:
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


def load(name: str, entry: Entry, table: tuple[str, ...] = ()) -> ConfiguredCommand:
    """The command of an entry, its module imported. `table`: that of its group."""
    own = name if entry.table is None else entry.table
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, cls=ConfiguredCommand)(configured(import_module(entry.module).run, settled=entry.settled))
    command = get_command(app)
    assert isinstance(command, ConfiguredCommand)
    command.table = (*table, own) if own else table
    command.target = entry.target
    command.settled = entry.settled
    for parameter in command.params:
        if entry.settled and isinstance(parameter, TyperOption):
            # Variables are read with the other settings; two readers could disagree.
            parameter.value_from_envvar = lambda ctx: None
    return command


def _group(name: str, entry: Entry, table: tuple[str, ...]) -> LazyGroup:
    return LazyGroup(
        entries=entry.commands,
        table=(*table, name),
        name=name,
        help=entry.summary,
        short_help=entry.summary,
        no_args_is_help=True,
        rich_markup_mode=None,
    )


def _listed(name: str, entry: Entry) -> TyperCommand:
    return TyperCommand(name, help=entry.summary, short_help=entry.summary, rich_markup_mode=None)
