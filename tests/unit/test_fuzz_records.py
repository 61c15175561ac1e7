"""What files hold that others wrote: event logs, results, cassettes, exports, replies. Read, or refused by name."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hostile import EDGES, as_json, cut_or_garbled, each_broken, values
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import UserError
from prover.events.codec import DecodeError, decode, encode
from prover.events.line import from_line, to_line
from prover.events.log import EventLog, read_events
from prover.events.payload import payload
from prover.events.run import RunFolder, RunSpec
from prover.model.answer import Answer, Sample
from prover.model.query import Query
from prover.model.tape import Tape, tape_line
from prover.verify.results import ItemJudged, Results
from prover.verify.tables import MalformedExport, Tables

EVENT = {"search": "s", "seq": 0, "time": 1.5, "parent": None, "kind": "None", "version": 1, "payload": {"a": [1, {}]}}


class Colour(StrEnum):
    RED = "red"


@dataclasses.dataclass(frozen=True)
class Leaf:
    number: int
    text: str
    colour: Colour
    choice: typing.Literal["a", "b"]


@payload("EverythingAtOnce")
@dataclasses.dataclass(frozen=True)
class Everything:
    """A payload with every kind of field that there is."""

    leaf: Leaf
    leaves: tuple[Leaf, ...]
    pair: tuple[int, float]
    named: typing.Mapping[str, float]
    anything: typing.Any
    perhaps: Leaf | None
    listed: list[str]
    flag: bool


WHOLE = Everything(
    Leaf(1, "é", Colour.RED, "a"), (Leaf(2, "", Colour.RED, "b"),), (3, 0.5), {"x": 1.0}, [1], None, ["y"], True
)


def _survives(line: bytes) -> bool:
    """Whether a line is an event; what is one can be written and read again."""
    try:
        event = from_line(line)
    except DecodeError as error:
        assert len(str(error)) < 10_000
        return False
    again = to_line(event)
    assert to_line(from_line(again)) == again
    return True


@pytest.mark.parametrize(
    "record", [EVENT, {**EVENT, "kind": "EverythingAtOnce", "payload": encode(WHOLE)}], ids=["unknown", "known"]
)
def test_every_part_of_an_event_may_be_anything(record: dict[str, Any]) -> None:
    assert _survives(as_json(record))
    kept = [_survives(as_json(broken)) for broken in each_broken(record)]
    assert not all(kept)


@given(cut_or_garbled(as_json(EVENT)))
def test_a_garbled_line_is_an_event_or_none(line: bytes) -> None:
    _survives(line)


def test_numbers_that_no_float_holds() -> None:
    """Pinned: these were an `OverflowError`, and an event that could not be written again."""
    for number in ("1" + "0" * 400, "NaN", "-Infinity"):
        assert not _survives(as_json(EVENT).replace(b"1.5", number.encode()))
    assert _survives(as_json(EVENT).replace(b"1.5", b"1e999"))
    with pytest.raises(DecodeError):
        decode(float, 10**400)


def test_a_refusal_quotes_little() -> None:
    with pytest.raises(DecodeError) as refused:
        decode(int, "x" * 1_000_000)
    assert len(str(refused.value)) < 200


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that every example writes anew."""
    return tmp_path_factory.mktemp("log") / "events.jsonl"


LINES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        values.map(as_json),
        st.just(as_json(EVENT)),
        cut_or_garbled(as_json(EVENT)),
    ),
    max_size=5,
)


@given(LINES)
def test_a_log_of_anything_is_read_up_to_what_is_no_event(log: Path, lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    log.write_bytes(data)
    found = 0
    try:
        for _ in read_events(log):
            found += 1
    except UserError as error:
        assert error.code == "corrupt_log" and f"line {found + 1} " in error.message
    else:
        assert found == data.count(b"\n")
    # Whatever stands there, whole lines stay when it is continued.
    EventLog(log).close()
    assert log.read_bytes() == data[: data.rfind(b"\n") + 1]


def _result(number: int) -> ItemJudged:
    return ItemJudged(f"key{number}", "é", "proved", True, {"t": {"code": "proved", "axioms": ["propext"]}})


def test_results_cut_at_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with Results(path) as results:
        for number in range(3):
            results.record(_result(number))
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 10]
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        with Results(path) as results:
            kept = sum(end <= size for end in ends)
            assert list(results.latest) == [f"key{n}" for n in range(kept)]
            results.record(_result(7))
        assert [e.sequence for e in read_events(path)] == [*range(kept + 1)]


RESULT = json.dumps(
    {
        **EVENT,
        "search": "check",
        "kind": "ItemJudged",
        "payload": {"key": "k", "name": "é", "code": "proved", "accepted": True, "verdicts": {"t": {}}},
    },
    separators=(",", ":"),
).encode()


@given(cut_or_garbled(RESULT + b"\n" + RESULT + b"\n"))
def test_garbled_results_are_told(log: Path, data: bytes) -> None:
    log.write_bytes(data)
    try:
        with Results(log) as results:
            assert all(isinstance(result, ItemJudged) for result in results.latest.values())
    except UserError as error:
        assert error.code in ("corrupt_log", "no_results")
        assert log.read_bytes() == data, "what is something else is left as it is"


@given(cut_or_garbled(json.dumps({"format": 1, "spec": {"seed": 1, "arguments": ["a"]}, "summary": {}}).encode()))
def test_a_garbled_run(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "garbled"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(text)
    try:
        run = RunFolder.open(folder)
    except UserError as error:
        assert error.code == "corrupt_run"
    else:
        assert isinstance(run.spec, RunSpec)


QUERY = Query(prompt="prove é")
TAPE = tape_line("m", QUERY, Answer((Sample("omega", -0.5, 3, "stop"),), 5, 0.0, 1.0))


def _played(path: Path, line: bytes) -> None:
    path.write_bytes(line)
    try:
        tape = Tape(path)
    except UserError as error:
        assert error.code == "corrupt_cassette"
        return
    try:
        found = tape.answer(QUERY.key)
        assert found is None or isinstance(found, Answer)
        tape.difference(dataclasses.replace(QUERY, prompt="other"))
        tape.difference(dataclasses.replace(QUERY, salt=1))
    except UserError as error:
        assert error.code == "corrupt_cassette"
    finally:
        tape.close()


def test_every_part_of_a_recorded_answer_may_be_anything(tmp_path: Path) -> None:
    for broken in each_broken(json.loads(TAPE)):
        _played(tmp_path / "tape", as_json(broken) + b"\n")
    for edge in EDGES:
        _played(tmp_path / "tape", as_json(edge) + b"\n")


@given(cut_or_garbled(TAPE))
def test_a_garbled_recording(log: Path, line: bytes) -> None:
    _played(log, line)


# --- exports

EXPORT: dict[str, Any] = {
    "names": [[0, "a"], [0, "b"], [1, 3]],
    "levels": [["s", 0], ["p", 1], ["m", 0, 1], ["x", 1, 2]],
    "exprs": [
        ["s", 0], ["c", 1, [0]], ["a", 1, 0], ["l", 1, 0, 1, 0], ["p", 1, 0, 1, 1], ["b", 0], ["t", 1, 0, 1, 0],
        ["n", "12"], ["r", "text"], ["j", 1, 0, 1],
    ],
    "constants": [
        {"name": 1, "kind": "def", "params": [2], "type": 0, "value": 1, "safety": "safe", "hints": "abbrev",
         "numParams": 0, "cidx": 0, "ctors": [1], "all": [1], "induct": 1},
        {"name": 2, "kind": "inductive", "params": [], "type": 0, "ctors": [1], "all": [2]},
        {"name": 3, "kind": "constructor", "params": [], "type": 0, "induct": 2, "unsafe": False},
    ],
    "imported": [{"name": 3, "kind": "axiom", "module": "M"}],
}  # fmt: skip


def _well_formed(export: Any) -> bool:
    """Whether an export is read; what is read can be walked over, and sent to a kernel."""
    try:
        tables = Tables.read(export)
    except MalformedExport:
        return False
    for name in tables.constants:
        tables.uses(name)
        assert tables.like(name) == name
    rows = [list(row) for row in tables.exprs]
    json.dumps([rows, tables.name_rows, tables.levels], ensure_ascii=False, allow_nan=False).encode()
    for at, row in enumerate(tables.exprs):
        assert all(type(child) is int and 0 <= child < at for child in _children(row))
    return True


def _children(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return {"a": row[1:], "l": row[2:4], "p": row[2:4], "t": row[2:], "j": row[3:]}.get(row[0], ())


def test_every_part_of_an_export_may_be_anything() -> None:
    assert _well_formed(EXPORT)
    kept = [_well_formed(broken) for broken in each_broken(EXPORT) if isinstance(broken, dict)]
    # Texts may be others, and so may what a kind of constant does not have; most is refused.
    assert sum(kept) < len(kept) / 3


@given(values)
def test_exports_of_anything(value: Any) -> None:
    for part in ("names", "levels", "exprs", "constants", "imported"):
        _well_formed({**EXPORT, part: value})
        _well_formed({**EXPORT, part: [*EXPORT[part], value]})


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udfff\ud800"])
def test_halves_of_surrogate_pairs_are_no_text(text: str) -> None:
    """Pinned: they were taken, and could then not be sent to the kernel."""
    assert not _well_formed({**EXPORT, "names": [[0, text], *EXPORT["names"][1:]]})
    assert not _well_formed({**EXPORT, "exprs": [*EXPORT["exprs"], ["r", text]]})


@pytest.mark.parametrize(
    "row",
    [
        lambda at: ["a", at, 0], lambda at: ["a", 0, at], lambda at: ["a", -1, 0], lambda at: ["a", True, 0],
        lambda at: ["a", 0.0, 0], lambda at: ["a", 0], lambda at: ["a", 0, 0, 0], lambda at: ["l", 1, 0, at, 0],
        lambda at: ["l", 1, 0, 0, 4], lambda at: ["l", 99, 0, 0, 0], lambda at: ["v", 1], lambda at: ["fvar", 1],
        lambda at: [], lambda at: [[]], lambda at: "a", lambda at: {"a": 1}, lambda at: ["n", "-1"],
        lambda at: ["n", "١"], lambda at: ["n", 1], lambda at: ["b", 10**7], lambda at: ["c", 1, 0],
    ],
)  # fmt: skip
def test_rows_that_no_honest_process_writes(row: Callable[[int], Any]) -> None:
    at = len(EXPORT["exprs"])
    assert not _well_formed({**EXPORT, "exprs": [*EXPORT["exprs"], row(at)]})


def chain(depth: int) -> Iterator[list[Any]]:
    yield ["s", 0]
    for at in range(depth):
        yield ["a", at, at]


def test_a_term_as_large_as_a_power_of_two_takes_no_time() -> None:
    tables = Tables.read({**EXPORT, "exprs": list(chain(5_000)), "constants": []})
    assert len(tables.reachable([4_999])) == 5_000
