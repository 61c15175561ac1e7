"""`prove trust`: let a project's settings do what projects may not do by themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prover.core.errors import UserError

if TYPE_CHECKING:
    from prover.settings import SettingsFile, TrustStore

TRUST_SCHEMA = "leap-prover/trust/1"


def run(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The project: prover.toml there, or above it.")
    ] = Path("."),
    show: Annotated[bool, typer.Option("--show", help="Show what would be allowed, and allow nothing.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust it no longer.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Show what is trusted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Trust a project's prover.toml as it now is: let it name models, commands, places to write, and raise limits.

    Shows what that allows, and records the file's place and content (SHA-256) in your settings folder; once it
    changes, it is not trusted any more. What the file names (a command, a recipe) is not looked at.

    Example: `prove trust --show`

    Exit code 0; 2 where there is no such file, or it cannot be read.
    """
    from prover.settings import SettingsFile, TrustStore, project_file

    if sum((show, revoke, listed)) > 1:
        raise UserError("--show, --revoke and --list exclude each other", code="usage")
    store = TrustStore()
    if listed:
        return _list(store, as_json=as_json)
    path = project_file(folder if folder.is_dir() else folder.parent)
    if revoke:
        return _revoke(store, path, folder, as_json=as_json)
    file = None if path is None else SettingsFile.read(path)
    if file is None:
        raise UserError(
            f"there is no prover.toml for {folder}", code="no_config", hint="`prove config path` says which"
        )
    return _trust(store, file, recorded=not show, as_json=as_json)


def _trust(store: TrustStore, file: SettingsFile, *, recorded: bool, as_json: bool) -> int:
    from rich.text import Text

    from prover.cli.config_check import all_settings
    from prover.cli.terminal import output, safe
    from prover.settings import needs_trust

    # As for a user who has set nothing, and so every limit is one that it may raise.
    risks = {
        name: setting
        for name, setting in all_settings(file, "project").items()
        if file.foreign or needs_trust(setting.option, setting.value) or setting.option in ("money", "tokens", "calls")
    }
    if recorded:
        store.trust(file)
    if as_json:
        document = {
            "schema": TRUST_SCHEMA,
            "exit_code": 0,
            "file": str(file.path),
            "sha256": file.digest,
            "trusted": store.trusts(file),
            "allows": {name: str(setting.raw) for name, setting in risks.items()},
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    say = output().print
    say(Text(safe(f"{file.path}: {'trusted' if recorded else 'would be trusted'} as it now is")))
    for name, setting in risks.items():
        say(Text(safe(f"  {name} = {setting.raw}") + (f"  (line {setting.line})" if setting.line else "")))
    if not risks:
        say("  it sets nothing that needs trust")
    return 0


def _revoke(store: TrustStore, path: Path | None, folder: Path, *, as_json: bool) -> int:
    from rich.text import Text

    from prover.cli.terminal import output, safe
    from prover.settings import PROJECT_FILE

    # What is gone can still be revoked.
    where = path or folder.resolve() / PROJECT_FILE
    there = store.revoke(where)
    if as_json:
        print(json.dumps({"schema": TRUST_SCHEMA, "exit_code": 0, "file": str(where), "revoked": there}, indent=2))
    else:
        output().print(Text(safe(f"{where}: {'not trusted any more' if there else 'was not trusted'}")))
    return 0


def _list(store: TrustStore, *, as_json: bool) -> int:
    from rich.text import Text

    from prover.cli.terminal import output, safe

    files = store.files()
    if as_json:
        rows = [{"file": str(one.path), "sha256": one.digest, "state": one.state} for one in files]
        print(json.dumps({"schema": TRUST_SCHEMA, "exit_code": 0, "files": rows}, ensure_ascii=False, indent=2))
        return 0
    for one in files:
        output().print(Text(safe(f"{one.path}: {one.state}")))
    if not files:
        output().print("nothing is trusted")
    return 0
