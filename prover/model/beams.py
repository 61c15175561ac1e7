"""Beam search inside transformers' `generate`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from prover.model.answer import Sample
from prover.model.drawing import stopped, tail_length
from prover.model.encoding import Encoding, cut
from prover.model.extra import extra
from prover.model.query import Sampling


def beam_samples(
    model: Any,
    encoding: Encoding,
    given: dict[str, Any],
    config: Any,
    samplings: Sequence[Sampling],
    before: int,
    cancelled: threading.Event,
) -> list[list[Sample]]:
    """The best texts for each row of `given`, best first; `before`: tokens in front of what is written.

    `samplings` agree in beams, n, max_tokens and stop texts. Beams are ranked by their summed log-probability, whatever
    their length (as ReProver does).
    """
    torch, transformers = extra("torch", "hf"), extra("transformers", "hf")
    sampling = samplings[0]
    count = min(sampling.n, sampling.beams)

    def ended(tokens: Any, _scores: Any, **_: Any) -> Any:
        if cancelled.is_set():
            done = [True] * tokens.shape[0]
        else:
            size = max(1, min(tail_length(sampling.stop), tokens.shape[1] - before))
            done = [stopped(encoding, tail, sampling.stop) for tail in tokens[:, -size:].tolist()]
        return torch.tensor(done, device=tokens.device)

    config.update(
        num_beams=sampling.beams,
        num_return_sequences=count,
        length_penalty=0.0,
        early_stopping=False,
        output_scores=True,
    )
    result = model.generate(
        **given,
        generation_config=config,
        stopping_criteria=transformers.StoppingCriteriaList([ended]),
    )
    texts: list[list[int]] = result.sequences[:, before:].tolist()
    scores: list[float] = result.sequences_scores.tolist()
    samples = [_sample(encoding, t, s, sampling) for t, s in zip(texts, scores, strict=True)]
    return [samples[i : i + count] for i in range(0, len(samples), count)]


def _sample(encoding: Encoding, tokens: list[int], score: float, sampling: Sampling) -> Sample:
    end = next((i for i, token in enumerate(tokens) if token in encoding.ends), None)
    text = encoding.text(tokens if end is None else tokens[:end])
    shown = cut(text, sampling.stop)
    over = end is not None or shown != text
    return Sample(shown, score, len(tokens) if end is None else end + 1, "stop" if over else "length")
