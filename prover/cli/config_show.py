"""`prove config show`: the value of each option of a command, and where it comes from."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from prover.cli.resolution import Resolution, variables
from prover.core.errors import UserError

CONFIG_SCHEMA = "leap-prover/config/1"


def run(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND] [-- WORDS]",
            help="As typed: `check`, `bench validate`; by default `prove FILE`. After -- what it would be given.",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the options that nothing sets.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show the options of a command, the value of each, and where it comes from.

    A flag goes before PROVER_* variables, these before the project's prover.toml, that before the user's config.toml
    (docs/config.md). After `--` stand words of the command: shown is what it would run with.

    Example: `prove config show check -- F.lean --strict`

    Exit code 0; 2 for settings that the command would refuse.
    """
    from prover.cli.catalogue import find_entry
    from prover.cli.lazy import load

    names, words = _split(command or [])
    name, entry, group = find_entry(names or ["run"])
    if not entry.settled:
        raise UserError(f"no settings apply to `prove {' '.join(names)}`", code="no_command")
    loaded = load(name, entry, group)
    context = loaded.make_context(name, list(words), resilient_parsing=True)
    found = loaded.resolved(context, list(words))
    rows = _rows(found, loaded.table)
    if as_json:
        files = {"user": found.user, "project": found.project}
        document: dict[str, Any] = {"schema": CONFIG_SCHEMA, "exit_code": 0, "command": ".".join(loaded.table)}
        document["files"] = {kind: None if file is None else str(file.path) for kind, file in files.items()}
        print(json.dumps({**document, "options": rows}, ensure_ascii=False, indent=2))
        return 0
    _show(rows, every=every)
    return 0


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The command, and what it would be given. (The parser has taken the `--` away.)"""
    from prover.cli.catalogue import COMMANDS

    known = set(COMMANDS) | {entry.table for entry in COMMANDS.values()}
    if not words or words[0] not in known:
        return [], words
    name = next(name for name, entry in COMMANDS.items() if words[0] in (name, entry.table))
    taken = 2 if len(words) > 1 and words[1] in COMMANDS[name].commands else 1
    return words[:taken], words[taken:]


def _rows(found: Resolution, table: tuple[str, ...]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    needing = {setting.option for setting in found.untrusted}
    for name, option in found.options.items():
        setting = found.settings.get(name)
        row: dict[str, Any] = {"option": name, "value": _plain(option.default), "origin": "default", "place": ""}
        if name in found.given:
            row |= {"value": _plain(option.read(found.given[name])), "origin": "flag", "place": f"--{name}"}
        elif setting is not None:
            row |= {"value": _plain(setting.value), "origin": setting.origin, "place": setting.place}
        row["waits_for"] = found.waiting.get(name, "")
        row["untrusted"] = name in needing
        row["variables"] = list(variables(option, table))
        rows.append(row)
    return rows


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("list[object]", value)]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def _show(rows: list[dict[str, Any]], *, every: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from prover.cli.terminal import errors, output, safe

    shown = [row for row in rows if every or row["origin"] != "default"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("option", "value", "from"):
        table.add_column(column, no_wrap=True)
    for row in shown:
        words = row["origin"] if row["origin"] in ("default", "flag") else row["place"]
        if row["waits_for"]:
            words += f" (waits for --{row['waits_for']})"
        value = "" if row["value"] is None else json.dumps(row["value"], ensure_ascii=False)
        mark = Text(" not trusted: `prove trust`", "red") if row["untrusted"] else Text("")
        table.add_row(row["option"], Text(safe(value)), Text(safe(words), "dim") + mark)
    console = output()
    console.width = max(console.width, 10_000)  # a cut place is of no use, and a terminal wraps
    if shown:
        console.print(table)
    if len(shown) < len(rows):
        errors().print(Text(f"{len(rows) - len(shown)} options have their defaults (--all shows them)", "dim"))
