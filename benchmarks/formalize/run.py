"""How well statements are examined and compared, on pairs of our own: words, a good statement, spoiled and equal ones.

    python benchmarks/formalize/run.py [--only ID ...] [--seconds 6] [--json]

Prints for each fault the share of spoiled statements that get the doubt expected (and any damning one), how many good
statements have a damning doubt (there must be none: exit code 1 otherwise) or another, and of the statements that say
the same how many are shown to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from prover.api.workplace import Workplace
from prover.formalize.draft import Draft
from prover.formalize.equivalence import compare
from prover.formalize.examined import Examined
from prover.formalize.fidelity import FidelityLimits, examine
from prover.formalize.outcome import MILD
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine

PAIRS = Path(__file__).with_name("pairs.jsonl")


async def measure(pairs: list[dict[str, Any]], seconds: float, *, quiet: bool) -> dict[str, Any]:
    """Examines every statement of the pairs; `seconds`: of each search for a counterexample."""
    limits = FidelityLimits(refuting_seconds=seconds)
    faults: dict[str, Counter[str]] = defaultdict(Counter)
    good, doubted, damned = 0, list[str](), list[str]()
    missed, unshown, wrong = list[str](), list[str](), list[str]()
    same = shown = 0
    began = time.monotonic()
    async with Pool(EmbeddedEngine.open(bundled("lean_project")), PoolLimits(size=2, spares=0)) as pool:
        place = Workplace(pool)
        for pair in pairs:
            one = await _examined(place, pair, pair["good"], limits)
            good += 1
            others = [d for d in one.doubts if not d.damning and d.concern not in MILD]
            damned += [f"{pair['id']}: {d.concern.value}: {d.detail}" for d in one.doubts if d.damning]
            doubted += [f"{pair['id']}: {d.concern.value}: {d.detail}" for d in others]
            if not one.elaborates:
                damned.append(f"{pair['id']}: it does not elaborate: {one.errors[0].text}")
            for spoiled in pair["spoiled"]:
                bad = await _examined(place, {**pair, **spoiled}, spoiled["statement"], limits)
                concerns = {d.concern.value for d in bad.doubts}
                count = faults[spoiled["fault"]]
                count["all"] += 1
                count["expected"] += spoiled["concern"] in concerns
                count["damned"] += bad.damned
                count["doubted"] += any(d.concern not in MILD for d in bad.doubts)
                if spoiled["concern"] not in concerns:
                    why = bad.errors[0].text if bad.errors else ", ".join(sorted(concerns)) or "nothing"
                    missed.append(f"{pair['id']}: {spoiled['statement']}: {spoiled['concern']} expected, {why} found")
            equal = [await _examined(place, pair, text, limits) for text in pair["same"]]
            other = [await _examined(place, pair, text, limits) for text in pair["other"]]
            found = await compare(place, [one, *equal, *other])
            for number, text in enumerate(pair["same"], start=1):
                same += 1
                shown += found.same(0, number)
                unshown += [] if found.same(0, number) else [f"{pair['id']}: {text}"]
            for number in range(len(equal) + 1, len(equal) + 1 + len(other)):
                wrong += [f"{pair['id']}: {pair['other'][number - len(equal) - 1]}"] if found.same(0, number) else []
            if not quiet:
                print(f"{pair['id']} {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {
        "pairs": good,
        "faults": {name: dict(count) for name, count in sorted(faults.items())},
        "spoiled": dict(sum(faults.values(), Counter[str]())),
        "good_damned": damned,
        "good_doubted": doubted,
        "same": same,
        "shown": shown,
        "missed": missed,
        "unshown": unshown,
        "shown_wrongly": wrong,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _examined(place: Workplace, pair: dict[str, Any], statement: str, limits: FidelityLimits) -> Examined:
    draft = Draft("t", f"theorem t {statement}", pair["definitions"], pair.get("context", ""))
    return await examine(place, draft, limits, words=pair["words"])


def main() -> int:
    """Measures and prints; 1 where a good statement is damned or two that differ are said to be the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    chosen = [pair for pair in pairs if not asked.only or pair["id"] in asked.only]
    found = asyncio.run(measure(chosen, asked.seconds, quiet=asked.json))
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return int(bool(found["good_damned"] or found["shown_wrongly"]))


def _print(found: dict[str, Any]) -> None:
    print("fault | statements | the doubt expected | any but mild | damning")
    for name, count in [*found["faults"].items(), ("all", found["spoiled"])]:
        print(name, *(count.get(key, 0) for key in ("all", "expected", "doubted", "damned")), sep=" | ")
    print(f"good statements: {found['pairs']}, damned {len(found['good_damned'])}")
    print(f"said to be the same: {found['shown']} of {found['same']}; wrongly {len(found['shown_wrongly'])}")
    for key in ("good_damned", "good_doubted", "missed", "unshown", "shown_wrongly"):
        for line in found[key]:
            print(f"{key}: {line}")
    print(f"{found['seconds']} s")


if __name__ == "__main__":
    sys.exit(main())
