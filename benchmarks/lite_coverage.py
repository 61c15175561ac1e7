"""Which statements of a benchmark elaborate under `--lite`, and which names the others lack.

    python benchmarks/lite_coverage.py --data minif2f.jsonl [--names core_names.json] [--json OUT]

DATA is a file of JSON lines with `name`, `header` and `formal_statement`. Each header must import Mathlib and each
statement is elaborated as `prove --lite` would, its proof left open. Where a record has `goal`, the goal as Lean
printed it under Mathlib, it is compared with the goal under CoreMath, blanks aside: a difference is printed. NAMES is
a JSON file whose lists and keys under `minif2f_valid_core` and `minif2f_valid_shim` are names that must all elaborate.
Prints Markdown: the counts, the names that are missing and in how many statements, and the statements by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from prover.api.lite import resolve
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile


@dataclass(frozen=True)
class Row:
    """One statement: whether it elaborates, what is missing if not, and its goals here and under Mathlib."""

    name: str
    elaborates: bool
    missing: tuple[str, ...]
    error: str
    here: str
    there: str

    @property
    def same(self) -> bool:
        return squeezed(self.here) == squeezed(self.there)


_BOUNDED = re.compile(r"∀ \((\w+) : [^()]*\), (\1 [<>≤≥≠∈∣] [^→]*) →")


def squeezed(goal: str) -> str:
    """A goal without what versions of Lean print differently: blanks, brackets, bounds of ∀, ✝, the prefix `Nat`."""
    goal = _BOUNDED.sub(r"∀ \2,", goal)
    return re.sub(r"[()✝\s]|\bNat\.", "", goal)


async def examine(pool: Pool, record: dict[str, Any]) -> Row:
    text = f"{record['header'].rstrip()}\n\n{record['formal_statement'].rstrip()}\n  sorry\n"
    source = SourceFile(record["name"], text.encode())
    unresolved = await resolve(pool, source, seconds=60)
    if unresolved is not None:
        return Row(record["name"], False, unresolved.names, unresolved.first, "", "")
    header = await pool.read_header(text)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        found = await worker.elaborate(worker.env, text, start=header.end, holes=True, wall_seconds=60)
        goals = [goal for hole in found.holes if hole.goals is not None for goal in hole.goals.goals]
    return Row(record["name"], True, (), "", "\n".join(goal.text for goal in goals), str(record.get("goal", "")))


async def examine_all(records: list[dict[str, Any]]) -> list[Row]:
    engine = EmbeddedEngine.open(bundled("lean_project"), core_math=True)
    async with Pool(engine, PoolLimits(size=1, spares=0), foundation=CORE_MATH) as pool:
        return [await examine(pool, record) for record in records]


def report(rows: list[Row], wanted: list[str], seconds: float) -> str:
    good = {row.name for row in rows if row.elaborates}
    lines = [f"{len(good)} of {len(rows)} statements elaborate ({seconds:.0f} s)."]
    if wanted:
        lines.append(f"Of the {len(wanted)} named ones {len(good & set(wanted))} do.")
        lines += [f"- missing: {name}" for name in wanted if name not in good]
    compared = [row for row in rows if row.elaborates and row.there]
    lines.append(f"Goals as under Mathlib: {sum(row.same for row in compared)} of {len(compared)} compared.")
    for row in compared:
        if not row.same:
            lines += [f"\n{row.name}\n```\n{row.here}\n--- Mathlib\n{row.there}\n```"]
    bad = [row for row in rows if not row.elaborates]
    counts = Counter(name for row in bad for name in row.missing)
    lines += ["", "| missing | statements |", "| --- | --- |"]
    lines += [f"| `{name}` | {count} |" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    without = [row for row in bad if not row.missing]
    lines += ["", f"{len(without)} with other errors:", *(f"- {row.name}: {row.error}" for row in without)]
    alone = Counter(row.missing[0] for row in bad if len(row.missing) == 1)
    lines += ["", "Missing alone: " + ", ".join(f"`{name}` {count}" for name, count in alone.most_common())]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    records = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted: list[str] = []
    if options.names is not None:
        named = json.loads(options.names.read_text(encoding="utf-8"))
        wanted = [*named["minif2f_valid_core"], *named["minif2f_valid_shim"]]
    began = time.monotonic()
    rows = asyncio.run(examine_all(records))
    if options.json is not None:
        options.json.write_text(
            json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), encoding="utf-8"
        )
    print(report(rows, wanted, time.monotonic() - began))


if __name__ == "__main__":
    main()
