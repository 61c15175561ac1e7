"""A role asked, and its tools called, until it answers in words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, cast

from prover.agent.leap.toolbox import Toolbox
from prover.core.errors import ModelError
from prover.generate.fences import blocks, fence
from prover.model import Answer, Asker, Query, Sample, Tool, ToolCall, Turn

#: Rounds beyond those in which tools may be called: a model that calls on, though nothing is left, is cut off.
_ROUNDS_AFTER = 2
_MOST_CALLS_AT_ONCE = 8
_NOW = "There are no tool calls left. Answer now, in the format that you were given."


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call and what it gave."""

    name: str
    arguments: str
    result: str


@dataclass(slots=True)
class Talk:
    """What came of asking: the last `samples`, the tools `called` on the way, and the price of all `asked` queries:
    tokens written and read, US dollars."""

    samples: tuple[Sample, ...] = ()
    called: list[Called] = field(default_factory=list[Called])
    asked: int = 0
    tokens: int = 0
    prompt_tokens: int = 0
    money: float = 0.0

    def add(self, answer: Answer) -> None:
        self.samples = answer.samples
        self.asked += 1
        self.tokens += answer.tokens
        self.prompt_tokens += answer.prompt_tokens
        self.money += answer.money


async def converse(model: Asker, query: Query, toolbox: Toolbox | None = None, talk: Talk | None = None) -> Talk:
    """Asks `query`; with a `toolbox`, its first sample may call tools, again and again, while there are calls left.

    A model that takes no tools, or whose server refuses them, is told of them in words, and calls them by a block that
    begins with ```tool. `talk`: what is filled in as it goes on. Raises `ModelError`.
    """
    talk = talk or Talk()
    if toolbox is None or not toolbox.tools or not toolbox.left:
        talk.add(await _ask(model, query))
        return talk
    query = replace(query, sampling=replace(query.sampling, n=1))
    if model.capacity.tools:
        try:
            await _with_calls(model, query, toolbox, talk)
            return talk
        except ModelError as error:
            if error.code != "model_no_tools":
                raise
    await _with_words(model, query, toolbox, talk)
    return talk


async def _ask(model: Asker, query: Query) -> Answer:
    (answer,) = await model.answer([query])
    if isinstance(answer, ModelError):
        raise answer
    return answer


async def _with_calls(model: Asker, query: Query, toolbox: Toolbox, talk: Talk) -> None:
    """In the protocol of the model's server."""
    query = replace(query, tools=toolbox.tools)
    for _ in range(toolbox.left + _ROUNDS_AFTER):
        talk.add(await _ask(model, query))
        calls = talk.samples[0].calls[:_MOST_CALLS_AT_ONCE] if talk.samples else ()
        if not calls:
            return
        results = [Turn("tool", await _call(call, toolbox, talk), call=call.id) for call in calls]
        turns = [*query.turns, Turn("assistant", talk.samples[0].text, calls), *results]
        query = replace(query, turns=tuple(turns))


async def _with_words(model: Asker, query: Query, toolbox: Toolbox, talk: Talk) -> None:
    """In plain text."""
    query = replace(query, turns=_told(query.turns, toolbox))
    for _ in range(toolbox.left + _ROUNDS_AFTER):
        talk.add(await _ask(model, query))
        text = talk.samples[0].text if talk.samples else ""
        said, calls = written_calls(text)
        if not calls:
            return
        results = [f"Result of `{call.id}`:\n\n{fence(await _call(call, toolbox, talk))}" for call in calls]
        results.append(_NOW if not toolbox.left else f"Tool calls left: {toolbox.left}.")
        turns = (*query.turns, Turn("assistant", said), Turn("user", "\n\n".join(results)))
        query = replace(query, turns=turns)


async def _call(call: ToolCall, toolbox: Toolbox, talk: Talk) -> str:
    result = await toolbox.call(call.name, call.arguments)
    talk.called.append(Called(call.name, call.arguments, result))
    return result


def written_calls(text: str) -> tuple[str, list[ToolCall]]:
    """The calls in a reply in plain text, and the reply up to the last of them: what a model writes after that, it
    writes without knowing the results."""
    found = [block for block in blocks(text) if block.label[:1] in (("tool",), ("tools",), ("tool_call",))]
    found = found[:_MOST_CALLS_AT_ONCE]
    if not found:
        return text, []
    return text[: found[-1].end].rstrip(), [_written(block.text, i) for i, block in enumerate(found, start=1)]


def _written(text: str, number: int) -> ToolCall:
    """A call as it stands in a block; one that cannot be read has no name."""
    label = f"call {number}"
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return ToolCall(label, "", text)
    if not isinstance(data, dict):
        return ToolCall(label, "", text)
    fields = cast("dict[str, Any]", data)
    arguments = fields.get("arguments", fields.get("parameters", {}))
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(label, str(fields.get("name", "")), written)


def _told(turns: tuple[Turn, ...], toolbox: Toolbox) -> tuple[Turn, ...]:
    """The conversation with what there is to be called, in the instructions."""
    lines = "\n".join(_line(tool) for tool in toolbox.tools)
    words = (
        f"Tools. Before you answer you may call tools, {toolbox.left} times in all. To call one, end your reply with a "
        'block that begins with ```` ```tool ```` and holds {"name": ..., "arguments": {...}}; the result comes with '
        f"the next message. A reply without such a block is your answer.\n\n{lines}"
    )
    if turns and turns[0].role == "system":
        return (replace(turns[0], content=f"{turns[0].content}\n\n{words}"), *turns[1:])
    return (Turn("system", words), *turns)


def _line(tool: Tool) -> str:
    schema = json.dumps(tool.parameters.get("properties", {}), ensure_ascii=False)
    needed = ", ".join(tool.parameters.get("required", ())) or "none"
    return f"- `{tool.name}`: {tool.description} Arguments ({needed} required): {schema}"
