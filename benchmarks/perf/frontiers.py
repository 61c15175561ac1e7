"""Frontiers compared at equal heartbeats, with the same candidates (the portfolio's).

Ways: every frontier; best-first without transpositions, without splitting, without both; `root only` (the portfolio's
candidates for the whole statement, nothing after them); `single calls` (the fixed list of automation calls of
`core_statements.py`, each alone). Each gets `--heartbeats` a statement (unit of `maxHeartbeats`); `--seconds` is only
there to end what hangs, and `cut` counts the searches it ended. "Solved": tactic mode accepted the script in one piece;
nothing is verified here. With `--shorten SECONDS` proofs are made shorter, and each way says how much that brought
(`shortened`, over the proofs that took more than one tactic); heartbeats are those of the search.

`--data FILE.jsonl`: a set in a format of `statements.py`; without it a few statements of our own. Prints one JSON
document; for each way the number solved, with a 95 % bootstrap interval, the same for the difference to best-first
(paired by statement), and the share of Python in all CPU seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
from typing import Any

import figures
from core_statements import SINGLE_CALLS, core_index, shortening
from statements import Statement, add_arguments, chosen
from trial import RootOnly, interval, trial

from prover.core.budget import Budget
from prover.core.errors import LeanProcessError
from prover.generate import Portfolio, Scripted
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.retrieve import Shelf
from prover.search import FRONTIERS, Settings

#: How each way differs from the default: the frontier, the settings.
WAYS: dict[str, tuple[Any, dict[str, Any]]] = {
    **{name: (name, {}) for name in FRONTIERS},
    "best, no transpositions": ("best", {"merge": False}),
    "best, no splitting": ("best", {"split": False}),
    "best, neither": ("best", {"merge": False, "split": False}),
    "root only": (lambda graph, guide: RootOnly(graph), {}),
    "single calls": (lambda graph, guide: RootOnly(graph), {}),
}


async def solve(
    pool: Pool, statement: Statement, way: str, shelf: Shelf, options: argparse.Namespace
) -> dict[str, Any]:
    generator = Scripted(lambda _: SINGLE_CALLS) if way == "single calls" else Portfolio()
    frontier, changes = WAYS[way]
    result = await trial(
        pool,
        statement.text,
        generator,
        Budget(heartbeats=options.heartbeats, seconds=options.seconds),
        Settings(seed=options.seed, shorten_seconds=options.shorten, **changes),
        frontier=frontier,
        retrieve=shelf,
    )
    counts = result.statistics
    return {
        "solved": result.solved and result.checked,
        "stop": result.stop,
        "heartbeats": counts.heartbeats,
        "expansions": counts.expansions,
        "seconds": round(result.seconds, 2),
        "size": result.proof.size if result.proof else None,
        "proof": counts.proof,
        "scripts": [result.first_script, result.script],
    }


async def compare(statements: list[Statement], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    found: dict[str, dict[str, Any]] = {way: {} for way in options.ways}
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        shelf = Shelf(await core_index(pool))
        for statement in statements:
            name = statement.name
            for way in options.ways:
                try:
                    found[way][name] = await solve(pool, statement, way, shelf, options)
                except (LeanProcessError, ValueError) as error:
                    found[way][name] = {"solved": False, "stop": f"error: {error}", "heartbeats": 0, "seconds": 0.0}
                item = found[way][name]
                print(f"{item['solved']:d} {item['seconds']:6.1f} s {way:24s} {name} {item['stop']}", file=sys.stderr)
    return found


def summary(way: str, items: dict[str, Any], baseline: dict[str, Any]) -> dict[str, Any]:
    solved = [int(item["solved"]) for item in items.values()]
    behind = [int(items[name]["solved"]) - int(baseline[name]["solved"]) for name in items]
    return {
        "way": way,
        "solved": sum(solved),
        "of": len(solved),
        "interval": interval(solved),
        "difference": sum(behind),
        "difference_interval": interval(behind),
        "cut": sum(item["stop"] == "budget_seconds" for item in items.values()),
        "heartbeats": sum(item["heartbeats"] for item in items.values()),
        "proof_steps": sum(item.get("size") or 0 for item in items.values()),
        "shortened": shortening(items.values()),
    }


def _figures(document: dict[str, Any]) -> list[figures.Figure]:
    made: list[figures.Figure] = []
    for way in document["ways"]:
        what = f"solved of {way['of']}, {document['heartbeats']:,} heartbeats each"
        made.append(figures.single(way["way"], what, "", way["solved"], way["of"]))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--heartbeats", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--shorten", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    figures.add_option(parser)
    options = parser.parse_args()
    statements = chosen(options)
    found = asyncio.run(compare(statements, options))
    python = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    lean = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    baseline = found.get("best") or next(iter(found.values()))
    document: dict[str, Any] = {
        "heartbeats": options.heartbeats,
        "ways": [summary(way, items, baseline) for way, items in found.items()],
        "python_cpu_seconds": round(python, 1),
        "lean_cpu_seconds": round(lean, 1),
        "python_share": round(python / (python + lean), 4),
        "items": found,
    }
    print(json.dumps(document, indent=1))
    figures.write(options.json, _figures(document))


if __name__ == "__main__":
    main()
