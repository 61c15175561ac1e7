"""Tools that a role may call: what they are called with is checked, what they say is bounded."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from prover.agent.leap.context import shortened
from prover.core.errors import LeanProcessError, ProverError
from prover.model import Tool

_LONGEST_RESULT = 6000
_LONGEST_ARGUMENTS = 100_000


class Arguments(BaseModel):
    """What a tool is called with; fields with a description each, for the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Given = TypeVar("Given", bound=Arguments)


class AgentTool(ABC, Generic[Given]):
    """A tool. `description`: for the model, what it does and says."""

    name: str
    description: str
    arguments: type[Given]

    @abstractmethod
    async def run(self, given: Given) -> str:
        """The result, in words. May raise errors of this library: they become the result."""

    @property
    def tool(self) -> Tool:
        """As models are told of it."""
        return Tool(self.name, self.description, _schema(self.arguments))

    async def call(self, arguments: str) -> str:
        """The result for arguments as a model wrote them (JSON); what is wrong with them, where that is so. Bounded."""
        try:
            given = self.arguments.model_validate(_read(arguments))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors()[:5])
            return f"error: {wrong}"
        except (ValueError, RecursionError) as error:
            return f"error: the arguments are no JSON object: {shortened(str(error), 300)}"
        try:
            return shortened(await self.run(given), _LONGEST_RESULT)
        except LeanProcessError as error:
            return f"error: Lean was lost over this ({error.code}); it costs too much time or memory"
        except ProverError as error:
            return f"error: {shortened(error.message, 1000)}"


class Toolbox:
    """The tools of one conversation, which may be called `limit` times in all. `seconds`: that they took (Lean's)."""

    def __init__(self, tools: Sequence[AgentTool[Any]], limit: int) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._limit = limit
        self.used = 0
        self.seconds = 0.0

    @property
    def left(self) -> int:
        """How many calls are left."""
        return max(0, self._limit - self.used)

    @property
    def tools(self) -> tuple[Tool, ...]:
        return tuple(tool.tool for tool in self._tools.values())

    async def call(self, name: str, arguments: str) -> str:
        """The result of a call, or why there is none, in words. Never raises for what a model wrote."""
        if not self.left:
            return "error: there are no tool calls left; answer now"
        self.used += 1
        tool = self._tools.get(name)
        if tool is None:
            return f"error: there is no such tool; there are {', '.join(self._tools)}"
        began = time.monotonic()
        try:
            return await tool.call(arguments)
        finally:
            self.seconds += time.monotonic() - began


def _read(arguments: str) -> Any:
    if len(arguments) > _LONGEST_ARGUMENTS:
        raise ValueError(f"more than {_LONGEST_ARGUMENTS} characters")
    return json.loads(arguments, strict=False) if arguments.strip() else {}


def _schema(arguments: type[Arguments]) -> dict[str, Any]:
    """The schema without pydantic's titles, which say nothing."""
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return schema
