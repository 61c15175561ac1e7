"""Sets of statements for the benchmarks of this folder, read from files in the formats they are released in.

One record a line. Which format is told by its fields: `formal_statement` (miniF2F as DeepSeek-Prover releases it:
header apart, text ending in `:= by`), `prop_defn` and `deps` (miniCodeProps: definitions apart, imports dropped),
`statement` (binders and type, as `(n : ℕ) : n + 0 = n`), the same with `topic` (our own `benchmarks/training`: its
definitions in `TOPIC.lean` beside the file), `source` (whole text, as `variants.py` writes it). Without a file: a few
statements of our own.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What the statements need of Mathlib's notation.
PRELUDE = 'notation "ℕ" => Nat\nnotation "ℤ" => Int\nopen Nat (succ pred)\n\n'


_OWN = {
    "and_swap": "(p q r : Prop) (h : p ∧ (q ∨ r)) : (p ∧ q) ∨ (p ∧ r)",
    "double": "(f : ℕ → ℕ) (h0 : f 0 = 1) (h : ∀ n, f (n + 1) = 2 * f n) (n : ℕ) : f n = 2 ^ n",
    "squares": "(a : ℤ) : a ^ 2 % 8 ≠ 3",
    "powers": "(n : ℕ) : ¬5 ∣ 3 ^ n",
    "rectangle": "(x y : ℕ) (h : x * y + x + y = 14) (hx : 0 < x) (hxy : x < y) : x = 2",
    "lists": "(α : Type) (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length",
    "witness": ": ∃ x : ℕ, x * x = 49 ∧ x > 3",
    "add_comm_left": "(a b c : ℕ) (h : a = b) : c + a = b + c",
    "reverse": "(α : Type) (xs : List α) : xs.reverse.reverse = xs",
    "either": "(p q : Prop) : ¬(p ∨ q) ↔ ¬p ∧ ¬q",
    "cases": "(p q r s : Prop) (h1 : p → r) (h2 : q → s) (h : p ∨ q) : r ∨ s",
    "sum": "(f : ℕ → ℕ) (h0 : f 0 = 0) (h : ∀ n, f (n + 1) = f n + (n + 1)) (n : ℕ) : 2 * f n = n * (n + 1)",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A theorem with one hole. `text`: a whole Lean file in which `name` is declared last."""

    name: str
    text: str


def read_statement(record: dict[str, Any], number: int, folder: Path = Path()) -> Statement:
    """The statement of one record of a file in `folder`. Raises `ValueError` for fields of no known format."""
    if "source" in record:
        return Statement(record["name"], record["source"])
    if "topic" in record:
        file = folder / f"{record['topic']}.lean"
        before = file.read_text(encoding="utf-8") + "\n" if file.exists() else ""
        name = f"{record['topic']}_{record['name']}"
        return Statement(name, f"{before}theorem {name} {record['statement']} := by\n  sorry\n")
    if "formal_statement" in record:
        statement = record["formal_statement"].rstrip().removesuffix("by").rstrip().removesuffix(":=").rstrip()
        return Statement(record["name"], f"{PRELUDE}{statement} := by\n  sorry\n")
    if "prop_defn" in record:
        before = re.sub(r"(?m)^\s*import .*$", "", record["deps"]).strip()
        statement = record["prop_defn"].rstrip().removesuffix("sorry").rstrip()
        return Statement(record["full_name"], f"{PRELUDE}{before}\n\n{statement}\n  sorry\n")
    if "statement" in record:
        # A name of its own: the library's `add_comm` is not to be shadowed.
        name = f"{record.get('world', 'statement')}_{number}" if record.get("world") else record["name"]
        return Statement(name, f"{PRELUDE}theorem {name} {record['statement'].strip()} := by\n  sorry\n")
    raise ValueError(f"record {number}: none of the fields formal_statement, prop_defn, statement, source")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose statements."""
    parser.add_argument("--data", type=Path, help="a file of one of the formats in statements.py")
    parser.add_argument("--names", type=Path, help="JSON with lists of names")
    parser.add_argument("--key", default="minif2f_valid_core", help="which of those lists")
    parser.add_argument("--only", nargs="*", help="these names")
    parser.add_argument("--first", type=int, help="only so many")
    parser.add_argument("--every", type=int, default=1, help="only every n-th")


def chosen(options: argparse.Namespace) -> list[Statement]:
    """The statements that the options of `add_arguments` ask for, in the order of the names, else of the file."""
    found = {s.name: s for s in (_own() if options.data is None else read_file(options.data))}
    if options.names is not None:
        wanted = json.loads(options.names.read_text(encoding="utf-8"))[options.key]
        found = {name: found[name] for name in wanted}
    statements = [s for s in found.values() if not options.only or s.name in options.only]
    return statements[: options.first][:: options.every]


def _own() -> Iterator[Statement]:
    for name, text in _OWN.items():
        yield read_statement({"name": name, "statement": text}, 0)


def read_file(path: Path) -> list[Statement]:
    """Every statement of a file."""
    return list(_records(path))


def _records(path: Path) -> Iterator[Statement]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            record = json.loads(line)
            if record.get("in_game", True):
                yield read_statement(record, number, path.parent)
