"""Which of our own problems (`benchmarks/core`) one call of automation closes: `single_calls.json` beside them.

    python benchmarks/perf/single_calls.py [--data FOLDER] [--only NAME ...] [--calls CALL ...] > single_calls.json

Each call alone on the whole statement, with 200,000 heartbeats (Lean's own default) and a wall limit that only keeps a
call from running for ever: it ends the process, and counts as a call that closes nothing. The calls are those of
`core_statements.py`, `rfl` and `exact?`. A table by problem: the calls that close it, in the order of `CALLS`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from prover.core.errors import LeanProcessError
from prover.core.outcome import Solved
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

CORE = Path(__file__).parents[1] / "core"
CALLS = (
    "rfl",
    "decide",
    "omega",
    "simp",
    "simp_all",
    "simp +arith",
    "grind",
    "intros; omega",
    "intros; grind",
    "exact?",
)
HEARTBEATS = 200_000
_WALL_SECONDS = 60.0


def problems(folder: Path = CORE) -> list[dict[str, Any]]:
    """The records of the set."""
    return [json.loads(line) for line in (folder / "problems.jsonl").read_text(encoding="utf-8").splitlines()]


def text(record: dict[str, Any], folder: Path = CORE) -> str:
    """A Lean file with the problem's definitions and its statement, left open."""
    before = (folder / record["preamble"]).read_text(encoding="utf-8") + "\n" if record["preamble"] else ""
    return f"{before}theorem {record['name']} {record['statement']} := by\n  sorry\n"


async def closing(pool: Pool, file: str, calls: tuple[str, ...] = CALLS) -> list[str]:
    """The calls that close the one hole of a file. A process that is lost costs only the call that it ran."""
    found: list[str] = []
    left = list(calls)
    while left:
        async with pool.lease(("Init",)) as worker:
            elaborated = await worker.elaborate(worker.env, file, holes=True)
            [hole] = elaborated.holes
            if elaborated.errors or hole.state is None:
                raise ValueError(f"it does not elaborate: {[m.text for m in elaborated.errors]}\n{file}")
            outcomes = worker.apply(
                hole.state, left, heartbeats=HEARTBEATS, wall_seconds=_WALL_SECONDS, stop_at_solved=False
            )
            try:
                async for index, outcome in outcomes:
                    if isinstance(outcome, Solved):
                        found.append(left[index])
                left = []
            except LeanProcessError as error:
                if error.index is None:
                    raise
                left = left[error.index + 1 :]
    return found


async def measure(records: list[dict[str, Any]], folder: Path, calls: tuple[str, ...]) -> dict[str, list[str]]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    table: dict[str, list[str]] = {}
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        for record in records:
            table[record["name"]] = await closing(pool, text(record, folder), calls)
            print(record["grade"], record["name"], table[record["name"]], file=sys.stderr, flush=True)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=CORE)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--calls", nargs="*", default=CALLS)
    options = parser.parse_args()
    records = [r for r in problems(options.data) if not options.only or r["name"] in options.only]
    table = asyncio.run(measure(records, options.data, tuple(options.calls)))
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(calls)}" for name, calls in table.items())
    print(f"{{\n{rows}\n}}")


if __name__ == "__main__":
    main()
