"""An engine whose Bridge is a script: what processes and pools do about a peer that misbehaves. And a model server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from model_server import ModelServer

from prover.core.errors import UserError
from prover.lean import Command, LeanEngine

SCRIPT = Path(__file__).parent / "scripted_bridge.py"


@dataclass
class ScriptedEngine:
    """Starts `scripted_bridge.py`. `starts` says how the first processes begin; all further ones begin well."""

    starts: list[str] = field(default_factory=list[str])
    name: str = "scripted"
    description: str = "no Lean: a script that speaks the protocol"
    lean_version: str = "none"
    trusted_modules: tuple[str, ...] = ()
    program: str = sys.executable
    scratches: list[Path] = field(default_factory=list[Path])

    def command(self, scratch: Path, *, memory_mb: int | None = None) -> Command:
        start = self.starts.pop(0) if self.starts else "ok"
        self.scratches.append(scratch)
        python = tuple(map(Path, (sys.prefix, sys.base_prefix, sys.base_exec_prefix)))
        return Command(
            (self.program, "-I", "-S", str(SCRIPT), start),
            {},
            scratch,
            readable=(SCRIPT, *python),
            writable=(scratch,),
            processes=True,  # it can be asked to start one
        )

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        return status == 112

    def missing_import(self, missing: Sequence[str]) -> UserError:
        return UserError(f"not compiled: {', '.join(missing)}", code="missing_import")


@pytest.fixture
def scripted() -> Callable[..., LeanEngine]:
    """Makes an engine: `scripted("silent", "ok")`."""
    return lambda *starts, **fields: ScriptedEngine(list(starts), **fields)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server
