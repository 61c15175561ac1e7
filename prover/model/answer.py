"""What a language model answers."""

from __future__ import annotations

from dataclasses import dataclass

from prover.model.query import ToolCall


@dataclass(frozen=True, slots=True)
class Sample:
    """One text that a model wrote.

    `log_probability`: natural logarithm, at temperature 1, summed over its tokens and those that ended it (end token,
    stop text); None where the engine does not say. `tokens`: how many these are.
    `finish`: `stop` for a text that ended by itself or at a stop text, `length` for one that was cut off, `calls` for
    one that asks for tools: `calls`.
    """

    text: str
    log_probability: float | None = None
    tokens: int = 0
    finish: str = "stop"
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The samples for one query, in the order drawn. `prompt_tokens` read, `money` in US dollars for all of it,
    `seconds` the engine took."""

    samples: tuple[Sample, ...]
    prompt_tokens: int = 0
    money: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens written, all samples together."""
        return sum(sample.tokens for sample in self.samples)
