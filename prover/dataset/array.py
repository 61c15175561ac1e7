"""Items of a JSON array, one at a time: files of data sets are larger than memory should be."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from prover.core.errors import UserError
from prover.events.json_text import no_json, shown

_BLOCK = 1 << 20
_BLANKS = " \t\r\n"
#: A number that was cut is read as a shorter one (`1` of `1e+5`) up to so many characters before the cut.
_GOES_ON = 3


def items(path: Path, *, block: int = _BLOCK) -> Iterator[object]:
    """The items of the array that is the content of `path`; `block`: characters read at a time.

    Raises `UserError` (`bad_dojo_data`) for a file that holds no array, when it is come to.
    """
    try:
        file = path.open(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", code="bad_dojo_data") from None
    with file:
        try:
            yield from _Reader(file.read, block)
        except (UnicodeDecodeError, RecursionError) as error:
            raise UserError(f"{path} is no JSON array: {no_json(error)}", code="bad_dojo_data") from None
        except ValueError as error:
            raise UserError(f"{path} is no JSON array: {error}", code="bad_dojo_data") from None


class _Reader:
    def __init__(self, read: Callable[[int], str], block: int) -> None:
        self._read = read
        self._block = block
        self._text = ""
        self._at = 0
        self._ended = False

    def __iter__(self) -> Iterator[object]:
        decoder = json.JSONDecoder()
        if self._next() != "[":
            raise ValueError("it does not begin with [")
        self._at += 1
        if self._next() == "]":
            return
        while True:
            yield self._item(decoder)
            separator = self._next()
            self._at += 1
            if separator == "]":
                return
            if separator != ",":
                raise ValueError("its items are not apart")

    def _next(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANKS:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _item(self, decoder: json.JSONDecoder) -> object:
        self._next()
        while True:
            try:
                found, end = decoder.raw_decode(self._text, self._at)
            except ValueError as error:
                # Cut in the middle, perhaps. The buffer doubles, so that a long item is not begun too often.
                if not self._more():
                    raise _no_item(self._text, error) from None
                continue
            if end + _GOES_ON > len(self._text) and self._more():
                continue
            self._at = end
            return found

    def _more(self) -> bool:
        """Reads on; what was passed is let go. False, and nothing changes, at the end."""
        left = len(self._text) - self._at
        more = "" if self._ended else self._read(max(self._block, left))
        if not more:
            self._ended = True
            return False
        self._text, self._at = self._text[self._at :] + more, 0
        return True


def _no_item(text: str, error: ValueError) -> ValueError:
    """Its place in the file is not known: the text is what was read last of it."""
    if not isinstance(error, json.JSONDecodeError):
        return ValueError(no_json(error))
    there = text[error.pos :].strip()
    return ValueError(f"this is no JSON: {shown(there)}" if there else "it ends before its last item does")
