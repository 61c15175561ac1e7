"""Which versions of Lean the Bridge's sources are written for: the table `compat.toml` beside them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prover.core.errors import SetupError
from prover.lean.native.version import LeanVersion

TABLE = "compat.toml"


@dataclass(frozen=True, slots=True)
class Api:
    """One name of Lean's library that the Bridge uses.

    `since`: the first version of the table that has it; `before`: what stands in for it in older ones, or
    nothing where every version has it. `file`: the source that uses it.
    """

    name: str
    file: str
    since: LeanVersion
    before: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compat:
    """The versions that were looked at, oldest first, and the names whose presence was looked at."""

    versions: tuple[LeanVersion, ...]
    run: tuple[LeanVersion, ...]
    apis: tuple[Api, ...]

    @classmethod
    def read(cls, folder: Path) -> Compat:
        """Reads the table in the Bridge's folder; `SetupError` (`bridge_missing`) when it is not there or malformed."""
        try:
            table = tomllib.loads((folder / TABLE).read_text(encoding="utf-8"))
            return cls(
                tuple(_version(text) for text in table["versions"]),
                tuple(_version(text) for text in table["run"]),
                tuple(_api(row) for row in table["api"]),
            )
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise SetupError(f"the table {folder / TABLE} cannot be read: {error}", code="bridge_missing") from error

    @property
    def oldest(self) -> LeanVersion:
        return self.versions[0]

    def must_suit(self, version: LeanVersion) -> None:
        """`SetupError` (`lean_too_old`) for a Lean older than the table. A newer one is given a try."""
        if version < self.oldest:
            raise SetupError(
                f"Lean {version} is older than {self.oldest}, the oldest that the Bridge is written for",
                code="lean_too_old",
                hint="raise the project's lean-toolchain, or use --engine embedded",
            )

    def remark(self, version: LeanVersion) -> str:
        """What is known of the Bridge with this version, in words."""
        if version in self.run:
            return "the Bridge is tested with this version"
        if version in self.versions:
            return "the Bridge's calls were compared with public sources of this version, not run"
        return "nothing is known of the Bridge with this version"


def _version(text: str) -> LeanVersion:
    found = LeanVersion.parse(text)
    if found is None:
        raise ValueError(f"{text!r} is no version")
    return found


def _api(row: dict[str, Any]) -> Api:
    return Api(
        str(row["name"]),
        str(row["file"]),
        _version(row["since"]),
        str(row.get("before", "")),
        tuple(str(text) for text in row["evidence"]),
    )
