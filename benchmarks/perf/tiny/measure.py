"""What the tactics of a tiny model (`train.py`) are worth: how many Lean accepts, how many statements a search proves.

    python benchmarks/perf/tiny/measure.py DIR

Searches for the statements of `benchmarks/training` that were held out from training (`--part`), with nothing but the
model's samples, few to a goal. `accepted`: of the distinct samples that Lean was given, those that closed their goal or
led on; `roots`: the same for the statements themselves. For comparison `--without` samples from a random choice among
the tactics that stand in the training pairs, as often as they stand there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from learn_priors import problems
from train import SEPARATOR, pairs
from trial import trial

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError
from prover.generate import Request
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.model import Answer, LanguageModel, Query, Sampling
from prover.model.hf import HfModel
from prover.search import Settings


class Sampler:
    """Proposes what the model says to a state. `samples` counts what it wrote, repetitions included."""

    def __init__(self, model: LanguageModel, n: int, temperature: float) -> None:
        self.model = model
        self.sampling = Sampling(n=n, temperature=temperature, max_tokens=48)
        self.samples = 0

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        asked = [r for r in requests if r.draw == 0]
        answers = iter(await self.model.answer([Query(f"{r.state}{SEPARATOR}", sampling=self.sampling) for r in asked]))
        return [self.read(next(answers)) if r.draw == 0 else [] for r in requests]

    def read(self, answer: Answer | Exception) -> list[Candidate]:
        if not isinstance(answer, Answer):
            return []
        self.samples += len(answer.samples)
        best: dict[str, float] = {}
        for sample in answer.samples:
            if sample.finish == "stop" and sample.text:
                best[sample.text] = sample.log_probability or 0.0
        ranked = sorted(best.items(), key=lambda item: -item[1])
        return [Candidate(text, belief, "model") for text, belief in ranked]


class Blind(Sampler):
    """Proposes what is often right, whatever the state."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.samples = 0
        self.chance = random.Random(0)
        self.tactics = [tactic for _, tactic in pairs("learn")]

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        return [self.drawn() if r.draw == 0 else [] for r in requests]

    def drawn(self) -> list[Candidate]:
        self.samples += self.n
        return [Candidate(t, -1.0, "blind") for t in dict.fromkeys(self.chance.choices(self.tactics, k=self.n))]


async def run(options: argparse.Namespace) -> dict[str, Any]:
    sampler = (
        Blind(options.n) if options.without else Sampler(HfModel.load(options.model), options.n, options.temperature)
    )
    every: Counter[str] = Counter()
    roots: Counter[str] = Counter()
    proved: list[str] = []
    wanted = [p for p in problems() if p.part == options.part][:: options.every]

    def listen(kind: str, payload: dict[str, Any]) -> None:
        if kind == "TacticTried":
            every[payload["outcome"]] += 1
            if payload["node"] == 0:
                roots[payload["outcome"]] += 1

    async with Pool(EmbeddedEngine.open(bundled("lean_project")), PoolLimits(size=1, spares=0)) as pool:
        for problem in wanted:
            budget = Budget(expansions=options.expansions, seconds=30)
            settings = Settings(candidates=options.n, width=options.n, window=1e9, shorten_seconds=0)
            try:
                result = await trial(pool, problem.text, sampler, budget, settings, observer=listen)
            except (LeanProcessError, ValueError) as error:
                print(f"{problem.topic}/{problem.name}: {error}", file=sys.stderr)
                continue
            if result.solved and result.checked:
                proved.append(f"{problem.topic}/{problem.name}")

    def share(counts: Counter[str]) -> dict[str, Any]:
        accepted = counts["Solved"] + counts["Progress"]
        return dict(counts) | {"tried": counts.total(), "accepted": round(accepted / max(1, counts.total()), 3)}

    return {
        "statements": len(wanted),
        "samples": sampler.samples,
        "all": share(every),
        "roots": share(roots),
        "proved": len(proved),
        "names": proved,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder that train.py wrote")
    parser.add_argument("--part", choices=("held", "learn"), default="held")
    parser.add_argument("--n", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--expansions", type=int, default=12)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--without", action="store_true")
    print(json.dumps(asyncio.run(run(parser.parse_args())), ensure_ascii=False))


if __name__ == "__main__":
    main()
