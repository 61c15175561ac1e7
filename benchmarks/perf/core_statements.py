"""Statements that need only ℕ, ℤ and core Lean, each given to `prove` with a time limit: how many are proved.

`python benchmarks/perf/core_statements.py --data minif2f_valid.jsonl --names names.json` reads a miniF2F file in
the JSONL format of DeepSeek-Prover-V1.5 (`name`, `formal_statement`), takes the records named under
`--key`, drops their header, and puts a prelude of two notations before each. "Proved" is the ladder's
verdict. One line an item on standard error, one JSON document on standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from prover.agent import FillOptions, Target, fill
from prover.cli.solver import LadderJudge, SearchSolver
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.source import SourceFile

PRELUDE = 'notation "ℕ" => Nat\nnotation "ℤ" => Int\n\n'


def load(data: Path, names: Path, key: str) -> list[dict[str, str]]:
    wanted = json.loads(names.read_text())[key]
    with data.open(encoding="utf-8") as lines:
        records = {record["name"]: record for record in map(json.loads, lines)}
    return [records[name] for name in wanted]


def source(record: dict[str, str]) -> SourceFile:
    statement = record["formal_statement"].rstrip()
    return SourceFile(record["name"], f"{PRELUDE}{statement} sorry\n".encode())


async def prove_one(pool: Pool, record: dict[str, str], seconds: float, refute: bool) -> dict[str, Any]:
    began = time.monotonic()
    options = FillOptions(seconds=seconds, refute_share=0.1 if refute else 0.0)
    result = await fill(source(record), Target(record["name"]), pool, SearchSolver(), LadderJudge(pool), options)
    target = result.targets[0]
    return {
        "name": record["name"],
        "verdict": target.verdict.code,
        "proved": target.proved,
        "scripts": target.scripts,
        "search_seconds": round(target.seconds, 2),
        "seconds": round(time.monotonic() - began, 2),
        "statistics": target.statistics,
    }


async def prove_all(records: list[dict[str, str]], options: argparse.Namespace) -> list[dict[str, Any]]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    queue = list(enumerate(records))
    done: dict[int, dict[str, Any]] = {}

    async def work(pool: Pool) -> None:
        while queue:
            index, record = queue.pop(0)
            done[index] = await prove_one(pool, record, options.seconds, not options.no_refute)
            item = done[index]
            print(
                f"{len(done):3d} {item['verdict']:12s} {item['search_seconds']:6.1f} s {item['name']}", file=sys.stderr
            )

    async with Pool(engine, PoolLimits(size=options.jobs + 2, spares=1)) as pool, asyncio.TaskGroup() as group:
        for _ in range(options.jobs):
            group.create_task(work(pool))
    return [done[index] for index in range(len(records))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--key", default="minif2f_valid_core")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=None)
    parser.add_argument("--no-refute", action="store_true")
    options = parser.parse_args()
    records = load(options.data, options.names, options.key)
    if options.only:
        records = [r for r in records if r["name"] in options.only]
    items = asyncio.run(prove_all(records, options))
    proved = sum(item["proved"] for item in items)
    print(
        json.dumps({"statements": len(items), "proved": proved, "seconds": options.seconds, "items": items}, indent=1)
    )


if __name__ == "__main__":
    main()
