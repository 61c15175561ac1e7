"""What a batch of cheap tactics costs: the protocol's share, and the gain over elaborating whole proofs.

1. 64 cheap tactics on one state, as a batch (one request, 64 outcomes): wall seconds seen from Python
   against the seconds the Bridge's own loop took for them (run and describe, nothing sent), and
   against one script inside Lean that tries each and goes back (`try ((t); fail)`: no description of
   goals, no error texts either).
2. The same 64 on a state 20 tactics deep, against elaborating the 64 whole proofs on the same worker (the eight
   different ones, times eight).

Prints one JSON document with medians over `--runs`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

import figures

from prover.core.outcome import Failed, Progress, Solved
from prover.lean import Pool, PoolLimits, Worker
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

STATEMENT = (
    "theorem deep (a b c d : Nat) (p q : Prop) (hp : p) (hq : q) (h : a < b) (h2 : c ≤ d) : a + c < b + d ∧ (p ∧ q)"
)
CHEAP = [
    "exact ⟨by omega, hp, hq⟩",
    "constructor",
    "refine ⟨?_, ?_⟩",
    "exact wrong",
    "rfl",
    "assumption",
    "intro x",
    "have h5 := h",
]


async def hole(worker: Worker, text: str) -> int:
    found = await worker.elaborate(worker.env, text, holes=True)
    state = found.holes[0].state
    assert state is not None
    return state


async def batch(worker: Worker, state: int, tactics: list[str]) -> tuple[float, float]:
    """Wall seconds of a batch seen from here, and the sum of what the Bridge's loop took for each tactic."""
    inside = 0.0
    made: list[int] = []
    began = time.monotonic()
    async for _, outcome in worker.apply(state, tactics, stop_at_solved=False):
        assert isinstance(outcome, Solved | Failed | Progress)
        inside += outcome.cost.seconds
        if isinstance(outcome, Progress):
            made.append(outcome.handle)
    wall = time.monotonic() - began
    await worker.release(made)
    return wall, inside


def loop_inside_lean(tactics: list[str]) -> str:
    return "\n".join([f"try (({tactic}); fail)" for tactic in tactics] + ["skip"])


async def deepen(worker: Worker, state: int, steps: list[str]) -> int:
    for step in steps:
        async for _, outcome in worker.apply(state, [step]):
            assert isinstance(outcome, Progress), (step, outcome)
            state = outcome.handle
    return state


async def measure(runs: int) -> dict[str, float]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    steps = [f"have g{i} : a + {i} < b + {i} := by omega" for i in range(20)]
    tactics = (CHEAP * 8)[:64]
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool, pool.lease(["Init"]) as worker:
        shallow = await hole(worker, f"{STATEMENT} := by sorry")
        deep = await deepen(worker, shallow, steps)
        await batch(worker, shallow, tactics)
        flat: list[tuple[float, float, float]] = []
        inside = [loop_inside_lean(tactics)]
        whole: list[float] = []
        stepped: list[float] = []
        for _ in range(runs):
            flat.append((*await batch(worker, shallow, tactics), (await batch(worker, shallow, inside))[0]))
            stepped.append((await batch(worker, deep, tactics))[0])
            began = time.monotonic()
            for tactic in CHEAP:
                body = "\n".join("  " + line for line in [*steps, tactic])
                await worker.elaborate(worker.env, f"{STATEMENT} := by\n{body}\n")
            whole.append((time.monotonic() - began) * len(tactics) / len(CHEAP))
    return {
        "tactics": len(tactics),
        "batch_seconds": statistics.median(wall for wall, _, _ in flat),
        "bridge_loop_seconds": statistics.median(loop for _, loop, _ in flat),
        "bare_script_seconds": statistics.median(bare for _, _, bare in flat),
        "ratio_to_bridge_loop": statistics.median(wall / loop for wall, loop, _ in flat),
        "ratio_to_bare_script": statistics.median(wall / bare for wall, _, bare in flat),
        "deep_batch_seconds": statistics.median(stepped),
        "whole_proofs_seconds": statistics.median(whole),
        "deep_gain": statistics.median(w / s for w, s in zip(whole, stepped, strict=True)),
    }


def _figures(report: dict[str, float], runs: int) -> list[figures.Figure]:
    flat, deep = 1000 * report["batch_seconds"], 1000 * report["deep_batch_seconds"]
    loop, bare = report["ratio_to_bridge_loop"], report["ratio_to_bare_script"]
    return [
        figures.single("64 tactics", "cheap ones on one state", "ms", flat, runs, loop, "the Bridge's own loop"),
        figures.single("64 tactics, bare", "the same", "ms", flat, runs, bare, "one script inside Lean"),
        figures.single(
            "64 tactics, deep",
            "20 tactics deep",
            "ms",
            deep,
            runs,
            1 / report["deep_gain"],
            "elaborating 64 whole proofs",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    figures.add_option(parser)
    options = parser.parse_args()
    report = asyncio.run(measure(options.runs))
    print(json.dumps({k: round(v, 4) for k, v in report.items()}, indent=2))
    figures.write(options.json, _figures(report, options.runs))


if __name__ == "__main__":
    main()
