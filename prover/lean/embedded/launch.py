"""How a process of the embedded Lean is started: its command line and the world it will see."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prover.lean.embedded.loader import ENTRY
from prover.lean.embedded.node import node_program
from prover.lean.engine import Command

LIBRARY_AT = "/lean/lib"
BRIDGE_AT = "/lean/bridge"
PROJECT_AT = "/lean/project"
SCRATCH_AT = "/scratch"

EXIT_OUT_OF_MEMORY = 112
"""Exit status of a process that had reached its memory limit when it ended with an error."""
EXIT_ABORTED = 134
"""Exit status after `abort()`, a stack overflow, or a C++ exception that nobody caught."""
EXIT_TRAPPED = 139
"""Exit status after a memory fault or another WebAssembly trap."""

MEMORY_LIMIT_MB = 2048
"""Most memory one process can address; also the default limit."""
SCRATCH_LIMIT_MB = 512
STACK_MB = 64
SPARE_THREADS = 2

# V8 would validate 116 MB of code at every start; each function is validated when it is first compiled anyway.
NODE_FLAGS = (
    "--wasm-lazy-validation",
    "--permission",
    "--allow-worker",
    "--disable-warning=SecurityWarning",
    "--openssl-config=/dev/null",  # the system's lies outside what the process may read, and Node would not start
)


@dataclass(frozen=True)
class Mount:
    """A folder of the host as Lean sees it. `trusted` folders hold no symbolic links that matter."""

    at: str
    path: Path
    writable: bool = False
    trusted: bool = False


@dataclass(frozen=True)
class World:
    """All that a Lean process can reach: the library, perhaps a Bridge and projects to read, one scratch folder."""

    library: Path
    scratch: Path
    bridge: Path | None = None
    projects: Sequence[Path] = field(default=())

    def mounts(self) -> list[Mount]:
        """The folders and where they appear."""
        found = [Mount(LIBRARY_AT, self.library.resolve(), trusted=True)]
        if self.bridge is not None:
            found.append(Mount(BRIDGE_AT, self.bridge.resolve(), trusted=True))
        for index, project in enumerate(self.projects):
            found.append(Mount(f"{PROJECT_AT}/{index}", project.resolve()))
        found.append(Mount(SCRATCH_AT, self.scratch.resolve(), writable=True))
        return found


def launch(home: Path, world: World, arguments: Sequence[str], memory_mb: int | None = None) -> Command:
    """The command that runs `lean ARGUMENTS` from the installation at `home`, seeing only `world`.

    Lean's environment holds LEAN_PATH and places for temporary files; nothing of the caller's environment reaches it.
    """
    mounts = world.mounts()
    search = [mount.at for mount in mounts if not mount.writable]
    config = {
        "memoryMb": max(128, min(memory_mb or MEMORY_LIMIT_MB, MEMORY_LIMIT_MB)),
        "scratchMb": SCRATCH_LIMIT_MB,
        "stackMb": STACK_MB,
        "threads": SPARE_THREADS,
        "program": "/lean/lean",
        "cwd": SCRATCH_AT,
        "env": {
            "LEAN_PATH": ":".join(search),
            "HOME": SCRATCH_AT,
            "TMPDIR": SCRATCH_AT,
            "LLVM_PROFILE_FILE": "/dev/null",  # this build would leave a file `default.profraw` behind
        },
        "roots": [
            {"at": mount.at, "path": str(mount.path), "writable": mount.writable, "trusted": mount.trusted}
            for mount in mounts
        ],
    }
    home = home.resolve()
    readable = [home, *(mount.path for mount in mounts)]
    node = node_program()
    argv = [
        str(node),
        *NODE_FLAGS,
        *(f"--allow-fs-read={folder}" for folder in readable),
        *(f"--allow-fs-write={mount.path}" for mount in mounts if mount.writable),
        str(home / ENTRY),
        json.dumps(config),
        "-j1",
        *arguments,
    ]
    # Windows programs do not start without SystemRoot.
    env: dict[str, str] = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if os.name == "nt" else {}
    return Command(
        tuple(argv),
        env,
        world.scratch,
        # Some builds of Node keep their shared libraries beside the program.
        readable=(node.resolve().parent.parent / "lib", *readable),
        writable=tuple(mount.path for mount in mounts if mount.writable),
    )
