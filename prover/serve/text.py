"""Text as requests may bring it."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator


def _unicode(text: str) -> str:
    """JSON can write half a character (a lone surrogate), which Lean could not be given, nor an answer repeat."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds lone surrogates and is no Unicode text") from None
    return text


Text: TypeAlias = Annotated[str, AfterValidator(_unicode)]
