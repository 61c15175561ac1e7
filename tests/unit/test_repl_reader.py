"""What reaches `prove repl` on standard input, whatever it is: each block has one answer, and nothing else happens."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.cli import repl
from prover.repl import Session, requests
from prover.repl.protocol import Command, NotUnderstood, Pickle, ProofStep, Unpickle, parse

_PIECES = st.sampled_from(
    [
        *(b"\n", b"\r\n", b"\n\n", b"\r", b"#", b"--", b"{", b"}", b'{"cmd": "x"}', b'{"cmd":', b'"'),
        *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1c", b"\\ud800"),
        *(b"[" * 2000, b'{"a":' * 2000, b"9" * 5000),
    ]
)
_FIELD = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | st.text(max_size=4) | st.just("full"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_NAMES = ["cmd", "path", "env", "tactic", "proofState", "allTactics", "rootGoals", "infotree", "gc", "pickleTo"]
_REQUEST = st.dictionaries(st.sampled_from([*_NAMES, "unpickleEnvFrom", "unpickleProofStateFrom", "other"]), _FIELD)


def read(data: bytes) -> list[str]:
    """The blocks in `data`, as `prove repl` reads them."""
    return list(requests(repl.decoded(data.splitlines(keepends=True))))


class _NoPool:
    """A pool that has no Lean at all."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name}: a process is not needed for this")


async def _answer(text: str) -> dict[str, Any]:
    pool: Any = _NoPool()
    return await Session(pool).answer(text)


@given(st.lists(_PIECES | st.binary(max_size=20), max_size=12).map(b"".join))
def test_any_bytes_are_requests_or_are_refused(data: bytes) -> None:
    for text in read(data):
        assert text.strip() and not text.startswith(("#", "--"))
        try:
            found = parse(text)
        except NotUnderstood as refused:
            json.dumps({"message": str(refused)}, ensure_ascii=False).encode()
        else:
            assert isinstance(found, Command)


@given(_REQUEST)
def test_any_fields_are_a_request_or_are_refused(fields: dict[str, Any]) -> None:
    try:
        found = parse(json.dumps(fields))
    except NotUnderstood:
        return
    numbers = [getattr(found, name, None) for name in ("env", "state", "number")]
    assert all(number is None or (type(number) is int and number >= 0) for number in numbers)


@given(st.lists(_PIECES | st.binary(max_size=20), max_size=6).map(b"".join))
async def test_what_no_request_is_costs_no_process(data: bytes) -> None:
    for text in read(data):
        if '"cmd"' not in text:
            assert list(await _answer(text)) == ["message"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_blocks_with_comments_between(line_end: str) -> None:
    lines = ["# a note", "", "-- and", "-- another", "", '{"cmd":', ' "a"}', "", "  ", "\t", '{"cmd": "b"}', "", "#"]
    assert read(line_end.join(lines).encode()) == ['{"cmd": "a"}', '{"cmd": "b"}']


def test_what_is_no_utf8_is_read_with_a_mark_in_its_place() -> None:
    [text] = read(b'{"cmd": "\xff\xe2\x88 a"}\n\n')
    assert parse(text) == Command("\ufffd\ufffd a")


def test_ten_megabytes_in_one_line() -> None:
    long = "-- " + "α" * 5_000_000
    [text] = read(json.dumps({"cmd": long}, ensure_ascii=False).encode() + b"\n\n")
    assert parse(text) == Command(long)


async def test_numbers_that_were_never_given() -> None:
    for number in (0, 10**30):
        assert await _answer(json.dumps({"cmd": "#check 1", "env": number})) == {"message": "Unknown environment."}
        assert await _answer(json.dumps({"tactic": "rfl", "proofState": number})) == {"message": "Unknown proof state."}


async def test_files_that_are_not_there(tmp_path: Any) -> None:
    none = str(tmp_path / "none.lean")
    assert await _answer(json.dumps({"path": none})) == {
        "message": f"no such file or directory (error code: 2)\n  file: {none}"
    }
    for path in (str(tmp_path), "a\0b", "x" * 5000):
        for word in ("path", "unpickleEnvFrom", "unpickleProofStateFrom"):
            assert list(await _answer(json.dumps({word: path}))) == ["message"]


def test_what_is_kept_in_files_is_asked_for_by_number() -> None:
    assert parse('{"pickleTo": "a", "env": 0, "cmd": "x"}') == Pickle("a", "env", 0)
    assert parse('{"unpickleEnvFrom": "a", "cmd": "x"}') == Unpickle("a", "env")
    assert parse('{"cmd": "x", "env": 0, "gc": true}') == Command("x", 0, gc=True)
    assert parse('{"tactic": "x", "proofState": 0, "gc": true}') == ProofStep("x", 0)


@pytest.mark.parametrize("field", ["env", "allTactics", "gc"])
def test_fields_of_another_type_are_refused(field: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse(json.dumps({"cmd": "x", field: "yes"}))
    assert field in str(caught.value)


def test_python_limits_are_not_the_programs() -> None:
    for text in ("[" * sys.getrecursionlimit() * 10, '{"cmd": ' + "9" * 10_000 + "}"):
        with pytest.raises(NotUnderstood):
            parse(text)


def test_an_answer_that_json_cannot_hold_is_still_an_answer() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert list(json.loads(repl.encoded({"infotree": deep}))) == ["message"]
    assert repl.encoded({"data": "\ud800 ∀"}) == '{"data": "? ∀"}'.encode()
