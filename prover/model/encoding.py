"""Questions as the tokens a model reads, answers as the text that its tokens spell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from prover.core.errors import ModelError
from prover.model.query import Query


class Encoding:
    """The tokenizer of a model, as transformers loads it.

    `context`: tokens the model can hold, prompt and answer together; None: no bound. `ends`: tokens that end a text.
    `closed`: a prompt ends with an end token, as encoders of encoder-decoder models want it.
    """

    def __init__(self, tokenizer: Any, *, context: int | None, ends: Iterable[int] = (), closed: bool = False) -> None:
        self.tokenizer = tokenizer
        self.context = context
        known = {*ends, tokenizer.eos_token_id}
        self.ends = frozenset(int(end) for end in known if end is not None)
        self._closed = closed

    def tokens(self, query: Query) -> list[int]:
        """What the model reads: a conversation through its chat template, a prompt as it is, with the tokens that the
        tokenizer puts before a text. Raises `ModelError` (`model_too_long`, `model_no_chat`)."""
        tokens = self._turns(query) if query.turns else self._encoded(query.prompt)
        while tokens and not self._closed and tokens[-1] == self.tokenizer.eos_token_id:
            # Some tokenizers end every text, which is no way to ask for more of it.
            tokens.pop()
        if not tokens:
            raise ModelError("The prompt is empty", code="model_bad_prompt")
        if self.context is not None and len(tokens) >= self.context:
            raise ModelError(
                f"The prompt has {len(tokens)} tokens, the model holds {self.context}",
                code="model_too_long",
                hint="give it fewer premises, or a model with a longer context",
            )
        return tokens

    def _turns(self, query: Query) -> list[int]:
        if not self.tokenizer.chat_template:
            raise ModelError(
                "The model has no chat template",
                code="model_no_chat",
                hint="use a recipe that makes a prompt, or a model that was tuned for conversations",
            )
        turns = [{"role": turn.role, "content": turn.content} for turn in query.turns]
        begun = query.turns[-1].role == "assistant"
        text: str = self.tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=not begun, continue_final_message=begun
        )
        # The template has written the special tokens itself.
        return self._encoded(text, add_special_tokens=False)

    def _encoded(self, text: str, **options: Any) -> list[int]:
        # What is too long is told of below, not by the tokenizer.
        return [int(t) for t in self.tokenizer.encode(text, verbose=False, **options)]

    def room(self, prompt: int, wanted: int) -> int:
        """How many tokens can follow a prompt of so many, when `wanted` are asked for."""
        return wanted if self.context is None or self._closed else min(wanted, self.context - prompt)

    def text(self, tokens: Sequence[int]) -> str:
        """The text of tokens, without those that only mark something."""
        return self.tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False)


def cut(text: str, stops: Sequence[str]) -> str:
    """The text before the first of the stop texts in it."""
    return text[: min((at for stop in stops if stop and (at := text.find(stop)) >= 0), default=len(text))]
