"""A tool: what it is called with is checked, what it says has a schema."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from prover.api import AsyncProver, ProveOptions
from prover.api.options import DEFAULT
from prover.core.errors import UserError
from prover.mcp.report import Report
from prover.mcp.roots import Roots
from prover.mcp.searches import Searches


class Arguments(BaseModel):
    """What a tool is called with; fields with a description each, for the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _unquoted(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Lists that come as texts of JSON, which some clients make of them."""
        found = dict(given)
        for name, field in cls.model_fields.items():
            value = found.get(name)
            if isinstance(value, str) and get_origin(field.annotation) is tuple:
                with suppress(ValueError, RecursionError):
                    found[name] = json.loads(value)
        return found


@dataclass(frozen=True, slots=True)
class Hints:
    """What a call may do. `changes`: something outside of it; `destroys`: what was there before; `repeats`: to the same
    effect; `open_world`: others than this machine take part."""

    changes: bool = False
    destroys: bool = False
    repeats: bool = True
    open_world: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tools of a server work with. `writes`: files may be changed. `options`: limits of each run; its seconds
    are the caller's. `models`: language models are asked, which may be elsewhere."""

    prover: AsyncProver
    roots: Roots
    searches: Searches
    options: ProveOptions = DEFAULT
    writes: bool = False
    models: bool = False


class Caller:
    """Who called, for one call. `roots`: the folders it may name files in."""

    def __init__(self, roots: Callable[[], Awaitable[Roots]]) -> None:
        self.roots = roots
        self.line = "starting"
        self._news = asyncio.Event()

    def tell(self, line: str) -> None:
        """What is being done, for the caller to see."""
        self.line = line
        self._news.set()

    async def news(self) -> str:
        """The next line."""
        await self._news.wait()
        self._news.clear()
        return self.line


Given = TypeVar("Given", bound=Arguments)


class Tool(ABC, Generic[Given]):
    """A tool. `description`: for the model, what it does and says. `says`: what a call that works gives."""

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    arguments: type[Given]
    says: ClassVar[type[Report]]

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def hints(self) -> Hints:
        return Hints()

    @abstractmethod
    async def run(self, given: Given, caller: Caller) -> Report:
        """Raises errors of this library; cancelling it ends what it has begun."""

    async def call(self, arguments: Mapping[str, Any], caller: Caller) -> Report:
        """As `run`. Raises `UserError` (`bad_arguments`) too."""
        try:
            given = self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in error.errors()[:5])
            raise UserError(wrong, code="bad_arguments", hint="the tool's input schema says what is expected") from None
        return await self.run(given, caller)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema without pydantic's titles, which say nothing."""
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("title", None)
        for field in part.get("properties", {}).values():
            field.pop("title", None)
    schema.pop("description", None)
    return schema
