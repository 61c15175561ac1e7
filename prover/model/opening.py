"""From a reference to a model that answers."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from prover.core.errors import SetupError
from prover.model.batcher import Batcher
from prover.model.cassette import Recording, Replay
from prover.model.endpoint import check_address, is_loopback
from prover.model.manual import FolderModel, TerminalModel
from prover.model.model import LanguageModel
from prover.model.openai import OpenAIModel
from prover.model.price import Price, Prices
from prover.model.reference import OPENAI, ModelReference, parse_reference

#: A model may think for minutes; a search that ends earlier gives its questions up.
_DEADLINE_SECONDS = 1800.0
_ENGINES = {"hf": "HfModel", "vllm": "VllmModel"}

#: From a reference to a model, as `open_model` does it.
Opener: TypeAlias = Callable[..., Awaitable[LanguageModel]]


async def open_model(
    reference: ModelReference,
    *,
    environment: Mapping[str, str] | None = None,
    deadline_seconds: float | None = 600.0,
    price: Price | None = None,
    chats: bool = False,
    options: Mapping[str, Any] | None = None,
) -> LanguageModel:
    """Loads the model (minutes, for an engine in this process), or makes ready to ask its server.

    Addresses and keys come from `environment` (default: the process's own) and from nowhere else. `deadline_seconds`,
    `price`, `chats`: as for `OpenAIModel`; `options`: what else the engine is told. Raises `SetupError`:
    `missing_extra` where the engine is not installed, `model_address` or `model_key` where the environment lacks them;
    `UserError` for an address or a file that is none.
    """
    more = dict(options or {})
    if reference.engine == "replay":
        return Replay(Path(reference.name))
    if reference.engine == "manual":
        return TerminalModel() if reference.name == "-" else FolderModel(Path(reference.name))
    if reference.engine in _ENGINES:
        return await asyncio.to_thread(_load, reference, more)
    known = os.environ if environment is None else environment
    address = known.get(reference.address_variable, "").strip()
    key = known.get(reference.key_variable, "").strip()
    if not address and reference.engine == "openai":
        address = OPENAI
    if not address:
        raise SetupError(
            f"{reference}: where is the server? {reference.address_variable} is not set",
            code="model_address",
            hint=f"export {reference.address_variable}=http://localhost:8000/v1, or wherever it is",
        )
    check_address(address, reference.address_variable)
    if not key and not is_loopback(address):
        raise SetupError(
            f"{reference}: {reference.key_variable} is not set",
            code="model_key",
            hint=f"export {reference.key_variable}=...; any text, for a server that asks for none",
        )
    return OpenAIModel(
        reference.name,
        base_url=address,
        key=key,
        name=str(reference),
        key_variable=reference.key_variable,
        deadline_seconds=deadline_seconds,
        price=price,
        chats=chats,
        hosted=(urlsplit(address).hostname or "").endswith(".openai.com"),
        **more,
    )


def _load(reference: ModelReference, options: dict[str, Any]) -> LanguageModel:
    kind = _ENGINES[reference.engine]
    engine = getattr(importlib.import_module(f"prover.model.{reference.engine}"), kind)
    return engine.load(reference.name, revision=reference.revision or None, **options)


@asynccontextmanager
async def fed_model(
    reference: str, *, price: str = "", record: Path | None = None, opener: Opener = open_model
) -> AsyncGenerator[Batcher]:
    """A model, open, behind a batcher. `price`: as `Prices.given`; `record`: where answers are kept; `opener`: what
    opens it."""
    asked = parse_reference(reference)
    dollars = Prices.given(price).of(asked)
    model = await opener(asked, price=dollars, deadline_seconds=_DEADLINE_SECONDS)
    try:
        if isinstance(model, OpenAIModel):
            await model.check()
        if record is not None:
            model = Recording(model, record)
    except BaseException:
        await model.close()
        raise
    batcher = Batcher(model, deadline_seconds=_DEADLINE_SECONDS)
    batcher.statistics.priced = dollars is not None
    try:
        yield batcher
    finally:
        await batcher.close()
