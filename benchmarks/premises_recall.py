"""Recall@k of premise retrieval: of the theorems a proof used, how many are among the first k found for its statement.

    python benchmarks/premises_recall.py --past std4.jsonl --held-out batteries.jsonl

Both files come from `premise_uses.py`. Usefulness is counted in the proofs of `--past` only; the queries are the
statements of `--held-out`, never asked for the theorem itself. Without `--held-out` each file of `--past` is asked with
the uses in the others. Relevant are the used theorems of Lean's library that are about something: those of `GLUE`
(logic that every proof term is full of, and what the terms of `omega` and `grind` are made of) count neither there nor
in usefulness. `--write FILE` writes the usefulness of all that was read, for the package.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.retrieve import Index, Query, Weights, library

AT = (1, 8, 16, 32, 64)
#: Modules whose theorems stand in proof terms without anybody having chosen them.
GLUE = (
    "Init.Prelude", "Init.Core", "Init.SimpLemmas", "Init.PropLemmas", "Init.Classical", "Init.ByCases", "Init.Ext",
    "Init.WF", "Init.Grind", "Init.Omega", "Init.Data.Int.Linear", "Init.Data.Nat.Linear", "Init.Data.Int.OfNat",
    "Init.Data.Nat.Simproc", "Init.Internal", "Init.Control", "Init.Data.AC", "Init.Data.Int.Pow",
)  # fmt: skip
VARIANTS = {
    "BM25": Weights(1.0, 0.0, 0.0),
    "overlap": Weights(0.0, 1.0, 0.0),
    "BM25 + overlap": Weights(1.0, 1.0, 0.0),
    "BM25 + overlap + usefulness": Weights(),
    "usefulness alone": Weights(0.0, 1e-6, 1.0),
}


@dataclass(frozen=True)
class Proof:
    name: str
    file: str
    query: Query
    uses: tuple[str, ...]


def read(path: Path, index: Index) -> list[Proof]:
    found: list[Proof] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        uses = tuple(u for u in row["uses"] if u in index.numbers and not is_glue(u, index))
        query = Query.of_symbols(tuple(row["symbols"]), tuple(row["around"]))
        found.append(Proof(row["name"], row["file"], query, uses))
    return found


def is_glue(name: str, index: Index) -> bool:
    module = index.premises[index.numbers[name]].module
    return name.startswith("Lean.") or any(module == g or module.startswith(f"{g}.") for g in GLUE)


def count(proofs: Iterable[Proof]) -> Counter[str]:
    return Counter(name for proof in proofs for name in proof.uses)


def recall(index: Index, uses: Mapping[str, int], proofs: Sequence[Proof], weights: Weights) -> list[list[float]]:
    """For each proof that used something, its recall at each of `AT`."""
    asked = Index(index.premises, uses, index.bm25)
    rows: list[list[float]] = []
    for proof in proofs:
        relevant = set(proof.uses) - {proof.name}
        if relevant:
            ranked = [f.premise.name for f in asked.find(proof.query, AT[-1], avoid=[proof.name], weights=weights)]
            rows.append([len(relevant & set(ranked[:k])) / len(relevant) for k in AT])
    return rows


async def library_index() -> tuple[Index, float]:
    engine = EmbeddedEngine.open(bundled("lean_project"))
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool, pool.lease(["Init"]) as worker:
        began = time.monotonic()
        index = await library(worker, engine)
        return index, time.monotonic() - began


def main(arguments: argparse.Namespace) -> None:
    index, seconds = asyncio.run(library_index())
    print(f"{len(index)} theorems, {seconds:.1f} s until the index was there")
    past = [proof for path in arguments.past for proof in read(path, index)]
    held = [proof for path in arguments.held_out for proof in read(path, index)]
    if held:
        folds = [(count(past), held)]
    else:
        files = sorted({p.file for p in past})
        folds = [(count(p for p in past if p.file != f), [p for p in past if p.file == f]) for f in files]
    asked = sum(bool(set(p.uses) - {p.name}) for _, proofs in folds for p in proofs)
    print(f"{asked} queries with something relevant, {sum(map(len, (p for _, p in folds)))} proofs in all")
    print("| ranked by | " + " | ".join(f"R@{k}" for k in AT) + " |")
    print("|---|" + "---:|" * len(AT))
    variants = VARIANTS
    if arguments.weights:
        variants = {"/".join(map(str, w)): Weights(*w) for w in arguments.weights}
    for label, weights in variants.items():
        rows = [row for uses, proofs in folds for row in recall(index, uses, proofs, weights)]
        means = [statistics.mean(column) for column in zip(*rows, strict=True)]
        print(f"| {label} | " + " | ".join(f"{100 * m:.1f}" for m in means) + " |")
    print_costs(index, [p for _, proofs in folds for p in proofs])
    if arguments.write:
        total = count([*past, *held])
        about = f"how many of {len(past) + len(held)} proofs used each theorem; made by benchmarks/premises_recall.py"
        data = {"about": about, "uses": dict(sorted(total.items()))}
        arguments.write.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def print_costs(index: Index, proofs: Sequence[Proof]) -> None:
    began = time.perf_counter()
    fresh = Index(index.premises, {})
    building = time.perf_counter() - began
    fresh.find(proofs[0].query, 16)
    times: list[float] = []
    for proof in proofs[:200]:
        began = time.perf_counter()
        fresh.find(proof.query, 16)
        times.append(time.perf_counter() - began)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"tables built in {building:.1f} s; a query {1000 * statistics.median(times):.2f} ms (median)")
    print(f"this process: {resident:.0f} MiB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--past", nargs="+", type=Path, required=True)
    parser.add_argument("--held-out", nargs="*", type=Path, default=[])
    parser.add_argument("--write", type=Path)
    parser.add_argument(
        "--weights", action="append", type=lambda t: tuple(map(float, t.split(","))), help="BM25,overlap,usefulness"
    )
    main(parser.parse_args())
