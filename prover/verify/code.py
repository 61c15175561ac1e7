"""The code in a Lean text: what stands outside comments, strings, characters and quoted names.

Read here, from the text alone, so that nothing a Lean process says is needed. Only Lean can tell for
sure where a comment or a string ends (a file may declare tokens of its own, and an interpolated
string holds code): from the first doubtful place on everything counts as code.
"""

from __future__ import annotations

import re
from functools import lru_cache

_START = re.compile(r"(?P<word>[^\W\d][\w!?']*)|--|/-|[\"'«]")
_BLOCK = re.compile(r"/-|-/")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_CHARACTER = re.compile(r"'(?:\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|[^\\'])'", re.DOTALL)
_RAW = re.compile(r'(#*)"')
#: A comment may begin after these and after letters; after any other sign a longer token may have begun there.
_BRACKETS = frozenset("()[]{}⟨⟩,;\"'»_!?")


@lru_cache(maxsize=4)
def code_of(text: str) -> str:
    """The text with all that is surely no code blanked out; what is left stands where it stood."""
    parts: list[str] = []
    done = 0
    while found := _START.search(text, done):
        end = _end(text, found)
        if end is None:
            break
        start = found.end() if found["word"] else found.start()
        parts += (text[done:start], " " * (end - start))
        done = end
    return "".join((*parts, text[done:]))


def _end(text: str, found: re.Match[str]) -> int | None:
    """Where what begins at `found` ends; None in case of doubt."""
    start = found.start()
    if found["word"]:
        return _after_word(text, found)
    match found[0]:
        case "--" | "/-" if not _may_begin(text, start):
            return None
        case "--":
            return (text + "\n").index("\n", start)
        case "/-":
            return _block_end(text, found.end())
        case "«":
            return text.find("»", start) + 1 or None
        case "'":
            character = _CHARACTER.match(text, start)
            return None if character is None else character.end()
        case _:
            string = _STRING.match(text, start)
            return None if string is None or "{" in string[0] else string.end()


def _after_word(text: str, found: re.Match[str]) -> int | None:
    """The end of a word, or of the raw string (`r"..."`, `r#"..."#`) that begins with it."""
    raw = _RAW.match(text, found.end()) if found["word"] == "r" else None
    if raw is None:
        return found.end()
    if text[: found.start()].endswith("."):
        return None
    close = '"' + raw[1]
    at = text.find(close, raw.end())
    return None if at < 0 else at + len(close)


def _may_begin(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    return not before or before.isspace() or before.isalnum() or before in _BRACKETS


def _block_end(text: str, at: int) -> int | None:
    depth = 1
    for mark in _BLOCK.finditer(text, at):
        depth += 1 if mark[0] == "/-" else -1
        if depth == 0:
            return mark.end()
    return None
