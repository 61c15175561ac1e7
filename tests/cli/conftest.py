"""The command run in this process: its exit code and what it printed; a stand-in for the prover, with no Lean."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from model_server import ModelServer

from prover.agent import FileResult, TargetResult
from prover.cli.app import run
from prover.core.position import Span
from prover.core.verdict import Proved, Verdict
from prover.lean.foundation import Foundation
from prover.lean.source import Edit, SourceFile

SCHEMAS = files("prover.cli") / "schemas"


@dataclass(frozen=True)
class Ran:
    """One run of the command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output, checked against the schema it names."""
        found = json.loads(self.out)
        name = found["schema"].split("/")[1]
        schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(found)
        return found

    @property
    def error(self) -> str:
        """The reason code of the error document."""
        assert self.document["exit_code"] == self.code
        return self.document["error"]["code"]


@pytest.fixture
def prove(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def ran(*words: str | Path) -> Ran:
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return ran


class StandIn:
    """In place of the prover: replaces every `sorry` by `rfl` and says what it is told to say of it."""

    def __init__(self) -> None:
        self.verdict: Verdict = Proved()
        self.before: Callable[[SourceFile], None] = lambda source: None
        self.asked: list[Any] = []

    async def fill_in(self, place: Foundation | None, source: SourceFile, *_: Any, **__: Any) -> FileResult:
        self.asked.append(source)
        self.before(source)
        data = source.text.encode()
        edits: list[Edit] = []
        at = data.find(b"sorry")
        while at >= 0:
            edits.append(Edit(Span(at, at + len(b"sorry")), "rfl"))
            at = data.find(b"sorry", at + 1)
        keep = isinstance(self.verdict, Proved)
        targets = [TargetResult("t", 1, self.verdict, ["rfl"] if keep else [])]
        filled = source.with_edits(edits) if keep else source
        over = None if place is None else place.name
        return FileResult(source, filled, targets, engine="none", lean_version="4", foundation=over)


@asynccontextmanager
async def _no_workplace(*arguments: Any) -> AsyncGenerator[Foundation | None]:
    """In place of a workplace: what it would stand on."""
    yield arguments[4]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The command with no Lean behind it."""
    from prover.cli import fill

    made = StandIn()
    monkeypatch.setattr(fill, "fill_in", made.fill_in)
    monkeypatch.setattr(fill, "workplace", _no_workplace)
    monkeypatch.setattr(fill, "open_engine", lambda *_, **__: None)
    yield made


@pytest.fixture
def no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is false has to be refuted by searching for a proof."""
    from prover.agent import disproof
    from prover.agent.hunt import Hunt, Tried

    async def nothing(*_: Any, **__: Any) -> Hunt:
        return Hunt(None, Tried())

    monkeypatch.setattr(disproof, "hunt", nothing)


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """Behind `--model openai-api/local/tiny`: it writes what the test's module says in `writes`."""
    with ModelServer(request.module.writes) as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        yield server


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A Lean file with the `TEXT` of the test's module."""
    path = tmp_path / "t.lean"
    path.write_text(request.module.TEXT, encoding="utf-8")
    return path


@pytest.fixture
def lean_file(tmp_path: Path) -> Path:
    path = tmp_path / "F.lean"
    path.write_text("theorem t : 1 = 1 := by sorry\n")
    return path
