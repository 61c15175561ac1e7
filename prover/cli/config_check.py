"""`prove config check`: whether files of settings are right, all their tables."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prover.core.errors import UserError

if TYPE_CHECKING:
    from prover.cli.configured import ConfiguredCommand
    from prover.cli.resolution import Setting
    from prover.settings import SettingsFile

CHECKED_SCHEMA = "leap-prover/config-check/1"


def run(
    file: Annotated[
        Path | None, typer.Argument(help="A file of settings; by default the user's and the project's here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Check files of settings: every key, every value.

    A file named on the command line is read as a project's.

    Example: `prove config check prover.toml`

    Exit code 0 where all is well, 2 for what a command would refuse.
    """
    from rich.text import Text

    from prover.cli.terminal import output, safe
    from prover.settings import SettingsFile, project_file, user_file

    found: list[dict[str, Any]] = []
    users: dict[str, Setting] = {}
    if file is None:
        project = project_file(Path("."))
        places = [("user", user_file()), *([] if project is None else [("project", project)])]
    else:
        places = [("project", file.absolute())]
    for origin, path in places:
        read = SettingsFile.read(path)
        if read is None:
            if file is not None:
                raise UserError(f"there is no {path}", code="no_file")
            continue
        settings = all_settings(read, origin)
        users |= settings if origin == "user" else {}
        untrusted = _untrusted(read, settings, users) if origin == "project" else []
        found.append({"file": str(path), "origin": origin, "settings": len(settings), "untrusted": untrusted})
    unread = sorted(set(_unread()))
    code = 2 if any(one["untrusted"] for one in found) else 0
    if as_json:
        document = {"schema": CHECKED_SCHEMA, "exit_code": code, "files": found, "unread_variables": unread}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    for one in found:
        words = f"{one['file']}: {one['settings']} settings"
        if one["untrusted"]:
            words += f"; not trusted: {', '.join(one['untrusted'])} (`prove trust`)"
        output().print(Text(safe(words)))
    if not found:
        output().print("there are no files of settings")
    for name in unread:
        output().print(Text(safe(f"{name}: no command reads this variable"), "yellow"))
    return code


def all_commands() -> Iterator[ConfiguredCommand]:
    """Every command that has settings, its module imported."""
    from prover.cli.catalogue import COMMANDS
    from prover.cli.lazy import load

    for name, entry in COMMANDS.items():
        if not entry.settled:
            continue
        for inner, below in entry.commands.items():
            yield load(inner, below, (name,))
        if not entry.commands:
            yield load(name, entry)


def all_settings(file: SettingsFile, origin: str) -> dict[str, Setting]:
    """By `TABLE.OPTION`, or the option for what commands share. Raises `UserError` (`bad_config`)."""
    from prover.cli.options import Options
    from prover.cli.resolution import file_settings

    found: dict[str, Setting] = {}
    for command in all_commands():
        options = Options.of(command, command.make_context(command.name, [], resilient_parsing=True))
        own = file.table(command.table)
        for name, setting in file_settings(file, origin, options, command.table).items():
            found[".".join((*command.table, name)) if name in own else name] = setting
    return found


def _untrusted(file: SettingsFile, settings: dict[str, Setting], users: dict[str, Setting]) -> list[str]:
    from prover.cli.resolution import risky

    wanting: list[str] = []
    for name, setting in settings.items():
        own = {setting.option: users.get(name) or users.get(setting.option)}
        known = {option: found for option, found in own.items() if found is not None}
        wanting += [name] if risky(file, [setting], known) else []
    return wanting


def _unread() -> Iterator[str]:
    """Variables that look like settings and are none."""
    from prover.cli.options import Options
    from prover.cli.resolution import variables
    from prover.settings.names import NO_CONFIG, OTHERS, variable

    known = {*OTHERS, variable(NO_CONFIG)}
    for command in all_commands():
        options = Options.of(command, command.make_context(command.name, [], resilient_parsing=True))
        for option in options.values():
            known |= set(variables(option, command.table))
    yield from (name for name in os.environ if name.startswith("PROVER_") and name not in known)
