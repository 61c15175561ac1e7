"""`OpenAIModel` against a real server on loopback, with every fault that servers have."""

from __future__ import annotations

import asyncio
import math
import time
from email.utils import formatdate
from typing import Any

import pytest
from model_answers import one
from model_server import Cut, Fault, Gone, Large, ModelServer, Says, Silent, log_probability, opened, until

from prover.core.errors import ModelBusy, ModelError, UserError
from prover.model import Answer, Query, Sample, Sampling, Turn
from prover.model.endpoint import Received
from prover.model.openai import OpenAIModel
from prover.model.price import Price
from prover.model.refusal import read_refusal

KEY = "sk-do-not-show-this"
PROMPT = Query(prompt="⊢ p ∧ q", sampling=Sampling(n=2, max_tokens=8))
CHAT = Query(turns=(Turn("system", "Prove."), Turn("user", "⊢ p")), sampling=Sampling(n=2, max_tokens=8))


async def trouble(model: OpenAIModel, query: Query = PROMPT) -> ModelError:
    (answer,) = await model.answer([query])
    assert isinstance(answer, ModelError)
    return answer


@pytest.mark.parametrize("query", [PROMPT, CHAT])
async def test_samples_with_their_log_probabilities_and_counts(server: ModelServer, query: Query) -> None:
    server.writes = lambda asked: ["intro h", "a b c d e f g h too long"]
    async with opened(server, price=Price(prompt=1e6, completion=2e6)) as model:
        answer = await one(model, query)
    whole, cut = answer.samples
    assert whole.log_probability == pytest.approx(log_probability("intro") + log_probability(" h"))
    assert (whole.text, whole.tokens, whole.finish) == ("intro h", 2, "stop")
    assert (cut.text, cut.tokens, cut.finish) == ("a b c d e f g h", 8, "length")
    assert answer.prompt_tokens == len(server.asked[0].text.split())
    assert answer.money == answer.prompt_tokens + 2 * 10
    assert answer.seconds > 0
    assert len(server.asked) == 1


async def test_what_is_asked(server: ModelServer) -> None:
    sampling = Sampling(n=3, temperature=0.7, top_p=0.9, top_k=5, max_tokens=7, stop=("\n",))
    query = Query(prompt="p", sampling=sampling, draw=2)
    async with opened(server, key=KEY) as model:
        await one(model, query)
        await one(model, CHAT)
    first, second = server.asked
    assert first.path == "/v1/completions"
    assert first.body == {
        "model": "tiny", "prompt": "p", "n": 3, "temperature": 0.7, "top_p": 0.9, "top_k": 5, "max_tokens": 7,
        "stop": ["\n"], "seed": query.seed, "logprobs": 1,
    }  # fmt: skip
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert second.path == "/v1/chat/completions"
    assert second.body["messages"] == [{"role": "system", "content": "Prove."}, {"role": "user", "content": "⊢ p"}]
    assert second.body["logprobs"] is True
    assert second.body["top_k"] == -1  # said, because servers have defaults of their own


async def test_a_prompt_for_a_server_that_only_chats(server: ModelServer) -> None:
    server.completes = False
    async with opened(server, chats=True) as model:
        assert len((await one(model, PROMPT)).samples) == 2
    assert server.asked[0].body["messages"] == [{"role": "user", "content": PROMPT.prompt}]


async def test_half_a_character_does_not_stop_a_request(server: ModelServer) -> None:
    async with opened(server) as model:
        await one(model, Query(prompt="a\udc80b"))
    assert server.asked[0].text == "a?b"


# --- how many samples


async def test_a_server_that_gives_one_sample_is_asked_again(server: ModelServer) -> None:
    server.most = 1
    query = Query(prompt="p", sampling=Sampling(n=4))
    async with opened(server) as model:
        first = await one(model, query)
        assert [asked.n for asked in server.asked] == [4, 1, 1, 1]
        second = await one(model, Query(prompt="q", sampling=Sampling(n=4)))
        assert [asked.n for asked in server.asked[4:]] == [1, 1, 1, 1]
    for answer in (first, second):
        assert len({sample.text for sample in answer.samples}) == 4
    assert sorted(asked.body["seed"] - query.seed for asked in server.asked[:4]) == [0, 1, 2, 3]
    assert first.prompt_tokens == 4


async def test_a_server_with_a_bound_on_samples(server: ModelServer) -> None:
    server.most = 3
    async with opened(server) as model:
        answer = await one(model, Query(prompt="p", sampling=Sampling(n=8)))
    assert len(answer.samples) == 8
    assert [asked.n for asked in server.asked] == [8, 5, 2]


async def test_more_samples_than_asked_for(server: ModelServer) -> None:
    server.fault_of = lambda asked: Says(200, {"choices": [{"index": i, "text": str(i)} for i in (2, 0, 1)]})
    async with opened(server) as model:
        assert [sample.text for sample in (await one(model, PROMPT)).samples] == ["0", "1"]


async def test_where_nothing_new_comes_nobody_asks_on(server: ModelServer) -> None:
    server.most, server.writes = 1, lambda asked: ["simp"]
    async with opened(server) as model:
        answer = await one(model, Query(prompt="p", sampling=Sampling(n=4)))
        assert {sample.text for sample in answer.samples} == {"simp"}
        assert len(server.asked) == 4  # once for all, once for the rest
        await one(model, Query(prompt="q", sampling=Sampling(n=4, temperature=0)))
        assert len(server.asked) == 5  # without chance all are the same


async def test_a_part_of_the_samples_is_kept_when_the_rest_fails(server: ModelServer) -> None:
    server.most = 1
    async with opened(server, price=Price(prompt=1e6)) as model:
        await one(model, PROMPT)
        before = len(server.asked)
        query = Query(prompt="p", sampling=Sampling(n=3))
        server.faults += [Says(429), Gone()]
        assert (await trouble(model, query)).transient
        answer = await one(model, query)
    assert len({sample.text for sample in answer.samples}) == 3
    assert answer.money == answer.prompt_tokens == 3
    assert len(server.asked) - before == 3 + 2
    assert server.answered["p"] == 3


# --- parameters that a server refuses


@pytest.mark.parametrize("names", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("refused", [{"logprobs"}, {"seed", "top_k"}, {"n"}, {"temperature", "top_p"}])
@pytest.mark.parametrize("query", [PROMPT, CHAT], ids=["completion", "chat"])
async def test_refused_parameters_are_left_out(
    server: ModelServer, query: Query, refused: set[str], names: bool
) -> None:
    server.refuses, server.names_refused = frozenset(refused), names
    async with opened(server) as model:
        answer = await one(model, query)
        assert len(answer.samples) == 2
        assert refused <= model.refused
        if names:
            assert model.refused == refused
        server.asked.clear()
        again = await one(model, Query(prompt="else", turns=(), sampling=Sampling(n=1)))
        assert again.samples
        server.asked.clear()
        await one(model, Query(prompt=query.prompt, turns=query.turns, sampling=query.sampling, draw=1))
    assert not any(refused & set(asked.body) for asked in server.asked)  # learned once


async def test_the_other_name_of_max_tokens(server: ModelServer) -> None:
    server.refuses = frozenset({"max_tokens"})
    async with opened(server) as model:
        await one(model, CHAT)
        await one(model, Query(turns=(Turn("user", "more"),), sampling=Sampling(n=2, max_tokens=8)))
    assert [("max_tokens" in a.body, a.body.get("max_completion_tokens")) for a in server.asked] == [
        (True, None),
        (False, 8),
        (False, 8),
    ]


async def test_no_samples_are_unbounded(server: ModelServer) -> None:
    server.refuses = frozenset({"max_tokens", "max_completion_tokens"})
    async with opened(server) as model:
        error = await trouble(model, CHAT)
    assert error.code == "model_request"
    assert all({"max_tokens", "max_completion_tokens"} & set(asked.body) for asked in server.asked)


async def test_a_refusal_of_something_else_is_an_error(server: ModelServer) -> None:
    wrong = Says(400, {"error": {"message": "messages must alternate", "param": "messages"}})
    async with opened(server) as model:
        server.faults += [wrong]
        assert (await trouble(model)).code == "model_request"
        await one(model, PROMPT)
        server.asked.clear()
        server.faults += [Says(400, "no")]
        error = await trouble(model)  # it took all parameters before: no use to leave any out
        assert (error.code, error.transient, len(server.asked)) == ("model_request", False, 1)
        assert model.refused == frozenset()


TOO_MANY = "max_tokens=4000 cannot be greater than max_model_len=256."


@pytest.mark.parametrize(
    ("parameter", "message", "code"),
    [("top_p", "top_p must be in (0, 1], got 7.0.", "model_request"), ("max_tokens", TOO_MANY, "model_too_long")],
)
@pytest.mark.parametrize("query", [PROMPT, CHAT], ids=["completion", "chat"])
async def test_a_wrong_value_is_no_unknown_parameter(
    server: ModelServer, query: Query, parameter: str, message: str, code: str
) -> None:
    """What vLLM 0.32 says."""
    async with opened(server) as model:
        await one(model, query)
        server.faults += [Says(400, {"error": {"message": message, "param": parameter, "code": 400}})]
        assert (await trouble(model, query)).code == code
        assert model.refused == frozenset()


async def test_requests_at_once_learn_together(server: ModelServer) -> None:
    server.refuses = frozenset({"top_k", "seed"})
    async with opened(server) as model:
        answers = await model.answer([Query(prompt=str(i)) for i in range(12)])
        assert all(isinstance(answer, Answer) for answer in answers)
        assert model.refused == server.refuses


async def test_stop_texts_that_a_server_does_not_know(server: ModelServer) -> None:
    server.refuses = frozenset({"stop"})
    server.writes = lambda asked: ["intro h\nexact h", "simp"]
    query = Query(prompt="p", sampling=Sampling(n=2, stop=("\n", "STOP")))
    async with opened(server) as model:
        cut, whole = (await one(model, query)).samples
    # As on servers that know it, the stop text is counted with the sample.
    assert (cut.text, cut.tokens, cut.finish, whole.text) == ("intro h", 3, "stop", "simp")
    assert cut.log_probability == pytest.approx(sum(map(log_probability, ["intro", " h", "\nexact"])))


# --- what servers put into a reply


def chat(content: object, finish: str | None = "stop", **more: object) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content, **more}, "finish_reason": finish}]}


ODD: list[tuple[dict[str, Any], Sample]] = [
    (chat("a b", "content_filter"), Sample("a b", None, 2, "other")),
    (chat(None, "stop", refusal="I will not"), Sample("", None, 0, "other")),
    (chat("a b", None), Sample("a b", None, 2, "other")),
    (chat("done", reasoning_content="let me see"), Sample("done", None, 6, "stop")),
    (chat("", "stop", reasoning_content="let me see"), Sample("", None, 4, "length")),
    (chat(None, "length", reasoning="let me see"), Sample("", None, 4, "length")),
    (chat([{"type": "thinking", "thinking": []}, {"type": "text", "text": "ok"}]), Sample("ok", None, 1, "stop")),
    (chat("") | {"usage": {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 9}}},
     Sample("", None, 9, "length")),
    (chat("abc") | {"usage": {"completion_tokens": 5, "prompt_tokens": 3}}, Sample("abc", None, 5, "stop")),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "sample"), ODD)
async def test_odd_replies(server: ModelServer, reply: dict[str, Any], sample: Sample) -> None:
    server.faults += [Says(200, reply)]
    async with opened(server) as model:
        answer = await one(model, Query(turns=(Turn("user", "p"),)))
    assert answer.samples == (sample,)


@pytest.mark.parametrize("values", [[None, -1.0], [-1.0, math.nan], [-math.inf, -1.0], ["x", -1.0], [-1.0]])
async def test_log_probabilities_that_are_none(server: ModelServer, values: list[Any]) -> None:
    logprobs = {"tokens": ["a", "b"], "token_logprobs": values}
    server.faults += [Says(200, {"choices": [{"text": "ab", "finish_reason": "stop", "logprobs": logprobs}]})]
    async with opened(server) as model:
        assert (await one(model, Query(prompt="p"))).samples[0].log_probability is None


async def test_without_log_probabilities_and_counts(server: ModelServer) -> None:
    server.logprobs = server.usage = False
    async with opened(server) as model:
        answer = await one(model, PROMPT)
    assert [sample.log_probability for sample in answer.samples] == [None, None]
    assert answer.tokens == sum(math.ceil(len(sample.text) / 2.5) for sample in answer.samples)


async def test_counted_tokens_are_shared_out_without_a_rest(server: ModelServer) -> None:
    server.logprobs, server.writes = False, lambda asked: ["a b c", "a"]
    async with opened(server) as model:
        assert (await one(model, PROMPT)).tokens == 4


# --- faults

FAULTS: list[tuple[Fault, str, bool]] = [
    (Gone(), "model_unreachable", True),
    (Cut(0), "model_unreachable", True),
    (Cut(30), "model_unreachable", True),
    (Says(500, "oops"), "model_failed", True),
    (Says(502, "<html>"), "model_failed", True),
    (Says(504), "model_failed", True),
    (Says(501), "model_request", False),
    (Says(429, {"error": {"message": "slow down"}}), "model_busy", True),
    (Says(503), "model_busy", True),
    (Says(429, {"error": {"message": "no credit", "code": "insufficient_quota"}}), "model_refused", False),
    (Says(401, {"error": "who are you?"}), "model_refused", False),
    (Says(403), "model_refused", False),
    (Says(404, {"error": {"message": "no such model"}}), "model_unknown", False),
    (Says(307, "", {"Location": "http://127.0.0.1:1/v1/completions"}), "model_address", False),
    (Says(400, {"error": {"message": "This model's maximum context length is 64 tokens", "param": "input_tokens"}}),
     "model_too_long", False),
    (Says(400, {"error": {"code": 400, "message": "too big", "type": "exceed_context_size_error"}}),
     "model_too_long", False),
    (Says(413), "model_too_long", False),
    (Says(200, "{'not': json}"), "model_reply", True),
    (Says(200, '{"choices": [{"text": "si'), "model_reply", True),
    (Says(200, "[" * 50_000), "model_reply", True),
    (Says(200, ""), "model_reply", True),
    (Says(200, {"choices": []}), "model_reply", True),
    (Says(200, []), "model_reply", False),
    (Says(200, {"choices": None}), "model_reply", False),
    (Says(200, {"choices": ["simp"]}), "model_reply", False),
    (Says(200, {"choices": [{"delta": {}}]}), "model_reply", False),
    (Says(200, {"choices": [{"message": {"content": 7}}]}), "model_reply", False),
    (Says(200, {"error": {"code": 429, "message": "upstream is busy"}}), "model_busy", True),
    (Says(200, {"error": "out of memory"}), "model_failed", True),
    (Large(None), "model_reply", False),
    (Large(100_000), "model_reply", False),
    (Says(200, "{}", {"Content-Encoding": "gzip"}), "model_reply", False),
    (Silent(), "model_timeout", False),
    (Silent(begun=True), "model_timeout", False),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "code", "transient"), FAULTS, ids=lambda value: str(value)[:60])
async def test_faults_are_values(server: ModelServer, fault: Fault, code: str, transient: bool) -> None:
    """A limit on time only where time is what runs out: a slow machine makes no other error of it."""
    options: dict[str, Any] = {"deadline_seconds": 0.2} if isinstance(fault, Silent) else {}
    async with opened(server, reply_bytes=1 << 16, **options) as model:
        server.faults += [fault]
        error = await trouble(model)
        assert (error.code, error.transient) == (code, transient), error
        assert isinstance(error, ModelBusy) == (code == "model_busy")
        server.faults.clear()
        options.clear()
    async with opened(server) as model:
        assert len((await one(model, PROMPT)).samples) == 2  # the server was not harmed


async def test_a_large_reply_within_the_bound(server: ModelServer) -> None:
    server.faults += [Large(1_000_000)]
    async with opened(server) as model:
        sample = (await one(model, PROMPT)).samples[0]
    assert sample.text == "x" * 1_000_000


async def test_no_server(server: ModelServer) -> None:
    server.close()
    async with opened(server) as model:
        error = await trouble(model)
    assert (error.code, error.transient) == ("model_unreachable", True)
    assert "127.0.0.1" in error.message


async def test_one_error_costs_the_others_nothing(server: ModelServer) -> None:
    server.fault_of = lambda asked: Says(500) if asked.text == "bad" else None
    async with opened(server) as model:
        answers = await model.answer([Query(prompt=text) for text in ("a", "bad", "b")])
    assert [isinstance(answer, Answer) for answer in answers] == [True, False, True]


async def test_a_model_that_is_not_there(server: ModelServer) -> None:
    model = OpenAIModel("huge", base_url=server.url)
    error = await trouble(model)
    await model.close()
    assert error.code == "model_unknown"
    assert "tiny, other" in error.hint


async def test_a_cancelled_question_frees_the_server(server: ModelServer) -> None:
    server.faults += [Silent()]
    async with opened(server) as model:
        asking = asyncio.create_task(model.answer([PROMPT]))
        await until(lambda: len(server.asked) == 1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: server.at_once == 0)  # it ends when the client's side of the connection does


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "1e9"}, 600.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": formatdate(time.time() + 100_000, usegmt=True)}, 600.0),
        ({"retry-after": formatdate(time.time() - 100, usegmt=True)}, 0.0),
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(headers: dict[str, str], seconds: float | None) -> None:
    assert read_refusal(Received(429, headers, b"")).retry_after == seconds


@pytest.mark.parametrize(
    ("body", "message", "parameter"),
    [
        (b'{"detail": [{"loc": ["body", "top_k"], "msg": "extra fields not permitted"}]}', "extra fields", "top_k"),
        (b'{"object": "error", "message": "no seed", "param": "extra_body.seed"}', "no seed", "seed"),
        (b'{"detail": "Not Found"}', "Not Found", ""),
        (b'{"error": "model not found"}', "model not found", ""),
        (b"[1]", "[1]", ""),
        (b"\xff\xfe", "\ufffd\ufffd", ""),
    ],
)
def test_the_ways_to_say_no(body: bytes, message: str, parameter: str) -> None:
    refusal = read_refusal(Received(400, {}, body))
    assert refusal.message.startswith(message)
    assert refusal.parameter == parameter


async def test_a_closed_model_answers_nobody(server: ModelServer) -> None:
    async with opened(server) as model:
        await one(model, PROMPT)
    assert (await trouble(model)).code == "model_closed"
    assert len(server.asked) == 1


# --- secrets


async def test_keys_are_not_shown(server: ModelServer) -> None:
    server.key = "another"
    async with opened(server, key=KEY, key_variable="SERVICE_API_KEY") as model:
        error = await trouble(model)
        assert "SERVICE_API_KEY" in error.hint
        assert "Incorrect API key" in error.message
        server.faults += [Says(500, f"failed at\n\x1b[31m{KEY}\u202e")]
        failed = await trouble(model)
        assert "\x1b" not in failed.message and "\u202e" not in failed.message and "\n" not in failed.message
        for text in (str(error), repr(error), error.hint, failed.message, repr(model), repr(vars(model))):
            assert KEY not in text


async def test_a_password_in_an_address_is_not_shown() -> None:
    model = OpenAIModel("tiny", base_url=f"http://user:{KEY}@127.0.0.1:1/v1")
    error = await trouble(model)
    await model.close()
    assert error.code == "model_unreachable"
    assert KEY not in error.message + error.hint + repr(error)


@pytest.mark.parametrize(
    "address", ["", "localhost:8000", "file:///etc/passwd", "http://", "http://a:b:c/", "http://a b/"]
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(UserError) as caught:
        OpenAIModel("tiny", base_url=address)
    assert caught.value.code == "model_address"


@pytest.mark.parametrize("key", ["sk-1\nX-Evil: 1", "sk 1", "schlüssel"])
def test_keys_that_are_none(server: ModelServer, key: str) -> None:
    with pytest.raises(UserError) as caught:
        OpenAIModel("tiny", base_url=server.url, key=key)
    assert caught.value.code == "model_key"
    assert key not in caught.value.message


async def test_prompt_and_key_do_not_follow_a_redirection(server: ModelServer) -> None:
    with ModelServer() as elsewhere:
        server.faults += [Says(308, "", {"Location": f"{elsewhere.url}/completions"})]
        async with opened(server, key=KEY) as model:
            assert (await trouble(model)).code == "model_address"
        assert elsewhere.asked == []


async def test_other_servers_are_told_nothing_of_the_openai_account(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Mine: {KEY}")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # not for this machine
    async with opened(server) as model:
        await one(model, PROMPT)
    headers = server.asked[0].headers
    assert KEY not in "".join(headers.values())
    assert "authorization" not in headers
    assert headers["accept-encoding"] == "identity"


async def test_openai_itself_is_told_of_the_account(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    async with opened(server, key=KEY, hosted=True) as model:
        await one(model, PROMPT)
    assert server.asked[0].headers["openai-organization"] == "org-mine"
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert "top_k" not in server.asked[0].body  # which it does not know


async def test_a_look_at_the_server_before_anything_is_asked(server: ModelServer) -> None:
    async with opened(server) as model:
        await model.check()
        server.key = "wanted"
        with pytest.raises(ModelError) as refused:
            await model.check()
        server.close()
        with pytest.raises(ModelError) as gone:
            await model.check()
    assert (refused.value.code, gone.value.code) == ("model_refused", "model_unreachable")
    assert server.asked == []


# --- beams


async def test_beams_only_where_the_server_has_them(server: ModelServer) -> None:
    query = Query(prompt="p", sampling=Sampling(n=2, beams=4))
    async with opened(server) as model:
        error = await trouble(model, query)
        assert (error.code, error.transient) == ("model_no_beams", False)
        assert server.asked == []
        server.owner = "vllm"
        assert len((await one(model, query)).samples) == 2
    assert server.asked[0].body["use_beam_search"] is True
    assert server.asked[0].body["n"] == 4
