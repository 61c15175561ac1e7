"""Honest files mutated at random, and exports forged at random, judged with a real Lean.

A verdict must be `Proved` exactly where a clean elaboration of the mutated file, read by `statement_reading.py`,
shows no error, the statement of the reference and no axiom beyond the usual three.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from statement_reading import STANDARD, Reading

from prover.core import verdict as verdicts
from prover.lean import Pool
from prover.lean.replay import Replay
from prover.lean.worker import Worker
from prover.verify import Ladder
from prover.verify.elaborated import Elaborated, elaborate
from prover.verify.tables import MalformedExport, Tables
from prover.verify.targets import chosen_targets

EXPLOITS = Path(__file__).parents[1] / "exploits"
#: All honest files but the one whose reference has an error of its own.
CASES = sorted(path.name for path in EXPLOITS.glob("success_*") if "error" not in path.name)
#: Those after which no process is thrown away.
QUIET = [case for case in CASES if case != "success_code_beside"]
FAST = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SLOW = settings(FAST, max_examples=300)

SWAPS = [
    ("=", "≠"), ("=", "<"), ("<", "≤"), ("≤", "<"), ("+", "*"), ("0", "1"), ("1", "0"), ("3", "4"), ("2", "3"),
    ("10", "11"), ("Nat", "Int"), ("(n : Nat)", "(n : Nat) (h : n = 0)"), ("(n : Nat)", "{n : Nat}"),
    ("(n : Nat)", "(k : Nat)"), ("∀", "∃"), ("∨", "∧"), ("theorem", "def"), ("def", "abbrev"), ("def", "opaque"),
    ("rfl", "by sorry"), ("rfl", "by decide"), ("rfl", "by simp"), ("rfl", "cheat.elim"), ("by omega", "by sorry"),
    ("by decide", "(by exact sorry)"), ("private ", ""), ("include h in\n", ""), ("h a", "sorry"), (":=", ": True :="),
    ("String", "Nat"), ("Type u", "Type"), ("| nil", "| nil | extra"), ("/ 2", "/ 1"), ("n < 10", "n < 5"),
    ("twice n", "n + n"), ("α → α → Prop", "α → α → Bool"), ("(Nat.two_mul n).symm", "by omega"),
]  # fmt: skip
LINES = [
    "axiom cheat : False", "axiom unused (p : Prop) : p", "theorem helper : 1 + 1 = 2 := by sorry",
    "theorem helper : 1 + 1 = 2 := rfl", "def helper : Nat := 3", "instance : Add Nat := ⟨fun a _ => a⟩",
    "instance (priority := low) : LT Nat := ⟨fun _ _ => True⟩", "instance : OfNat Nat 3 := ⟨4⟩", "open Nat",
    "open Classical", "set_option autoImplicit true", "set_option maxRecDepth 300", "variable (a b c : Nat)",
    "variable (h : False)", "universe v w", "section", "end", "namespace Other", "noncomputable section",
    "attribute [-simp] Nat.add_zero", "@[simp] theorem handy (n : Nat) : n + 0 = n := rfl",
    "opaque hidden : { n : Nat // n = 3 } := ⟨3, rfl⟩", "example : True := trivial", "#check Nat",
    "theorem goal : True := trivial",
    "set_option warn.sorry false", "set_option debug.skipKernelTC true", "private theorem goal : 1 = 1 := rfl",
    "local infixl:65 \" + \" => fun a b : Nat => a * b", "local notation \"Nat\" => Int",
    "local macro \"rfl\" : term => `(sorry)", "local macro_rules | `(tactic| simp) => `(tactic| sorry)",
]  # fmt: skip
#: Those after which a process is not used again: each costs a start.
CODE = 4

_line = st.tuples(st.just("line"), st.sampled_from(LINES[:-CODE]), st.integers(0, 12))
_order = st.tuples(st.sampled_from(["exchange", "drop", "repeat"]), st.integers(0, 12), st.integers(0, 12))
_code = st.tuples(st.just("line"), st.sampled_from(LINES[-CODE:]), st.integers(0, 3))


def mutations_of(case: str, *, loud: bool) -> st.SearchStrategy[tuple[str, list[tuple[str, Any, int]]]]:
    text = (EXPLOITS / case / "Solution.lean").read_text("utf-8")
    swaps = [swap for swap in SWAPS if swap[0] in text]
    swap = st.tuples(st.just("swap"), st.sampled_from(swaps), st.integers(0, 5))
    kinds = st.one_of(swap, swap, _line, _order, *[_code] * loud)
    return st.tuples(st.just(case), st.lists(kinds, min_size=1, max_size=3 if loud else 2))


_quiet = st.sampled_from(QUIET).flatmap(lambda case: mutations_of(case, loud=False))
_loud = st.sampled_from(CASES).flatmap(lambda case: mutations_of(case, loud=True))


def mutated(text: str, mutations: list[tuple[str, Any, int]]) -> str:
    for what, how, at in mutations:
        if what == "swap":
            old, new = how
            text = swapped(text, old, new, at)
        else:
            blocks = text.split("\n\n") if text.count("\n\n") > 1 else text.split("\n")
            if what == "line":
                blocks.insert(at % (len(blocks) + 1), how)
            else:
                one, other = how % len(blocks), at % len(blocks)
                moved = {"exchange": [blocks[other]], "drop": [], "repeat": [blocks[one]] * 2}[what]
                if what == "exchange":
                    blocks[other] = blocks[one]
                blocks[one : one + 1] = moved
            text = ("\n\n" if text.count("\n\n") > 1 else "\n").join(blocks)
    return text


def swapped(text: str, old: str, new: str, at: int) -> str:
    """One occurrence of `old` made `new`, counted round."""
    pieces = text.split(old)
    if len(pieces) == 1:
        return text
    at = at % (len(pieces) - 1) + 1
    return old.join(pieces[:at]) + new + old.join(pieces[at:])


async def elaborated(pool: Pool, text: str) -> Elaborated:
    header = await pool.read_header(text)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        return await elaborate(worker, text, header, heartbeats=0, seconds=60)


async def expect_what_is_so(pool: Pool, judge: Ladder, case: str, mutations: list[tuple[str, Any, int]]) -> None:
    challenge, solution = ((EXPLOITS / case / f"{name}.lean").read_text("utf-8") for name in ("Challenge", "Solution"))
    targets = json.loads((EXPLOITS / case / "verdict.json").read_text("utf-8")).get("targets")
    text = mutated(solution, mutations)
    found = await judge.check(text, reference=challenge, targets=targets)
    asked, given_in = await elaborated(pool, challenge), await elaborated(pool, text)
    numbers: dict[Any, int] = {}
    wanted, handed_in = Reading(asked.tables, numbers), Reading(given_in.tables, numbers)
    for target, name in chosen_targets(asked, targets).items():
        assert isinstance(name, tuple)
        right = (
            not given_in.elaboration.errors
            and wanted.says(name) == handed_in.says(name)
            and handed_in.axioms(name) <= STANDARD
        )
        assert isinstance(found[target], verdicts.Proved) is right, (case, text, found[target], right)


@pytest.fixture(scope="module")
def judge(pool: Pool) -> Ladder:
    return Ladder(pool, remembered=len(CASES))


@given(mutation=_quiet)
@example(mutation=("success_private_helpers", []))
@example(mutation=("success_private_helpers", [("swap", ("(Nat.two_mul n).symm", "by omega"), 0)]))
@example(mutation=("success_matcher_reused", [("swap", ("/ 2", "* 4 / 8"), 0)]))
@FAST
async def test_a_mutated_file_is_proved_only_when_it_is(
    pool: Pool, judge: Ladder, mutation: tuple[str, list[tuple[str, Any, int]]]
) -> None:
    await expect_what_is_so(pool, judge, *mutation)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@given(mutation=_loud)
@SLOW
async def test_many_mutated_files_are_proved_only_when_they_are(
    pool: Pool, judge: Ladder, mutation: tuple[str, list[tuple[str, Any, int]]]
) -> None:
    await expect_what_is_so(pool, judge, *mutation)


# ---- exports changed between the process that elaborated and those that judge


HONEST = """inductive Coin where | heads | tails
def turn : Coin → Coin | .heads => .tails | .tails => .heads
def twice (n : Nat) : Nat := n + n
theorem easy : twice 2 = 4 := rfl
theorem goal (n : Nat) (c : Coin) (h : n = 3) : twice n = 6 ∧ turn (turn c) = c := by
  subst h
  exact ⟨rfl, by cases c <;> rfl⟩
"""
REFERENCE = HONEST.replace("by\n  subst h\n  exact ⟨rfl, by cases c <;> rfl⟩", "by sorry")
HOPELESS = HONEST.replace("twice n = 6", "twice n = 7").replace("⟨rfl,", "⟨by sorry,")

_forgery = st.tuples(st.sampled_from(["exprs", "exprs", "constants", "constants", "levels", "imported"]),
                     st.integers(0, 400), st.integers(0, 9), st.integers(0, 400))  # fmt: skip
_forgeries = st.lists(_forgery, min_size=1, max_size=3)


def forge(export: dict[str, Any], forgeries: list[tuple[str, int, int, int]]) -> dict[str, Any]:
    """Single entries of a true export replaced by such as stand in the same places elsewhere."""
    export = copy.deepcopy(export)
    for table, at, part, source in forgeries:
        rows = export[table]
        row, other = rows[at % len(rows)], rows[source % len(rows)]
        if isinstance(row, dict):
            key = sorted(row)[part % len(row)]
            row[key] = other.get(key, row[key])
        elif part % 2 and len(row) == len(other):
            rows[at % len(rows)] = [row[0], *other[1:]]
        else:
            rows[at % len(rows)] = list(other)
    return export


async def expect_no_forgery(pool: Pool, judge: Ladder, forgeries: list[tuple[str, int, int, int]]) -> None:
    async with pool.lease(["Init"]) as worker:
        worker.clean = False
        header = await worker.read_header(HONEST)
        made = await worker.elaborate(worker.env, HONEST, start=header.end, keep=True)
        try:
            Tables.read(forge(await worker.export(made.env), forgeries))
        except MalformedExport:
            assume(False)
        finally:
            await worker.release(envs=[made.env])
    export, replay = Worker.export, Worker.replay
    accepted: list[dict[str, Any]] = []

    async def lie(self: Worker, env: int, **options: Any) -> dict[str, Any]:
        true = await export(self, env, **options)
        return true if self.clean else forge(true, forgeries)

    async def watch(self: Worker, *arguments: Any, **options: Any) -> Replay:
        answer = await replay(self, *arguments, **options)
        accepted.append(answer.export or {})
        return answer

    numbers: dict[Any, int] = {}
    wanted = Reading((await elaborated(pool, REFERENCE)).tables, numbers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "export", lie)
        patch.setattr(Worker, "replay", watch)
        honest = (await judge.check(HONEST, reference=REFERENCE, targets=["goal"]))["goal"]
        if isinstance(honest, verdicts.Proved):
            believed = Reading(Tables.read(accepted[-1]), numbers)
            assert believed.says(("goal",)) == wanted.says(("goal",)) is not None
            assert {".".join(map(str, name)) for name in believed.axioms(("goal",))} == set(honest.axioms)
            assert believed.axioms(("goal",)) <= STANDARD
        elif not forgeries:
            raise AssertionError(honest)
        hopeless = (await judge.check(HOPELESS, reference=HOPELESS, targets=["goal"]))["goal"]
        assert not isinstance(hopeless, verdicts.Proved), forgeries


@given(forgeries=_forgeries)
@example(forgeries=[])
@FAST
async def test_a_forged_export_proves_nothing_else(
    pool: Pool, judge: Ladder, forgeries: list[tuple[str, int, int, int]]
) -> None:
    await expect_no_forgery(pool, judge, forgeries)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@given(forgeries=_forgeries)
@SLOW
async def test_many_forged_exports_prove_nothing_else(
    pool: Pool, judge: Ladder, forgeries: list[tuple[str, int, int, int]]
) -> None:
    await expect_no_forgery(pool, judge, forgeries)
