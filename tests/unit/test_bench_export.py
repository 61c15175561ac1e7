"""An evaluation for other programs: each format read back by what reads such files."""

from __future__ import annotations

import csv
import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from bench_runs import failed, make, problem, proved
from jsonschema import Draft202012Validator

from prover.bench.proof_files import ProofFile, proof_files, proof_text
from prover.bench.record import read_record
from prover.cli.bench_export import ExportFormat, run
from prover.core.errors import UserError

HOSTILE = '-/ theorem false : False := sorry /- \n\x1b[2J, "quoted"'


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """Two problems, two attempts at each, one pending; one proof with its file."""
    ends = [
        proved("p1", axioms=("propext", "Quot.sound"), proof_file="proofs/p1.lean", detail=HOSTILE, lemmas=("a", "b")),
        failed("p1", 2),
        failed("p2", stopped="exhausted"),
    ]
    text = "theorem p1 : 1 + 0 = 1 := by\n  rfl\n"
    asked = [problem(1, topic=HOSTILE), problem(2)]
    return make(tmp_path / "run", asked, ends, attempts=2, proofs={"proofs/p1.lean": text}, budget={HOSTILE: 1})


def test_json_agrees_with_its_schema(evaluation: Path, tmp_path: Path) -> None:
    assert run(evaluation, tmp_path / "out.json") == 0
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    schema = json.loads((files("prover.cli") / "schemas" / "evaluation.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["attempts"] == {
        "asked": 4, "ended": 3, "pending": 1, "spoilt": 0, "repeated": [], "foreign": [], "unfounded": [],
    }  # fmt: skip
    assert document["problems"][0]["topic"] == HOSTILE and document["problems"][1]["pending"] == [2]


def test_csv_has_a_row_for_every_attempt_asked_for(evaluation: Path, tmp_path: Path) -> None:
    assert run(evaluation, tmp_path / "out", ExportFormat.CSV, quiet=True) == 0
    with (tmp_path / "out").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["problem"], row["attempt"], row["ended"], row["proved"]) for row in rows] == [
        ("p1", "1", "1", "1"),
        ("p1", "2", "1", "0"),
        ("p2", "1", "1", "0"),
        ("p2", "2", "0", "0"),
    ]
    assert (
        rows[0]["detail"] == HOSTILE and rows[0]["axioms"] == "propext Quot.sound" and rows[2]["stopped"] == "exhausted"
    )
    assert float(rows[0]["seconds"]) == 1.0 and rows[3]["code"] == ""


def test_parquet_has_the_same_rows_with_types(evaluation: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from prover.dataset.parquet import read_parquet

    assert run(evaluation, tmp_path / "out.parquet", quiet=True) == 0
    rows = list(read_parquet(tmp_path / "out.parquet"))
    assert len(rows) == 4 and {row["schema"] for row in rows} == {"leap-prover/attempts/1"}
    assert (
        rows[0]["axioms"] == ["propext", "Quot.sound"] and rows[0]["proved"] is True and rows[0]["heartbeats"] == 1000
    )
    assert rows[3]["ended"] is False and rows[0]["detail"] == HOSTILE


def test_inspect_reads_its_log_with_the_same_scores(evaluation: Path, tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="inspect_ai is not installed")
    with (evaluation / "attempts.jsonl").open("ab") as file:
        whole = make(tmp_path / "more", [problem(2)], [proved("p2", 2)]) / "attempts.jsonl"
        file.write(whole.read_bytes())
    assert run(evaluation, tmp_path / "out.eval") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more", "out.eval", "run"]
    read = log.read_eval_log(str(tmp_path / "out.eval"))
    assert read.status == "success" and read.eval.task == "toy-test" and read.eval.config.epochs == 2
    assert read.eval.dataset.samples == 2 and read.results.completed_samples == 4
    (score,) = read.results.scores
    assert {name: metric.value for name, metric in score.metrics.items()} == {
        "pass_at_1": 0.5, "pass_at_2": 1.0, "solved": 2,
    }  # fmt: skip
    assert score.metadata["undefined"] == {}
    samples = {(sample.id, sample.epoch): sample for sample in read.samples}
    assert {unit: sample.scores["verdict"].value for unit, sample in samples.items()} == {
        ("p1", 1): "C", ("p1", 2): "I", ("p2", 1): "I", ("p2", 2): "C",
    }  # fmt: skip
    first = samples["p1", 1]
    assert first.input == problem(1).text and first.scores["verdict"].answer == "rfl"
    assert first.scores["verdict"].metadata["axioms"] == ["propext", "Quot.sound"]


def test_inspect_has_no_rate_while_attempts_are_pending(evaluation: Path, tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="inspect_ai is not installed")
    assert run(evaluation, tmp_path / "out.eval") == 0
    read = log.read_eval_log(str(tmp_path / "out.eval"))
    assert read.status == "cancelled" and len(read.samples) == 3
    assert list(read.results.scores[0].metrics) == ["solved"]
    assert read.results.scores[0].metadata["undefined"] == {"pass_at_1": "pending", "pass_at_2": "pending"}


def test_lean_files_say_where_they_come_from(evaluation: Path, tmp_path: Path) -> None:
    out = tmp_path / "proofs"
    assert run(evaluation, out, ExportFormat.LEAN) == 0
    (file,) = out.iterdir()
    heading, _, text = file.read_text("utf-8").partition("\n\n")
    assert file.name == "p1.lean" and text == "theorem p1 : 1 + 0 = 1 := by\n  rfl\n"
    said = heading.split("\n")
    assert all(line.startswith("-- ") for line in said) and "\x1b" not in heading
    assert "-- problem: p1" in said and "-- benchmark: toy-test" in said and "-- axioms: propext, Quot.sound" in said
    assert "-- verified: to rung 4" in said and "-- Lean: 4.28.0 (embedded)" in said
    assert any(line.startswith("-- budget: ") and line.endswith("2 attempts; this is attempt 1") for line in said)


def test_a_proof_without_its_file_is_left_out_and_named(evaluation: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.lean"
    secret.write_text("-- not of this run")
    for name in ("", "proofs/absent.lean", "../secret.lean", str(secret)):
        record = read_record(make(tmp_path / f"r{abs(hash(name))}", [problem(1)], [proved("p1", proof_file=name)]))
        (found,) = proof_files(record)
        assert isinstance(found, UserError) and found.code == "no_proof_file"
    os.symlink(secret, evaluation / "proofs" / "link.lean")
    record = read_record(evaluation)
    with pytest.raises(UserError):
        proof_text(record, proved("p1", proof_file="proofs/link.lean"))
    found, *_ = proof_files(record)
    assert isinstance(found, ProofFile)
    (evaluation / "proofs" / "p1.lean").unlink()
    assert run(evaluation, tmp_path / "out", ExportFormat.LEAN) == 1 and list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "format_", "code"),
    [
        ("out", None, "usage"),
        ("F.lean", ExportFormat.JSON, "not_writable"),
        ("run/out.json", None, "not_writable"),
        ("no/folder/out.json", None, "not_writable"),
        ("run", ExportFormat.JSON, "not_writable"),
        ("run", ExportFormat.LEAN, "not_writable"),
        ("link.json", None, "not_writable"),
    ],
)
def test_outputs_that_cannot_be_wanted(
    evaluation: Path, tmp_path: Path, name: str, format_: ExportFormat | None, code: str
) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere")
    before = sorted(evaluation.rglob("*"))
    with pytest.raises(UserError) as refused:
        run(evaluation, tmp_path / name, format_)
    assert refused.value.code == code and sorted(evaluation.rglob("*")) == before
