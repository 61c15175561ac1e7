"""Samples out of a server's JSON: chat and completions, in the shapes that servers give them."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from prover.model.answer import Sample
from prover.model.query import ToolCall

_FINISH = {
    "stop": "stop", "eos": "stop", "stop_sequence": "stop", "length": "length", "max_tokens": "length",
    "tool_calls": "calls", "function_call": "calls",
}  # fmt: skip
#: Characters that count as one token where the server does not count: a bound for budgets.
_CHARACTERS_PER_TOKEN = 2.5
#: More than any server counts: what claims more is cut, so that prices can be reckoned with it.
_MOST_TOKENS = 2**48


class MalformedReply(ValueError):
    """The body is no answer. `error`: it is an object that speaks of an error. `passing`: the next may be better."""

    def __init__(self, message: str, *, error: bool = False, passing: bool = False) -> None:
        super().__init__(message)
        self.error = error
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Reply:
    """The samples of one response. `tokens` written, as billed: thinking is in it, if the samples show it or not."""

    samples: tuple[Sample, ...]
    prompt_tokens: int
    tokens: int


@dataclass(frozen=True, slots=True)
class _Choice:
    text: str
    finish: str
    log_probability: float | None
    #: Tokens of the text, where the server lists them.
    listed: int | None
    thought: int
    calls: tuple[ToolCall, ...] = ()


def read_reply(body: bytes, stop: Sequence[str]) -> Reply:
    """Raises `MalformedReply`.

    Log-probabilities are summed over the tokens of the text, and of what ended it where the server lists that (vLLM
    does); None where the model thought before it wrote, because they cannot be told apart then. `stop`: a server that
    wrote on past one of these is cut there.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedReply(f"no JSON ({type(error).__name__})", passing=True) from None
    reply = _object(data, "the reply")
    if reply.get("error") and not reply.get("choices"):
        raise MalformedReply("an error", error=True)
    listed = reply.get("choices")
    if not isinstance(listed, list):
        raise MalformedReply("no list of choices")
    given = [_object(choice, "a choice") for choice in cast("list[object]", listed)]
    if not given:
        raise MalformedReply("no choices", passing=True)
    given.sort(key=lambda choice: _count(choice.get("index")))
    usage = reply.get("usage")
    counts = cast("dict[str, Any]", usage) if isinstance(usage, dict) else {}
    hidden = _reasoning(counts)
    choices = [_choice(choice, stop, hidden) for choice in given]
    written = [choice.listed if choice.listed is not None else _guess(choice) for choice in choices]
    total = _count(counts.get("completion_tokens")) or sum(written)
    if any(choice.listed is None for choice in choices):
        written = _shares(total, written)
    samples = [
        Sample(choice.text, choice.log_probability, tokens, choice.finish, choice.calls)
        for choice, tokens in zip(choices, written, strict=True)
    ]
    return Reply(tuple(samples), _count(counts.get("prompt_tokens")), max(total, sum(written)))


def _choice(choice: Mapping[str, Any], stop: Sequence[str], hidden: int) -> _Choice:
    calls: tuple[ToolCall, ...] = ()
    if "message" in choice:
        message = _object(choice["message"], "a message")
        text, refused = _content(message.get("content")), bool(message.get("refusal"))
        thinking = message.get("reasoning_content") or message.get("reasoning") or ""
        calls = _calls(message)
    elif isinstance(choice.get("text"), str):
        text, refused = choice["text"], False
        thinking = choice.get("reasoning_content") or choice.get("reasoning") or ""
    else:
        raise MalformedReply("a choice without a text")
    thought = len(thinking) if isinstance(thinking, str) else 1
    said = choice.get("finish_reason")
    finish = "other" if refused or not isinstance(said, str) else _FINISH.get(said, "other")
    if calls:
        # Token by token, their text is the server's secret.
        return _Choice(text, "length" if finish == "length" else "calls", None, None, thought, calls)
    if finish == "calls":
        finish = "stop"
    if not text and finish == "stop" and (thought or hidden):
        finish = "length"  # all that it might write went into thinking
    tokens = None if thought or hidden else _tokens(choice.get("logprobs"))
    found = min(((at, len(end)) for end in stop if end and (at := text.find(end)) >= 0), default=None)
    if found is not None:
        tokens = _up_to(tokens, text, sum(found))
        text, finish = text[: found[0]], "stop"
    if not tokens:
        return _Choice(text, finish, None, None, thought)
    log_probability = math.fsum(value for _, value in tokens)
    return _Choice(text, finish, log_probability if math.isfinite(log_probability) else None, len(tokens), thought)


def _calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The tools asked for. Where a server gives no ids, their numbers do; arguments may come as an object (Ollama)."""
    listed = message.get("tool_calls")
    old = message.get("function_call")
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    if not entries and isinstance(old, dict):
        entries = [{"function": cast("object", old)}]
    found: list[ToolCall] = []
    for number, entry in enumerate(entries):
        fields = _object(entry, "a tool call")
        function = _object(fields.get("function"), "the function of a tool call")
        arguments = function.get("arguments")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
        found.append(ToolCall(str(fields.get("id") or f"call_{number}"), str(function.get("name") or ""), text))
    return tuple(found)


def _content(content: object) -> str:
    """A text, or the texts among the parts of a message (Mistral and others send thinking as a part)."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [_object(part, "a part of a message") for part in cast("list[object]", content)]
        return "".join(str(part.get("text", "")) for part in parts if part.get("type", "text") == "text")
    raise MalformedReply("a message whose content is no text")


def _tokens(logprobs: object) -> list[tuple[str, float]] | None:
    """Token texts and log-probabilities, from the shape of chat (`content`) or of completions (`token_logprobs`)."""
    if not isinstance(logprobs, dict):
        return None
    fields = cast("dict[str, Any]", logprobs)
    try:
        if isinstance(fields.get("content"), list):
            pairs = [(entry["token"], entry["logprob"]) for entry in fields["content"]]
        elif isinstance(fields.get("token_logprobs"), list):
            values = fields["token_logprobs"]
            pairs = list(zip(fields.get("tokens") or [""] * len(values), values, strict=True))
        else:
            return None
        # One that is missing makes the sum a wrong one.
        return [(str(token), float(value)) for token, value in pairs]
    except (TypeError, ValueError, KeyError, OverflowError):
        return None


def _up_to(tokens: list[tuple[str, float]] | None, text: str, end: int) -> list[tuple[str, float]] | None:
    """The tokens that the first `end` characters are made of; None where tokens and text do not agree."""
    if tokens is None or not "".join(token for token, _ in tokens).startswith(text):
        return None
    length, kept = 0, 0
    while length < end:
        length += len(tokens[kept][0])
        kept += 1
    return tokens[:kept]


def _reasoning(usage: Mapping[str, Any]) -> int:
    details = usage.get("completion_tokens_details")
    return _count(cast("dict[str, Any]", details).get("reasoning_tokens")) if isinstance(details, dict) else 0


def _guess(choice: _Choice) -> int:
    asked = sum(len(call.name) + len(call.arguments) for call in choice.calls)
    return math.ceil((len(choice.text) + asked + choice.thought) / _CHARACTERS_PER_TOKEN)


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` divided as the weights are, without a rest."""
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    bounds = [0]
    for weight in weights:
        bounds.append(bounds[-1] + weight)
    marks = [total * bound // whole for bound in bounds]
    return [end - start for start, end in itertools.pairwise(marks)]


def _count(value: object) -> int:
    return min(max(value, 0), _MOST_TOKENS) if isinstance(value, int) else 0


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedReply(f"{what} is no object")
    return cast("dict[str, Any]", value)
