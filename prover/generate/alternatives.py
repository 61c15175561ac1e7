"""Lists of tactics in a reply: JSON, also in prose, in fences or cut off; else numbered or plain lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

_ITEM = re.compile(r"\s*(?:\(?\d{1,2}[.):]|[-*•])[ \t]+(\S.*)")
_LOOSE_BACKSLASH = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_OPENINGS = 40
_KEYS = ("tactic", "tactics", "text", "proof", "code", "candidate", "step")


def listed(text: str) -> list[str] | None:
    """The strings of the first JSON list of tactics in a text, in order; those that arrived, where it is cut off. None
    where there is no such list."""
    for start in _openings(text):
        found = list(_strings(text, start))
        if found:
            return found
    return None


def numbered(text: str) -> list[str]:
    """The items of a numbered or bulleted list."""
    return [item[1] for line in text.split("\n") if (item := _ITEM.match(line)) is not None]


def _openings(text: str) -> list[int]:
    return [found.start() for found in re.finditer(r"[\[{]", text)][:_OPENINGS]


def _strings(text: str, start: int) -> Iterator[str]:
    """What a JSON value that begins at `start` says; of a list that breaks off, its items up to there."""
    if text[start] == "{":
        value, _ = _value(text, start)
        if isinstance(value, dict):
            yield from _tactics(cast("dict[str, Any]", value))
        return
    at = start + 1
    while True:
        at = _skip(text, at, " \t\r\n,")
        value, at = _value(text, at)
        if at < 0:
            return
        yield from _tactics(value)


def _value(text: str, at: int) -> tuple[Any, int]:
    """A JSON value and where it ends; -1 where there is none."""
    decoder = json.JSONDecoder(strict=False)
    try:
        return decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        pass
    if not text.startswith('"', at):
        return None, -1
    # Lean's backslashes (`fun \a`, `s \ t`) are no JSON escapes.
    end = _string_end(text, at)
    try:
        return decoder.raw_decode(_LOOSE_BACKSLASH.sub(r"\\\\", text[at:end]))[0], end
    except (ValueError, RecursionError):
        return None, -1


def _string_end(text: str, at: int) -> int:
    found = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL).match(text, at)
    return len(text) if found is None else found.end()


def _skip(text: str, at: int, letters: str) -> int:
    while at < len(text) and text[at] in letters:
        at += 1
    return at


def _tactics(value: Any, depth: int = 0) -> Iterator[str]:
    """The tactics in a JSON value: itself, its items, or what stands under a key that says so."""
    if isinstance(value, str):
        yield value
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            if isinstance(item, str | dict):
                yield from _tactics(item, depth + 1)
    elif isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        key = next((key for key in _KEYS if key in found), None)
        if key is not None:
            yield from _tactics(found[key], depth + 1)
