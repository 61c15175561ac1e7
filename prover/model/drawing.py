"""How the next token of each text of a batch is drawn, and when a text is over, inside transformers' `generate`."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.model.encoding import Encoding
from prover.model.query import Query

#: Below one by more than single precision rounds.
_ALMOST_ONE = 1.0 - 1e-6


@dataclass(slots=True)
class Row:
    """One text that is being written, for sample `index` of `query`; at most `most` tokens.

    `tokens` are what was written so far, held for as likely as `log_probability`; `length` counts them while a
    segment is under way. `finish` is known once the text is over.
    """

    query: Query
    index: int
    most: int
    tokens: list[int] = field(default_factory=list[int])
    log_probability: float = 0.0
    length: int = 0
    finish: str = ""
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.query.seed} {self.index}")

    def numbers(self, count: int) -> list[float]:
        """A number in [0, 1) for each of the next tokens, from the query's seed alone: the draws of a query do not
        depend on what else is in the batch."""
        return [min(self._chance.random(), _ALMOST_ONE) for _ in range(count)]


class Drawing:
    """A logits processor that leaves one token possible in each row, and remembers how likely the model held it.

    `generate` is then run without sampling of its own: rows with any temperature, top-p and top-k share a batch. The
    log-probabilities are the model's, at temperature 1, before top-p and top-k. For at most `steps` tokens.
    """

    def __init__(self, torch: Any, rows: Sequence[Row], steps: int, device: Any) -> None:
        self._torch = torch
        samplings = [row.query.sampling for row in rows]
        self._numbers = torch.tensor([row.numbers(steps) for row in rows], device=device)
        self._drawn = [i for i, s in enumerate(samplings) if s.temperature > 0]
        temperatures = [samplings[i].temperature for i in self._drawn]
        self._temperatures = torch.tensor(temperatures, device=device).unsqueeze(1)
        #: Among the rows that are drawn: those with a bound on what may be drawn.
        self._bound = [j for j, i in enumerate(self._drawn) if samplings[i].top_p < 1 or samplings[i].top_k > 0]
        bounds = [samplings[self._drawn[j]] for j in self._bound]
        self._top_p = torch.tensor([s.top_p for s in bounds], device=device).unsqueeze(1)
        self._top_k = torch.tensor([s.top_k or 1 << 30 for s in bounds], device=device).unsqueeze(1)
        self._steps: list[Any] = []

    def __call__(self, tokens: Any, scores: Any) -> Any:
        torch = self._torch
        scores = scores.float()
        chosen = scores.argmax(-1)
        if self._drawn:
            numbers = self._numbers[self._drawn, len(self._steps)]
            chosen[self._drawn] = self._draw(scores[self._drawn] / self._temperatures, numbers)
        chosen = chosen.unsqueeze(1)
        self._steps.append((scores.gather(1, chosen) - scores.logsumexp(-1, keepdim=True)).squeeze(1))
        return torch.full_like(scores, float("-inf")).scatter_(1, chosen, 0.0)

    def _draw(self, scores: Any, numbers: Any) -> Any:
        torch = self._torch
        if self._bound:
            scores[self._bound] = self._within(scores[self._bound])
        heights = scores.softmax(-1).cumsum(-1)
        found = torch.searchsorted(heights, numbers.unsqueeze(1) * heights[:, -1:], right=True)
        return found.squeeze(1).clamp(max=scores.shape[1] - 1)

    def _within(self, scores: Any) -> Any:
        """Scores with everything outside top-k, then top-p, made impossible."""
        torch = self._torch
        best, order = scores.sort(-1, descending=True)
        ranks = torch.arange(best.shape[1], device=best.device)
        best = best.masked_fill(ranks >= self._top_k, float("-inf"))
        likely = best.softmax(-1)
        best = best.masked_fill((likely.cumsum(-1) - likely >= self._top_p) & (ranks > 0), float("-inf"))
        return torch.empty_like(best).scatter_(1, order, best)

    def log_probabilities(self) -> list[list[float]]:
        """Of each token, by row."""
        return self._torch.stack(self._steps, dim=1).tolist()


@dataclass(slots=True)
class Ending:
    """A stopping criterion: each row by its own rules, all of them once `cancelled` is set. `before`: tokens that were
    there before any row began."""

    torch: Any
    encoding: Encoding
    rows: Sequence[Row]
    before: int
    cancelled: threading.Event

    def __call__(self, tokens: Any, scores: Any, **_: Any) -> Any:
        over = self.cancelled.is_set()
        written = tokens.shape[1] - self.before
        longest = max(tail_length(row.query.sampling.stop) for row in self.rows)
        tails: list[list[int]] = tokens[:, -min(written, longest) :].tolist()
        for row, tail in zip(self.rows, tails, strict=True):
            if row.finish:
                continue
            row.length = written
            if tail[-1] in self.encoding.ends or stopped(self.encoding, tail, row.query.sampling.stop):
                row.finish = "stop"
            elif written >= row.most or over:
                row.finish = "length"
        return self.torch.tensor([bool(row.finish) for row in self.rows], device=tokens.device)


def tail_length(stops: Sequence[str]) -> int:
    """How many of the last tokens can hold a stop text: each is a byte at least, and one may be begun before it."""
    return max((len(stop.encode()) + 4 for stop in stops), default=1)


def stopped(encoding: Encoding, tail: Sequence[int], stops: Sequence[str]) -> bool:
    """Whether a stop text is among the last tokens."""
    return bool(stops) and any(stop in encoding.text(tail[-tail_length(stops) :]) for stop in stops if stop)
