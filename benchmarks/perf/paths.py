"""Whole proofs with one wrong step: how soon what is good in them, with the portfolio, ends in a proof.

First the portfolio proves the statements, `--limit` heartbeats each; proofs of `--least` lines or more are the
references (`--proofs FILE.json`, from names to scripts, gives others; `whole_proofs.json` are 13 written by hand). In
each, one line, drawn by `--seed`, is replaced by a tactic that fails. Then each statement is searched by the portfolio
alone (`alone`), with the damaged script offered once at the root (`path`), and with the same script where scripts are
not cut (`whole`). Reported are the heartbeats until the proof, those for the script included, and how many were proved
within each of `--within`. One line a statement on standard error, one JSON document on standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import figures
from statements import Statement, add_arguments, chosen
from trial import interval, trial

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.generate import Portfolio, Request
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.search import SearchResult, Settings

_WRONG = "rw [Nat.no_such_theorem]"
#: What stands before the tactic of a line.
_LEAD = re.compile(r"\s*(?:·\s|\|[^|]*?=>\s|(?:have|suffices)\b.*\bby\s(?=\S))?\s*")
_SETTINGS = Settings(shorten_heartbeats=0)


class WithScript:
    """The portfolio, with a script before what it proposes for the first goal it is asked about."""

    def __init__(self, text: str, *, script: bool) -> None:
        self._portfolio = Portfolio()
        self._candidate: Candidate | None = Candidate(text, -0.1, "damaged", effort=1, script=script)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        found = await self._portfolio.generate(requests)
        if self._candidate is not None:
            found[0] = [self._candidate, *found[0]]
            self._candidate = None
        return found


def damaged(script: str, chance: random.Random) -> str:
    """The script with one of its tactics replaced; never the head of an arm or what goes on from the line before."""
    lines = script.split("\n")
    places = [i for i, line in enumerate(lines) if not line.rstrip().endswith(("=>", " by", ",", "with"))]
    at = chance.choice(places)
    lead = _LEAD.match(lines[at])
    assert lead is not None
    lines[at] = lead[0] + _WRONG
    return "\n".join(lines)


async def references(pool: Pool, statements: Sequence[Statement], options: argparse.Namespace) -> dict[str, str]:
    if options.proofs is not None:
        return json.loads(options.proofs.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for statement in statements:
        result = await attempt(pool, statement, Portfolio(), options.limit)
        if result.script is not None and result.checked and result.script.count("\n") + 1 >= options.least:
            found[statement.name] = result.script
    return found


async def attempt(pool: Pool, statement: Statement, generator: Any, heartbeats: int) -> SearchResult:
    return await trial(pool, statement.text, generator, Budget(heartbeats=heartbeats, seconds=120), _SETTINGS)


def took(result: SearchResult) -> int | None:
    """Heartbeats until the proof, None where there is none."""
    return result.statistics.heartbeats if result.solved else None


async def run(options: argparse.Namespace) -> dict[str, Any]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    chance = random.Random(options.seed)
    rows: list[dict[str, Any]] = []
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        statements = chosen(options)
        known = await references(pool, statements, options)
        for statement in (s for s in statements if s.name in known):
            alone = took(await attempt(pool, statement, Portfolio(), options.limit))
            for script in [damaged(known[statement.name], chance) for _ in range(options.times)]:
                row: dict[str, Any] = {"name": statement.name, "lines": script.count("\n") + 1, "alone": alone}
                for way, cut in (("path", True), ("whole", False)):
                    row[way] = took(await attempt(pool, statement, WithScript(script, script=cut), options.limit))
                rows.append(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
    return {"statements": len(statements), "references": len(known), **summary(rows, options.within), "rows": rows}


def summary(rows: Sequence[dict[str, Any]], within: Sequence[int]) -> dict[str, Any]:
    """Proofs within so many heartbeats, with the 95 % interval of the difference; what a proof took, by ratio."""
    counts: list[dict[str, Any]] = []
    for heartbeats in within:
        proved = {way: [int((row[way] or inf) <= heartbeats) for row in rows] for way in ("alone", "path", "whole")}
        gain = [a - b for a, b in zip(proved["path"], proved["alone"], strict=True)]
        sums = {way: sum(values) for way, values in proved.items()}
        counts.append({"within": heartbeats, **sums, "path_minus_alone": interval(gain)})
    both = [row["path"] / row["alone"] for row in rows if row["path"] and row["alone"]]
    ratios = {"both": len(both), "median_ratio": round(median(both), 3) if both else None}
    return {"proved": counts, "path_to_alone": ratios}


def _figures(report: dict[str, Any]) -> list[figures.Figure]:
    count, last, ratio = len(report["rows"]), report["proved"][-1], report["path_to_alone"]
    what = f"proved of {count} within {last['within']:,} heartbeats"
    made = [figures.single(way, what, "", last[way], count) for way in ("alone", "path", "whole")]
    if ratio["both"]:
        made.append(
            figures.single(
                "heartbeats to a proof", "with a damaged one", "x", ratio["median_ratio"], ratio["both"], to="alone"
            )
        )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.set_defaults(data=Path(__file__).parent.parent / "training" / "statements.jsonl")
    parser.add_argument("--limit", type=int, default=10_000, help="heartbeats of a search")
    parser.add_argument("--least", type=int, default=3, help="lines of a proof that is damaged")
    parser.add_argument("--proofs", type=Path, help="JSON from names to proofs to damage")
    parser.add_argument("--within", type=int, nargs="+", default=[100, 300, 1_000, 3_000, 10_000])
    parser.add_argument("--times", type=int, default=1, help="how often each proof is damaged")
    parser.add_argument("--seed", type=int, default=0)
    figures.add_option(parser)
    options = parser.parse_args()
    report = asyncio.run(run(options))
    print(json.dumps(report, indent=2))
    if not report["rows"]:
        sys.exit(f"nothing to damage: no proof of {options.least} lines was found; raise --limit or --first")
    figures.write(options.json, _figures(report))


if __name__ == "__main__":
    main()
