"""Start of a worker to its first checked theorem: the native launcher over the shim, against the embedded engine.

The shim (`tests/native/shim.py`) runs the embedded Lean under a native toolchain's names, so the difference is the
launcher's and the shim's own. Runs of both alternate; prints one JSON document with their medians and the median
of the pairwise ratios. Run from a checkout: `python benchmarks/perf/native_start.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import runpy
import statistics
import tempfile
import time
from pathlib import Path

import figures

from prover.lean import LeanEngine, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.native import NativeEngine, find_project
from prover.lean.native import bridge as native_bridge
from prover.lean.process import BridgeProcess

THEOREM = "theorem first (a b : Nat) : a + b = b + a := by omega\n"
SHIM = Path(__file__).parents[2] / "tests" / "native" / "toolchain.py"


async def start(engine: LeanEngine) -> float:
    """Seconds until the first theorem is checked."""
    began = time.monotonic()
    worker = Worker(await BridgeProcess.start(engine))
    await worker.import_header(["Init"])
    result = await worker.elaborate(worker.env, THEOREM)
    seconds = time.monotonic() - began
    assert result.clean
    await worker.close()
    return seconds


def shim_native(embedded: EmbeddedEngine, folder: Path) -> NativeEngine:
    """A native engine whose toolchain is the shim, in a project of its own below `folder`."""
    os.environ["ELAN_HOME"] = str(folder / "elan")
    shim = runpy.run_path(str(SHIM))
    shim["make_toolchain"](embedded, folder / "elan" / "toolchains" / "leanprover--lean4---v4.28.0")
    os.environ["PROVER_LEAN_READS"] = shim["reads"](embedded)
    native_bridge.cache_folder = lambda: folder / "cache"
    (folder / "lakefile.toml").write_text('name = "start"\n')
    (folder / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    project = find_project(folder)
    assert project is not None
    return NativeEngine.open(project, bundled("lean_project"))


def _figures(pairs: list[tuple[float, float]]) -> list[figures.Figure]:
    embedded, native = ([pair[side] for pair in pairs] for side in (0, 1))
    what = "from nothing to it, native launcher"
    return [figures.measured("first theorem", what, "s", native, against=embedded, to="the embedded engine")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    figures.add_option(parser)
    options = parser.parse_args()
    embedded = EmbeddedEngine.open(bundled("lean_project"))
    with tempfile.TemporaryDirectory() as folder:
        native = shim_native(embedded, Path(folder))
        pairs = [(asyncio.run(start(embedded)), asyncio.run(start(native))) for _ in range(options.runs)]
    report = {
        "runs": options.runs,
        "embedded_seconds": statistics.median(pair[0] for pair in pairs),
        "native_seconds": statistics.median(pair[1] for pair in pairs),
        "ratio": statistics.median(pair[1] / pair[0] for pair in pairs),
    }
    print(json.dumps({name: round(value, 3) for name, value in report.items()}, indent=2))
    figures.write(options.json, _figures(pairs))


if __name__ == "__main__":
    main()
