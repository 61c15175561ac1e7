"""Makes a toolchain folder out of the shim: `bin/lean` and `bin/lake` over an embedded engine."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.launch import MEMORY_LIMIT_MB

SHIM = Path(__file__).with_name("shim.py")
#: A commit that no Lean has: what is compiled with it is nobody else's.
COMMIT = "5117" * 10


def make_toolchain(
    engine: EmbeddedEngine, folder: Path, *, version: str = "4.28.0", memory_mb: int = MEMORY_LIMIT_MB
) -> Path:
    """Writes the toolchain into `folder` and returns it. `memory_mb` bounds what its Lean can address."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    text = f"#!{sys.executable} -IS\n{SHIM.read_text(encoding='utf-8')}"
    for name in ("lean", "lake"):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    scratch = Path("/@SCRATCH@")
    sources = bundled("lean_project")
    known = [hashlib.sha256(source.read_bytes()).hexdigest() for source in sorted(sources.glob("Bridge/*.lean"))]
    settings = {
        "version": version,
        "commit": COMMIT,
        "argv": _words(engine.lean_command(scratch, [], memory_mb=memory_mb).argv),
        "bridge": _words(engine.command(scratch, memory_mb=memory_mb).argv),
        "known": known,
    }
    (programs / "shim.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def _words(argv: tuple[str, ...]) -> list[str]:
    return [word.replace("/@SCRATCH@", "@SCRATCH@") for word in argv]


def reads(engine: EmbeddedEngine) -> str:
    """For PROVER_LEAN_READS: what the shim's programs start and read, Python and the embedded Lean."""
    command = engine.command(Path("/scratch"))
    folders = (Path(sys.executable).parent.parent, Path(sys.base_prefix), Path(command.argv[0]), *command.readable)
    return os.pathsep.join(map(str, folders))
