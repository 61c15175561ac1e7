"""`prove config path`: which files of settings apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

PATHS_SCHEMA = "leap-prover/config-path/1"


def run(
    target: Annotated[str, typer.Argument(help="The file or folder that a command is to be about.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Print which files of settings apply here.

    Example: `prove config path`

    Exit code 0, whether they exist or not.
    """
    from rich.text import Text

    from prover.cli.resolution import folder_of
    from prover.cli.terminal import output, safe
    from prover.settings import PROJECT_FILE, SettingsFile, TrustStore, project_file, user_file

    user, project = user_file(), project_file(folder_of(target))
    file = None if project is None else SettingsFile.read(project)
    trusted = file is not None and TrustStore().trusts(file)
    if as_json:
        document = {
            "schema": PATHS_SCHEMA,
            "exit_code": 0,
            "user": str(user),
            "user_exists": user.exists(),
            "project": None if project is None else str(project),
            "trusted": trusted,
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    say = output().print
    say(Text(safe(f"user     {user}{'' if user.exists() else ' (not there)'}")))
    words = f"none: no {PROJECT_FILE} for {Path(target or '.')}" if project is None else str(project)
    say(Text(safe(f"project  {words}{' (trusted)' if trusted else ''}")))
    return 0
