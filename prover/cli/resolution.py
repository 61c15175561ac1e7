"""From flags, environment and files to the value of each option, and where it comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from prover.cli.anchoring import anchored
from prover.cli.catalogue import tables
from prover.cli.options import Option, Options, wrong_value
from prover.core.errors import UserError
from prover.settings import NO_CONFIG, SHARED, SettingsFile, TrustStore, needs_trust, project_file, user_file, variable
from prover.settings.document import bad_config

#: What says nothing without another option; where that is missing, a setting of it waits. (A flag is an error then.)
_COMPANIONS = {
    **dict.fromkeys(("recipe", "samples", "temperature", "seed", "model-only", "record"), "model"),
    **dict.fromkeys(("calls", "lean-seconds", "per-lemma", "role-model", "tactic-model", "hint"), "agent"),
    "agent": "model",
}
#: A target that says more than a file.
_PLACE = re.compile(r"(?P<path>.+?\.lean)[:#].*", re.DOTALL)
_TRUE = ("1", "true", "yes", "on")


@dataclass(frozen=True, slots=True)
class Setting:
    """What an option is set to. `raw`: as the command line would have it; `value`: as the command gets it. `origin`:
    `env`, `project` or `user`; `source`: the variable or the file, and of a file the line."""

    option: str
    raw: Any
    value: Any
    origin: str
    source: str
    line: int | None = None

    @property
    def place(self) -> str:
        """`VARIABLE` or `FILE:LINE`."""
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True)
class Resolution:
    """`given`: options on the command line, by name. `settings`: what applies to the others. `waiting`: settings that
    do not apply, and the option they wait for. `project`, `user`: the files that were looked at, None for none.
    `untrusted`: settings of the project that need trust it does not have."""

    options: Options
    given: Mapping[str, Any]
    settings: Mapping[str, Setting]
    waiting: Mapping[str, str]
    project: SettingsFile | None
    user: SettingsFile | None
    untrusted: Sequence[Setting]

    def defaults(self) -> dict[str, Any]:
        """For the parser, by parameter. `UserError` (`untrusted_config`) where a setting would apply that may not."""
        if self.untrusted:
            raise _untrusted(self.project, self.untrusted)
        applying = (s for s in self.settings.values() if s.option not in self.waiting)
        return {self.options[setting.option].key: setting.raw for setting in applying}


def resolve(options: Options, table: Sequence[str], given: Mapping[str, Any], target: str = "") -> Resolution:
    """The settings of a command. `given`: what the command line says, by parameter; `target`: the file it is about.

    Raises `UserError` (`bad_config`), with the place: for a key that is no option, a value it cannot have, a file that
    cannot be read.
    """
    said = {name: given[option.key] for name, option in options.items() if option.key in given}
    project = user = None
    if not (given.get("no_config") or os.environ.get(variable(NO_CONFIG), "").lower() in _TRUE):
        user = SettingsFile.read(user_file())
        path = project_file(folder_of(target))
        project = None if path is None else SettingsFile.read(path)
    of_user = {} if user is None else file_settings(user, "user", options, table)
    of_project = {} if project is None else file_settings(project, "project", options, table)
    layers = {**of_user, **of_project, **_environment(options, table)}
    settings = {name: layers[name] for name in options if name in layers and name not in said}
    waiting = _waiting(options, said, settings)
    untrusted: list[Setting] = []
    if project is not None:
        own = [s for s in settings.values() if s.origin == "project" and s.option not in waiting]
        untrusted = risky(project, own, of_user)
    return Resolution(options, said, settings, waiting, project, user, untrusted)


def risky(project: SettingsFile, settings: Sequence[Setting], of_user: Mapping[str, Setting]) -> list[Setting]:
    """Those of a project's settings that the user would have to trust and does not."""

    def users(option: str) -> Any:
        return of_user[option].value if option in of_user else None

    found = [s for s in settings if project.foreign or needs_trust(s.option, s.value, users(s.option))]
    return [] if not found or TrustStore().trusts(project) else found


def folder_of(target: str) -> Path:
    """The folder of the file that a target names, itself where it is one; the working folder for none."""
    if target in ("", "-"):
        return Path(".")
    path = Path(target)
    if not path.exists() and (place := _PLACE.fullmatch(target)):
        path = Path(place["path"])
    return path if path.is_dir() else path.parent


def file_settings(file: SettingsFile, origin: str, options: Options, table: Sequence[str]) -> dict[str, Setting]:
    """What a file says of a command's options: its table, and above that what commands share."""
    found: dict[str, Setting] = {}
    known = tables()
    for name, value in file.tables.items():
        if isinstance(value, dict):
            if name not in known:
                raise _unknown(file, (name,), [*known, *SHARED])
        elif name not in SHARED:
            raise _unknown(file, (name,), [*SHARED, *known, *(f"[{table[-1]}] {option}" for option in options)])
        elif name in options:
            found[name] = _of_file(file, (name,), value, options[name], origin)
    for name, value in file.table(table).items():
        if isinstance(value, dict) and name in known.get(".".join(table), ()):
            continue
        if name not in options:
            raise _unknown(file, (*table, name), [*options, *known.get(".".join(table), ())])
        found[name] = _of_file(file, (*table, name), value, options[name], origin)
    return found


def _of_file(file: SettingsFile, keys: Sequence[str], value: Any, option: Option, origin: str) -> Setting:
    try:
        raw = anchored(option, option.raw(value), file.path.parent)
        return Setting(option.name, raw, option.read(raw), origin, str(file.path), file.line(keys))
    except ValueError as wrong:
        raise wrong_value(file.place(keys), option.name, str(wrong)) from None


def _environment(options: Options, table: Sequence[str]) -> dict[str, Setting]:
    """What variables say. An option that may be repeated has none: a list needs a file."""
    found: dict[str, Setting] = {}
    for name, option in options.items():
        for place in variables(option, table):
            raw = os.environ.get(place)
            if not raw:
                continue
            try:
                found[name] = Setting(name, raw, option.read(raw), "env", place)
            except ValueError as wrong:
                raise wrong_value(place, name, str(wrong)) from None
            break
    return found


def variables(option: Option, table: Sequence[str]) -> tuple[str, ...]:
    """The environment variables of an option, that of the command itself first."""
    if option.many:
        return ()
    shared = (variable(option.name),) if option.name in SHARED else ()
    return tuple(dict.fromkeys((variable(option.name, table), *option.variables, *shared)))


def _waiting(options: Options, said: Mapping[str, Any], settings: Mapping[str, Setting]) -> dict[str, str]:
    waiting: dict[str, str] = {}

    def there(name: str) -> bool:
        if name in said:
            return bool(said[name])
        if name in settings:
            return name not in waiting and bool(settings[name].value)
        return bool(options[name].default)

    for name in sorted(settings, key=lambda name: name != "agent"):
        companion = _COMPANIONS.get(name, "")
        if companion in options and not there(companion):
            waiting[name] = companion
    return waiting


def _unknown(file: SettingsFile, keys: Sequence[str], known: Sequence[str]) -> UserError:
    name = keys[-1]
    near = get_close_matches(name.replace("_", "-"), known, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`prove config show COMMAND` lists the options of a command"
    where = f"in [{'.'.join(keys[:-1])}]" if keys[:-1] else "above the tables"
    return bad_config(f"{file.place(keys)}: there is no setting {name!r} {where}", hint)


def _untrusted(project: SettingsFile | None, settings: Sequence[Setting]) -> UserError:
    assert project is not None
    named = ", ".join(s.option if s.line is None else f"{s.option} (line {s.line})" for s in settings)
    why = "it belongs to another user" if project.foreign else "a project may not set that by itself"
    return UserError(
        f"{project.path} sets {named}: {why}",
        code="untrusted_config",
        hint=f"read it; then `prove trust {project.path.parent}`, or --no-config",
    )
