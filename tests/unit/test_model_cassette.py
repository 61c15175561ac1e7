"""Recorded answers: whole after any kill, exact in the replay, and never asked twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from prover.core.errors import ModelError, UserError
from prover.events.codec import decode
from prover.model import Answer, Capacity, Query, Sample, Sampling, Turn
from prover.model.cassette import Recording, Replay
from prover.model.tape import tape_line


class Parrot:
    """Answers with the prompt; `bad` it cannot answer."""

    name = "parrot"
    capacity = Capacity(batch=3, calls=2)

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.closed = 0

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        self.asked += queries
        return [self._one(query) for query in queries]

    def _one(self, query: Query) -> Answer | ModelError:
        if query.prompt == "bad":
            return ModelError("cannot", transient=True)
        return Answer(
            (Sample(f"{query.prompt}!{len(self.asked)}", -0.1 * len(query.prompt), 3, "length"),), 5, 0.25, 0.3
        )

    async def close(self) -> None:
        self.closed += 1


def q(prompt: str, **sampling: object) -> Query:
    return Query(prompt=prompt, sampling=Sampling(**sampling))  # type: ignore[arg-type]


async def record(path: Path, queries: Sequence[Query]) -> list[Answer | ModelError]:
    recording = Recording(Parrot(), path)
    try:
        return await recording.answer(queries)
    finally:
        await recording.close()


async def replayed(path: Path, queries: Sequence[Query]) -> list[Answer | ModelError]:
    replay = Replay(path)
    try:
        return await replay.answer(queries)
    finally:
        await replay.close()
        await replay.close()


def free(answer: Answer | ModelError) -> Answer:
    assert isinstance(answer, Answer)
    return replace(answer, money=0.0)


async def test_a_replay_says_what_was_recorded_and_costs_nothing(tmp_path: Path) -> None:
    path, queries = tmp_path / "a.jsonl", [q("a"), q("bad"), q("b\n∀\u2028")]
    recorded = await record(path, queries)
    again = await replayed(path, queries)
    assert [again[0], again[2]] == [free(recorded[0]), free(recorded[2])]
    assert isinstance(again[1], ModelError)  # errors are not kept: the next run asks again
    assert again[1].code == "not_recorded"
    assert len(path.read_bytes().splitlines()) == 2


async def test_readers_find_the_question_beside_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    query = Query(turns=(Turn("user", "⊢ p"),), draw=3)
    await record(path, [query])
    line = json.loads(path.read_text())
    assert line["key"] == query.key
    assert line["model"] == "parrot"
    assert decode(Query, line["query"]) == query
    assert "⊢ p" in path.read_text()


@given(
    texts=some.lists(some.text(some.characters()), min_size=1, max_size=3),
    value=some.one_of(some.none(), some.floats(allow_nan=False)),
    seconds=some.floats(0, 1e9),
)
def test_round_trips_are_exact(texts: list[str], value: float | None, seconds: float) -> None:
    """Lone surrogates, infinities and all digits of a number included."""
    query = Query(prompt=texts[0], sampling=Sampling(temperature=seconds), draw=1)
    answer = Answer(tuple(Sample(text, value, 2, "other") for text in texts), 7, 0.1 + 0.2, seconds)
    line = tape_line("m", query, answer)
    assert line.count(b"\n") == 1
    record = json.loads(line)
    assert decode(Answer, record["answer"]) == answer
    assert decode(Query, record["query"]) == query
    assert record["key"] == query.key


async def test_a_kill_at_any_byte_leaves_whole_answers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    queries = [q("one"), q("two"), q("three")]
    await record(path, queries)
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 10]
    for size in [0, 1, *range(ends[0] - 2, ends[0] + 3), ends[1] - 1, ends[1], len(whole) - 1, len(whole)]:
        path.write_bytes(whole[:size])
        there = sum(end <= size for end in ends)
        answers = await replayed(path, queries)
        assert [isinstance(answer, Answer) for answer in answers] == [i < there for i in range(3)]
        parrot = Parrot()
        recording = Recording(parrot, path)
        await recording.answer(queries)
        await recording.close()
        assert parrot.asked == queries[there:]  # what was paid for is not asked again
        assert all(isinstance(answer, Answer) for answer in await replayed(path, queries))


async def test_what_is_known_is_not_asked_again(tmp_path: Path) -> None:
    parrot = Parrot()
    recording = Recording(parrot, tmp_path / "a.jsonl")
    (first,) = await recording.answer([q("a")])
    second, other, twin = await recording.answer([q("a"), q("b"), q("b")])
    assert (recording.name, recording.capacity) == (parrot.name, parrot.capacity)
    await recording.close()
    await recording.close()
    assert isinstance(first, Answer) and first.money == 0.25
    assert second == free(first)
    assert other == twin
    assert parrot.asked == [q("a"), q("b")]
    assert parrot.closed == 2


async def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    recording = Recording(Parrot(), path)
    await recording.answer([q("a")])
    with pytest.raises(UserError) as caught:
        Recording(Parrot(), path)
    assert caught.value.code == "run_in_use"
    assert isinstance((await replayed(path, [q("a")]))[0], Answer)  # readers are welcome
    await recording.close()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (q("goal", temperature=0.8), "the same prompt is recorded with temperature 1.0 instead of 0.8"),
        (q("goal", n=2, stop=("\n",)), "n 1 instead of 2, stop () instead of ('\\n',)"),
        (Query(prompt="goal", draw=4), "draw 1 instead of 4"),
        (Query(prompt="goal", salt=1), "salt 0 instead of 1"),
        (q("goat"), "from character 3 on: 'l' there, 't' here"),
        (Query(turns=(Turn("user", "goal"),)), "differs from character 0"),
    ],
)
async def test_what_is_nearest_to_a_question_that_is_not_there(tmp_path: Path, query: Query, told: str) -> None:
    path = tmp_path / "a.jsonl"
    await record(path, [q("else"), q("goal"), Query(prompt="goal", draw=1)])
    (error,) = await replayed(path, [query])
    assert isinstance(error, ModelError)
    assert (error.code, error.transient) == ("not_recorded", False)
    assert told in error.message


async def test_an_empty_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    await record(path, [])
    (error,) = await replayed(path, [q("a")])
    assert isinstance(error, ModelError)
    assert "nothing is recorded" in error.message


@pytest.mark.parametrize(
    "line",
    [b"{}", b"nonsense", b"[]", b'{"version": 2, "key": "k", "query": {}, "answer": {}}', b"[" * 50_000, b"\xff"],
)
async def test_files_that_hold_something_else(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    await record(path, [q("a")])
    with path.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(UserError) as caught:
        Replay(path)
    assert caught.value.code == "corrupt_cassette"
    assert "line 2" in caught.value.message
    with pytest.raises(UserError):
        Recording(Parrot(), path)


async def test_an_answer_that_was_tampered_with(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    await record(path, [q("a")])
    line = json.loads(path.read_text()) | {"answer": {"samples": [{"text": 7}]}}
    path.write_text(json.dumps(line) + "\n")
    with pytest.raises(UserError) as caught:
        await replayed(path, [q("a")])
    assert caught.value.code == "corrupt_cassette"
