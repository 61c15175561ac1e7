from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import UserError
from prover.events import Event, EventLog, Memory, Opaque, Recorder, next_sequences, payload, read_events
from prover.events.line import from_line, to_line
from prover.events.lines import BLOCK


@payload("test_step")
@dataclass(frozen=True, slots=True)
class Step:
    text: str
    weight: float = 0.0


steps = st.builds(Step, st.text(st.characters(), max_size=20), st.floats(allow_nan=False))
times = st.floats(0, 1e10)
events = st.builds(
    lambda search, sequence, time, parent, step: Event(search, sequence, time, parent, "test_step", 1, step),
    st.text(st.characters(), max_size=8),
    st.integers(0, 2**40),
    times,
    st.none() | st.integers(0, 2**40),
    steps,
)


def step(number: int, text: str = "rfl") -> Event:
    return Event("s", number, float(number), None, "test_step", 1, Step(text))


def write(path: Path, written: Iterable[Event]) -> None:
    with EventLog(path) as log:
        for event in written:
            log.append(event)


@given(events)
def test_a_line_holds_an_event(event: Event) -> None:
    line = to_line(event)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert from_line(line) == event


def test_mathematics_stays_legible() -> None:
    assert "∀ ε > 0" in to_line(step(0, "∀ ε > 0")).decode()


@given(st.lists(events, max_size=4), st.lists(events, max_size=2), st.data())
def test_a_log_cut_at_any_byte_keeps_its_whole_lines(
    first: list[Event], more: list[Event], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        write(path, first)
        whole = path.read_bytes()
        assert list(read_events(path)) == first
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        kept = first[: whole[:cut].count(b"\n")]
        assert list(read_events(path)) == kept
        write(path, more)
        assert list(read_events(path)) == kept + more


def test_a_long_cut_line_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write(path, [step(0), step(1, "x" * (3 * BLOCK))])
    path.write_bytes(path.read_bytes()[:-1])
    write(path, [step(2)])
    assert list(read_events(path)) == [step(0), step(2)]


def write_without_end(path: Path) -> None:
    with EventLog(path) as log:
        number = 0
        while True:
            log.append(step(number, "⊢" * (number % 997)))
            number += 1


def test_a_killed_writer_leaves_a_log_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = multiprocessing.get_context("spawn").Process(target=write_without_end, args=(path,))
    writer.start()
    while not path.exists() or path.stat().st_size < 100_000:
        writer.join(0.01)
        assert writer.is_alive()
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    survived = list(read_events(path))
    assert [event.sequence for event in survived] == list(range(len(survived)))
    assert len(survived) > 10
    write(path, [step(-1)])
    assert list(read_events(path)) == [*survived, step(-1)]


def test_an_event_is_in_the_file_once_appended(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.append(step(0))
        assert list(read_events(path)) == [step(0)]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        with pytest.raises(UserError) as caught:
            EventLog(path)
        assert caught.value.code == "run_in_use"
        log.append(step(0))
    write(path, [step(1)])
    assert list(read_events(path)) == [step(0), step(1)]


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    really_write = os.write
    with EventLog(path) as log:
        log.append(step(0))

        def write_half(file: int, data: memoryview) -> int:
            really_write(file, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "no space left")

        monkeypatch.setattr(os, "write", write_half)
        with pytest.raises(OSError, match="no space"):
            log.append(step(1))
        monkeypatch.setattr(os, "write", lambda file, data: really_write(file, data[:7]))  # and writes that fall short
        log.append(step(2))
    assert list(read_events(path)) == [step(0), step(2)]


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.close()
    log.close()
    with pytest.raises(ValueError, match="closed"):
        log.append(step(0))


ENVELOPE = '{"search":"s","seq":%s,"time":0,"parent":null,"kind":"test_step","version":1%s}'


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 200_000,
        (ENVELOPE % ("0", "")).encode(),
        (ENVELOPE % ("0", ',"payload":{"text":5}')).encode(),
        (ENVELOPE % ('"0"', ',"payload":{"text":""}')).encode(),
    ],
    ids=range(8),
)
def test_a_whole_line_that_is_no_event_is_told(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(to_line(step(0)) + line + b"\n" + to_line(step(1)))
    reader = read_events(path)
    assert next(reader) == step(0)
    with pytest.raises(UserError, match="line 2") as caught:
        next(reader)
    assert caught.value.code == "corrupt_log"


def test_no_log(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        list(read_events(tmp_path / "absent"))
    assert caught.value.code == "no_log"


def test_events_nobody_knows_travel_unchanged() -> None:
    line = to_line(step(0)).replace(b"test_step", b"from_the_future").replace(b'"version":1', b'"version":9')
    event = from_line(line)
    assert event.payload == Opaque("from_the_future", 9, {"text": "rfl", "weight": 0.0})
    assert to_line(event) == line


def test_payloads_are_registered_dataclasses() -> None:
    with pytest.raises(ValueError, match="test_step"):
        payload("test_step")(Step)
    with pytest.raises(TypeError, match="no dataclass"):
        payload("test_plain")(object)
    with pytest.raises(TypeError, match="not registered"):
        Recorder(Memory(), "s").record("text")


@payload("test_unreadable")
@dataclass(frozen=True)
class Unreadable:
    items: frozenset[int] | None = None


def test_a_payload_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(TypeError, match="frozenset"):
        to_line(Event("s", 0, 0.0, None, "test_unreadable", 1, Unreadable()))


def test_a_recorder_numbers_the_events_of_its_search() -> None:
    memory, now = Memory(), iter((1.5, 2.5, 3.5))
    first, second = (Recorder(memory, name, clock=lambda: next(now)) for name in "ab")
    root = first.record(Step("intro"))
    second.record(Step("omega"))
    first.record(Step("rfl"), parent=root)
    assert [(event.search, event.sequence, event.time, event.parent) for event in memory.events] == [
        ("a", 0, 1.5, None),
        ("b", 0, 2.5, None),
        ("a", 1, 3.5, 0),
    ]
    assert {(event.kind, event.version) for event in memory.events} == {("test_step", 1)}
    assert next_sequences(memory.events) == {"a": 2, "b": 1}
    assert Recorder(memory, "a", start=2).record(Step("again")).sequence == 2
    with pytest.raises(ValueError, match="'a'"):
        second.record(Step("rfl"), parent=root)
