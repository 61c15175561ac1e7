"""JSON texts from files and lines that people have in their hands: what is wrong with one is said in words for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from prover.core.visible import visible
from prover.events.codec import DecodeError

_SHOWN = 40


class NotJson(DecodeError):
    """A text is no JSON: where it ends to be that, and what stands there."""


def read_json(text: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The value that a JSON text holds; bytes are UTF-8, as a rule. `parse_constant`: as `json.loads` has it.

    Raises `NotJson`.
    """
    try:
        return json.loads(text, parse_constant=parse_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, DecodeError):  # of `parse_constant`
            raise
        raise NotJson(no_json(error)) from None


def no_json(error: ValueError | RecursionError) -> str:
    """What Python's reader of JSON found wrong, in words for people: what stands in the text, and where."""
    match error:
        case json.JSONDecodeError():
            return _place(error.doc, error.pos)
        case UnicodeDecodeError():
            return f"it is no UTF-8: {error.reason} at byte {error.start + 1}"
        case RecursionError():
            return "its brackets are nested too deeply"
        case _:  # the only limit there is
            return "a number in it has too many digits"


def _place(text: str, at: int) -> str:
    if not text.strip():
        return "it is empty, and no JSON"
    there = text[at:].strip()
    if not there:
        return f"it ends before its JSON does: {shown(text.rstrip()[-_SHOWN:])}"
    if not text[:at].strip():
        return f"it is no JSON: {shown(there)}"
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    where = f"line {line}, character {column}" if "\n" in text.strip() else f"character {column}"
    return f"it is no JSON from {where} on: {shown(there)}"


def shown(text: str) -> str:
    """One line, shortened, nothing hidden in it."""
    first = text.split("\n", 1)[0].strip()
    return f"`{visible(first[:_SHOWN])}`" + ("…" if len(first) > _SHOWN or first != text else "")
