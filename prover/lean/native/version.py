"""A version of Lean, as a toolchain file or `lean --version` names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.\-]+))?")
_SAID = re.compile(r"version (\d+\.\d+\.\d+(?:-[0-9A-Za-z.\-]+)?).*?commit ([0-9a-f]{7,40})", re.DOTALL)


@total_ordering
@dataclass(frozen=True, slots=True)
class LeanVersion:
    """`major.minor.patch`, with a `suffix` such as `rc2` for what came before the release of that number."""

    major: int
    minor: int
    patch: int
    suffix: str = ""

    @classmethod
    def parse(cls, text: str) -> LeanVersion | None:
        """Reads `4.28.0`, `v4.34.0-rc2` and the like; `None` for anything else."""
        found = _VERSION.fullmatch(text.strip())
        if found is None:
            return None
        return cls(int(found[1]), int(found[2]), int(found[3]), found[4] or "")

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.suffix}" if self.suffix else "")

    def __lt__(self, other: LeanVersion) -> bool:
        return self._rank < other._rank

    @property
    def _rank(self) -> tuple[int, int, int, bool, list[tuple[bool, int, str]]]:
        parts = re.findall(r"\d+|[A-Za-z]+", self.suffix)
        numbered = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
        return (self.major, self.minor, self.patch, not self.suffix, numbered)


def read_version(said: str) -> tuple[LeanVersion, str] | None:
    """The version and the commit in what `lean --version` printed; `None` when it is not Lean's line."""
    found = _SAID.search(said)
    version = LeanVersion.parse(found[1]) if found else None
    return None if found is None or version is None else (version, found[2])
