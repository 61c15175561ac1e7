"""How a query is put to a server, and what of it the server has refused to take."""

from __future__ import annotations

import re
from typing import Literal

from prover.model.query import Query, Tool, Turn
from prover.model.refusal import Refusal

Kind = Literal["chat", "completion"]

#: What a request can do without. A server that does not say which it refuses is tried without these, in this order.
#: (A model without its `tools` is asked something else: who asked decides.)
_OPTIONAL = ("top_k", "seed", "logprobs", "n", "stop", "top_p", "temperature", "tools")
_SEEDS = 1 << 31


class Dialect:
    """The parameters of requests to one model. What was refused once is left out from then on.

    `hosted`: OpenAI's own service, which knows no `top_k`. Others are told even that there is no such bound, because
    vLLM and SGLang fall back on the model's own settings for what a request does not say.
    """

    def __init__(self, *, hosted: bool = False) -> None:
        self._hosted = hosted
        self._refused: dict[Kind, frozenset[str]] = {"chat": frozenset(), "completion": frozenset()}
        self._taken: dict[Kind, set[str]] = {"chat": set(), "completion": set()}
        self._one_each: set[Kind] = set()

    @property
    def refused(self) -> frozenset[str]:
        """Parameters that the server was found not to take."""
        return self._refused["chat"] | self._refused["completion"]

    def most(self, kind: Kind, wanted: int) -> int:
        """How many samples one request may ask for."""
        return 1 if kind in self._one_each or "n" in self._refused[kind] else wanted

    def body(
        self, query: Query, kind: Kind, model: str, n: int, part: int, left_out: frozenset[str]
    ) -> dict[str, object]:
        """The request for `n` samples; `part`: which of the requests for this query, for its seed."""
        sampling = query.sampling
        without = self._refused[kind] | left_out
        body: dict[str, object] = {"model": model}
        if kind == "completion":
            body["prompt"] = _sendable(query.prompt)
        else:
            turns = query.turns or (Turn("user", query.prompt),)
            body["messages"] = [_message(turn) for turn in turns]
            if query.tools:
                body["tools"] = [_tool(tool) for tool in query.tools]
        body["max_completion_tokens" if "max_tokens" in without else "max_tokens"] = sampling.max_tokens
        optional: dict[str, object] = {
            "n": n,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "stop": list(sampling.stop),
            "seed": (query.seed + part) % _SEEDS,
            "logprobs": True if kind == "chat" else 1,
            "top_k": sampling.top_k or -1,
        }
        if not sampling.stop:
            del optional["stop"]
        if self._hosted and not sampling.top_k:
            del optional["top_k"]
        body |= {name: value for name, value in optional.items() if name not in without}
        if sampling.beams:
            body["use_beam_search"] = True
        return body

    def culprit(self, kind: Kind, body: dict[str, object], refusal: Refusal) -> str | None:
        """The parameter of `body` to leave out next, None where that will not help."""
        if refusal.status not in (400, 422):
            return None
        if kind == "chat" and "max_tokens" in body and refusal.renames_max_tokens:
            return "max_tokens"
        if refusal.too_long:
            return None
        meanwhile = self._refused[kind] & set(body)
        if meanwhile:  # another request has learned it
            return min(meanwhile)
        # What it took before it does take: something else is wrong with this query. (But counts have limits.)
        taken = self._taken[kind] - {"n", "stop"}
        present = [name for name in _OPTIONAL if name in body and name not in taken]
        if "use_beam_search" in body and "n" in present:
            present.remove("n")  # here it is the width
        if refusal.parameter == "tool_choice" and "tools" in present:
            return "tools"
        if refusal.parameter:
            return refusal.parameter if refusal.parameter in present else None
        for name in present:
            if _is_named(name, refusal.message):
                return name
        return next((name for name in present if name not in self._taken[kind]), None)

    def learn(self, kind: Kind, body: dict[str, object], left_out: frozenset[str]) -> None:
        """The server answered this request, and others without what was left out it had refused."""
        self._taken[kind] |= set(body)
        self._refused[kind] |= left_out

    def learn_count(self, kind: Kind, asked: int, given: int) -> None:
        """The server gave so many samples in one request."""
        if asked > 1 and given == 1:
            self._one_each.add(kind)


def _is_named(name: str, message: str) -> bool:
    if name == "tools":
        pattern = r"\b(tools?|tool_choice|function calling)\b"
    elif len(name) < 5:  # a word of every language; it counts where it is quoted
        pattern = rf"[\"'`]{name}[\"'`]"
    else:
        pattern = rf"\b{name}\b"
    return re.search(pattern, message) is not None


def _message(turn: Turn) -> dict[str, object]:
    message: dict[str, object] = {"role": turn.role, "content": _sendable(turn.content)}
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": _sendable(call.name), "arguments": _sendable(call.arguments)},
            }
            for call in turn.calls
        ]
    if turn.role == "tool":
        message["tool_call_id"] = turn.call
    return message


def _tool(tool: Tool) -> dict[str, object]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _sendable(text: str) -> str:
    """Half characters (a lone surrogate, from a broken file) cannot be sent; they become question marks."""
    return text.encode(errors="replace").decode()
