"""Data sets written and read back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.core.errors import UserError
from prover.core.state import Goal, Hypothesis
from prover.dataset import (
    Preference,
    TacticRecord,
    read_preferences,
    read_tactics,
    write_jsonl,
    write_parquet,
)
from prover.dataset.array import items

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.lists(TEXTS, max_size=3).map(tuple)
HYPOTHESES = st.builds(Hypothesis, name=TEXTS, type=TEXTS, value=st.none() | TEXTS)
GOALS = st.lists(
    st.builds(Goal, target=TEXTS, hypotheses=st.lists(HYPOTHESES, max_size=2).map(tuple), case=TEXTS, symbols=NAMES),
    max_size=2,
).map(tuple)
WHOLE = st.integers(-(2**63), 2**63 - 1)
TACTICS = st.builds(
    TacticRecord,
    state=TEXTS,
    tactic=TEXTS,
    outcome=TEXTS,
    after=st.none() | TEXTS,
    on_proof=st.booleans(),
    remaining=st.none() | WHOLE,
    log_probability=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    heartbeats=WHOLE,
    used=NAMES,
    goals=GOALS,
)
PREFERENCES = st.builds(Preference, state=TEXTS, chosen=TEXTS, rejected=TEXTS, offered=NAMES, goals=GOALS)


@given(records=st.lists(TACTICS, max_size=5), pairs=st.lists(PREFERENCES, max_size=5))
@settings(max_examples=60)
def test_both_formats_give_back_what_was_written(records: list[TacticRecord], pairs: list[Preference]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name, write in (("a.jsonl", write_jsonl), ("a.parquet", write_parquet)):
            path = Path(scratch) / name
            with path.open("wb") as file:
                assert write(records, TacticRecord, file) == len(records)
            assert list(read_tactics(path)) == records
            with path.open("wb") as file:
                assert write(pairs, Preference, file) == len(pairs)
            assert list(read_preferences(path)) == pairs


def test_more_rows_than_are_written_at_a_time(tmp_path: Path) -> None:
    records = [TacticRecord(f"⊢ {n}", "t", "failed") for n in range(2500)]
    with (tmp_path / "a.parquet").open("wb") as file:
        write_parquet(iter(records), TacticRecord, file)
    assert list(read_tactics(tmp_path / "a.parquet")) == records


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", b"[1]\n", "line 1 is no object"),
        ("a.jsonl", b"{\n", "line 1: it ends before its JSON does: `{`"),
        ("a.jsonl", b"oh no\n", "line 1: it is no JSON: `oh no`"),
        ("a.jsonl", b"{}\n", "record 1 is of no schema"),
        ("a.jsonl", b'{"schema":"leap-prover/preference/1"}\n', "preference/1, not leap-prover/tactic/1"),
        ("a.jsonl", b'{"schema":"leap-prover/tactic/1","state":1}\n', "record 1: 1 is not str"),
        ("a.parquet", b"PAR1", "is no Parquet file"),
        ("b.jsonl", None, "cannot read"),
        ("b.parquet", None, "is no Parquet file"),
    ],
)
def test_other_files_are_the_users_error(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=words) as raised:
        list(read_tactics(tmp_path / name))
    assert raised.value.code == "bad_dataset"


def test_fields_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    line = {"schema": "leap-prover/tactic/1", "state": "⊢ p", "tactic": "t", "outcome": "failed", "new": [1]}
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n")
    assert list(read_tactics(tmp_path / "a.jsonl")) == [TacticRecord("⊢ p", "t", "failed")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(values=st.lists(JSON, max_size=5), block=st.integers(1, 40), indent=st.none() | st.integers(0, 2))
@settings(max_examples=150)
def test_an_array_is_read_item_by_item(values: list[object], block: int, indent: int | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "a.json"
        path.write_text(json.dumps(values, indent=indent, ensure_ascii=False), encoding="utf-8", errors="replace")
        expected = json.loads(path.read_text(encoding="utf-8"))
        assert list(items(path, block=block)) == expected


@pytest.mark.parametrize("text", ["", " ", "{}", "[", "[1", "[1,", "[1 2]", "[1,]", "1", '["a', "[" * 100_000])
def test_what_is_no_array_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UserError, match="is no JSON array") as raised:
        list(items(tmp_path / "a.json", block=3))
    assert raised.value.code == "bad_dojo_data"
