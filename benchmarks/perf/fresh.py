"""From nothing to the first proof: wall time by step and bytes downloaded, with nothing in any cache of pip or ours.

    python benchmarks/perf/fresh.py [--runs N] [--kind wheel] [--kind readme]

`readme`: the set-up that both commands of the README have, in a copy of the checkout: a venv, the library with its
development tools, then the bundled example. `wheel`: the library alone in an empty venv, outside the checkout. Bytes:
the packages that pip says it downloads, and the package of Lean; indexes and what the build itself needs come on top
of that (a few MB). Packages that pip's configuration has in a local folder are counted apart: they cost nothing here
and would elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from urllib.request import url2pathname

from prover.lean.embedded.package import SIZE

CHECKOUT = Path(__file__).parents[2]
EXAMPLE = "lean_project/examples/first.lean"
_MB = 1e6
_DOWNLOAD = re.compile(r"^ *Downloading \S+ \(([0-9.]+) (bytes|kB|MB|GB)\)", re.MULTILINE)
_UNITS = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def timed(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, str]:
    """Seconds that a command took, and what it said; ends this program where it fails."""
    began = time.monotonic()
    ran = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit code {ran.returncode}\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return time.monotonic() - began, ran.stdout


def downloaded(said: str) -> float:
    """Megabytes that pip says it downloads."""
    return sum(float(number) * _UNITS[unit] for number, unit in _DOWNLOAD.findall(said)) / _MB


def copied(folder: Path) -> list[str]:
    """A copy of the checkout as git has it, and what pip is to install there."""
    subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(folder)], check=True)
    return ["-e", ".[dev]"]


def built(folder: Path) -> list[str]:
    """A wheel, and an empty folder to use it in."""
    folder.mkdir()
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(CHECKOUT)]
    subprocess.run(words, check=True)
    (folder / EXAMPLE).parent.mkdir(parents=True)
    shutil.copy(CHECKOUT / EXAMPLE, folder / EXAMPLE)
    return [str(next(folder.glob("*.whl")))]


def fresh(prepare: Callable[[Path], list[str]]) -> dict[str, float]:
    """One run, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="fresh-") as scratch:
        root = Path(scratch)
        folder = root / "there"
        wanted = prepare(folder)
        own = {"PIP_NO_CACHE_DIR": "1", "PROVER_CACHE_DIR": root / "cache", "PROVER_CONFIG_DIR": root / "none"}
        dropped = ("PYTHONPATH", "VIRTUAL_ENV")
        environment = {k: v for k, v in os.environ.items() if k not in dropped} | {k: str(v) for k, v in own.items()}
        report = root / "report.json"
        pip = [".venv/bin/pip", "install", "--progress-bar", "off", "--report", str(report), *wanted]
        prove = [".venv/bin/prove", EXAMPLE, "--quiet"]
        made, _ = timed([sys.executable, "-m", "venv", ".venv"], folder, environment)
        installed, said = timed(pip, folder, environment)
        first, _ = timed(prove, folder, environment)
        again, _ = timed(prove, folder, environment)
        times = {"venv": made, "install": installed, "first": first, "again": again}
        links = [one["download_info"]["url"] for one in json.loads(report.read_text())["install"]]
        local = [Path(url2pathname(urlsplit(url).path)) for url in links if url.startswith("file:")]
        sizes = {
            "pip_mb": downloaded(said),
            "local_mb": sum(file.stat().st_size for file in local if file.is_file() and file.parent != folder) / _MB,
            "lean_mb": SIZE / _MB,
            "packages": len(links),
            "venv_mb": _disk(folder / ".venv"),
            "cache_mb": _disk(root / "cache"),
        }
        return {**times, **sizes}


def _disk(folder: Path) -> float:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) / _MB


def main() -> None:
    kinds = {"readme": copied, "wheel": built}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--kind", action="append", choices=sorted(kinds))
    asked = parser.parse_args()
    for kind in asked.kind or sorted(kinds):
        runs = [fresh(kinds[kind]) for _ in range(asked.runs)]
        found = {name: median(run[name] for run in runs) for name in runs[0]}
        whole = median(run["venv"] + run["install"] + run["first"] for run in runs)
        print(f"{kind}, {len(runs)} run(s), medians:")
        print(
            f"  from nothing to the first proofs {whole:.1f} s: venv {found['venv']:.1f} s, install "
            f"{found['install']:.1f} s ({found['packages']:.0f} packages), Lean and the example {found['first']:.1f} s "
            f"(again {found['again']:.1f} s)"
        )
        print(
            f"  downloaded {found['pip_mb'] + found['lean_mb']:.0f} MB: pip {found['pip_mb']:.1f} MB, Lean's package "
            f"{found['lean_mb']:.1f} MB; from local files {found['local_mb']:.1f} MB"
        )
        print(f"  on disk: venv {found['venv_mb']:.0f} MB, cache {found['cache_mb']:.0f} MB")


if __name__ == "__main__":
    main()
