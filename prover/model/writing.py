"""Texts written side by side by transformers' `generate`, in segments, so that those which are over make room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from prover.model.drawing import Drawing, Ending, Row
from prover.model.encoding import Encoding
from prover.model.extra import extra

#: Tokens of the first segment, doubled from one to the next up to the last. Many tactics are short.
_FIRST, _LAST = 4, 32


def write(
    model: Any,
    encoding: Encoding,
    given: dict[str, Any],
    config: Callable[[int], Any],
    rows: Sequence[Row],
    cancelled: threading.Event,
) -> None:
    """Writes all rows to their ends, each from what `given` holds for it; `config` says how `generate` works.

    `generate` itself carries a row that is over along until the last one is, and tactics differ much in length.
    """
    torch, transformers = extra("torch", "hf"), extra("transformers", "hf")
    encoder = bool(model.config.is_encoder_decoder)
    written, size, before = 0, _FIRST, 1 if encoder else given["input_ids"].shape[1]
    while True:
        # No row is carried further than it may go: there may be no position for it.
        steps = min(size, min(row.most for row in rows) - written)
        drawing = Drawing(torch, rows, steps, model.device)
        ending = Ending(torch, encoding, rows, before, cancelled)
        result = model.generate(
            **given,
            generation_config=config(steps),
            logits_processor=transformers.LogitsProcessorList([drawing]),
            stopping_criteria=transformers.StoppingCriteriaList([ending]),
        )
        _take(rows, written, result.sequences[:, before + written :].tolist(), drawing.log_probabilities())
        alive = [i for i, row in enumerate(rows) if not row.finish]
        if not alive:
            return
        written += steps
        size = min(2 * size, _LAST)
        rows = [rows[i] for i in alive]
        given = _kept(given, result, torch.tensor(alive, device=model.device), encoder=encoder)


def _take(rows: Sequence[Row], before: int, texts: list[list[int]], logs: list[list[float]]) -> None:
    for row, tokens, log in zip(rows, texts, logs, strict=True):
        new = row.length - before
        row.tokens += tokens[:new]
        row.log_probability += sum(log[:new])


def _kept(given: dict[str, Any], result: Any, alive: Any, *, encoder: bool) -> dict[str, Any]:
    """What `generate` is given for the rows that go on, their keys and values with it."""
    tokens = result.sequences[alive]
    cache = result.past_key_values
    cache.batch_select_indices(alive)
    mask = given["attention_mask"][alive]
    if encoder:
        states = type(given["encoder_outputs"])(last_hidden_state=given["encoder_outputs"].last_hidden_state[alive])
        kept: dict[str, Any] = {"decoder_input_ids": tokens, "encoder_outputs": states}
    else:
        longer = mask.new_ones(tokens.shape)
        longer[:, : mask.shape[1]] = mask
        mask = longer
        kept = {"input_ids": tokens}
    return kept | {"attention_mask": mask, "past_key_values": cache}
