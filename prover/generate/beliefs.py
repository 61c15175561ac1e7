"""One candidate for each different text among a model's samples: how likely, what it cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from prover.core.candidate import Candidate
from prover.generate.reply import Tactic
from prover.model.answer import Answer, Sample

Score = Literal["sum", "mean"]


def candidates(
    answer: Answer, read: Sequence[Sequence[Tactic]], source: str, *, score: Score = "mean", ranked: bool = False
) -> list[Candidate]:
    """Candidates of an answer, those to be tried first, best first; `read`: the tactics of each sample.

    The belief in a text is what the model says of it (`score`: over all tokens, or per token); where the engine does
    not say for every sample, the share of the samples with this text; where samples are lists (`ranked`), its place.

    Texts equal but for white space inside their lines are one candidate: the best belief, tokens and money together. A
    sample's tokens, and its part of the money, are split over its tactics, so that the sums are those of the answer.
    """
    whole = all(_known(sample) for sample in answer.samples)
    counts = _counts(read)
    best: dict[str, Candidate] = {}
    for sample, tactics in zip(answer.samples, read, strict=True):
        money = _money(answer, sample)
        for place, tactic in enumerate(tactics):
            key = _key(tactic.text)
            if ranked:
                belief = _by_rank(tactic.rank, len(tactics))
            elif whole:
                belief = _by_model(sample, score)
            else:
                belief = math.log(counts[key] / len(answer.samples))
            made = Candidate(
                tactic.text,
                belief,
                source,
                tokens=_share(sample.tokens, len(tactics), place),
                money=money / len(tactics),
                finish="length" if tactic.truncated else "stop",
                summed=None if ranked or not _known(sample) else sample.log_probability,
                script="\n" in tactic.text,
                # A proof of several steps takes more than the least limits.
                effort=1 if "\n" in tactic.text else 0,
                rejected=tactic.rejected,
            )
            best[key] = _joined(best[key], made) if key in best else made
    return sorted(best.values(), key=lambda c: (bool(c.rejected), -c.log_probability))


def _joined(one: Candidate, other: Candidate) -> Candidate:
    """The better one of two with one text, with what both cost."""
    kept = max(one, other, key=lambda c: (not c.rejected, c.log_probability))
    return replace(kept, tokens=one.tokens + other.tokens, money=one.money + other.money)


def _known(sample: Sample) -> bool:
    return sample.log_probability is not None and math.isfinite(sample.log_probability)


def _by_model(sample: Sample, score: Score) -> float:
    """What the model says of a sample: over all tokens, or per token as BFS-Prover-V2 and InternLM rank. At most 0."""
    summed = sample.log_probability or 0.0
    return min(0.0, summed if score == "sum" else summed / max(1, sample.tokens))


def _by_rank(rank: int, items: int) -> float:
    """The logarithm of the share of an item in a list, where shares fall as one over the place (Zipf)."""
    return -math.log((rank + 1) * sum(1 / place for place in range(1, items + 1)))


def _counts(read: Sequence[Sequence[Tactic]]) -> dict[str, int]:
    """How many samples said each text."""
    counts: dict[str, int] = {}
    for tactics in read:
        for key in {_key(tactic.text) for tactic in tactics}:
            counts[key] = counts.get(key, 0) + 1
    return counts


def _key(text: str) -> str:
    """The text with white space inside its lines made equal; indentation has a meaning and stays."""
    lines = text.strip("\n").split("\n")
    return "\n".join(" " * (len(line) - len(line.lstrip())) + " ".join(line.split()) for line in lines)


def _money(answer: Answer, sample: Sample) -> float:
    if answer.tokens > 0:
        return answer.money * sample.tokens / answer.tokens
    return answer.money / len(answer.samples)


def _share(total: int, parts: int, place: int) -> int:
    """A whole number's part, so that the parts add up."""
    return total // parts + (place < total % parts)
