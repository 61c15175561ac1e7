"""The published `kimina-client`. On Python 3.11 pydantic refuses its `typing.TypedDict`s; those of `typing_extensions`,
which it asks for, are put in their place while the client is imported."""

from __future__ import annotations

import typing

import typing_extensions

_own = typing.TypedDict
typing.TypedDict = typing_extensions.TypedDict
try:
    from kimina_client import AsyncKiminaClient, Infotree, KiminaClient, Snippet, SnippetStatus
finally:
    typing.TypedDict = _own

__all__ = ["AsyncKiminaClient", "Infotree", "KiminaClient", "Snippet", "SnippetStatus"]
