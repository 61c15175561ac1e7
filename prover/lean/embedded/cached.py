"""A folder of the user's cache whose name says its contents: made once, seen whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prover.lean.embedded.installation import locked, publish, staged
from prover.lean.embedded.package import Progress, silent


def made_once(
    final: Path, complete: Callable[[Path], bool], make: Callable[[Path, Path], None], progress: Progress = silent
) -> Path:
    """`final`, made unless it is `complete`: by one process at a time, the others wait for it.

    `make` is given a folder for its work and an empty one; it fills that, which becomes `final`. Raises `SetupError`
    (`cache_unwritable`), and what `make` raises; then nothing is left of the work.
    """
    if complete(final):
        return final
    with locked(final.parent, progress):
        if complete(final):
            return final
        with staged(final.parent) as stage:
            new = stage / "new"
            new.mkdir()
            make(stage, new)
            publish(new, final)
    return final
