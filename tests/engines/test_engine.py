"""What holds of every engine, on one tiny model: what it says, how it draws, and how it bears being fed."""

from __future__ import annotations

import asyncio
import importlib
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from model_answers import ask

from prover.core.errors import ModelError
from prover.model import Answer, Batcher, LanguageModel, Query, Sampling, Turn

GREEDY = Sampling(temperature=0, max_tokens=24)


def texts(answers: Sequence[Answer]) -> list[list[str]]:
    return [[sample.text for sample in answer.samples] for answer in answers]


def by_hand(plain: Any, tokenizer: Any, prompt: str, most: int) -> tuple[str, float, int, str]:
    """Text, log-probability, tokens and finish of the likeliest text, one forward pass a token and no cache."""
    torch = importlib.import_module("torch")
    tokens: list[int] = tokenizer.encode(prompt)
    before, total, finish = len(tokens), 0.0, "length"
    with torch.inference_mode():
        while len(tokens) - before < most and finish == "length":
            logs = plain(torch.tensor([tokens])).logits[0, -1].double().log_softmax(-1)
            tokens.append(int(logs.argmax()))
            total += float(logs[tokens[-1]])
            if tokens[-1] == tokenizer.eos_token_id:
                finish = "stop"
    return tokenizer.decode(tokens[before:], skip_special_tokens=True), total, len(tokens) - before, finish


def firsts(plain: Any, tokenizer: Any, prompt: str) -> dict[str, float]:
    """How likely each first token is, by its text; only those whose text no other token has."""
    torch = importlib.import_module("torch")
    with torch.inference_mode():
        logs = plain(torch.tensor([tokenizer.encode(prompt)])).logits[0, -1].double().log_softmax(-1).tolist()
    shown = [tokenizer.decode([token], skip_special_tokens=True) for token in range(len(logs))]
    counts = Counter(shown)
    return {text: log for text, log in zip(shown, logs, strict=True) if counts[text] == 1}


async def test_the_likeliest_text_is_that_of_plain_forward_passes(
    engine: LanguageModel, states: list[str], plain: Any, tokenizer: Any
) -> None:
    answers = await ask(engine, *(Query(state, sampling=GREEDY) for state in states[:12]))
    for state, answer in zip(states, answers, strict=False):
        text, log, tokens, finish = by_hand(plain, tokenizer, state, GREEDY.max_tokens)
        (sample,) = answer.samples
        assert (sample.text, sample.tokens, sample.finish) == (text, tokens, finish)
        assert sample.log_probability == pytest.approx(log, abs=1e-3)
        assert answer.prompt_tokens == len(tokenizer.encode(state))


async def test_what_a_batch_answers_is_what_each_query_alone_is_answered(
    engine: LanguageModel, states: list[str]
) -> None:
    lengths = sorted(states, key=len)
    mixed = [*lengths[:6], *lengths[-6:]]
    draws = Sampling(n=3, temperature=1.2, max_tokens=20)
    few = Sampling(n=2, temperature=0.7, top_p=0.9, top_k=20, max_tokens=5, stop=("=",))
    queries = [Query(state, sampling=(GREEDY, draws, few)[i % 3]) for i, state in enumerate(mixed)]
    together = await ask(engine, *queries)
    alone = [(await ask(engine, query))[0] for query in queries]
    assert texts(together) == texts(alone)
    for one, other in zip(together, alone, strict=True):
        logs = ([s.log_probability for s in answer.samples] for answer in (one, other))
        assert next(logs) == pytest.approx(next(logs), abs=1e-3)


async def test_seeds_repeat_and_draws_differ(engine: LanguageModel, states: list[str]) -> None:
    sampling = Sampling(n=8, temperature=1.5, max_tokens=12)
    first, again, other, salted = await ask(
        engine,
        Query(states[0], sampling=sampling),
        Query(states[0], sampling=sampling),
        Query(states[0], sampling=sampling, draw=1),
        Query(states[0], sampling=sampling, salt=1),
    )
    assert len(first.samples) == 8
    assert len(set(texts([first])[0])) > 1
    assert texts([first]) == texts([again])
    assert len({tuple(t) for t in texts([first, other, salted])}) == 3


async def test_log_probabilities_are_the_models_own_however_it_is_drawn(
    engine: LanguageModel, states: list[str], plain: Any, tokenizer: Any
) -> None:
    likely = firsts(plain, tokenizer, states[0])
    ways = [Sampling(n=16, temperature=t, top_p=p, top_k=k, max_tokens=1) for t, p, k in TRIED]
    seen = 0
    for answer in await ask(engine, *(Query(states[0], sampling=way) for way in ways)):
        for sample in answer.samples:
            if sample.text in likely:
                seen += 1
                assert sample.log_probability == pytest.approx(likely[sample.text], abs=1e-3)
    assert seen > 16


async def test_log_probabilities_are_summed_over_the_text_and_its_end(
    engine: LanguageModel, states: list[str], plain: Any, tokenizer: Any
) -> None:
    torch = importlib.import_module("torch")
    sampling = Sampling(n=8, temperature=0.8, top_p=0.95, max_tokens=24)
    checked, agreed = 0, 0
    for state, answer in zip(
        states, await ask(engine, *(Query(state, sampling=sampling) for state in states[:8])), strict=False
    ):
        prompt = tokenizer.encode(state)
        for sample in answer.samples:
            text = [*tokenizer.encode(sample.text), tokenizer.eos_token_id]
            if sample.finish != "stop" or len(text) != sample.tokens:
                continue  # written with other tokens than a tokenizer would take
            with torch.inference_mode():
                logs = plain(torch.tensor([prompt + text])).logits[0, len(prompt) - 1 : -1].double().log_softmax(-1)
            expected = float(sum(logs[i, t] for i, t in enumerate(text)))
            checked += 1
            agreed += sample.log_probability == pytest.approx(expected, abs=1e-3)
    # A text may have been written with as many tokens, but others.
    assert checked > 20
    assert agreed >= 0.9 * checked


TRIED = [(1.0, 1.0, 0), (2.0, 1.0, 0), (0.5, 1.0, 0), (1.0, 0.8, 0), (1.0, 1.0, 3), (1.5, 0.9, 5)]


async def test_tokens_are_drawn_as_often_as_they_are_likely(
    engine: LanguageModel, states: list[str], plain: Any, tokenizer: Any
) -> None:
    likely = firsts(plain, tokenizer, states[0])
    sampling = Sampling(n=250, max_tokens=1)
    answers = await ask(engine, *(Query(states[0], sampling=sampling, draw=i) for i in range(4)))
    counts = Counter(text for own in texts(answers) for text in own)
    for text, log in likely.items():
        expected = 1000 * math.exp(log)
        # Five standard deviations; the draws are the same in every run.
        assert abs(counts[text] - expected) <= 5 * math.sqrt(expected) + 1, text


async def test_bounds_on_what_may_be_drawn(
    engine: LanguageModel, states: list[str], plain: Any, tokenizer: Any
) -> None:
    likely = firsts(plain, tokenizer, states[0])
    best = sorted(likely, key=lambda text: -likely[text])
    two, one = await ask(
        engine,
        Query(states[0], sampling=Sampling(n=64, temperature=2.0, top_k=2, max_tokens=1)),
        Query(states[0], sampling=Sampling(n=16, temperature=1.0, top_p=math.exp(likely[best[0]]) / 2, max_tokens=1)),
    )
    assert set(texts([two])[0]) == set(best[:2])
    assert set(texts([one])[0]) == {best[0]}


async def test_stop_texts_end_a_sample_and_are_no_part_of_it(engine: LanguageModel, states: list[str]) -> None:
    (whole,) = await ask(engine, Query(states[0], sampling=GREEDY))
    text = whole.samples[0].text
    assert len(text) > 3
    for stop in (text[2], text[1:3], text[-1]):
        (answer,) = await ask(engine, Query(states[0], sampling=Sampling(temperature=0, max_tokens=24, stop=(stop,))))
        (sample,) = answer.samples
        assert sample.text == text[: text.index(stop)]
        assert sample.finish == "stop"
        assert sample.tokens <= whole.samples[0].tokens
        assert sample.log_probability is not None and whole.samples[0].log_probability is not None
        assert sample.log_probability >= whole.samples[0].log_probability - 1e-3


async def test_a_text_that_is_cut_off_says_so(engine: LanguageModel, states: list[str]) -> None:
    (cut, whole) = await ask(
        engine,
        Query(states[0], sampling=Sampling(temperature=0, max_tokens=1)),
        Query(states[0], sampling=GREEDY),
    )
    assert (cut.samples[0].finish, cut.samples[0].tokens) == ("length", 1)
    assert whole.samples[0].finish == "stop" and whole.samples[0].text.startswith(cut.samples[0].text)


async def test_a_conversation_goes_through_the_chat_template(engine: LanguageModel, states: list[str]) -> None:
    state = states[0].removesuffix(":::")
    plain, turned, begun = await ask(
        engine,
        Query(states[0], sampling=GREEDY),
        Query(turns=(Turn("user", state),), sampling=GREEDY),
        Query(turns=(Turn("system", state[:5]), Turn("user", state[5:])), sampling=GREEDY),
    )
    assert texts([plain]) == texts([turned]) == texts([begun])
    assert plain.prompt_tokens == turned.prompt_tokens


async def test_a_prompt_that_is_too_long_is_told_of_and_the_others_are_answered(
    engine: LanguageModel, states: list[str], tokenizer: Any
) -> None:
    answers = await engine.answer(
        [Query(states[0] * 60), Query(""), Query(states[0], sampling=GREEDY), Query("⊢ " * 250 + ":::")]
    )
    codes = [answer.code if isinstance(answer, ModelError) else "" for answer in answers]
    room = 512 - len(tokenizer.encode("⊢ " * 250 + ":::"))
    assert codes == ["model_too_long", "model_bad_prompt", "", "model_too_long" if room <= 0 else ""]


async def test_a_text_ends_where_the_model_can_hold_no_more(
    engine: LanguageModel, states: list[str], tokenizer: Any
) -> None:
    prompt = states[0]
    while len(tokenizer.encode(states[0] + prompt)) < 510:
        prompt = states[0][:12] + prompt
    room = 512 - len(tokenizer.encode(prompt))
    assert room > 0
    sampling = Sampling(n=4, temperature=2.0, max_tokens=600)
    (answer, other) = await ask(engine, Query(prompt, sampling=sampling), Query(states[1], sampling=sampling))
    for sample in answer.samples:
        assert sample.tokens <= room
        assert sample.finish == "stop" or sample.tokens == room
    assert len(other.samples) == 4


async def test_a_call_that_is_given_up_stops_and_the_next_one_is_answered(
    engine: LanguageModel, states: list[str]
) -> None:
    sampling = Sampling(n=8, temperature=2.0, max_tokens=400)
    asked = asyncio.create_task(engine.answer([Query(state, sampling=sampling) for state in states[:8]]))
    await asyncio.sleep(0.05)
    assert not asked.done()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    (answer,) = await ask(engine, Query(states[0], sampling=GREEDY))
    assert answer.samples[0].finish == "stop"


class Unowned:
    """A model that a batcher may close without ending it for the other tests."""

    def __init__(self, model: LanguageModel) -> None:
        self.name = model.name
        self.capacity = model.capacity
        self.answer = model.answer

    async def close(self) -> None:
        pass


async def test_many_searches_share_an_engine(engine: LanguageModel, states: list[str]) -> None:
    queries = [Query(state, sampling=Sampling(n=4, max_tokens=24)) for state in states[:64]]
    batcher = Batcher(Unowned(engine))
    clients = [batcher.client() for _ in range(32)]
    shares = [queries[i::32] for i in range(32)]
    found = await asyncio.gather(*(c.answer(share) for c, share in zip(clients, shares, strict=True)))
    counts = batcher.statistics
    await batcher.close()
    assert (counts.answered, counts.failed, counts.retried, counts.sent) == (64, 0, 0, 64)
    if engine.capacity.batch > 1:
        assert counts.calls < 16
    else:
        assert counts.most_in_flight == 64
    answers = {q.key: a for share, own in zip(shares, found, strict=True) for q, a in zip(share, own, strict=True)}
    for query in queries[::16]:
        answer = answers[query.key]
        assert isinstance(answer, Answer)
        assert texts(await ask(engine, query)) == texts([answer])
