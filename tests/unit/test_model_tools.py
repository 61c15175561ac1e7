"""Tool calls: sent and read in OpenAI's protocol, recorded, and no part of other questions' keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from model_answers import one
from model_server import ModelServer, Says, opened

from prover.core.errors import ModelError
from prover.model import Batcher, Query, Sampling, Tool, ToolCall, Turn
from prover.model.cassette import Recording, Replay

SCHEMA = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
CHECK = Tool("lean_check", "Has Lean look at declarations.", SCHEMA)
ASKED = Query(turns=(Turn("user", "⊢ p"),), sampling=Sampling(temperature=0, max_tokens=64), tools=(CHECK,))
CALL = {"id": "c1", "type": "function", "function": {"name": "lean_check", "arguments": '{"code": "λ"}'}}


@pytest.fixture
def server(server: ModelServer) -> ModelServer:
    """One whose model calls the tool and says nothing."""
    server.writes = lambda asked: [""]
    server.calls_of = lambda asked: [CALL]
    return server


async def test_a_call_is_read_and_its_result_sent(server: ModelServer) -> None:
    async with opened(server) as model:
        (sample,) = (await one(model, ASKED)).samples
        assert sample.finish == "calls"
        assert sample.calls == (ToolCall("c1", "lean_check", '{"code": "λ"}'),)
        turns = (*ASKED.turns, Turn("assistant", "", sample.calls), Turn("tool", "no errors", call="c1"))
        await one(model, Query(turns=turns, tools=ASKED.tools))
    first, second = server.asked
    function = {"name": "lean_check", "description": CHECK.description, "parameters": SCHEMA}
    assert first.body["tools"] == [{"type": "function", "function": function}]
    assert second.body["messages"][1:] == [
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "no errors", "tool_call_id": "c1"},
    ]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([{"function": {"name": "f", "arguments": {"a": 1}}}], (ToolCall("call_0", "f", '{"a": 1}'),)),
        ([{"id": 7, "function": {"name": "f"}}], (ToolCall("7", "f", "{}"),)),
        ([{"id": "x", "function": {"name": None, "arguments": "{"}}], (ToolCall("x", "", "{"),)),
        ([CALL, {**CALL, "id": "c2"}],
         (ToolCall("c1", "lean_check", '{"code": "λ"}'), ToolCall("c2", "lean_check", '{"code": "λ"}'))),
    ],
)  # fmt: skip
async def test_the_shapes_in_which_servers_give_them(
    server: ModelServer, given: object, read: tuple[ToolCall, ...]
) -> None:
    server.calls_of = lambda asked: given
    async with opened(server) as model:
        assert (await one(model, ASKED)).samples[0].calls == read


@pytest.mark.parametrize("given", [["x"], [{"id": "x"}], [{"function": "f"}]])
async def test_what_is_no_call_is_no_answer(server: ModelServer, given: object) -> None:
    server.calls_of = lambda asked: given
    async with opened(server) as model:
        (answer,) = await model.answer([ASKED])
    assert isinstance(answer, ModelError) and answer.code == "model_reply"


VLLM = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'


@pytest.mark.parametrize("message", [VLLM, "tiny does not support tools", "bad request"])
async def test_a_server_without_tools_is_asked_for_none_again(server: ModelServer, message: str) -> None:
    server.fault_of = lambda asked: Says(400, {"error": {"message": message}}) if "tools" in asked.body else None
    async with opened(server) as model:
        assert model.capacity.tools
        (answer,) = await model.answer([ASKED])
        assert isinstance(answer, ModelError) and answer.code == "model_no_tools"
        assert not model.capacity.tools
        before = len(server.asked)
        (again,) = await model.answer([ASKED])
        assert isinstance(again, ModelError) and again.code == "model_no_tools"
        assert len(server.asked) == before
        await one(model, Query(turns=ASKED.turns))
        assert server.asked[-1].body["top_p"] == 1.0, "nothing else was given up"


async def test_a_client_of_a_batcher_tells_what_the_model_takes(server: ModelServer) -> None:
    server.fault_of = lambda asked: Says(400, {"error": {"message": VLLM}}) if "tools" in asked.body else None
    async with opened(server) as model:
        batcher = Batcher(model)
        client = batcher.client()
        assert client.capacity.tools
        await client.answer([ASKED])
        assert not client.capacity.tools
        await batcher.close()


async def test_a_replay_asks_with_tools_where_the_recording_did(server: ModelServer, tmp_path: Path) -> None:
    for query, file in ((ASKED, "with"), (Query(turns=ASKED.turns), "without")):
        async with opened(server) as model:
            recording = Recording(model, tmp_path / file)
            answer = await one(recording, query)
            await recording.close()
        replay = Replay(tmp_path / file)
        assert replay.capacity.tools == (file == "with")
        assert (await one(replay, query)).samples == answer.samples
        (other,) = await replay.answer([Query(turns=ASKED.turns, sampling=query.sampling, tools=(CHECK, CHECK))])
        assert isinstance(other, ModelError)
        assert "tools" in other.message
        await replay.close()


def test_keys_of_questions_without_tools_are_what_they_were() -> None:
    """Cassettes hold these keys: they stay."""
    chat = Query(turns=(Turn("system", "Prove."), Turn("user", "⊢ p")), sampling=Sampling(n=2), draw=1)
    assert chat.key == "1cb416cb8d0bc471d85077ac169cbe0031535e7b9bfe1916bb80015b4d6fe84e"
    assert Query(prompt="p").key == "a59c45a905e2ecbed9b46c158bff435623c1db592e20a21a52d7b6d9f61c2808"
    assert Query(prompt="p", tools=(CHECK,)).key != Query(prompt="p").key
    told = Tool("lean_check", CHECK.description, json.loads(json.dumps(SCHEMA)))
    assert Query(prompt="p", tools=(told,)).key == Query(prompt="p", tools=(CHECK,)).key
    assert hash(told) == hash(CHECK)
