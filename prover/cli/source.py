"""The file that a target names, read."""

from __future__ import annotations

import sys
from pathlib import Path

from prover.agent.target import Target
from prover.lean.source import SourceFile


def read_target(target: Target) -> SourceFile:
    """The file of `target`; for `-` what comes on standard input. Errors as in `SourceFile.read`."""
    if target.path == "-":
        return SourceFile("<stdin>", sys.stdin.buffer.read())
    return SourceFile.read(Path(target.path))
