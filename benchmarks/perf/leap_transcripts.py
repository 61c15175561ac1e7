"""The agent on `benchmarks/leap` with a transcript for a model and a real Lean: what it takes, what sharing saves.

Each file is played twice: with its lemmas in one plan (`shared`), and by plain recursion, where each use of a lemma is
a task of its own (`plain`; left out with `--no-plain`). Reported for each: targets proved, lemmas worked on, calls of
the model and the tokens it wrote (three characters each), wall seconds, seconds of Lean as the agent counts them, CPU
seconds of this process (`own_cpu`: agent, keys, verifier) and of Lean, and `share`, this process's part of all CPU.
Then commits are timed in two made-up plans of `--commits` lemmas. One line a file on standard error, one JSON document
on standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import figures
from transcript import Manner, Played, Recursion, names, play

from prover.agent.leap import Refusal, Sketch, Statement
from prover.agent.leap.plan import Plan
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine


def children_cpu() -> float:
    """CPU seconds of all processes below this one, those that ended and were waited for included (Linux)."""
    times: dict[int, tuple[int, float]] = {}
    tick = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        times[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / tick)
    own = os.getpid()
    below = {own}
    while more := {pid for pid, (parent, _) in times.items() if parent in below} - below:
        below |= more
    ended = os.times()
    return sum(times[pid][1] for pid in below - {own}) + ended.children_user + ended.children_system


async def measured(played: Callable[[], Awaitable[Played]]) -> dict[str, Any]:
    wall, own, lean = time.monotonic(), time.process_time(), children_cpu()
    found = await played()
    wall, own, lean = time.monotonic() - wall, time.process_time() - own, children_cpu() - lean
    counts = {name: getattr(found, name) for name in ("targets", "proved", "refuted", "lemmas", "calls", "tokens")}
    seconds = {"wall": wall, "lean_seconds": found.lean_seconds, "own_cpu": own, "lean_cpu": lean}
    shares = {"share": own / (own + lean) if own + lean else 0.0, "own_cpu_to_wall": own / wall}
    rounded = {name: round(value, 2) for name, value in seconds.items()}
    return counts | rounded | {name: round(value, 4) for name, value in shares.items()} | {"trouble": found.trouble}


async def play_all(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    manner = Manner(close_seconds=options.close, verify=options.verify)
    rows: dict[str, dict[str, Any]] = {}
    async with Pool(EmbeddedEngine.open(bundled("lean_project")), PoolLimits(size=1, spares=0)) as pool:
        async with pool.lease():
            pass  # Lean's start is nobody's overhead.
        for name in options.only or names():
            row = {"shared": await measured(lambda name=name: play(pool, name, manner))}
            if options.plain:
                row["plain"] = await measured(lambda name=name: Recursion(pool, name, manner).play())
            rows[name] = row
            print(json.dumps({"file": name, **row}), file=sys.stderr, flush=True)
    return rows


def totals(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Sums over the files, by way."""
    found: dict[str, Any] = {}
    for way in ("shared", "plain"):
        played = [row[way] for row in rows.values() if way in row]
        if played:
            found[way] = {k: round(sum(p[k] for p in played), 2) for k, v in played[0].items() if k != "trouble"}
            all_cpu = found[way]["own_cpu"] + found[way]["lean_cpu"]
            found[way]["share"] = round(found[way]["own_cpu"] / all_cpu, 4) if all_cpu else 0.0
            found[way]["own_cpu_to_wall"] = round(found[way]["own_cpu"] / found[way]["wall"], 4)
    return found


def commits(size: int, seed: int, reach: int | None) -> dict[str, Any]:
    """Times of commits, in milliseconds, in a plan that grows to `size` lemmas: each decomposition has two new lemmas
    and two known ones, drawn from the next `reach` (None: from all that follow); for every fifth one that would close a
    circle is tried too, and counts apart. `above`: lemmas above the parent, on average."""
    chance, plan = random.Random(seed), Plan()

    def statement(number: int) -> Statement:
        return Statement(f"{number:064x}", f"lemma_{number}", f"theorem lemma_{number} : {number} = {number}")

    plan.target(statement(0))
    taken: list[float] = []
    refused: list[float] = []
    ancestors = 0

    def commit(parent: int, statements: list[Statement]) -> None:
        began = time.perf_counter()
        made = plan.commit(plan.graph.lemmas[parent], statements, Sketch("omega"))
        (refused if isinstance(made, Refusal) else taken).append(1000 * (time.perf_counter() - began))

    parent = 0
    while len(plan.graph.lemmas) < size:
        lemmas = plan.graph.lemmas
        new = [statement(len(lemmas)), statement(len(lemmas) + 1)]
        above = [lemma.statement for lemma in plan.graph.above(lemmas[parent])]
        ancestors += len(above)
        if above and parent % 5 == 0:
            commit(parent, [*new, chance.choice(above)])
        later = [lemma.statement for lemma in lemmas[parent + 1 :][:reach]]
        commit(parent, [*new, *chance.sample(later, min(2, len(later)))])
        parent += 1
    plan.graph.check_invariants()
    return {
        "lemmas": len(plan.graph.lemmas),
        "commits": len(taken),
        "above": round(ancestors / len(taken)),
        "median_ms": round(median(taken), 3),
        "worst_ms": round(max(taken), 3),
        "last_tenth_median_ms": round(median(taken[-max(1, len(taken) // 10) :]), 3),
        "refused": len(refused),
        "refused_median_ms": round(median(refused), 3) if refused else None,
        "refused_worst_ms": round(max(refused), 3) if refused else None,
    }


def _figures(files: int, sums: Mapping[str, Any], graph: Mapping[str, Any]) -> list[figures.Figure]:
    made: list[figures.Figure] = []
    if shared := sums.get("shared"):
        plain, proved = sums.get("plain"), f"{shared['proved']} of {shared['targets']} theorems proved, {files} files"
        ratio = shared["calls"] / plain["calls"] if plain else None
        made.append(
            figures.single("model calls", proved, "", shared["calls"], files, ratio, "plain recursion" if plain else "")
        )
        made.append(figures.single("the agent", "of all CPU", "%", 100 * shared["share"], files))
    for shape, plan in graph.items():
        what = f"in a {shape} plan of {plan['lemmas']:,} lemmas"
        made.append(figures.single("a commit", what, "ms", plan["median_ms"], plan["commits"]))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names(), help="these files alone")
    parser.add_argument("--close", type=float, default=0.0, help="seconds of search on each lemma (0: none)")
    parser.add_argument("--verify", action="store_true", help="have the ladder judge each lemma's proof")
    parser.add_argument("--no-plain", dest="plain", action="store_false", help="leave plain recursion out")
    parser.add_argument("--no-play", dest="play", action="store_false", help="time commits alone")
    parser.add_argument("--commits", type=int, default=5_000, help="lemmas of the made-up plan")
    parser.add_argument("--seed", type=int, default=0)
    figures.add_option(parser)
    options = parser.parse_args()
    rows = asyncio.run(play_all(options)) if options.play else {}
    graph = {shape: commits(options.commits, options.seed, reach) for shape, reach in (("wide", None), ("deep", 10))}
    print(json.dumps({"files": rows, "totals": totals(rows), "commit": graph}, indent=2))
    figures.write(options.json, _figures(len(rows), totals(rows), graph))


if __name__ == "__main__":
    main()
