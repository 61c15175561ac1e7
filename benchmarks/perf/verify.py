"""What checking costs beside elaborating, what a second job brings, and whether many checks stay right.

`ratios`: in warm workers, on small honest files: seconds of a check, and of a strict one, over those of one
elaboration of the submission (a lease, its header read, elaborated; nothing kept). No worker is discarded here.
`jobs`: items per second of one run with two jobs over that of two runs with one job each, side by side, in processes
of their own, warm; discarded workers are counted apart.
`mixed`: honest proofs, spoilt ones, the attacks of `tests/exploits` and resource bombs in one run of two jobs; then a
sample of them in another order. Exit status 1 when a verdict is wrong or differs, or a process is left.

Prints one JSON document.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import figures
import psutil

from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.verify import Ladder, Limits
from prover.verify.batch import Batch, BatchOptions, Summary
from prover.verify.docket import Docket, Item, read_docket
from prover.verify.results import Results

EXPLOITS = Path(__file__).resolve().parents[2] / "tests" / "exploits"
#: Honest files that run no code, so that their workers serve on.
QUIET = (
    "success_matcher_reused", "success_mutual_types", "success_nested_type", "success_private_helpers",
    "success_sections_and_variables", "success_unicode", "success_wellfounded_recursion",
)  # fmt: skip
OWN = {
    "omega": ("(a b c : Nat) (h : a < b) (k : b ≤ c) : a + 1 ≤ c", "by omega"),
    "simp": ("(xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length", "by simp [Nat.add_comm]"),
    "induction": (
        "(n : Nat) (f : Nat → Nat) (h : ∀ k, f (k + 1) = f k) : f n = f 0",
        "by\n  induction n with\n  | zero => rfl\n  | succ n ih => rw [h, ih]",
    ),
    "logic": ("(p q r : Prop) : (p → q) → (q → r) → p → r", "fun f g x => g (f x)"),
    "grind": ("(a b c d : Nat) (h : a = b) (k : c = d) (l : b = c) : a = d", "by grind"),
}  # fmt: skip


def honest() -> list[Item]:
    items = [item for item in read_docket(EXPLOITS, Item("", "")).items if item.name in QUIET]
    for name, (statement, proof) in OWN.items():
        goal = f"theorem goal {statement} := "
        items.append(Item(name, f"{goal}{proof}\n", f"{goal}by\n  sorry\n"))
    return items


# ---- ratios


async def ratios(options: argparse.Namespace) -> dict[str, Any]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    rows: dict[str, dict[str, float]] = {}
    async with Pool(engine, PoolLimits(size=2, spares=0)) as pool:
        ladder = Ladder(pool, remembered=64)
        for item in honest():
            rows[item.name] = await _row(item, pool, ladder, options.rounds)
        started = pool.statistics.started
    return {
        "files": rows,
        "check": _spread([row["check"] for row in rows.values()]),
        "strict": _spread([row["strict"] for row in rows.values()]),
        "processes_started": started,
        "sound": started <= 3,
    }


async def _row(item: Item, pool: Pool, ladder: Ladder, rounds: int) -> dict[str, float]:
    """Milliseconds of one elaboration, and the two checks in multiples of it; medians over rounds that alternate."""

    async def alone() -> None:
        header = await pool.read_header(item.submission)
        async with pool.lease(header.modules) as worker:
            worker.clean = False
            await worker.elaborate(worker.env, item.submission, start=header.end)

    async def check(strict: bool) -> None:
        found = await ladder.check(item.submission, reference=item.reference, targets=item.targets, strict=strict)
        assert all(verdict.code == "proved" for verdict in found.values()), found

    ways: list[Callable[[], Awaitable[None]]] = [alone, lambda: check(False), lambda: check(True)]
    taken: list[list[float]] = [[], [], []]
    for number in range(rounds + 2):
        for way, seconds in zip(ways, taken, strict=True):
            began = time.perf_counter()
            await way()
            if number >= 2:
                seconds.append(time.perf_counter() - began)
    one, three, four = (statistics.median(seconds) for seconds in taken)
    return {"elaborate_ms": round(1000 * one, 1), "check": round(three / one, 2), "strict": round(four / one, 2)}


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "least": min(values), "most": max(values)}


# ---- jobs


def jobs(options: argparse.Namespace) -> dict[str, Any]:
    ways: dict[str, list[tuple[int, int, int]]] = {"two_jobs": [(2, 0, 1)], "side_by_side": [(1, 0, 2), (1, 1, 2)]}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    discarded = 0
    for _ in range(options.rounds):
        for name, runs in ways.items():
            reports = _children(runs, options.items)
            seconds[name].append(max(report["seconds"] for report in reports))
            discarded += sum(report["discarded"] for report in reports)
    rate = {name: options.items / statistics.median(values) for name, values in seconds.items()}
    return {
        "items": options.items,
        "items_per_second": {name: round(value, 2) for name, value in rate.items()},
        "two_jobs_over_side_by_side": round(rate["two_jobs"] / rate["side_by_side"], 3),
        "seconds": {name: [round(value, 2) for value in values] for name, values in seconds.items()},
        "workers_discarded": discarded,
        "sound": True,
    }


def _children(runs: list[tuple[int, int, int]], items: int) -> list[dict[str, Any]]:
    """Warm runs in processes of their own, let go at the same moment."""
    children = [
        subprocess.Popen(
            [sys.executable, __file__, "child", *map(str, (*run, items))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for run in runs
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [json.loads(child.communicate()[0]) for child in children]


async def child(options: argparse.Namespace) -> dict[str, Any]:
    """The items number `first`, `first + step`, ... of `items`, with so many jobs, from warm."""
    engine = EmbeddedEngine.open(bundled("lean_project"))
    work = list(itertools.islice(itertools.cycle(honest()), options.items))[options.first :: options.step]
    work = [replace(item, submission=f"-- {number}\n{item.submission}") for number, item in enumerate(work)]
    async with Pool(engine, PoolLimits(size=2 * options.jobs, spares=1)) as pool:
        ladder = Ladder(pool, remembered=64)
        warm = [replace(item, submission=f"-- warm {n}\n{item.submission}") for n in range(8) for item in honest()]
        await _judged(ladder, warm, options.jobs)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        before = pool.statistics.discarded
        summary = await _judged(ladder, work, options.jobs)
        assert summary.accepted == summary.items
        return {"seconds": summary.seconds, "discarded": pool.statistics.discarded - before}


async def _judged(ladder: Ladder, items: list[Item], jobs: int, canaries: bool = False) -> Summary:
    with tempfile.TemporaryDirectory() as folder, Results(Path(folder) / "r.jsonl") as results:
        given = BatchOptions(jobs=jobs) if canaries else BatchOptions(jobs=jobs, canaries=())
        return await Batch(ladder, results, "benchmark", given).run(Docket(tuple(items)))


# ---- mixed

BOMBS = (
    "partial def forever (n : Nat) : IO Unit := do\n  if n == 0 then forever 0 else forever (n % 7)\n#eval forever 1",
    "set_option maxRecDepth 1000000 in\nset_option maxHeartbeats 0 in\n"
    "theorem slow : (List.range 100000).foldl (· + ·) 0 = 1 := by decide",
    "partial def hoard (xs : Array Nat) : IO Unit := hoard (xs ++ xs)\n#eval hoard #[1, 2, 3]",
    "set_option maxHeartbeats 0 in\nset_option exponentiation.threshold 100000000 in\n"
    "theorem big : (3 ^ 20000000) % 7 = 8 := by decide",
)  # fmt: skip
REFUSED = frozenset({"timed_out", "out_of_memory", "worker_lost", "elaboration_error", "kernel_refused", "mismatch"})


def mixed_items(count: int, bombs: int, seconds: float) -> list[tuple[Item, frozenset[str]]]:
    """Items with the verdicts that are right: bombs and attacks first, then honest and spoilt proofs in turn."""
    made: list[tuple[Item, frozenset[str]]] = []
    reference = "theorem goal : 2 + 2 = 5 := by\n  sorry\n"
    for number in range(bombs):
        text = f"-- {number}\n{BOMBS[number % len(BOMBS)]}\ntheorem goal : 2 + 2 = 5 := by decide\n"
        made.append((Item(f"bomb-{number}", text, reference, limits=Limits(seconds=seconds)), REFUSED))
    for item in read_docket(EXPLOITS, Item("", "", limits=Limits(seconds=60))).items:
        expected = json.loads((EXPLOITS / item.name / "verdict.json").read_text(encoding="utf-8"))
        made.append((item, frozenset(expected.get("any_of", [expected["verdict"]]))))
    return list(itertools.islice(itertools.chain(made, _proofs()), count))


def _proofs() -> Iterator[tuple[Item, frozenset[str]]]:
    """Without end: an honest proof with its numbers changed, and what can be wrong with it."""
    for number in itertools.count():
        for name, (statement, proof) in OWN.items():
            claim = f"{statement.rsplit(' : ', 1)[0]} : {number} = {number} ∧ ({statement.rsplit(' : ', 1)[1]})"
            whole = f"⟨rfl, ({proof})⟩"
            good, reference = f"theorem goal {claim} := {whole}\n", f"theorem goal {claim} := by\n  sorry\n"
            axiom = f"axiom given : {number} = {number}\n"
            for kind, text, code in (
                ("honest", good, "proved"),
                ("commented", f"/-! once more -/\n{good}", "proved"),
                ("helped", f"theorem aid : {number} = {number} := rfl\n{good.replace('rfl,', 'aid,')}", "proved"),
                ("sorry", good.replace("rfl,", "by sorry,"), "incomplete"),
                ("changed", good.replace(f"{number} = {number} ", f"{number} = {number} + 0 "), "mismatch"),
                ("cut", good[: len(good) * 2 // 3], "elaboration_error"),
                ("renamed", good.replace("theorem goal", "theorem other"), "mismatch"),
                ("assumed", axiom + good.replace("rfl,", "given,"), "forbidden_axiom"),
            ):
                yield Item(f"{name}-{number}-{kind}", text, reference), frozenset({code})


async def mixed(options: argparse.Namespace) -> dict[str, Any]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    items = mixed_items(options.items, options.bombs, options.seconds)
    rights = {item.name: right for item, right in items}
    chance = random.Random(options.seed)
    host = psutil.Process(os.getpid())
    before = host.memory_info().rss
    runs: list[Summary] = []
    workers: list[dict[str, float]] = []
    sample = chance.sample(items, min(options.reshuffled, len(items)))
    chance.shuffle(items)
    for chosen in (items, sample):
        if not chosen:
            continue
        async with Pool(engine, PoolLimits(size=2 * options.jobs, spares=1, memory_mb=2500)) as pool:
            runs.append(await _judged(Ladder(pool), [item for item, _ in chosen], options.jobs, canaries=True))
            made = pool.statistics
            workers.append({"started": made.started, "discarded": made.discarded, "lost": made.lost})
    first = {result.name: result.code for result in runs[0].results}
    wrong = {name: code for name, code in first.items() if code not in rights[name]}
    # What is marked as short of CPU to the last claims nothing.
    open_ = {result.name for run in runs for result in run.results if result.starved}
    moved = {
        result.name: f"{first[result.name]} -> {result.code}"
        for run in runs[1:]
        for result in run.results
        if first[result.name] != result.code and result.name not in open_
    }
    left = [process.pid for process in host.children(recursive=True)]
    report: dict[str, Any] = {
        "items": len(items),
        "seconds": [round(run.seconds, 1) for run in runs],
        "per_second": [round(run.judged / run.seconds, 2) for run in runs],
        "verdicts": dict(Counter(first.values())),
        "wrong": wrong,
        "reshuffled": len(sample),
        "moved": moved,
        "retried": [run.retried for run in runs],
        "starved": sorted(open_),
        "canaries_held": [run.canaries_held for run in runs],
        "workers": workers,
        "worker_peak_mb": round(max(run.peak_mb for run in runs)),
        "host_mb": [round(before / 2**20), round(host.memory_info().rss / 2**20)],
        "processes_left": left,
    }
    judged = all(run.judged == run.items and run.alarm is None for run in runs)
    report["sound"] = judged and not wrong and not moved and not left and report["worker_peak_mb"] < 3000
    return report


def _figures(mode: str, report: dict[str, Any]) -> list[figures.Figure]:
    match mode:
        case "ratios":
            files, one = list(report["files"].values()), "one elaboration"
            return [
                figures.measured("a check", "warm, small files", "x", [row["check"] for row in files], to=one),
                figures.measured("a strict check", "warm, small files", "x", [row["strict"] for row in files], to=one),
            ]
        case "jobs":
            rate, ratio = report["items_per_second"]["two_jobs"], report["two_jobs_over_side_by_side"]
            rounds, to = len(report["seconds"]["two_jobs"]), "two runs side by side"
            return [figures.single("checks", "two jobs", "a second", rate, rounds, ratio, to)]
        case _:
            count = report["items"]
            wrong = len(report["wrong"]) + len(report["moved"]) + len(report["processes_left"])
            return [
                figures.single(
                    "mixed submissions", "two jobs, bombs among them", "a second", report["per_second"][0], count
                ),
                figures.single("wrong", "verdicts wrong or moved, processes left", "", wrong, count),
                figures.single("peak memory", "of a worker", "MiB", report["worker_peak_mb"], count),
            ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode")
    one = modes.add_parser("ratios")
    one.add_argument("--rounds", type=int, default=15)
    two = modes.add_parser("jobs")
    two.add_argument("--items", type=int, default=240)
    two.add_argument("--rounds", type=int, default=3)
    three = modes.add_parser("mixed")
    three.add_argument("--items", type=int, default=2000)
    three.add_argument("--bombs", type=int, default=40)
    three.add_argument("--reshuffled", type=int, default=500)
    three.add_argument("--seconds", type=float, default=5.0, help="limit of a bomb")
    three.add_argument("--jobs", type=int, default=2)
    three.add_argument("--seed", type=int, default=1)
    for mode in (one, two, three):
        figures.add_option(mode)
    inner = modes.add_parser("child")
    for name in ("jobs", "first", "step", "items"):
        inner.add_argument(name, type=int)
    options = parser.parse_args(sys.argv[1:] or ["ratios"])
    match options.mode:
        case "child":
            print(json.dumps(asyncio.run(child(options))))
            return
        case "jobs":
            report = jobs(options)
        case "mixed":
            report = asyncio.run(mixed(options))
        case _:
            report = asyncio.run(ratios(options))
    print(json.dumps(report, indent=2, ensure_ascii=False))
    figures.write(options.json, _figures(options.mode, report))
    sys.exit(0 if report["sound"] else 1)


if __name__ == "__main__":
    main()
