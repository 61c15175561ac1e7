"""What a Bridge process may send: any bytes end in a value or a `ProtocolError`, in bounded memory and time."""

from __future__ import annotations

import asyncio
import itertools
import json
import tracemalloc
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from hostile import as_json, cut_or_garbled, each_broken, values
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import CallTimeout, Crashed, ProtocolError, ProverError, UserError
from prover.lean import LeanEngine, Worker, wire
from prover.lean.process import BridgeProcess, BridgeRefusal

Scripted = Callable[..., LeanEngine]


class _Fed(BridgeProcess):
    """A process of which only the standard output is there: `chunks`, as they come, and then its end."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        super().__init__(cast(Any, None), memory_mb=1)
        self._chunks = [chunk for chunk in chunks if chunk]
        self._next_id = 1
        self.killed = False

    async def answer(self) -> dict[str, Any]:
        return await self._answer(1, None)

    async def _read(self, seconds: float) -> None:
        if not self._chunks:
            raise Crashed("its output ended")
        self._buffer += self._chunks.pop(0)

    async def _check_use(self) -> None:
        pass

    async def kill(self) -> None:
        self.killed = True

    @property
    def mark(self) -> bytes:
        return self._mark


def apart(function: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
    """Runs it in a thread of its own: a loop of other tests may be open in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, function(*arguments)).result()


def _cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:end] for start, end in itertools.pairwise(edges)]


async def _answers(process: _Fed) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        while True:
            found.append(await process.answer())
    except (ProtocolError, Crashed):
        return found


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"\n", b"MARK", b"MARK", b"\nMARK {}", b'MARK{"id":1,"kind":"done"}\n', b"MARKMARK", b"\n\n"]),
        values.map(lambda value: b"MARK" + as_json(value) + b"\n"),
        values.map(lambda value: b"MARK" + as_json({"id": 1, "kind": "done", "x": value}) + b"\n"),
    ),
    max_size=8,
)


@given(PIECES, st.lists(st.integers(0, 10_000), max_size=6))
def test_any_output_gives_answers_or_a_protocol_error(pieces: list[bytes], places: list[int]) -> None:
    process = _Fed([])
    stream = b"".join(piece.replace(b"MARK", process.mark) for piece in pieces)
    process._chunks = [chunk for chunk in _cut(stream, places) if chunk]
    for answer in apart(_answers, process):
        assert answer["id"] == 1 and isinstance(answer["kind"], str)
        json.dumps(answer, ensure_ascii=False).encode()


@given(st.lists(st.integers(0, 10_000), max_size=8))
def test_how_the_output_is_cut_changes_nothing(places: list[int]) -> None:
    process = _Fed([])
    wanted = [{"id": 1, "kind": "outcome", "text": "é" * 7}, {"id": 1, "kind": "done"}]
    stream = b"printed\n" + process.mark[:9] + b"x"
    for answer in wanted:
        stream += b"noise" + process.mark + json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    process._chunks = [chunk for chunk in _cut(stream, places) if chunk]
    assert apart(_answers, process) == wanted
    assert process.noise == len(b"printed\n") + 10 + 2 * len(b"noise")


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"a":' * 100_000, b'{"id":1,"kind":"done","x":' + b"[" * 5_000_000])
async def test_nests_without_end_are_refused(line: bytes) -> None:
    process = _Fed([])
    process._chunks = [process.mark + line + b"\n"]
    with pytest.raises(ProtocolError):
        await process.answer()


async def test_what_is_not_the_protocol_fills_no_memory() -> None:
    chunk = b"x" * (1 << 16)
    process = _Fed([chunk] * 1000)
    tracemalloc.start()
    try:
        with pytest.raises(Crashed):
            await process.answer()
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert process.noise > 1000 * len(chunk) - 100


async def test_a_line_that_does_not_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.lean.process._ANSWER_BYTES", 1 << 20)
    process = _Fed([])
    process._chunks = [process.mark, *[b"x" * (1 << 16)] * 100]
    with pytest.raises(ProtocolError) as refused:
        await process.answer()
    assert refused.value.code == "too_large" and process.killed and len(process._chunks) > 80


async def test_an_error_tells_a_little_of_what_came() -> None:
    process = _Fed([])
    process._chunks = [process.mark + as_json({"id": "x" * 1_000_000, "kind": "done"}) + b"\n"]
    with pytest.raises(ProtocolError) as refused:
        await process.answer()
    assert len(refused.value.message) < 200


# --- what answers hold

GOAL = {
    "case": "a",
    "target": "p",
    "hyps": [{"name": "h", "type": "t", "value": None, "prop": True, "inaccessible": False, "instance": False}],
    "prop": True,
    "group": 0,
    "symbols": ["a"],
    "around": ["b"],
}
MESSAGE = {"severity": "error", "kind": "k", "text": "t", "start": [1, 0], "end": [1, 2]}
HOLE = {
    "span": [0, 1], "tactic": True, "original": True, "declaration": "d", "inSignature": False, "prop": True,
    "coupled": False, "command": [0, 1], "before": 1, "state": 1, "goals": [GOAL], "fingerprint": "f", "error": "",
}  # fmt: skip
ELABORATION = {
    "env": 1,
    "messages": [MESSAGE],
    "commands": [{"kind": "c", "span": [0, 1], "failed": False, "sorry": True, "example": 1, "variables": ["x"]}],
    "holes": [HOLE],
    "declarations": [
        {"name": "n", "kind": "k", "start": [1, 0], "end": [1, 1], "uses": ["u"], "typeHole": False, "hole": False}
    ],
    "stopped": False,
    "suggestions": [{"span": [0, 1], "text": "t"}],
    "constructs": [[["a", "b", "c", [0, 1]]]],
    "ms": 4,
}
OUTCOME = {
    "index": 0, "status": "progress", "reason": "r", "state": 1, "goals": [GOAL], "fingerprint": "f", "uses": ["u"],
    "messages": [MESSAGE], "error": "e", "heartbeats": 1, "ms": 2,
}  # fmt: skip
READERS: list[tuple[Callable[[dict[str, Any]], object], dict[str, Any]]] = [
    (
        wire.read_header,
        {"imports": [{"module": "m", "all": True, "meta": False}], "module": True, "end": 1, "messages": [MESSAGE]},
    ),
    (wire.read_elaboration, ELABORATION),
    (wire.read_outcome, OUTCOME),
    (wire.read_outcome, {**OUTCOME, "status": "solved"}),
    (wire.read_outcome, {**OUTCOME, "status": "failed"}),
    (wire.read_outcome, {**OUTCOME, "status": "timeout"}),
    (wire.read_state, {"state": 1, "goals": [GOAL], "fingerprint": "f"}),
    (wire.read_signatures, {"signatures": [["a", "b"]]}),
    (wire.read_replay, {"accepted": True, "index": 1, "code": "c", "export": {}, "ms": 2}),
    (wire.read_environment, {"env": 1}),
    (wire.read_live, {"states": 1, "envs": 2}),
    (wire.read_export, {"export": {"names": []}}),
]


@pytest.mark.parametrize(("read", "answer"), READERS)
def test_every_field_may_hold_anything(read: Callable[[dict[str, Any]], object], answer: dict[str, Any]) -> None:
    """Through the line, as it comes: halves of surrogate pairs, numbers that no float holds, and the rest."""
    read(answer)

    async def all_of_them() -> int:
        refused = 0
        for fields in each_broken(answer):
            process = _Fed([])
            process._chunks = [process.mark + as_json({**fields, "id": 1, "kind": "done"}) + b"\n"]
            try:
                read(await process.answer())
            except ProtocolError as error:
                refused += 1
                assert len(error.message) < 1000
        return refused

    assert apart(all_of_them) > 10


def test_an_answer_with_many_faults_is_told_in_few_words() -> None:
    with pytest.raises(ProtocolError) as refused:
        wire.read_elaboration({"messages": [0] * 100_000})
    assert len(refused.value.message) < 300


@given(st.data())
def test_a_garbled_answer_is_read_or_refused(data: st.DataObject) -> None:
    line = data.draw(cut_or_garbled(as_json({"id": 1, "kind": "done", **ELABORATION})))
    process = _Fed([])
    process._chunks = [process.mark + line + b"\n"]
    for answer in apart(_answers, process):
        try:
            wire.read_elaboration(answer)
        except ProtocolError:
            continue


# --- a process that is one


@pytest.fixture
async def worker(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("prover.lean.worker.GRACE_SECONDS", 5.0)
    process = await BridgeProcess.start(scripted(), seconds=20)
    worker = Worker(process)
    await worker.import_header(["Init"])
    yield worker
    await process.close()


async def test_an_outcome_of_a_tactic_that_was_not_asked_for(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stream(*_: object, **__: object) -> Any:
        yield {"id": 1, "kind": "outcome", "index": 7, "status": "solved"}

    monkeypatch.setattr(worker.process, "stream", stream)
    with pytest.raises(ProtocolError):
        async for _ in worker.apply(1, ["a", "b"]):
            pass


@pytest.mark.parametrize("fields", [{}, {"env": "x"}, {"env": None}, {"env": -1}, {"env": [1]}])
async def test_an_environment_without_a_number(worker: Worker, fields: dict[str, Any]) -> None:
    async def call(*_: object, **__: object) -> Any:
        return {"id": 1, "kind": "done", **fields}

    worker.process.call = call
    with pytest.raises(ProtocolError):
        await worker.begin("M")


@pytest.mark.parametrize("modules", [7, None, "M", [1], [["M"]]])
async def test_a_refused_import_that_names_no_modules(scripted: Scripted, modules: object) -> None:
    process = await BridgeProcess.start(scripted(), seconds=20)
    try:

        async def call(*_: object, **__: object) -> Any:
            raise BridgeRefusal("missing_module", "no", {"modules": modules})

        process.call = call
        with pytest.raises(ProverError):
            await Worker(process).import_header(["M"])
    finally:
        await process.close()


async def test_a_text_that_is_no_unicode_is_not_sent_and_costs_nothing(worker: Worker) -> None:
    """A lone surrogate can come from a file's name or a command line."""
    with pytest.raises(UserError) as refused:
        await worker.process.call("echo", text="\ud800", seconds=5)
    assert refused.value.code == "not_utf8"
    assert (await worker.process.call("echo", text="é", seconds=20))["text"] == "é"


@pytest.mark.parametrize("sent", ["\nNONCE [[[[", "\nNONCE {}\n", "NONCE", "\nNONCE \n", "\0\n\nNONCE\n"])
async def test_a_process_that_says_half_a_thing(worker: Worker, sent: str) -> None:
    with pytest.raises((ProtocolError, CallTimeout)):
        await worker.process.call("raw", text=sent, seconds=0.5)
    assert not worker.process.alive
