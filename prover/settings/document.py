"""A file of settings: TOML, read once, with the line of each key."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, cast

from prover.core.errors import UserError

#: What a setting may be: TOML has times and tables too.
Value: TypeAlias = bool | int | float | str | list[bool | int | float | str]

_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class SettingsFile:
    """The file at `path` as it was read: what is judged and hashed is what is used. `owner`: the user it belongs to."""

    path: Path
    data: bytes = field(repr=False)
    owner: int = -1

    @classmethod
    def read(cls, path: Path) -> SettingsFile | None:
        """None where there is none. `UserError` (`bad_config`): it cannot be read, is no plain file, or too large."""
        try:
            # Opening a pipe must not wait for somebody to write to it.
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise bad_config(f"{path} cannot be read: {error.strerror}") from None
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            os.close(number)
            raise bad_config(f"{path} is not a plain file")
        with open(number, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise bad_config(f"{path} is larger than {_MOST_BYTES // 1024} KiB: no file of settings")
        return cls(path, data, status.st_uid)

    @property
    def digest(self) -> str:
        """SHA-256 of its content, hexadecimal."""
        import hashlib

        return hashlib.sha256(self.data).hexdigest()

    @property
    def foreign(self) -> bool:
        """Whether it belongs to somebody who is neither the user nor the administrator."""
        return self.owner not in (0, os.geteuid())

    @cached_property
    def tables(self) -> Mapping[str, Any]:
        """Its content. `UserError` (`bad_config`) where it is not TOML."""
        try:
            return tomllib.loads(self.data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise bad_config(f"{self.path} is not UTF-8: byte {error.start}") from None
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise bad_config(f"{self.path} is not TOML: {error}") from None

    def table(self, names: Sequence[str]) -> Mapping[str, Any]:
        """The table called so; empty where there is none. `UserError` (`bad_config`) for what is no table."""
        found = self.tables
        for depth, name in enumerate(names, start=1):
            inner: object = found.get(name, {})
            if not isinstance(inner, dict):
                raise bad_config(f"{self.place(names[:depth])}: [{'.'.join(names[:depth])}] is a table")
            found = cast("Mapping[str, Any]", inner)
        return found

    def line(self, keys: Sequence[str]) -> int | None:
        """The line, from 1, of the statement that makes the key; None where its spelling hides it."""
        lines = self.data.decode("utf-8").split("\n")
        for number, text in enumerate(lines):
            if keys[-1] not in text:
                continue
            before = _parsed(lines[:number])
            if before is None or _has(before, keys):
                continue
            # What begins here may have more lines.
            whole = (_parsed(lines[: end + 1]) for end in range(number, len(lines)))
            if _has(next((found for found in whole if found is not None), before), keys):
                return number + 1
        return None

    def place(self, keys: Sequence[str]) -> str:
        """`FILE:LINE`, for a person to go to."""
        line = self.line(keys)
        return str(self.path) if line is None else f"{self.path}:{line}"


def bad_config(message: str, hint: str = "") -> UserError:
    """The error for a file of settings that cannot be used."""
    return UserError(
        message, code="bad_config", hint=hint or "docs/config.md; --no-config leaves files of settings out"
    )


def _parsed(lines: Sequence[str]) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _has(found: Mapping[str, Any], keys: Sequence[str]) -> bool:
    within: Any = found
    for key in keys:
        if not isinstance(within, dict) or key not in within:
            return False
        within = cast("Mapping[str, Any]", within)[key]
    return True
