"""transformers: beams, encoder-decoders, learned positions, and what happens when work is given up or does not fit."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from model_answers import ask, one

from prover.core.errors import ModelError, UserError
from prover.model import Answer, Query, Sampling
from prover.model.hf import HfModel


@pytest.fixture(scope="module")
def torch(tiny: Path) -> Any:
    return importlib.import_module("torch")


@pytest.fixture(scope="module")
def transformers(tiny: Path) -> Any:
    return importlib.import_module("transformers")


@pytest.fixture(scope="module")
def t5(torch: Any, transformers: Any) -> Any:
    """A random encoder-decoder of the kind of ReProver's, which reads and writes bytes."""
    torch.manual_seed(1)
    config = transformers.T5Config(
        vocab_size=384,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=0,
        eos_token_id=1,
        pad_token_id=0,
    )
    model = transformers.T5ForConditionalGeneration(config).eval()
    # Random weights say much the same of every text; these are surer of what they say.
    model.lm_head.weight.data.mul_(4)
    return model


@pytest.fixture
def reader(t5: Any, transformers: Any) -> Iterator[HfModel]:
    yield HfModel.of(t5, transformers.ByT5Tokenizer(), name="hf/t5", batch=16)


def shown(answers: list[Answer]) -> list[list[tuple[str, int, str]]]:
    return [[(s.text, s.tokens, s.finish) for s in answer.samples] for answer in answers]


async def test_beams_are_ranked_by_what_the_model_says_of_whole_texts(
    hf: HfModel, states: list[str], plain: Any, tokenizer: Any, torch: Any
) -> None:
    beams = Sampling(n=4, beams=6, max_tokens=24)
    mixed = [Query(state, sampling=beams) for state in states[:8]] + [
        Query(state, sampling=Sampling(temperature=0, max_tokens=24)) for state in states[:8]
    ]
    answers = await ask(hf, *mixed)
    checked, agreed = 0, 0
    for state, found, greedy in zip(states, answers[:8], answers[8:], strict=False):
        logs = [sample.log_probability or 0.0 for sample in found.samples]
        assert len({sample.text for sample in found.samples}) == 4
        assert logs == sorted(logs, reverse=True)
        assert logs[0] >= (greedy.samples[0].log_probability or 0.0) - 1e-3
        for sample in found.samples:
            prompt, text = tokenizer.encode(state), [*tokenizer.encode(sample.text), tokenizer.eos_token_id]
            if sample.finish != "stop" or len(text) != sample.tokens:
                continue  # written with other tokens than a tokenizer would take
            with torch.inference_mode():
                rows = plain(torch.tensor([prompt + text])).logits[0, len(prompt) - 1 : -1].double().log_softmax(-1)
            expected = float(sum(rows[i, t] for i, t in enumerate(text)))
            checked += 1
            agreed += sample.log_probability == pytest.approx(expected, abs=1e-3)
    # A text may have been written with as many tokens, but others.
    assert checked > 8
    assert agreed >= 0.8 * checked
    assert shown(answers[:8]) == shown([await one(hf, query) for query in mixed[:8]])


async def test_beams_end_at_stop_texts(hf: HfModel, states: list[str]) -> None:
    (whole,) = await ask(hf, Query(states[0], sampling=Sampling(beams=3, max_tokens=24)))
    stop = whole.samples[0].text[3]
    sampling = Sampling(n=3, beams=3, max_tokens=24, stop=(stop,))
    (cut,) = await ask(hf, Query(states[0], sampling=sampling))
    assert whole.samples[0].text.partition(stop)[0] in [sample.text for sample in cut.samples]
    assert all(stop not in sample.text for sample in cut.samples)


async def test_an_encoder_decoder_searches_beams_over_bytes(
    reader: HfModel, t5: Any, transformers: Any, torch: Any
) -> None:
    prompts = ["n : ℕ\n⊢ n + 0 = n", "p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q", "⊢ True"]
    sampling = Sampling(n=3, beams=4, max_tokens=12)
    answers = await ask(reader, *(Query(prompt, sampling=sampling) for prompt in prompts))
    tokenizer = transformers.ByT5Tokenizer()
    for prompt, answer in zip(prompts, answers, strict=True):
        given = tokenizer(prompt, return_tensors="pt")
        with torch.inference_mode():
            expected = t5.generate(
                **given,
                num_beams=4,
                num_return_sequences=3,
                max_new_tokens=12,
                length_penalty=0.0,
                output_scores=True,
                return_dict_in_generate=True,
            )
        texts = tokenizer.batch_decode(expected.sequences, skip_special_tokens=True)
        assert [sample.text for sample in answer.samples] == texts
        assert [s.log_probability for s in answer.samples] == pytest.approx(
            expected.sequences_scores.tolist(), abs=1e-3
        )
        assert answer.prompt_tokens == len(prompt.encode()) + 1
    await reader.close()


async def test_an_encoder_decoder_draws(reader: HfModel, t5: Any, transformers: Any, torch: Any) -> None:
    prompts = ["n : ℕ\n⊢ n + 0 = n", "⊢ True", "p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q"]
    draws = Sampling(n=5, temperature=1.0, max_tokens=40)
    queries = [Query(prompt, sampling=draws) for prompt in prompts]
    together = await ask(reader, *queries)
    assert shown(together) == shown([await one(reader, query) for query in queries])
    (greedy,) = await ask(reader, Query(prompts[0], sampling=Sampling(temperature=0, max_tokens=10)))
    tokenizer = transformers.ByT5Tokenizer()
    with torch.inference_mode():
        tokens = t5.generate(**tokenizer(prompts[0], return_tensors="pt"), max_new_tokens=10, do_sample=False)
    assert greedy.samples[0].text == tokenizer.decode(tokens[0], skip_special_tokens=True)
    await reader.close()


async def test_no_row_goes_where_the_model_has_no_position(
    transformers: Any, torch: Any, tokenizer: Any, states: list[str]
) -> None:
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=96, n_embd=32, n_layer=2, n_head=2, bos_token_id=None, eos_token_id=1
    )
    model = HfModel.of(transformers.GPT2LMHeadModel(config).eval(), tokenizer, name="hf/gpt2")
    lengths = {len(tokenizer.encode(state)): state for state in states}
    longest = lengths[max(length for length in lengths if length < 96)]
    shortest = lengths[min(lengths)]
    sampling = Sampling(n=2, max_tokens=90, temperature=1.0)
    answers = await ask(model, Query(longest, sampling=sampling), Query(shortest, sampling=sampling))
    for answer in answers:
        for sample in answer.samples:
            assert sample.tokens == min(90, 96 - answer.prompt_tokens) or sample.finish == "stop"
    await model.close()


def test_work_that_is_given_up_ends_with_the_next_token(hf: HfModel, plain: Any, states: list[str]) -> None:
    """As the thread sees it: the flag is set while the first token is written."""
    given_up, steps = threading.Event(), 0
    model = HfModel.of(plain, hf._encoding.tokenizer, name="hf/given-up")

    def note(*_: object) -> None:
        nonlocal steps
        steps += 1
        given_up.set()

    hook = plain.register_forward_hook(note)
    try:
        with pytest.raises(ModelError) as error:
            model._answer([Query(states[0], sampling=Sampling(n=1, temperature=2.0, max_tokens=400))], given_up)
    finally:
        hook.remove()
    assert error.value.code == "model_closed"
    assert steps == 1


async def test_a_batch_that_does_not_fit_is_halved(
    tiny: Path, states: list[str], torch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = HfModel.load(str(tiny))
    queries = [Query(state, sampling=Sampling(n=2, max_tokens=12)) for state in states[:8]]
    whole = await ask(model, *queries)
    generate, sizes, most = model._model.generate, list[int](), 4

    def generate_little(**options: Any) -> Any:
        rows = options["attention_mask"].shape[0]
        sizes.append(rows)
        if rows > most:
            raise torch.OutOfMemoryError("out of memory")
        return generate(**options)

    monkeypatch.setattr(model._model, "generate", generate_little)
    assert shown(await ask(model, *queries)) == shown(whole)
    assert max(sizes) == 16
    most = 1
    codes = {a.code for a in await model.answer(queries) if isinstance(a, ModelError)}
    assert codes == {"model_out_of_memory"}
    await model.close()


async def test_a_closed_model_says_so_and_closes_again(tiny: Path, states: list[str]) -> None:
    model = HfModel.load(str(tiny))
    await model.close()
    await model.close()
    with pytest.raises(ModelError) as error:
        await model.answer([Query(states[0])])
    assert error.value.code == "model_closed"


def test_what_is_no_model_is_told_of(tmp_path: Path, torch: Any) -> None:
    with pytest.raises(UserError) as error:
        HfModel.load(str(tmp_path))
    assert error.value.code == "model_not_loaded" and error.value.hint
