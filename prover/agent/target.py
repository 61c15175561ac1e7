"""Targets as users write them: `F.lean`, `F.lean:name`, `F.lean#L42`, `-`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import UserError
from prover.verify.name import parse, show

_LINE = re.compile(r"^(?P<path>.+)#L(?P<line>\d+)$")


@dataclass(frozen=True, slots=True)
class Target:
    """A file (or `-`), and which of its holes: all, those of a declaration, those on a line."""

    path: str
    name: str | None = None
    line: int | None = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Reads a target. A file that exists under the whole text is that file, `:` and `#` in it or not."""
        if text == "-" or Path(text).exists():
            return cls(text)
        if match := _LINE.match(text):
            return cls(match["path"], line=int(match["line"]))
        path, colon, name = text.rpartition(":")
        if colon and path and name and not name.endswith(".lean"):
            return cls(path, name=plain_name(name))
        return cls(text)


def plain_name(name: str) -> str:
    """A name in the one spelling used here: no `_root_.`, guillemets only where they are needed."""
    return show(parse(name.removeprefix("_root_.")))


def choose_name(wanted: str, names: Sequence[str]) -> str:
    """The declaration meant by `wanted`: that name, else the one that ends in it, guillemets left out if need be.

    `UserError` codes: `target_absent`, `target_ambiguous` (the candidates are named).
    """
    if wanted in names:
        return wanted
    loose = _bare(wanted)
    for meant in (
        sorted({name for name in names if _ends_in(name, wanted)}),
        sorted({name for name in names if _bare(name) == loose}),
        sorted({name for name in names if _bare(name).endswith("." + loose)}),
    ):
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise UserError(
                f"{wanted} could be any of {', '.join(meant)}", code="target_ambiguous", hint="write the full name"
            )
    known = ", ".join(sorted(set(names))[:8]) or "none"
    raise UserError(f"the file declares no {wanted}", code="target_absent", hint=f"declarations in it: {known}")


def _bare(name: str) -> str:
    return name.replace("«", "").replace("»", "")


def _ends_in(name: str, end: str) -> bool:
    parts, last = parse(name), parse(end)
    return len(parts) > len(last) and parts[-len(last) :] == last
