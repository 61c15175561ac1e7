"""Pairs (state, tactic) on which the tiny model of the engines' tests is trained: `pairs.jsonl` beside this file.

    python benchmarks/perf/tiny/pairs.py -o benchmarks/perf/tiny/pairs.jsonl

Each statement of `benchmarks/training` is searched for `--rounds` times with portfolio and real Lean; from the second
round on, the portfolio's beliefs are shaken (by a seed), so that other tactics come first. Kept is every tactic that
closed its goal, or that left goals which were all closed in the end; a line says which statement it comes from and
whether that statement is held out from training (`part`, by a hash of its name). States and tactics that are long are
left out: the model is tiny.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from learn_priors import Problem, problems
from trial import trial

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError
from prover.generate import Portfolio, Request
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.search import Settings

LONGEST_STATE = 360
LONGEST_TACTIC = 72
SHAKE = 3.0


class Shaken:
    """The portfolio with noise on its beliefs, the same noise whenever the same is asked."""

    def __init__(self, seed: int) -> None:
        self.portfolio = Portfolio()
        self.seed = seed

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        return [self.shaken(request) for request in requests]

    def shaken(self, request: Request) -> list[Candidate]:
        chance = random.Random(f"{self.seed} {request.state.fingerprint} {request.goal}")
        candidates = self.portfolio.propose(request)
        if self.seed:
            moved = [replace(c, log_probability=c.log_probability - chance.uniform(0, SHAKE)) for c in candidates]
            candidates = sorted(moved, key=lambda c: -c.log_probability)
        return candidates


class Listener:
    """Remembers the goals of a search and what worked on them."""

    def __init__(self) -> None:
        self.goals: dict[int, str] = {}
        self.closing: list[tuple[int, str]] = []
        self.steps: list[tuple[int, str, list[int]]] = []

    def __call__(self, kind: str, payload: dict[str, Any]) -> None:
        match kind:
            case "NodeOpened":
                self.goals[payload["node"]] = payload["goal"]
            case "TacticTried" if payload["outcome"] == "Solved":
                self.closing.append((payload["node"], payload["tactic"]))
            case "EdgeAdded" if payload["tactic"] and payload["children"]:
                self.steps.append((payload["node"], payload["tactic"], payload["children"]))
            case _:
                pass

    def pairs(self) -> Iterable[tuple[str, str]]:
        done = {node for node, _ in self.closing}
        while more := {n for n, _, children in self.steps if n not in done and done.issuperset(children)}:
            done |= more
        steps = [(node, tactic) for node, tactic, children in self.steps if done.issuperset(children)]
        return ((self.goals[node], tactic) for node, tactic in [*self.closing, *steps])


async def found(pool: Pool, problem: Problem, seed: int, options: argparse.Namespace) -> list[tuple[str, str]]:
    listener = Listener()
    budget = Budget(heartbeats=options.heartbeats, seconds=options.seconds)
    await trial(pool, problem.text, Shaken(seed), budget, Settings(shorten_seconds=0), observer=listener)
    return list(listener.pairs())


async def run(options: argparse.Namespace) -> None:
    kept: dict[Problem, dict[tuple[str, str], None]] = defaultdict(dict)
    engine = EmbeddedEngine.open(bundled("lean_project"))
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        for seed in range(options.rounds):
            for problem in problems()[:: options.every]:
                try:
                    pairs = await found(pool, problem, seed, options)
                except (LeanProcessError, ValueError) as error:
                    print(f"{problem.topic}/{problem.name}: {error}", file=sys.stderr)
                    continue
                short = [(s, t) for s, t in pairs if len(s) <= LONGEST_STATE and len(t) <= LONGEST_TACTIC]
                kept[problem].update(dict.fromkeys((s, t) for s, t in short if "\n" not in t))
            print(f"round {seed}: {sum(map(len, kept.values()))} pairs", file=sys.stderr)
            write(kept, options.output)


def write(kept: dict[Problem, dict[tuple[str, str], None]], output: Path) -> None:
    with output.open("w", encoding="utf-8") as lines:
        for problem in problems():
            for state, tactic in kept.get(problem, {}):
                of = {"of": f"{problem.topic}/{problem.name}", "part": problem.part}
                lines.write(json.dumps({"state": state, "tactic": tactic, **of}, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--heartbeats", type=int, default=4_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--every", type=int, default=1)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
