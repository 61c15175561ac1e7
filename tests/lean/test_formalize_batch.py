"""Many problems at once: what falls, where and why, with a real Lean; what is kept, as a benchmark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from prover.api.workplace import Workplace
from prover.bench.loading import load
from prover.cli.app import run
from prover.cli.formalize_many import Many, run_many
from prover.core.errors import ModelError, UserError
from prover.formalize.batch import Batch, BatchOptions, Opinion
from prover.formalize.draft import Draft
from prover.formalize.fidelity import FidelityLimits
from prover.formalize.funnel import funnel
from prover.formalize.informal import InformalProblem, read_informal
from prover.formalize.ledger import Ledger
from prover.formalize.outcome import Outcome, Stage
from prover.lean import Pool
from prover.lean.embedded import EmbeddedEngine

PROBLEMS = Path(__file__).with_name("formalize_problems.jsonl")
LIMITS = FidelityLimits(refuting_seconds=6)
#: Where each of the problems falls.
FALLS = {
    "square_at_least": "kept",
    "subtracting": "not_refuted",
    "small_and_large": "meaningful",
    "above_three": "meaningful",
    "garbage": "elaborates",
    "divides": "kept",
    "divides_again": "kept",
    "wrong_quantifier": "undoubted",
    "an_axiom": "elaborates",
    "with_definition": "kept",
    "words_only": "drafted",
    "no_proposition": "elaborates",
}


async def filtered(pool: Pool, ledger: Ledger, problems: Sequence[InformalProblem], **more: object) -> list[Outcome]:
    options = BatchOptions(limits=LIMITS, **more.pop("options", {}))  # type: ignore[arg-type]
    found = await Batch(Workplace(pool), ledger, "test", options, **more).run(problems)  # type: ignore[arg-type]
    return list(found.outcomes)


class Drafting:
    """Gives fixed statements for words, and remembers what it was asked."""

    def __init__(self, drafts: dict[str, list[str]]) -> None:
        self.drafts = drafts
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, words: str, context: str, n: int) -> list[Draft]:
        self.asked.append((words, n))
        if words not in self.drafts:
            raise ModelError("it does not answer")
        return [Draft("t", f"theorem t {one}", context=context, author="scripted/-") for one in self.drafts[words]][:n]


async def test_drafts_of_a_model(pool: Pool, tmp_path: Path) -> None:
    drafting = Drafting(
        {
            "transitive": [
                "(a b c : Nat) (h : a ∣ b) : a ∣ c",
                "(a b c : Nat) (h : a ∣ b) (g : b ∣ c) : a ∣ c",
                "(a b c : Nat) (h : a ∣",
                "(a b c : Nat) : a ∣ b → b ∣ c → a ∣ c",
                "(a b c : Nat) (h : a ∣ b) : a ∣ b * c",
            ],
            "nothing": [],
        }
    )
    asked = [InformalProblem(words, words) for words in ("transitive", "nothing", "silence")]

    async def judging(words: str, draft: Draft) -> Opinion:
        return Opinion("b ∣ c" in draft.statement, f"it speaks of {words}")

    with Ledger(tmp_path / "results.jsonl") as ledger:
        options = {"drafts": 5, "agreeing": 2}
        kept, nothing, silent = await filtered(pool, ledger, asked, drafting=drafting, judging=judging, options=options)
        assert drafting.asked[0] == ("transitive", 5)
        assert kept.kept and kept.chosen == 1 and (1, 3) in kept.classes and kept.opinion == "it speaks of transitive"
        stages = [draft.stage.value for draft in kept.drafts]
        assert stages == ["not_refuted", "agreed", "elaborates", "agreed", "agreed"]
        assert (nothing.stage, nothing.broken) == (Stage.DRAFTED, False)
        assert (silent.stage, silent.broken) == (Stage.DRAFTED, True)
    with Ledger(tmp_path / "results.jsonl") as ledger:
        # What is done stays, what was broken is tried again.
        drafting.asked.clear()
        again = await filtered(pool, ledger, asked, drafting=drafting, judging=judging, options=options)
        assert [words for words, _ in drafting.asked] == ["silence"] and again[0] == kept
        stricter = await filtered(pool, ledger, asked[:1], drafting=drafting, options={"drafts": 5, "agreeing": 3})
        assert stricter[0].stage is Stage.AGREED and "2 were shown" in stricter[0].reason


async def test_what_is_read_back_as_something_else_falls(pool: Pool, tmp_path: Path) -> None:
    async def judging(words: str, draft: Draft) -> Opinion:
        return Opinion(False, "it is about lists")

    problems = [InformalProblem("p", "words", drafts=(Draft("t", "theorem t (n : Nat) : n ∣ n * n"),))]
    with Ledger(tmp_path / "results.jsonl") as ledger:
        (fell,) = await filtered(pool, ledger, problems, judging=judging)
    assert (fell.stage, fell.reason, fell.kept) == (Stage.FAITHFUL, "it is about lists", False)


async def test_doubtful_statements_are_kept_on_request(pool: Pool, tmp_path: Path) -> None:
    problems = [
        InformalProblem("doubtful", "", drafts=(Draft("t", "theorem t (n : Nat) : n - 1 < n + 1"),)),
        InformalProblem("false", "", drafts=(Draft("t", "theorem t (n : Nat) : n - 1 < n"),)),
    ]
    with Ledger(tmp_path / "results.jsonl") as ledger:
        strict = await filtered(pool, ledger, problems)
        loose = await filtered(pool, ledger, problems, options={"keep_doubtful": True})
    assert [outcome.stage.value for outcome in strict] == ["undoubted", "not_refuted"]
    assert [outcome.stage.value for outcome in loose] == ["kept", "not_refuted"]


def test_without_a_model_there_must_be_statements(tmp_path: Path, embedded: EmbeddedEngine) -> None:
    source = tmp_path / "words.jsonl"
    source.write_text('{"id": "a", "informal": "One is one."}\n')
    with pytest.raises(UserError) as refused:
        run_many(Many(source, BatchOptions()))
    assert refused.value.code == "no_model"


@pytest.mark.slow
def test_from_a_file_to_a_benchmark_that_is_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], embedded: EmbeddedEngine
) -> None:
    asked = Many(
        PROBLEMS,
        BatchOptions(limits=LIMITS),
        out=tmp_path / "results.jsonl",
        benchmark=tmp_path / "made",
        name="made",
        as_json=True,
    )
    assert run_many(asked) == 1
    told = json.loads(capfd.readouterr().out)
    schema = json.loads((files("prover.cli") / "schemas" / "formalize_many.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(told)
    assert {item["id"]: item["stage"] for item in told["items"]} == FALLS
    assert [one["line"] for one in told["unusable"]] == [13, 14, 15]
    assert told["benchmark"]["repeated"] == [["divides_again", "divides"]]
    assert told["stages"][0]["problems"] == 11 and told["stages"][-1]["problems"] == 4
    manifest = tmp_path / "made" / "made.toml"
    loaded = load(str(manifest))
    assert [problem.id for problem in loaded.problems] == ["square_at_least", "divides", "with_definition"]
    assert not loaded.changed and not loaded.rejected
    # Cut in the middle of a line, it goes on; nothing that was done is done again.
    data = asked.results.read_bytes()
    asked.results.write_bytes(data[:-50])
    assert run_many(asked) == 1
    assert json.loads(capfd.readouterr().out)["resumed"] == len(FALLS) - 1
    problems, _ = read_informal(PROBLEMS)
    with Ledger(asked.results) as ledger:
        rows = funnel(list(ledger.latest.values()))
        assert len(ledger.latest) == len(problems)
    assert [row.fell for row in rows] == [1, 3, 2, 1, 1, 0, 0, 0]
    arguments = ["bench", str(manifest), "--out", str(tmp_path / "run"), "--engine", "embedded"]
    assert run(arguments) in (0, 1)
    assert "3 of 3 attempts" in capfd.readouterr().out
