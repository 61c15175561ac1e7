"""`prove repl` against the Bridge it runs on: cold start, cost of a request, memory of what is kept.

Prints one JSON document. The same requests go to a `prove repl` in a process of its own, as a client has it, and to a
Bridge directly, turn by turn; `ratio` is of their medians. Run from a checkout: `python benchmarks/perf/repl.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import figures
import psutil

from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.process import BridgeProcess
from prover.lean.worker import Worker
from prover.repl.calls import elaborate, step
from prover.repl.protocol import Command

ROOT = Path(__file__).parents[2]
PROGRAM = "from prover.cli import main; main()"
PROVED = "theorem t (a b : Nat) : a + b = b + a := Nat.add_comm a b"
OPEN = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry"
KEPT = "def f{0} : Nat := {0}\ntheorem t{0} (p q : Prop) (hp : p) (hq : q) : p ∧ q := by sorry"
SECONDS = 60.0


class Repl:
    """A `prove repl` with nothing imported yet."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM, "repl", "-q", "--engine", "embedded"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def ask(self, **request: Any) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.process.stdout.readline()
        if "message" in answer or any(m["severity"] == "error" for m in answer.get("messages", [])):
            raise SystemExit(f"{request} was answered with {answer}")
        return answer

    def memory(self) -> tuple[float, float]:
        """Resident MiB: of `prove repl` itself, of its Lean."""
        own = psutil.Process(self.process.pid)
        return own.memory_info().rss / 2**20, sum(c.memory_info().rss for c in own.children(recursive=True)) / 2**20

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


async def bridge() -> Worker:
    """A Bridge with `Init` imported."""
    worker = Worker(await BridgeProcess.start(EmbeddedEngine.open(bundled("lean_project"))))
    await worker.import_header(["Init"])
    return worker


async def cold_start(runs: int) -> dict[str, Any]:
    """Seconds from nothing to the answer for a first theorem."""
    ours: list[float] = []
    direct: list[float] = []
    for _ in range(runs):
        began = time.monotonic()
        repl = Repl()
        repl.ask(cmd=PROVED)
        ours.append(time.monotonic() - began)
        repl.close()
        began = time.monotonic()
        worker = await bridge()
        await elaborate(worker, worker.env, Command(PROVED), start=0, seconds=SECONDS)
        direct.append(time.monotonic() - began)
        await worker.close()
    return _compared(ours, direct, 1.0, "s")


async def requests(count: int) -> dict[str, Any]:
    """Milliseconds of a theorem with its proof, of one with a hole, of a tactic."""
    repl, worker = Repl(), await bridge()
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ("theorem", "hole", "tactic")}
    repl.ask(cmd="")
    for number in range(count + 3):
        ours: list[float] = []
        direct: list[float] = []
        last = time.monotonic()

        def lap(into: list[float]) -> None:
            nonlocal last
            now = time.monotonic()
            into.append(now - last)
            last = now

        repl.ask(cmd=PROVED, env=0)
        lap(ours)
        opened = repl.ask(cmd=OPEN, env=0)
        lap(ours)
        repl.ask(tactic="constructor", proofState=opened["sorries"][0]["proofState"])
        lap(ours)
        await elaborate(worker, worker.env, Command(PROVED), start=0, seconds=SECONDS)
        lap(direct)
        told = await elaborate(worker, worker.env, Command(OPEN), start=0, seconds=SECONDS)
        lap(direct)
        state = told.elaboration.holes[0].state
        assert state is not None
        await step(worker, state, "constructor", seconds=SECONDS)
        lap(direct)
        if number >= 3:  # the first ones compile
            for (one, other), mine, theirs in zip(times.values(), ours, direct, strict=True):
                one.append(mine)
                other.append(theirs)
    repl.close()
    await worker.close()
    return {name: _compared(one, other, 1000.0, "ms") for name, (one, other) in times.items()}


def memory(count: int, *, gc: bool) -> dict[str, Any]:
    """KiB that a request costs which leaves an environment and a proof state; `gc`: neither is kept."""
    repl = Repl()
    options = {"gc": True} if gc else {}
    repl.ask(cmd="")
    for number in range(50):
        repl.ask(cmd=KEPT.format(number), env=0, **options)
    before = repl.memory()
    for number in range(50, 50 + count):
        repl.ask(cmd=KEPT.format(number), env=0, **options)
    after = repl.memory()
    repl.close()
    own, lean = ((now - then) * 1024 / count for now, then in zip(after, before, strict=True))
    return {
        "prove_repl_kib": round(own, 1),
        "lean_kib": round(lean, 1),
        "prove_repl_mib": round(after[0]),
        "lean_mib": round(after[1]),
    }


def _compared(ours: list[float], direct: list[float], scale: float, unit: str) -> dict[str, Any]:
    one, other = statistics.median(ours) * scale, statistics.median(direct) * scale
    return {f"prove_repl_{unit}": round(one, 2), f"bridge_{unit}": round(other, 2), "ratio": round(one / other, 2)}


def _figures(document: dict[str, Any], asked: argparse.Namespace) -> list[figures.Figure]:
    cold, kept = document["cold_start"], document["kept"]
    to = "the Bridge"
    made = [
        figures.single("cold start", "to a first theorem", "s", cold["prove_repl_s"], asked.runs, cold["ratio"], to)
    ]
    for name, row in document["requests"].items():
        made.append(figures.single(name, "a request", "ms", row["prove_repl_ms"], asked.requests, row["ratio"], to))
    made.append(
        figures.single("memory", "Lean's, of an environment and a state kept", "KiB", kept["lean_kib"], asked.kept)
    )
    return made


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="of the cold start")
    parser.add_argument("--requests", type=int, default=50, help="of each kind")
    parser.add_argument("--kept", type=int, default=500, help="environments whose memory is measured")
    figures.add_option(parser)
    asked = parser.parse_args()
    document: dict[str, Any] = {
        "cold_start": await cold_start(asked.runs),
        "requests": await requests(asked.requests),
        "kept": memory(asked.kept, gc=False),
        "gc": memory(asked.kept, gc=True),
    }
    print(json.dumps(document, indent=2))
    figures.write(asked.json, _figures(document, asked))


if __name__ == "__main__":
    asyncio.run(main())
