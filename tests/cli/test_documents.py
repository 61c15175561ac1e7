"""What `--json` prints agrees with the schemas that travel with the package."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, ValidationError

from prover.agent import FileResult, TargetResult
from prover.api.document import result_document
from prover.cli import doctor
from prover.core import verdict as verdicts
from prover.core.message import Message, Severity
from prover.core.position import Position, Span
from prover.lean.source import SourceFile

Prove = Callable[..., Any]


def schema(name: str) -> Draft202012Validator:
    found = json.loads((files("prover.cli") / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def document(verdict: verdicts.Verdict) -> dict[str, Any]:
    source = SourceFile("F.lean", b"theorem t : 1 = 1 := by sorry\n")
    message = Message(Severity.WARNING, "declaration uses `sorry`", "hasSorry", Position(1, 8), Position(1, 9))
    result = FileResult(source, source, [TargetResult("t", 1, verdict, ["rfl"], 0.5, {"tried": 3})], (message,))
    return json.loads(json.dumps(result_document(result, 1)))


@pytest.mark.parametrize("kind", get_args(verdicts.Verdict), ids=lambda kind: kind.code)
def test_every_verdict_has_a_place_in_the_schema(kind: type) -> None:
    values: dict[str, Any] = {
        "axioms": ("propext",),
        "holes": (Span(3, 8),),
        "span": Span(1, 2),
        "messages": (Message(Severity.ERROR, "no", "", Position(1, 0)),),
    }
    made = kind(**{name: value for name, value in values.items() if name in kind.__dataclass_fields__})
    schema("result").validate(document(made))


def test_the_schema_refuses_what_it_does_not_know() -> None:
    sound = document(verdicts.NotProved(stopped="budget"))
    schema("result").validate(sound)
    target = sound["targets"][0]
    for wrong in (
        {**sound, "exit_code": 7},
        {**sound, "extra": 1},
        {key: value for key, value in sound.items() if key != "diff"},
        {**sound, "targets": [{**target, "proved": True}]},
        {**sound, "targets": [{**target, "verdict": {"code": "surely", "report": {}}}]},
        {**sound, "targets": [{**target, "verdict": {**target["verdict"], "other": 1}}]},
    ):
        with pytest.raises(ValidationError):
            schema("result").validate(wrong)


def test_doctor_says_what_is_missing(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "native_findings", lambda path: [])
    ran = prove("doctor", "--json")
    assert ran.code == 3 and ran.document["ok"] is False
    (missing,) = [finding for finding in ran.document["findings"] if not finding["ok"]]
    assert missing["code"] == "embedded_lean" and missing["remedy"]
    plain = prove("doctor")
    assert plain.code == 3 and missing["remedy"] in plain.out


def test_doctor_stops_at_what_is_broken(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_node", lambda: doctor.Finding("node", False, "no Node", "install it"))
    monkeypatch.setattr(doctor, "native_findings", lambda path: [])
    ran = prove("doctor", "--json")
    assert [f["code"] for f in ran.document["findings"]] == ["python", "node"]


def test_version_and_help(prove: Prove, tmp_path: Path) -> None:
    assert prove("--version").out.startswith("leap-prover ")
    shown = prove("--help")
    assert shown.code == 0 and all(word in shown.out for word in ("run", "check", "setup", "doctor"))
    assert prove().code in (0, 2)
