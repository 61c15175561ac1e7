"""A small data set in the format of LeanDojo Benchmark 4, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

URL, COMMIT = "https://example.org/numbers", "29dcec074de168ac2bf835a77ef68bbe069194c5"


def premise(name: str) -> dict[str, Any]:
    path = ".lake/packages/lean4/src/lean/Init/Data/Nat/Basic.lean"
    return {"full_name": name, "def_path": path, "def_pos": [138, 19], "def_end_pos": [138, 27]}


def theorem(name: str, *tactics: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": URL,
        "commit": COMMIT,
        "file_path": "Numbers/Basic.lean",
        "full_name": name,
        "start": [10, 1],
        "end": [13, 20],
        "traced_tactics": list(tactics),
    }


def tactic(text: str, before: str, after: str, *premises: str) -> dict[str, Any]:
    annotated = text
    for name in premises:
        annotated = annotated.replace(name, f"<a>{name}</a>")
    return {
        "tactic": text,
        "annotated_tactic": [annotated, [premise(name) for name in premises]],
        "state_before": before,
        "state_after": after,
    }


COMM = theorem(
    "Numbers.add_comm_twice",
    tactic(
        "rw [Nat.add_comm a b, Nat.add_comm b]",
        "a b : ℕ\n⊢ a + b + 0 = b + a",
        "a b : ℕ\n⊢ a + b = b + a",
        "Nat.add_comm",
    ),
    tactic("exact Nat.add_comm a b", "a b : ℕ\n⊢ a + b = b + a", "no goals", "Nat.add_comm"),
)
BOTH = theorem(
    "Numbers.both",
    tactic("constructor", "p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q", "case left\nhp : p\n⊢ p\n\ncase right\nhq : q\n⊢ q"),
    tactic("assumption", "case left\nhp : p\n⊢ p", "no goals"),
)
OPEN = theorem(
    "Numbers.open", tactic("intro n", "⊢ ∀ n, n < 0", "n : ℕ\n⊢ n < 0"), tactic("sorry", "⊢ n < 0", "no goals")
)
TERM = theorem("Numbers.by_a_term")


def write_dojo(folder: Path) -> Path:
    """The data set as it is published: splits in a folder by strategy, the corpus of premises beside them."""
    for strategy in ("random", "novel_premises"):
        (folder / strategy).mkdir(parents=True)
        for split, theorems in (("train", [COMM, TERM]), ("val", [BOTH]), ("test", [OPEN])):
            (folder / strategy / f"{split}.json").write_text(json.dumps(theorems), encoding="utf-8")
    line = {"path": "Numbers/Basic.lean", "imports": [], "premises": []}
    (folder / "corpus.jsonl").write_text(json.dumps(line) + "\n")
    metadata = {"creation_time": "2024-01-01", "from_repo": {"url": URL, "commit": COMMIT}, "leandojo_version": "1.8.4"}
    (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder


def write_traced(folder: Path) -> Path:
    """A repository as LeanDojo's tracing leaves it. The syntax trees in `dojo_trace.json` are what Lean 4.28 parsed;
    the states, and where premises come from, were put in by hand in the form of LeanDojo's `ExtractData.lean`."""
    trace = json.loads(Path(__file__).with_name("dojo_trace.json").read_text(encoding="utf-8"))
    build = folder / ".lake" / "build" / "ir"
    build.mkdir(parents=True)
    (folder / "Example.lean").write_text(trace.pop("source"), encoding="utf-8")
    (build / "Example.ast.json").write_text(json.dumps(trace), encoding="utf-8")
    (build / "Example.dep_paths").write_text("")
    (folder / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    git = folder / ".git"
    git.mkdir()
    (git / "HEAD").write_text(f"{COMMIT}\n")
    (git / "config").write_text(f'[remote "origin"]\n\turl = {URL}\n')
    return folder
