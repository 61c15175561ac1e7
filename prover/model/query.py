"""What a language model is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may ask for. `parameters`: JSON schema of its arguments, an object."""

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model asks for a tool. `arguments`: JSON as the model wrote it, right or wrong; `id`: what its result refers
    to."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation. `calls`: what an assistant asked for with it; a `tool` turn is the result of
    the one with the id `call`."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[ToolCall, ...] = ()
    call: str = ""


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

    `tools`: what the model may ask for instead of answering; only for engines whose capacity says `tools`.

    `draw`: 0 for the first time this is asked, 1 for the second ...: each draw has samples of its own. Queries with
    equal `key` are the same question, also in another process; `seed`, made from it, is for engines that take one.
    """

    prompt: str = ""
    turns: tuple[Turn, ...] = ()
    sampling: Sampling = Sampling()
    draw: int = 0
    salt: int = 0
    tools: tuple[Tool, ...] = ()

    @property
    def key(self) -> str:
        """64 hexadecimal digits over all fields; those about tools count only where there are any."""
        fields = asdict(self)
        if not self.tools:
            del fields["tools"]
        for turn in fields["turns"]:
            for name in ("calls", "call"):
                if not turn[name]:
                    del turn[name]
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    @property
    def seed(self) -> int:
        """A number of 31 bits, the same whenever the same is asked."""
        return int(self.key[:8], 16) >> 1

    @property
    def characters(self) -> int:
        """Length of the prompt or of all turns, and of what is said of tools."""
        turns = sum(len(turn.content) + sum(len(call.arguments) for call in turn.calls) for turn in self.turns)
        tools = sum(len(tool.description) + len(json.dumps(tool.parameters)) for tool in self.tools)
        return len(self.prompt) + turns + tools
