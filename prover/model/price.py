"""What a hosted model costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, of the prompt and of what is written (reasoning included).

    Discounts for cached prompts are not counted: what is computed is an upper bound.
    """

    prompt: float = 0.0
    completion: float = 0.0

    def of(self, prompt_tokens: int, tokens: int) -> float:
        """US dollars for so many tokens."""
        return (prompt_tokens * self.prompt + tokens * self.completion) / 1e6
