"""A line of the protocol that the Bridge speaks: one JSON object, in Unicode text."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from prover.core.errors import ProtocolError, UserError

#: An escape that stands for half of a character.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def encoded(request: dict[str, Any]) -> bytes:
    """A request as a line. Raises `UserError` (`not_utf8`) for a text that Lean cannot be given."""
    try:
        return json.dumps(request, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        raise UserError("a text with lone surrogates is no Unicode text", code="not_utf8") from None


def parsed(line: bytes) -> dict[str, Any]:
    """A line of the protocol. Raises `ProtocolError`."""
    try:
        answer: object = json.loads(line.decode())
        if _SURROGATE.search(line):
            json.dumps(answer, ensure_ascii=False).encode()  # fails for one that has no partner
    except ValueError:
        raise ProtocolError("the Bridge sent a line that is not JSON") from None
    except RecursionError:
        raise ProtocolError("the Bridge sent a line that is nested too deeply") from None
    if not isinstance(answer, dict):
        raise ProtocolError("the Bridge sent a line that is no object")
    return cast(dict[str, Any], answer)
