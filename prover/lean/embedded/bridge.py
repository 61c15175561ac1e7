"""The Bridge, compiled once per version of its sources, so that starting a worker does not elaborate it again."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from prover.core.errors import SetupError
from prover.lean.embedded.installation import Installation, cache_folder, locked, publish, staged
from prover.lean.embedded.launch import BRIDGE_AT, World, launch
from prover.lean.embedded.package import Progress, silent

MODULES = "modules.txt"
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
    modules = module_names(sources)
    files = [PurePosixPath(PACK), PurePosixPath(MAIN), *map(source_path, modules)]
    final = cache_folder() / "bridge" / _key(installation, sources, modules, files)
    if _complete(final):
        return final
    with locked(final.parent, progress):
        if _complete(final):
            return final
        with staged(final.parent) as stage:
            world = World(installation.library, stage / "scratch", bridge=stage / "sources")
            world.scratch.mkdir()
            for file in files:
                _copy(sources / file, stage / "sources" / file)
            pack(installation, world, "Bridge", "Lean", modules, progress)
            new = stage / "new"
            new.mkdir()
            os.replace(world.scratch / COMPILED, new / COMPILED)
            shutil.copyfile(stage / "sources" / MAIN, new / MAIN)
            publish(new, final)
    return final


def module_names(sources: Path) -> list[str]:
    """The Bridge's modules in the order of compilation."""
    try:
        lines = (sources / MODULES).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SetupError(f"the Bridge's list of modules cannot be read: {error}", code="bridge_missing") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def source_path(module: str) -> PurePosixPath:
    """Where the source of a module lies below the Bridge's folder."""
    return PurePosixPath(*module.split(".")).with_suffix(".lean")


def _complete(folder: Path) -> bool:
    try:
        return (folder / COMPILED).stat().st_size > 0 and (folder / MAIN).is_file()
    except OSError:
        return False


def _key(installation: Installation, sources: Path, modules: list[str], files: list[PurePosixPath]) -> str:
    digest = hashlib.sha256("\0".join([installation.key, *modules]).encode())
    for file in files:
        try:
            contents = (sources / file).read_bytes()
        except OSError as error:
            raise SetupError(f"a source of the Bridge cannot be read: {error}", code="bridge_missing") from error
        digest.update(f"\0{file}\0{len(contents)}\0".encode() + contents)
    return digest.hexdigest()[:16]


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
