"""What is no JSON is said in words for people: what stands there, and where; and wherever such text is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.bench.evaluation import Evaluation, read_problems
from prover.bench.files import DataFile
from prover.bench.records import Unreadable, records
from prover.core.errors import ProverError
from prover.dataset.array import items
from prover.dataset.jsonl import read_jsonl
from prover.dataset.line import lines
from prover.events import RunFolder, read_events
from prover.events.json_text import NotJson, read_json
from prover.formalize.informal import read_informal
from prover.formalize.ledger import Ledger
from prover.lean.native.project import Project
from prover.model.tape import Tape
from prover.repl.protocol import NotUnderstood, parse
from prover.verify.docket import Item, read_docket


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("garbage", "it is no JSON: `garbage`"),
        ("x" * 41, f"it is no JSON: `{'x' * 40}`…"),
        ("", "it is empty, and no JSON"),
        ('{"a": 1,', 'it ends before its JSON does: `{"a": 1,`'),
        ('{"a": 1} more', "it is no JSON from character 10 on: `more`"),
        ('{\n "a": 1,\n b}\n', "it is no JSON from line 3, character 2 on: `b}`"),
        ('{"a" \u202e}', "it is no JSON from character 6 on: `\\u{202e}}`"),
        (b"\xff\n", "it is no UTF-8: invalid start byte at byte 1"),
        ("[" * 100_000, "its brackets are nested too deeply"),
        ("1" * 5000, "a number in it has too many digits"),
    ],
)
def test_what_is_said(text: str | bytes, words: str) -> None:
    with pytest.raises(NotJson) as raised:
        read_json(text)
    assert str(raised.value) == words


@given(st.text(max_size=30))
def test_any_text_is_json_or_told_of_in_one_line(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(NotJson) as raised:
            read_json(text)
        said = str(raised.value)
        assert len(said.splitlines()) == 1 and len(said) < 1000
    else:
        assert read_json(text) == expected or text.strip() in ("NaN", "-NaN")


def _unreadable(path: Path) -> None:
    (found,) = records(DataFile(path.name, path.read_bytes()))
    assert isinstance(found, Unreadable)
    raise ValueError(found.reason)


def _problem(path: Path) -> None:
    docket = read_docket(path, Item("", "S"))
    raise AssertionError(docket)


#: By the file that is read: who reads it. A file of lines holds one bad line, whole.
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "problems in words": ("a.jsonl", read_informal),
    "submissions": ("a.jsonl", _problem),
    "a benchmark": ("a.jsonl", _unreadable),
    "an array of a benchmark": ("a.json", _unreadable),
    "a data set": ("a.jsonl", lambda path: list(read_jsonl(path))),
    "an array of a data set": ("a.json", lambda path: list(items(path))),
    "events for a data set": ("events.jsonl", lambda path: list(lines(path))),
    "events": ("events.jsonl", lambda path: list(read_events(path))),
    "a run": ("run.json", lambda path: RunFolder.open(path.parent)),
    "an evaluation": ("evaluation.json", lambda path: Evaluation.read(path.parent)),
    "problems of an evaluation": ("problems.jsonl", lambda path: list(read_problems(path.parent))),
    "recorded answers": ("answers.jsonl", Tape),
    "results of formalizing": ("results.jsonl", Ledger),
    "a manifest of Lake": (
        "lake-manifest.json",
        lambda path: Project(path.parent, path.parent / "lakefile.toml", None).packages(),
    ),
    "a request": ("request", lambda path: parse(path.read_text())),
}
BEGINNINGS = {
    "an array of a benchmark": "[",
    "an array of a data set": "[",
    "results of formalizing": '{"schema": "leap-prover/formalized/1", ',
}


@pytest.mark.parametrize("what", READERS)
def test_nobody_reads_pythons_words(what: str, tmp_path: Path) -> None:
    name, read = READERS[what]
    (tmp_path / name).write_text(BEGINNINGS.get(what, "") + "garbage of mine\n")
    with pytest.raises((ProverError, NotUnderstood, ValueError)) as raised:
        read(tmp_path / name)
    said = str(raised.value)
    assert "no JSON" in said and "`garbage of mine" in said, said
    assert not any(words in said for words in ("Expecting", "char ", "JSONDecodeError", "column"))
