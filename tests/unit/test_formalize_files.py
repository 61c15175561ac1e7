"""Problems in words read from a file, results that survive a kill, the table of stages, and the benchmark written."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from prover.bench.loading import load
from prover.core.errors import UserError
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.fidelity import LOST
from prover.formalize.funnel import funnel
from prover.formalize.informal import InformalProblem, read_informal, ready_draft
from prover.formalize.ledger import Ledger
from prover.formalize.outcome import DraftOutcome, Outcome, Stage, draft_outcome
from prover.formalize.release import release
from prover.formalize.shape import refusal
from prover.formalize.stated import Refused, state
from prover.lean import Pool, Worker
from prover.lean.foundation import CORE_MATH
from prover.lean.header import HeaderInfo, Import


def read(tmp_path: Path, *records: object) -> tuple[list[InformalProblem], dict[int, str]]:
    file = tmp_path / "problems.jsonl"
    lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    file.write_bytes(b"\n".join(lines))
    problems, unusable = read_informal(file)
    return list(problems), {one.line: one.reason for one in unusable}


def test_records_in_several_spellings(tmp_path: Path) -> None:
    problems, unusable = read(
        tmp_path,
        {"id": "a b/c", "problem": "words"},
        {"name": "n", "informal_statement": "w", "formal_statement": "theorem n : 1 = 1 := by\n  trivial"},
        b"",
        {"id": 7, "informal": "w", "drafts": ["(n : Nat) : n = n", "∀ n : Nat, n = n"], "context": "open Nat"},
    )
    assert not unusable
    assert [problem.id for problem in problems] == ["a_b_c", "n", "7"]
    assert problems[1].drafts[0].statement == "theorem n : 1 = 1" and problems[0].drafts == ()
    one, two = problems[2].drafts
    assert (one.statement, two.statement) == ("theorem p7 (n : Nat) : n = n", "theorem p7 : ∀ n : Nat, n = n")
    assert one.context.endswith("open Nat") and problems[2].line == 4


def test_bad_lines_are_told_with_their_number(tmp_path: Path) -> None:
    problems, unusable = read(
        tmp_path,
        {"id": "good", "informal": "w"},
        b"[1]",
        b"{",
        b"\xff",
        {"id": "GOOD", "informal": "again"},
        {"id": "empty"},
        {"id": "list", "drafts": "theorem"},
        {"id": "number", "informal": ["w"]},
        {"id": "surrogate", "informal": "\ud800"},
        {"id": "more", "statement": "theorem a : 1 = 1 := rfl\n\n#eval 1"},
        b"[" * 100_000,
    )
    assert [problem.id for problem in problems] == ["good"]
    assert sorted(unusable) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert "line 1" in unusable[5]
    assert unusable[3] == "it ends before its JSON does: `{`; one JSON object a line is expected"
    assert unusable[2] == "it is no JSON object: [1] is not an object"


def test_a_file_without_problems_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, b"nothing")
    assert refused.value.code == "no_problems"
    assert "line 1: it is no JSON: `nothing`; one JSON object a line is expected" in refused.value.message
    with pytest.raises(UserError) as absent:
        read_informal(tmp_path / "absent.jsonl")
    assert absent.value.code == "unreadable"


def test_what_stands_before_a_theorem_are_its_definitions() -> None:
    draft = ready_draft(
        "import Mathlib\nopen Nat\n\ndef f (n : Nat) := n\n\nlemma x (n : Nat) : f n = n := by simp", "d"
    )
    assert (draft.name, draft.statement) == ("x", "theorem x (n : Nat) : f n = n")
    assert draft.definitions == "def f (n : Nat) := n"
    assert draft.context.startswith("import Mathlib\n") and draft.context.endswith("open Nat")
    with pytest.raises(ValueError):
        ready_draft("def f := 1", "d")


@pytest.mark.parametrize(
    ("text", "modules", "refused"),
    [
        ("set_option autoImplicit true", ("Mathlib",), True),
        ("set_option autoImplicit false", ("Mathlib",), False),
        ("set_option autoImplicit true", ("Init",), False),
    ],
)
async def test_over_a_stand_in_a_name_that_is_not_there_is_no_variable(
    text: str, modules: tuple[str, ...], refused: bool
) -> None:
    class Read(Exception):
        pass

    class Reading:
        clean, env = True, 0

        async def elaborate(self, *_: object, **__: object) -> None:
            raise Read

    draft = Draft("t", "theorem t (x : ℝ) : x = x", "", text)
    header = HeaderInfo(tuple(Import(module) for module in modules), 0, False, ())
    pool = cast(Pool, SimpleNamespace(foundation=CORE_MATH))
    with pytest.raises(Refused if refused else Read) as raised:
        await state(pool, cast(Worker, Reading()), draft, header, seconds=1.0)
    if isinstance(raised.value, Refused):
        assert "autoImplicit" in raised.value.errors[0].text


def outcome(id: str, stage: Stage = Stage.KEPT, *drafts: DraftOutcome, **more: object) -> Outcome:
    drafts = drafts or (DraftOutcome(Draft(id, f"theorem {id} : 1 = 1"), Stage.AGREED, key=id),)
    chosen = 0 if stage is Stage.KEPT else -1
    return Outcome(id, f"key of {id}", f"words of {id}", stage, drafts=drafts, chosen=chosen, **more)  # type: ignore[arg-type]


def test_results_survive_a_kill_at_any_byte(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    doubt = Doubt(Concern.TRIVIAL, "one call proves it: omega", "omega")
    told = DraftOutcome(Draft("b", "theorem b : ∀ x, x"), Stage.AGREED, doubts=(doubt,), instances=3)
    with Ledger(whole) as ledger:
        ledger.record(outcome("a"))
        ledger.record(outcome("b", Stage.KEPT, told, classes=((0,),), seconds=1.5))
        ledger.record(outcome("c", Stage.DRAFTED, broken=True))
        written = dict(ledger.latest)
        assert [ledger.is_done(f"key of {id}") for id in "abcd"] == [True, True, False, False]
    data = whole.read_bytes()
    for end in range(0, len(data) + 1, 7):
        cut = tmp_path / "cut.jsonl"
        cut.write_bytes(data[:end])
        with Ledger(cut) as ledger:
            count = data[:end].count(b"\n")
            assert list(ledger.latest.items()) == list(written.items())[:count]
            for one in list(written.values())[count:]:
                ledger.record(one)
        assert cut.read_bytes() == data


def test_another_file_is_not_taken_for_results(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "a", "informal": "words"}\n')
    with pytest.raises(UserError) as refused:
        Ledger(other)
    assert refused.value.code == "no_results" and other.read_text().startswith('{"id"')
    spoilt = tmp_path / "spoilt.jsonl"
    with Ledger(spoilt) as ledger:
        ledger.record(outcome("a"))
    spoilt.write_bytes(spoilt.read_bytes() + b"{}\n")
    with pytest.raises(UserError) as corrupt:
        Ledger(spoilt)
    assert corrupt.value.code == "corrupt_log" and "line 2" in corrupt.value.message


def test_where_a_draft_falls() -> None:
    draft = Draft("t", "theorem t : 1 = 1")

    def stage(*doubts: Doubt, keep: bool = False) -> str:
        return draft_outcome(Examined(draft, key="k", doubts=doubts), keep_doubtful=keep).stage.value

    trivial, false = Doubt(Concern.TRIVIAL, ""), Doubt(Concern.FALSE, "")
    vacuous, truncation = Doubt(Concern.VACUOUS, ""), Doubt(Concern.TRUNCATION, "")
    assert (stage(), stage(trivial), stage(truncation)) == ("agreed", "agreed", "undoubted")
    assert (stage(truncation, keep=True), stage(false, keep=True)) == ("agreed", "not_refuted")
    assert stage(false, vacuous) == "meaningful"
    lost = draft_outcome(Examined(draft, errors=(refusal("gone", LOST),)), keep_doubtful=False)
    assert (lost.stage.value, lost.lost) == ("elaborates", True)


def test_the_table_of_stages() -> None:
    bad = DraftOutcome(Draft("x", "theorem x"), Stage.ELABORATES)
    false = DraftOutcome(Draft("x", "theorem x"), Stage.NOT_REFUTED)
    good = DraftOutcome(Draft("x", "theorem x"), Stage.AGREED)
    rows = funnel(
        [
            Outcome("none", "1", "", Stage.DRAFTED),
            outcome("bad", Stage.ELABORATES, bad),
            outcome("false", Stage.NOT_REFUTED, bad, false),
            outcome("good", Stage.KEPT, good, false),
            outcome("broken", Stage.ELABORATES, bad, broken=True),
        ]
    )
    assert [row.problems for row in rows] == [3, 2, 2, 1, 1, 1, 1, 1]
    assert [row.fell for row in rows] == [1, 1, 0, 1, 0, 0, 0, 0]
    assert [row.drafts for row in rows] == [5, 3, 3, 1, 1, -1, -1, -1]


def test_what_is_kept_becomes_a_benchmark(tmp_path: Path) -> None:
    text = 'quotes " and \\ and \x7f and 𝔽'
    made = Draft("f.b", "theorem f.b (n : Nat) : n = n", "def f (n : Nat) := n", "import Mathlib\n\nopen Nat")
    kept = [
        outcome("a"),
        outcome("again", Stage.KEPT, DraftOutcome(Draft("z", "theorem z : 1 = 1"), Stage.AGREED, key="a")),
        outcome("fell", Stage.NOT_REFUTED),
        outcome("b", Stage.KEPT, DraftOutcome(made, Stage.AGREED, key="b")),
    ]
    released = release(tmp_path / "new" / "folder", "made-1", kept, about=text)
    assert released.repeated == (("again", "a"),) and released.problems == 2
    loaded = load(str(released.manifest))
    assert loaded.manifest.about == text and not loaded.changed
    one, two = loaded.problems
    assert (one.id, one.informal, one.statement) == ("a", "words of a", "theorem a : 1 = 1")
    assert (two.id, two.name, two.statement) == ("b", "f.b", "theorem f.b (n : Nat) : n = n")
    assert "open Nat" in two.header and "def f" in two.preamble


def test_a_benchmark_needs_a_name_and_a_statement(tmp_path: Path) -> None:
    with pytest.raises(UserError) as unnamed:
        release(tmp_path, "No Name", [outcome("a")], about="")
    with pytest.raises(UserError) as empty:
        release(tmp_path, "name", [outcome("a", Stage.DRAFTED)], about="")
    assert (unnamed.value.code, empty.value.code) == ("usage", "nothing_kept")
    assert not list(tmp_path.iterdir())
