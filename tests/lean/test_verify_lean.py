"""The verifier with a real Lean: attacks and honest files, forged exports, and each rule's worth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.lean import Pool
from prover.lean.elaboration import Elaboration
from prover.lean.replay import Replay
from prover.lean.worker import Worker
from prover.verify import Ladder, Limits, Policy, comparison, judgement, kernel, ladder
from prover.verify.comparison import Comparison
from prover.verify.judgement import Judgement
from prover.verify.kernel import Kernel
from prover.verify.submitted import Submitted
from prover.verify.tables import Tables

EXPLOITS = Path(__file__).parents[1] / "exploits"
CASES = sorted(path.name for path in EXPLOITS.iterdir() if path.is_dir())
SLOW = {case for case in CASES if '"slow": true' in (EXPLOITS / case / "verdict.json").read_text(encoding="utf-8")}
SHORT: list[dict[str, str]] = [
    json.loads(line) for line in (EXPLOITS / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]


def read(case: str) -> tuple[str, str, dict[str, Any]]:
    folder = EXPLOITS / case
    challenge, solution = ((folder / name).read_text(encoding="utf-8") for name in ("Challenge.lean", "Solution.lean"))
    return challenge, solution, json.loads((folder / "verdict.json").read_text(encoding="utf-8"))


async def check(judge: Ladder, case: str, **options: Any) -> dict[str, Verdict]:
    challenge, solution, expected = read(case)
    return await judge.check(
        solution,
        reference=challenge,
        targets=expected.get("targets"),
        policy=Policy(expected.get("policy", "file")),
        preserve=expected.get("preserve", False),
        filled=expected.get("filled", ()),
        allowed_axioms=expected.get("allow", ()),
        limits=Limits(seconds=expected.get("seconds", 60)),
        **options,
    )


@pytest.fixture(scope="session")
def judge(pool: Pool) -> Ladder:
    return Ladder(pool)


@pytest.mark.parametrize("case", [pytest.param(case, marks=[pytest.mark.slow] * (case in SLOW)) for case in CASES])
async def test_fixture(judge: Ladder, case: str) -> None:
    expected = read(case)[2]
    found = await check(judge, case)
    allowed = expected.get("any_of", [expected["verdict"]])
    assert found and all(verdict.code in allowed for verdict in found.values()), found


def test_the_fixtures_cover_the_groups() -> None:
    groups = [read(case)[2]["group"] for case in CASES]
    assert set(groups) >= {
        "holes",
        "messages",
        "axioms",
        "native computation",
        "changed statements",
        "environment tampering",
        "resources",
        "honest failures",
        "honest successes",
    }
    assert len(groups) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("case", SHORT, ids=lambda case: case["name"])
async def test_short_case(judge: Ladder, case: Mapping[str, str]) -> None:
    found = await judge.check(
        case["submission"], reference=case["target_statement"], targets=["target"], limits=Limits(seconds=20)
    )
    assert (found["target"].code == "proved") is (case["expected"] == "accept"), found


# ---- every rule is needed: with one switched off, an attack of the fixtures gets through


def without_statements(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Comparison, "statement", lambda *_: None)


def without_definitions(patch: pytest.MonkeyPatch) -> None:
    whole = comparison.Comparison._pair

    def only_the_target(self: Comparison, pair: Any, pending: Any, root: Any) -> Any:
        return whole(self, pair, pending, root) if pair[0] == root else None

    patch.setattr(Comparison, "_pair", only_the_target)


def without_axioms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judgement, "_is_allowed", lambda *_: True)


def without_holes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judgement, "_with_holes", lambda *_: verdicts.Proved())


def without_the_kernel(patch: pytest.MonkeyPatch) -> None:
    async def believe(self: Kernel, submitted: Submitted, *_: Any) -> Tables:
        return submitted.file.tables

    patch.setattr(Kernel, "replay", believe)


def without_headers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "_check_header", lambda *_: None)


def without_errors(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "_fails", lambda *_: False)


def without_preserving(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(judgement, "_first_change", lambda *_: None)


def without_policy(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "forbidden", lambda *_, **__: None)


def without_looking_elsewhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judgement, "_worse_elsewhere", lambda *_: None)


def without_looking_into_filled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Judgement, "_filled", lambda *_: [])


def without_families(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Comparison, "_family", lambda *_: None)


def without_levels(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparison, "_Levels", lambda *_: SimpleNamespace(equal=lambda *_: True))


def without_kinds(patch: pytest.MonkeyPatch) -> None:
    def whatever(self: Judgement, target: Any, **_: Any) -> Any:
        name = self.accepted.like(target)
        return verdicts.Mismatch("missing") if name is None else self.accepted.constants[name]

    patch.setattr(Judgement, "_find", whatever)
    patch.setattr(Comparison, "statement", lambda *_: None)


def without_computing(patch: pytest.MonkeyPatch) -> None:
    async def believe(*_: Any) -> bool:
        return True

    patch.setattr(kernel, "_holds", believe)


def with_any_proof_erased(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(comparison, "is_proof", lambda *_: True)


@pytest.mark.parametrize(
    ("switch_off", "case"),
    [
        (without_statements, "statement_bound_relaxed"),
        (without_definitions, "statement_definition_edited"),
        (without_axioms, "axiom_wrapped_in_opaque"),
        (without_holes, "hole_behind_instance"),
        (without_the_kernel, "environment_unchecked_theorem"),
        (without_headers, "header_more_imports"),
        (without_errors, "failure_garbage_after"),
        (without_preserving, "declaration_of_code_changed"),
        (without_policy, "policy_attribute_runs_code"),
        (without_looking_elsewhere, "preserve_hole_made_elsewhere"),
        (without_looking_elsewhere, "preserve_axiom_made_elsewhere"),
        pytest.param(without_computing, "native_lying_implementation_allowed", marks=pytest.mark.slow),
        (without_looking_into_filled, "fill_with_axiom_beside"),
        (without_families, "statement_constructor_added"),
        (without_levels, "statement_universe_raised"),
        (without_kinds, "failure_definition_of_a_proof"),
        (with_any_proof_erased, "hole_data_swapped_beside_proof"),
    ],
)
async def test_a_rule_switched_off_lets_an_attack_through(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, switch_off: Callable[[pytest.MonkeyPatch], None], case: str
) -> None:
    switch_off(monkeypatch)
    found = await check(Ladder(pool), case)
    assert {verdict.code for verdict in found.values()} == {"proved"}


# ---- a process that lies


def retyped(export: dict[str, Any]) -> None:
    """The goal's proof is claimed to be that of another theorem of the file."""
    goal, other = (constant_of(export, name) for name in ("goal", "easy"))
    goal["value"] = other["value"]


def renamed(export: dict[str, Any]) -> None:
    """An easy theorem is claimed to be the goal, statement and all but the proof."""
    goal, other = (constant_of(export, name) for name in ("goal", "easy"))
    other["type"], other["name"] = goal["type"], goal["name"]
    export["constants"].remove(goal)


def own_witness(export: dict[str, Any]) -> None:
    """The goal is claimed to be proved by itself."""
    goal = constant_of(export, "goal")
    export["exprs"].append(["c", goal["name"], []])
    goal["value"] = len(export["exprs"]) - 1


def sorry_is_a_theorem(export: dict[str, Any]) -> None:
    for item in export["imported"]:
        item["kind"] = "theorem"


def own_recursor(export: dict[str, Any]) -> None:
    """The goal's proof is claimed to be a recursor's constant."""
    goal = constant_of(export, "goal")
    export["names"].append([0, "magic"])
    row = len(export["names"])
    made = {"kind": "recursor", "name": row, "params": [], "type": goal["type"], "all": [], "k": False}
    export["constants"].append(made)
    export["exprs"].append(["c", row, []])
    goal["value"] = len(export["exprs"]) - 1


def constant_of(export: dict[str, Any], name: str) -> dict[str, Any]:
    row = export["names"].index([0, name]) + 1
    return next(constant for constant in export["constants"] if constant["name"] == row)


@pytest.mark.parametrize("forge", [retyped, renamed, own_witness, sorry_is_a_theorem, own_recursor])
async def test_a_forged_export_proves_nothing(
    judge: Ladder, monkeypatch: pytest.MonkeyPatch, forge: Callable[[dict[str, Any]], None]
) -> None:
    reference = "theorem easy : 1 = 1 := rfl\ntheorem goal : 1 = 2 := by\n  sorry\n"
    honest = Worker.export

    async def lie(self: Worker, env: int, **options: Any) -> dict[str, Any]:
        export = await honest(self, env, **options)
        if not self.clean:
            forge(export)
        return export

    await judge.check(reference, reference=reference, targets=["goal"])
    monkeypatch.setattr(Worker, "export", lie)
    found = await judge.check(reference, reference=reference, targets=["goal"])
    assert found["goal"].code in ("incomplete", "kernel_refused"), found


# ---- who does what


async def test_who_elaborated_a_submission_never_judges(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    elaborated: list[int] = []
    judged_after_elaborating: list[bool] = []
    elaborate, replay = Worker.elaborate, Worker.replay

    async def watch_elaborate(self: Worker, env: int, text: str, **options: Any) -> Elaboration:
        if not self.clean:
            elaborated.append(self.process.pid)
        return await elaborate(self, env, text, **options)

    async def watch_replay(self: Worker, *arguments: Any, **options: Any) -> Replay:
        judged_after_elaborating.append(self.process.pid in elaborated)
        return await replay(self, *arguments, **options)

    monkeypatch.setattr(Worker, "elaborate", watch_elaborate)
    monkeypatch.setattr(Worker, "replay", watch_replay)
    for case in ("statement_binders_regrouped", "message_forged_answer", "hole_by_macro", "hole_in_term"):
        await check(Ladder(pool), case)
    assert len(elaborated) == len(judged_after_elaborating) == 4
    assert not any(judged_after_elaborating)
    # The second and the third run code: whoever elaborated them elaborates nothing more.
    assert elaborated[1] not in elaborated[2:] and elaborated[2] not in elaborated[3:]


@pytest.mark.parametrize("words", ["error", "Goals accomplished!"])
async def test_reworded_messages_change_no_verdict(judge: Ladder, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    elaborate = Worker.elaborate

    async def reworded(self: Worker, env: int, text: str, **options: Any) -> Elaboration:
        found = await elaborate(self, env, text, **options)
        return replace(found, messages=tuple(replace(m, text=words, kind="") for m in found.messages))

    monkeypatch.setattr(Worker, "elaborate", reworded)
    for case in ("success_mutual_types", "hole_in_term", "failure_unfinished", "axiom_classical_reasoning"):
        found = await check(judge, case)
        assert {verdict.code for verdict in found.values()} == {read(case)[2]["verdict"]}


# ---- options of a check


async def verdict_of(judge: Ladder, submission: str, reference: str | None, **options: Any) -> Verdict:
    found = await judge.check(submission, reference=reference, **options)
    (only,) = found.values()
    return only


async def test_carriage_returns_and_byte_order_marks(judge: Ladder) -> None:
    challenge, solution, _ = read("success_mutual_types")
    found = await judge.check("\ufeff" + solution.replace("\n", "\r\n"), reference=challenge, preserve=True)
    assert {verdict.code for verdict in found.values()} == {"proved"}


async def test_without_a_reference_the_best_is_consistent(judge: Ladder) -> None:
    found = await verdict_of(judge, "theorem goal (n : Nat) : n = n := rfl", None)
    assert isinstance(found, verdicts.Consistent)
    assert isinstance(await verdict_of(judge, "theorem goal : False := by sorry", None), verdicts.Incomplete)
    assumed = "axiom a : False\ntheorem goal : False := a"
    assert isinstance(await verdict_of(judge, assumed, None), verdicts.ForbiddenAxiom)


async def test_axioms_are_listed_and_allowed_by_name(judge: Ladder) -> None:
    reference = "theorem goal (p : Prop) (h : ¬ ¬ p) : p := by\n  sorry"
    proof = (
        "theorem goal (p : Prop) (h : ¬ ¬ p) : p :=\n  (Classical.choice (α := PLift (p ∨ ¬ p)) ⟨⟨propext' p⟩⟩).down"
    )
    honest = "theorem goal (p : Prop) (h : ¬ ¬ p) : p := Classical.byContradiction h"
    axiom = "axiom oracle (p : Prop) : p\ntheorem goal (p : Prop) (h : ¬ ¬ p) : p := oracle p"
    direct = (
        "theorem goal (p : Prop) (h : ¬ ¬ p) : p := by\n"
        "  have x : Nonempty Nat := ⟨0⟩\n  have _y := Classical.choice x\n  exact Classical.byContradiction h"
    )
    assert isinstance(await verdict_of(judge, honest, reference), verdicts.Proved)
    found = await verdict_of(judge, direct, reference)
    assert isinstance(found, verdicts.Proved) and found.axioms == ("Classical.choice",)
    assert isinstance(await verdict_of(judge, axiom, reference, allowed_axioms=["oracle"]), verdicts.ForbiddenAxiom)
    assert isinstance(await verdict_of(judge, proof, reference), verdicts.ElaborationError)


async def test_who_ran_native_code_does_nothing_else(judge: Ladder, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Worker.replay
    asked: list[tuple[int, bool]] = []

    async def watch(self: Worker, *arguments: Any, **options: Any) -> Replay:
        asked.append((self.process.pid, options.get("compiling", False)))
        return await replay(self, *arguments, **options)

    monkeypatch.setattr(Worker, "replay", watch)
    found = (await check(judge, "native_true_statement_allowed"))["goal"]
    assert isinstance(found, verdicts.Proved) and found.axioms == ("Lean.ofReduceBool",)
    assert any("native computation" in text for text in found.report["uncovered"])
    assert [compiled for _, compiled in asked] == [True, False] and asked[0][0] != asked[1][0]
    refused = (await check(judge, "native_lying_implementation_allowed"))["goal"]
    assert isinstance(refused, verdicts.KernelRefused) and refused.reason == "native_computation"
    assert "native computation" in refused.report["why"]
    assert asked[0][0] not in [process for process, _ in asked[1:]]


#: Adds a theorem `slipped : False` behind the kernel's back.
SLIP = """open Lean Elab Term in
elab "slip!" : term => do
  let made : Declaration := .thmDecl
    { name := `slipped, levelParams := [], type := mkConst ``False, value := mkConst ``True.intro }
  match (← getEnv).addDeclCore 0 made none (doCheck := false) with
  | .ok env => setEnv env
  | .error _ => throwError "refused"
  return mkConst ``True.intro
theorem trigger : True := slip!
"""


async def test_strict_replays_everything_and_refuses_the_references_axioms(judge: Ladder) -> None:
    found = await check(judge, "axiom_of_the_reference", strict=True)
    assert isinstance(found["goal"], verdicts.ForbiddenAxiom)
    unused = f"import Lean\n{SLIP}theorem goal : 1 + 1 = 2 := rfl\n"
    reference = "import Lean\ntheorem goal : 1 + 1 = 2 := by\n  sorry"
    assert isinstance(await verdict_of(judge, unused, reference), verdicts.Proved)
    assert isinstance(await verdict_of(judge, unused, reference, strict=True), verdicts.KernelRefused)


async def test_one_bad_target_does_not_spoil_the_others(judge: Ladder) -> None:
    reference = "import Lean\ntheorem good : 1 + 1 = 2 := by\n  sorry\ntheorem bad : 1 + 1 = 3 := by\n  sorry"
    good = "theorem good : 1 + 1 = 2 := rfl\n"
    submission = f"import Lean\n{good}{SLIP}theorem bad : 1 + 1 = 3 := slipped.elim\n"
    found = await judge.check(submission, reference=reference)
    assert {name: verdict.code for name, verdict in found.items()} == {"good": "proved", "bad": "kernel_refused"}


async def test_the_report_says_what_was_done(judge: Ladder) -> None:
    found = await check(judge, "success_private_helpers")
    report = found["goal"].report
    assert report["rungs"] == ("elaborated", "replayed", "compared")
    assert report["lean"].startswith("4.28") and report["engine"] == "embedded"
    assert report["uncovered"] and report["replayed"] == 3
    assert {"elaborate", "replay", "compare"} <= set(report["seconds"])


async def test_the_report_names_what_the_submission_chose(judge: Ladder) -> None:
    found = await check(judge, "fill_makes_goals_easy")
    assert {name: verdict.report["filled"] for name, verdict in found.items()} == {
        "goal": ("bound",),
        "far": ("bound",),
    }
    assert "filled" not in (await check(judge, "success_private_helpers"))["goal"].report


# ---- refutations


REFUTABLE = """universe u
def Small (n : Nat) : Prop := n < 3

theorem goal (n : Nat) : Small n := by
  sorry

theorem everywhere (α : Sort u) (a b : α) : a = b := by
  sorry

theorem other : 2 = 3 := by
  sorry
"""


@pytest.mark.parametrize(
    ("target", "text", "code"),
    [
        ("goal", "theorem goal.refutation : ¬ type_of% @goal := fun h => absurd (h 5) (by simp [Small])", "refuted"),
        (
            "goal",
            "theorem goal.refutation : (∀ n, Small n) → False := fun h => absurd (h 5) (by simp [Small])",
            "refuted",
        ),
        (
            "everywhere",
            "theorem everywhere.refutation : ¬ ∀ (α : Type) (a b : α), a = b := "
            "fun h => Bool.noConfusion (h Bool true false)",
            "refuted",
        ),
        (
            "everywhere",
            "theorem everywhere.refutation : ¬ type_of% @everywhere.{1} := "
            "fun h => Bool.noConfusion (h Bool true false)",
            "refuted",
        ),
        ("goal", "theorem goal.refutation : ¬ type_of% @goal := by sorry", "incomplete"),
        ("goal", "theorem goal.refutation : ¬ type_of% @goal := fun _ => absurd other (by decide)", "incomplete"),
        ("goal", "axiom no : False\ntheorem goal.refutation : ¬ type_of% @goal := no.elim", "forbidden_axiom"),
        (
            "goal",
            "theorem goal.refutation : ¬ (∀ n, Small (n + 3)) := fun h => absurd (h 5) (by simp [Small])",
            "mismatch",
        ),
        ("goal", "theorem goal.refutation : ¬ type_of% @other := by decide", "mismatch"),
        ("goal", "theorem goal.refutation : ∃ n, ¬ Small n := ⟨5, by simp [Small]⟩", "mismatch"),
        ("goal", "theorem elsewhere : ¬ type_of% @goal := fun h => absurd (h 5) (by simp [Small])", "mismatch"),
        ("nothing", "", "bad_target"),
    ],
)
async def test_refutation(judge: Ladder, target: str, text: str, code: str) -> None:
    found = await judge.check_refutation(REFUTABLE + "\n" + text, reference=REFUTABLE, target=target)
    assert found.code == code, found
    if isinstance(found, verdicts.Refuted):
        assert found.proof == text


async def test_a_definition_changed_under_a_refutation_is_seen(judge: Ladder) -> None:
    refutation = "\ntheorem goal.refutation : ¬ type_of% @goal := fun h => absurd (h 2) (by simp [Small])"
    changed = REFUTABLE.replace("n < 3", "n < 2") + refutation
    found = await judge.check_refutation(changed, reference=REFUTABLE, target="goal")
    assert isinstance(found, verdicts.Mismatch)


async def test_many_checks_at_once_agree(pool: Pool) -> None:
    cases: Sequence[str] = ["hole_in_term", "success_private_helpers", "axiom_wrapped_in_opaque", "failure_private"] * 3
    judge = Ladder(pool)
    found = await asyncio.gather(*(check(judge, case) for case in cases))
    for case, verdict in zip(cases, found, strict=True):
        assert {v.code for v in verdict.values()} == {read(case)[2]["verdict"]}
