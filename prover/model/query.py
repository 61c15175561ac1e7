"""What a language model is asked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How samples are drawn.

    `n` samples; `temperature` 0 takes the likeliest token each time; `top_k` 0: no such bound; `max_tokens` of each
    sample; `stop`: texts that end a sample and are no part of it. `beams`: beam search of this width instead of
    drawing, 0: none; its `n` best are the samples.
    """

    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    beams: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A prompt and how to answer it: a text to be continued (`prompt`), or else a conversation (`turns`).

    `draw`: 0 for the first time this is asked, 1 for the second ...: each draw has samples of its own. Queries with
    equal `key` are the same question, also in another process; `seed`, made from it, is for engines that take one.
    """

    prompt: str = ""
    turns: tuple[Turn, ...] = ()
    sampling: Sampling = Sampling()
    draw: int = 0
    salt: int = 0

    @property
    def key(self) -> str:
        """64 hexadecimal digits over all fields."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    @property
    def seed(self) -> int:
        """A number of 31 bits, the same whenever the same is asked."""
        return int(self.key[:8], 16) >> 1

    @property
    def characters(self) -> int:
        """Length of the prompt or of all turns."""
        return len(self.prompt) + sum(len(turn.content) for turn in self.turns)
