"""The client of an existing repl against `prove repl`, a real process over a real Lean; a file proved through it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover.agent import FillOptions, Target
from prover.agent.fill import fill
from prover.agent.solver import SearchSolver
from prover.api.second import SecondJudge
from prover.core.errors import CallTimeout, UserError
from prover.core.outcome import Failed, Progress, Solved
from prover.core.verdict import NotVerified, Proved
from prover.lean import PoolLimits, Worker
from prover.lean.containment import Containment, Mechanisms
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.installation import cache_folder
from prover.lean.source import SourceFile
from prover.repl import ReplEngine, ReplPool

ROOT = Path(__file__).parents[2]
_DATA = json.loads((ROOT / "benchmarks/perf/slow_tactics.json").read_text(encoding="utf-8"))
PROGRAM = "import sys; from prover.cli.app import run; sys.exit(run(['repl', '-q', '--engine', 'embedded']))"
FILE = """\
/-- Twice. -/
def double (n : Nat) : Nat := n + n

namespace Some
variable (p q : Prop)

theorem double_eq (n : Nat) : double n = 2 * n := by
  sorry

mutual
theorem left (h : p ∧ q) : p := sorry
theorem right (h : p ∧ q) : q := by sorry
end

def data : Nat := sorry
theorem both (h : p ∧ q) : q ∧ p := by
  constructor
  · sorry
  · exact (sorry : p ∧ q).1
end Some

example (a b : Nat) (h : a ≤ b) : a < b + 1 := by
  sorry
"""


@pytest.fixture(scope="session")
def repl(embedded: EmbeddedEngine) -> ReplEngine:
    variables = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    variables |= {"PYTHONPATH": str(ROOT), "PROVER_CACHE_DIR": str(cache_folder())}
    return ReplEngine((sys.executable, "-c", PROGRAM), variables, shown="prove repl")


@pytest.fixture(scope="session")
async def repls(repl: ReplEngine) -> AsyncIterator[ReplPool]:
    """Not contained from here: `prove repl` needs sockets within itself, and contains its own Lean."""
    made = ReplPool(repl, PoolLimits(size=1, spares=0))
    made.containment = Containment(mechanisms=Mechanisms())
    async with made:
        yield made


@pytest.fixture
async def worker(repls: ReplPool) -> AsyncIterator[Worker]:
    async with repls.lease(["Init"]) as leased:
        yield leased


async def test_the_outline_of_a_file(worker: Worker, repls: ReplPool) -> None:
    assert repls.engine.lean_version.startswith("4.28.0")
    found = await worker.elaborate(worker.env, FILE, holes=True, declarations=True)
    assert not found.errors
    assert [(d.name, d.kind, d.hole) for d in found.declarations] == [
        ("double", "def", False),
        ("Some.double_eq", "theorem", True),
        # The trees do not say what kind of declarations stand in a `mutual`.
        ("Some.left", "", True),
        ("Some.right", "", True),
        ("Some.data", "def", True),
        ("Some.both", "theorem", True),
        ("_example", "theorem", True),
    ]
    assert [(h.declaration, h.tactic, h.is_prop) for h in found.holes] == [
        ("Some.double_eq", True, True),
        ("Some.right", True, True),
        ("Some.left", False, True),
        ("Some.data", False, False),
        ("Some.both", True, True),
        ("Some.both", False, True),
        ("_example", True, True),
    ]
    assert all(h.original and not h.in_signature and h.state is not None for h in found.holes)
    text = FILE.encode()
    assert all(h.span and text[h.span.start : h.span.end] == b"sorry" for h in found.holes)
    example = found.commands[-1].example
    assert example is not None and text[example:].startswith(b"example")


async def test_a_hole_in_the_statement(worker: Worker) -> None:
    text = "theorem t : (sorry : Nat) = 1 := by\n  sorry\n"
    found = await worker.elaborate(worker.env, text, holes=True, declarations=True)
    assert sorted((h.in_signature, h.tactic) for h in found.holes) == [(False, True), (True, False)]
    assert found.declarations[0].type_hole


async def test_tactics(worker: Worker) -> None:
    text = "def two : Nat := 2\n\ntheorem t (n : Nat) (h : n = two) : n = 2 ∧ True := by sorry\n"
    [hole] = (await worker.elaborate(worker.env, text, holes=True)).holes
    assert hole.state is not None
    tactics = ["exact nowhere", "simp [", "sorry", "constructor", "exact ⟨h, trivial⟩", "skip"]
    found = [outcome async for _, outcome in worker.apply(hole.state, tactics)]
    assert [type(outcome) for outcome in found] == [Failed, Failed, Failed, Progress, Solved]
    assert [o.reason for o in found if isinstance(o, Failed)] == ["logged_error", "error", "sorry"]
    both = found[3]
    assert isinstance(both, Progress) and [g.target for g in both.state.goals] == ["n = 2", "True"]
    script = "· subst h\n  rfl\n· trivial"
    assert [type(o) async for _, o in worker.apply(both.handle, [script])] == [Solved]


async def test_a_tactic_that_does_not_end_costs_the_process(repls: ReplPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.repl.client.GRACE_SECONDS", 0.2)
    async with repls.lease(["Init"]) as worker:
        [hole] = (await worker.elaborate(worker.env, _DATA["statement"], holes=True)).holes
        assert hole.state is not None
        with pytest.raises(CallTimeout) as caught:
            _ = [o async for o in worker.apply(hole.state, [_DATA["tactics"]["omega"]], wall_seconds=2)]
        assert caught.value.index == 0 and not worker.alive


async def test_imports_that_are_not_there(repls: ReplPool) -> None:
    with pytest.raises(UserError) as caught:
        async with repls.lease(["Init", "Mathlib"]):
            pass
    assert caught.value.code == "import_failed"


async def test_a_file_is_proved_through_it(repls: ReplPool, repl: ReplEngine) -> None:
    text = FILE[: FILE.index("def data")] + "end Some\n" + FILE[FILE.index("\nexample") :]
    judge = SecondJudge(repl, PoolLimits(size=2, spares=0))
    options = FillOptions(seconds=120, refute_share=0)
    result = await fill(SourceFile("t.lean", text.encode()), Target("t.lean"), repls, SearchSolver(), judge, options)
    assert {t.name: type(t.verdict) for t in result.targets} == {
        "Some.double_eq": Proved,
        "Some.left": Proved,
        "Some.right": Proved,
        "example (line 17)": Proved,
    }
    assert "sorry" not in result.filled.text
    assert all("embedded" in str(t.verdict.report).lower() for t in result.targets)


async def test_without_a_second_engine_nothing_is_proved(
    repls: ReplPool, repl: ReplEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedEngine, "lean_version", "4.0.0")
    judge = SecondJudge(repl, PoolLimits(size=2, spares=0))
    text = b"theorem t (a : Nat) : a + 0 = a := by sorry\n"
    options = FillOptions(seconds=60, refute_share=0)
    result = await fill(SourceFile("t.lean", text), Target("t.lean"), repls, SearchSolver(), judge, options)
    [target] = result.targets
    assert isinstance(target.verdict, NotVerified) and target.scripts and not target.proved
    assert not result.all_proved and result.filled.data == text
