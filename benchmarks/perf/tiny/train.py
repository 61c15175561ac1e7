"""Trains a tiny Llama that proposes tactics, in about a minute on one core: for tests of engines, not for proving.

    python benchmarks/perf/tiny/train.py -o DIR

It learns from `pairs.jsonl` beside this file, the lines held out aside: a state, `:::`, a tactic (BFS-Prover's format).
`DIR` becomes an ordinary checkpoint (configuration, safetensors, a byte-level BPE tokenizer with a chat template),
which transformers and vLLM load as any other. Seeds and the number of steps are fixed; two trainings on one machine
agree. Needs torch, transformers and tokenizers.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

PAIRS = Path(__file__).with_name("pairs.jsonl")
SEPARATOR = ":::"
END, PAD = "</s>", "<pad>"
#: A user's last message is a state.
CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}" + SEPARATOR


def pairs(part: str) -> list[tuple[str, str]]:
    """(state, tactic) of the lines that are `learn` or `held`."""
    lines = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [(line["state"], line["tactic"]) for line in lines if line["part"] == part]


def tokenizer_of(texts: list[str], size: int, context: int) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[PAD, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        eos_token=END,
        pad_token=PAD,
        model_max_length=context,
        chat_template=CHAT,
        clean_up_tokenization_spaces=False,
    )


def train(folder: Path, *, steps: int, batch: int, context: int, vocabulary: int, rate: float) -> dict[str, Any]:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    began = time.monotonic()
    # More threads wait for each other: with steps this small one is the fastest, on a busy machine tenfold.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = random.Random(0)
    data = pairs("learn")
    tokenizer = tokenizer_of([f"{s}{SEPARATOR}{t}" for s, t in data], vocabulary, context)
    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    examples = [(tokenizer.encode(s + SEPARATOR), [*tokenizer.encode(t), end]) for s, t in data]
    examples = [(prompt, tactic) for prompt, tactic in examples if len(prompt) + len(tactic) <= context]
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=128,
            intermediate_size=384,
            num_hidden_layers=4,
            num_attention_heads=4,
            max_position_embeddings=context,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=end,
            pad_token_id=pad,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=steps, pct_start=0.1)
    losses: list[float] = []
    queue: list[list[tuple[list[int], list[int]]]] = []
    for _ in range(steps):
        if not queue:
            # Of like length, so that little is padding.
            ordered = sorted(examples, key=lambda e: len(e[0]) + chance.randint(0, 16))
            queue = [ordered[i : i + batch] for i in range(0, len(ordered), batch)]
            chance.shuffle(queue)
        rows = queue.pop()
        longest = max(len(p) + len(t) for p, t in rows)
        tokens = torch.tensor([[*p, *t] + [pad] * (longest - len(p) - len(t)) for p, t in rows])
        wanted = torch.tensor([[-100] * len(p) + t + [-100] * (longest - len(p) - len(t)) for p, t in rows])
        loss = model(input_ids=tokens, labels=wanted).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    model.generation_config.eos_token_id = end
    model.generation_config.pad_token_id = pad
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return {
        "pairs": len(examples),
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": steps,
        "loss": round(sum(losses[-20:]) / len(losses[-20:]), 3),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--vocabulary", type=int, default=768)
    parser.add_argument("--rate", type=float, default=3e-3)
    options = parser.parse_args()
    sizes = {name: getattr(options, name) for name in ("steps", "batch", "context", "vocabulary", "rate")}
    print(json.dumps(train(options.output, **sizes)))


if __name__ == "__main__":
    main()
