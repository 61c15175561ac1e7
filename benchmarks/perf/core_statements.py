"""Statements that need only ℕ, ℤ and core Lean, each given to `prove` with a time limit: how many are proved.

`--data FILE.jsonl`: a set in a format of `statements.py`; without it a few statements of our own. What does not
elaborate is counted apart and not tried. "Proved" is the ladder's verdict. `--single`: also each of a fixed list of
automation calls alone on the statement, 20 s and 200,000 heartbeats a call, in the same run. `--without-same`: no proof
may use a declaration of the library that says the same as the statement (equal up to the names of bound variables). One
line an item on standard error, one JSON document on standard output; with it the share of Python in all CPU seconds,
and how much shorter the proofs of more than one tactic became.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterable
from typing import Any

import figures
from statements import Statement, add_arguments, chosen

from prover.agent import FillOptions, Target
from prover.agent.fill import fill
from prover.agent.ladder_judge import LadderJudge
from prover.agent.solver import SearchSolver
from prover.core.errors import LeanProcessError
from prover.core.outcome import Solved
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.lean.source import SourceFile
from prover.retrieve import Index, library

#: What a person tries first; each alone on the whole statement.
SINGLE_CALLS = (
    "decide",
    "omega",
    "simp",
    "simp_all",
    "grind",
    "simp +arith",
    "intros; omega",
    "intros; grind",
)

#: Loops are written out: on the embedded engine those of the library cannot be compiled anew.
_SAME = """
open Lean

partial def spelled (name : Name) : String :=
  match name with
  | .anonymous => ""
  | .str .anonymous last => last
  | .str before last => spelled before ++ "." ++ last
  | .num before _ => spelled before

partial def same_as (wanted : Expr) (module : ModuleData) (at_ : Nat) (found : String) : String :=
  if h : at_ < module.constants.size then
    let info := module.constants[at_]
    let says := info.type.hash == wanted.hash && info.type == wanted
    same_as wanted module (at_ + 1) (if says then found ++ " " ++ spelled info.name else found)
  else found

partial def same_in (wanted : Expr) (env : Environment) (at_ : Nat) (found : String) : String :=
  if h : at_ < env.header.moduleData.size then
    same_in wanted env (at_ + 1) (same_as wanted env.header.moduleData[at_] 0 found)
  else found

#eval show Elab.Command.CommandElabM String from do
  let env ← getEnv
  match env.find? `{name} with
  | some info => return same_in info.type env 0 "same:"
  | none => return ""
"""


async def opened(pool: Pool, statement: Statement) -> str | None:
    """Why a statement cannot be tried; None when it elaborates with one hole."""
    async with pool.lease(("Init",)) as worker:
        try:
            found = await worker.elaborate(worker.env, statement.text, holes=True, wall_seconds=60)
        except LeanProcessError as error:
            return error.code
        if found.errors:
            return found.errors[0].text.split("\n")[0]
        return None if len(found.holes) == 1 else f"{len(found.holes)} holes"


async def single_call(pool: Pool, statement: Statement) -> str | None:
    """The first of the single calls that proves the statement."""
    for call in SINGLE_CALLS:
        try:
            async with pool.lease(("Init",)) as worker:
                elaborated = await worker.elaborate(worker.env, statement.text, holes=True, wall_seconds=60)
                state = elaborated.holes[0].state
                assert state is not None
                async for _, outcome in worker.apply(state, [call], heartbeats=200_000, wall_seconds=20):
                    if isinstance(outcome, Solved):
                        return call
        except LeanProcessError:
            continue
    return None


async def same_statements(pool: Pool, statement: Statement) -> tuple[str, ...]:
    """The library's declarations that say what `statement` says."""
    text = statement.text + _SAME.replace("{name}", statement.name)
    async with pool.lease(("Lean",)) as worker:
        found = await worker.elaborate(worker.env, text, wall_seconds=120)
    told = [m.text.strip('"').split() for m in found.messages if m.text.startswith('"same:')]
    if len(told) != 1:
        raise ValueError(f"{statement.name}: {[m.text for m in found.messages]}")
    return tuple(told[0][1:])


async def core_index(pool: Pool) -> Index:
    """The theorems that a file without imports sees."""
    async with pool.lease(("Init",)) as worker:
        return await library(worker, pool.engine)


async def prove_one(
    pool: Pool, statement: Statement, solver: SearchSolver, options: argparse.Namespace
) -> dict[str, Any]:
    problem = await opened(pool, statement)
    if problem is not None:
        return {"name": statement.name, "verdict": "not elaborated", "proved": False, "problem": problem}
    item: dict[str, Any] = {"name": statement.name}
    if options.single:
        item["single"] = await single_call(pool, statement)
    source = SourceFile(statement.name, statement.text.encode())
    filling = FillOptions(seconds=options.seconds, refute_share=0.0 if options.no_refute else 0.1)
    began = time.monotonic()
    result = await fill(source, Target(statement.name), pool, solver, LadderJudge(pool), filling)
    target = result.targets[0]
    return item | {
        "verdict": target.verdict.code,
        "proved": target.proved,
        "scripts": target.scripts,
        "search_seconds": round(target.seconds, 2),
        "seconds": round(time.monotonic() - began, 2),
        "statistics": target.statistics,
    }


async def prove_all(statements: list[Statement], options: argparse.Namespace) -> list[dict[str, Any]]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    avoid: dict[str, tuple[str, ...]] = {}
    if options.without_same:
        async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
            avoid = {s.name: await same_statements(pool, s) for s in statements}
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        theorems = await core_index(pool)
    queue = list(enumerate(statements))
    done: dict[int, dict[str, Any]] = {}

    async def work(pool: Pool) -> None:
        while queue:
            index, statement = queue.pop(0)
            without = avoid.get(statement.name, ())
            item = await prove_one(pool, statement, SearchSolver(avoid=without, index=theorems), options)
            done[index] = item | {"without": without}
            seconds = item.get("search_seconds", 0.0)
            single = f" ({item['single']})" if item.get("single") else ""
            print(f"{len(done):3d} {item['verdict']:15s} {seconds:6.1f} s {item['name']}{single}", file=sys.stderr)

    async with Pool(engine, PoolLimits(size=options.jobs + 2, spares=1)) as pool, asyncio.TaskGroup() as group:
        for _ in range(options.jobs):
            group.create_task(work(pool))
    return [done[index] for index in range(len(statements))]


def summary(items: list[dict[str, Any]], options: argparse.Namespace) -> dict[str, Any]:
    tried = [item for item in items if item["verdict"] != "not elaborated"]
    proved = [item for item in tried if item["proved"]]
    own = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    lean = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return {
        "statements": len(items),
        "elaborated": len(tried),
        "proved": len(proved),
        "single": sum(item["single"] is not None for item in tried) if options.single else None,
        "limit_seconds": options.seconds,
        "median_seconds": statistics.median(item["search_seconds"] for item in proved) if proved else None,
        "python_share": round(own / (own + lean), 4),
        "shortened": shortening(item["statistics"] for item in proved if item.get("statistics")),
    }


def shortening(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What became of the proofs of several tactics: medians of length after / length before."""
    proofs = [item["proof"] for item in items if item.get("proof", {}).get("tactics_found", 0) > 1]
    found: dict[str, Any] = {"proofs": len(proofs)}
    for unit in ("tactics", "characters") if proofs else ():
        before, after = ([proof[name] for proof in proofs] for name in (f"{unit}_found", unit))
        found[unit] = [sum(before), sum(after)]
        found[f"median_{unit}"] = round(statistics.median(b / a for a, b in zip(before, after, strict=True)), 3)
    return found


def _figures(report: dict[str, Any]) -> list[figures.Figure]:
    count, proved = report["elaborated"], report["proved"]
    made = [figures.single("proved", f"of {count}, verified, {report['limit_seconds']:g} s each", "", proved, count)]
    if proved:
        made.append(figures.single("search", "of those proved", "s", report["median_seconds"], proved))
    made.append(figures.single("Python", "of all CPU", "%", 100 * report["python_share"], count))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--no-refute", action="store_true")
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--without-same", action="store_true")
    figures.add_option(parser)
    options = parser.parse_args()
    items = asyncio.run(prove_all(chosen(options), options))
    report = summary(items, options)
    print(json.dumps(report | {"items": items}, indent=1))
    figures.write(options.json, _figures(report))


if __name__ == "__main__":
    main()
