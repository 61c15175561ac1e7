"""The Bridge, compiled once per version of its sources, so that starting a worker does not elaborate it again."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from prover.core.errors import SetupError
from prover.lean.embedded.cached import made_once
from prover.lean.embedded.installation import Installation, cache_folder
from prover.lean.embedded.launch import BRIDGE_AT, World, launch
from prover.lean.embedded.package import Progress, silent
from prover.lean.sources import BridgeSources

PACK = "Pack.lean"
MAIN = "Main.lean"
COMPILED = "Bridge.olean"
COMPILE_TIMEOUT = 600.0
OUTPUT_TAIL = 4000


def compile_bridge(installation: Installation, sources: Path, progress: Progress = silent) -> Path:
    """The folder with the Bridge in `sources`, compiled for `installation`; compiles it unless that has been done.

    `sources` holds `modules.txt` (names of modules, each after those it imports), the modules, `Pack.lean`,
    which compiles them into one `Bridge.olean`, and `Main.lean`, which starts it. When Lean refuses a module,
    the SetupError contains Lean's messages.
    """
    bridge = BridgeSources.read(sources)
    files = bridge.files(PACK, MAIN)
    final = cache_folder() / "bridge" / bridge.digest(installation.key, files)

    def make(stage: Path, new: Path) -> None:
        world = World(installation.library, stage / "scratch", bridge=stage / "sources")
        world.scratch.mkdir()
        for file in files:
            _copy(sources / file, stage / "sources" / file)
        pack(installation, world, "Bridge", "Lean", bridge.modules, progress)
        os.replace(world.scratch / COMPILED, new / COMPILED)
        shutil.copyfile(stage / "sources" / MAIN, new / MAIN)

    return made_once(final, _complete, make, progress)


def _complete(folder: Path) -> bool:
    try:
        return (folder / COMPILED).stat().st_size > 0 and (folder / MAIN).is_file()
    except OSError:
        return False


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def pack(
    installation: Installation,
    world: World,
    library: str,
    base: str,
    modules: Sequence[str],
    progress: Progress,
    seconds: float = COMPILE_TIMEOUT,
) -> None:
    """Runs `Pack.lean`: the sources in `world.bridge` become `LIBRARY.olean` in `world.scratch`.

    `base`: `Lean` or `Init`, the library's own imports. Raises `SetupError` (`bridge_compile`) with Lean's
    messages when a source is refused, or has a hole or an axiom.
    """
    command = launch(installation.folder, world, ["--run", f"{BRIDGE_AT}/{PACK}"])
    output: list[str] = []
    progress("compile", 0, len(modules))
    process = subprocess.Popen(
        command.argv, env=command.env, cwd=command.cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    deadline = threading.Timer(seconds, process.kill)
    deadline.start()
    try:
        with process:
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.write("\n".join([BRIDGE_AT, library, base, *modules, ""]))
                process.stdin.close()
            except BrokenPipeError:
                pass  # it ended early; what it said follows
            compiled = 0
            for line in process.stdout:
                if line.startswith("compiled "):
                    compiled += 1
                    progress("compile", compiled, len(modules))
                else:
                    output.append(line)
    finally:
        deadline.cancel()
        if process.poll() is None:
            process.kill()
    if process.returncode != 0 or "packed\n" not in output or not (world.scratch / f"{library}.olean").is_file():
        said = "".join(output).strip()[-OUTPUT_TAIL:]
        raise SetupError(
            f"Lean did not compile {library} (exit code {process.returncode}):\n{said or 'no message'}",
            code="bridge_compile",
        )
