"""What the portfolio's families of proposals were worth on our own problems (`benchmarks/training`).

`run` searches each problem and writes, a line a problem, what became of it and what each family was tried for, closed,
brought into the proof, and cost in heartbeats. `learn` adds such lines up into the data file the portfolio reads
(`prover/generate/priors.json`). `compare` says how many of the same problems two runs solved.

    python benchmarks/perf/learn_priors.py run -o all.jsonl --priors hand
    python benchmarks/perf/learn_priors.py learn all.jsonl -o half.json --part learn
    python benchmarks/perf/learn_priors.py run -o held.jsonl --priors half.json --part held
    python benchmarks/perf/learn_priors.py compare all.jsonl held.jsonl
    python benchmarks/perf/learn_priors.py learn all.jsonl -o prover/generate/priors.json

A family's attempts are counted in searches that found a proof; an attempt worked when it closed a goal or is a step of
the proof. Problems are parted by a hash of their names, so that what is learned can be judged on others. Searches end
by heartbeats (unit of `maxHeartbeats`), the seconds only end what hangs: `cut` counts those.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trial import RootOnly, interval, trial

from prover.core.budget import Budget
from prover.core.errors import LeanProcessError
from prover.generate import Portfolio
from prover.generate.priors import HAND_SET, Count, blended, read_counts
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.search import Settings

TRAINING = Path(__file__).parents[1] / "training"


@dataclass(frozen=True)
class Problem:
    """A statement with the definitions it needs, as Lean text."""

    topic: str
    name: str
    grade: int
    text: str

    @property
    def part(self) -> str:
        """`learn` or `held`, by a hash of the name."""
        return "held" if hashlib.sha256(f"{self.topic}/{self.name}".encode()).digest()[0] % 2 else "learn"


def problems() -> list[Problem]:
    found: list[Problem] = []
    for line in (TRAINING / "statements.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        file = TRAINING / f"{record['topic']}.lean"
        definitions = file.read_text(encoding="utf-8") if file.exists() else ""
        statement = f"theorem {record['topic']}_{record['name']} {record['statement']} := by\n  sorry\n"
        found.append(Problem(record["topic"], record["name"], record["grade"], f"{definitions}\n{statement}"))
    return found


class Ledger:
    """Adds up what the events of a search say about families."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.heartbeats: Counter[str] = Counter()

    def __call__(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "TacticTried":
            family = payload["source"].removeprefix("portfolio/")
            self.tried[family] += 1
            self.closed[family] += payload["outcome"] == "Solved"
            self.heartbeats[family] += payload.get("heartbeats", 0)
        elif kind == "SearchEnded":
            # Steps that closed a goal are among the closed already.
            self.used.update(s["source"].removeprefix("portfolio/") for s in payload["proof"] if s["children"])

    @property
    def families(self) -> dict[str, dict[str, int]]:
        return {
            family: {
                "tried": self.tried[family],
                "worked": self.closed[family] + self.used[family],
                "heartbeats": self.heartbeats[family],
            }
            for family in sorted(self.tried)
        }


async def solve(pool: Pool, problem: Problem, portfolio: Portfolio, options: argparse.Namespace) -> dict[str, Any]:
    ledger = Ledger()
    result = await trial(
        pool,
        problem.text,
        portfolio,
        Budget(heartbeats=options.heartbeats, seconds=options.seconds),
        Settings(shorten_seconds=0),
        frontier=(lambda graph, _: RootOnly(graph)) if options.single else "best",
        observer=ledger,
    )
    counts = result.statistics
    return {
        "topic": problem.topic,
        "name": problem.name,
        "grade": problem.grade,
        "part": problem.part,
        "solved": result.solved and result.checked,
        "stop": result.stop,
        "heartbeats": counts.heartbeats,
        "expansions": counts.expansions,
        "seconds": round(result.seconds, 2),
        "script": result.script,
        "families": ledger.families,
    }


def table(priors: str) -> Mapping[str, float]:
    return HAND_SET if priors == "hand" else blended(read_counts(Path(priors).read_text(encoding="utf-8")))


async def run(options: argparse.Namespace) -> None:
    portfolio = Portfolio(priors=table(options.priors))
    wanted = [p for p in problems() if options.part in ("all", p.part)][options.offset :: options.every]
    engine = EmbeddedEngine.open(bundled("lean_project"))
    with options.output.open("w", encoding="utf-8") as output:
        async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
            for problem in wanted:
                try:
                    item = await solve(pool, problem, portfolio, options)
                except (LeanProcessError, ValueError) as error:
                    print(f"{problem.topic}/{problem.name}: {error}", file=sys.stderr)
                    continue
                output.write(json.dumps(item, ensure_ascii=False) + "\n")
                output.flush()
                print(
                    f"{item['solved']:d} {item['seconds']:6.1f} s {item['heartbeats']:7d} "
                    f"{problem.topic}/{problem.name} {item['stop']}",
                    file=sys.stderr,
                )


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def learn(options: argparse.Namespace) -> None:
    items = [i for i in read_lines(options.runs) if i["solved"] and options.part in ("all", i["part"])]
    total: dict[str, Count] = {}
    for item in items:
        for family, count in item["families"].items():
            total[family] = total.get(family, Count()).plus(Count(**count))
    document = {
        "made_by": "benchmarks/perf/learn_priors.py",
        "from": f"searches that found a proof of statements of benchmarks/training ({options.part})",
        "searches": len(items),
        "settings": {"frontier": "best", "priors": "hand-set", "engine": "embedded Lean, core only"},
        "families": {
            f: {"tried": c.tried, "worked": c.worked, "heartbeats": c.heartbeats} for f, c in sorted(total.items())
        },
    }
    options.output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def compare(options: argparse.Namespace) -> None:
    """Problems both runs worked on: solved by each, and the 95 % bootstrap interval of the difference."""
    first, second = ({(i["topic"], i["name"]): i for i in read_lines(p)} for p in (options.first, options.second))
    both = sorted(first.keys() & second.keys())
    differences = [second[k]["solved"] - first[k]["solved"] for k in both]
    solved = [k for k in both if first[k]["solved"] and second[k]["solved"]]
    document = {
        "problems": len(both),
        "solved": [sum(run[k]["solved"] for k in both) for run in (first, second)],
        "difference": sum(differences),
        "difference_interval": interval(differences),
        "solved_by_both": len(solved),
        "heartbeats_where_both": [sum(run[k]["heartbeats"] for k in solved) for run in (first, second)],
        "expansions_where_both": [sum(run[k]["expansions"] for k in solved) for run in (first, second)],
        "cut": [sum(run[k]["stop"] == "budget_seconds" for k in both) for run in (first, second)],
        "only_first": ["/".join(k) for k in both if first[k]["solved"] > second[k]["solved"]],
        "only_second": ["/".join(k) for k in both if first[k]["solved"] < second[k]["solved"]],
    }
    print(json.dumps(document, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run")
    one.add_argument("-o", "--output", type=Path, required=True)
    one.add_argument("--priors", default="hand", help="`hand`, or a data file made by `learn`")
    one.add_argument("--part", choices=("all", "learn", "held"), default="all")
    one.add_argument("--heartbeats", type=int, default=20_000)
    one.add_argument("--seconds", type=float, default=60.0)
    one.add_argument("--every", type=int, default=1)
    one.add_argument("--offset", type=int, default=0)
    one.add_argument("--single", action="store_true", help="single calls: candidates for the whole statement only")
    two = commands.add_parser("learn")
    two.add_argument("runs", type=Path)
    two.add_argument("-o", "--output", type=Path, required=True)
    two.add_argument("--part", choices=("all", "learn", "held"), default="all")
    three = commands.add_parser("compare")
    three.add_argument("first", type=Path)
    three.add_argument("second", type=Path)
    options = parser.parse_args()
    if options.command == "run":
        asyncio.run(run(options))
    elif options.command == "learn":
        learn(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
