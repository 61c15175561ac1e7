"""What a server says when it does not answer: read from its response, and made an error of ours."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from prover.core.errors import ModelBusy, ModelError
from prover.model.endpoint import Received

#: No pause is longer than this, whatever the server asks for.
_LONGEST_PAUSE_SECONDS = 600.0
_BUSY = frozenset({429, 503, 529})  # 529: overloaded, as some services say it
_PASSING = frozenset({408, 409, 425, 500, 502, 504, 520, 521, 522, 523, 524})
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"})
_LENGTHS = frozenset({"max_tokens", "max_completion_tokens", "input_tokens"})
_TOO_LONG = re.compile(r"context[ _-](length|window|size)|(prompt|input) is too long|too many tokens", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A response that is no answer. `code`, `kind`, `parameter`: as the server names them, empty where it does not."""

    status: int
    message: str = ""
    code: str = ""
    kind: str = ""
    parameter: str = ""
    retry_after: float | None = None

    @property
    def renames_max_tokens(self) -> bool:
        """The server wants the newer name of it, as OpenAI's reasoning models do."""
        named = self.parameter == "max_tokens" and self.code == "unsupported_parameter"
        return named or "max_completion_tokens" in self.message

    @property
    def too_long(self) -> bool:
        """Prompt and answer do not fit the model's context."""
        if self.status == 413:
            return True
        if self.status not in (400, 422):
            return False
        if self.parameter in _LENGTHS and self.code != "unsupported_parameter":
            return True
        return bool(_TOO_LONG_CODES & {self.code, self.kind}) or _TOO_LONG.search(self.message) is not None


def read_refusal(received: Received) -> Refusal:
    """As OpenAI, vLLM, FastAPI, llama.cpp and Ollama word it; the bare text where it is none of these."""
    text = received.body.decode(errors="replace")
    retry_after = _retry_after(received.headers)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return Refusal(received.status, text, retry_after=retry_after)
    if not isinstance(data, dict):
        return Refusal(received.status, text, retry_after=retry_after)
    outer = cast("dict[str, Any]", data)
    inner = outer.get("error", outer)
    fields = cast("dict[str, Any]", inner) if isinstance(inner, dict) else {"message": inner}
    message, parameter = fields.get("message"), fields.get("param")
    detail = outer.get("detail")
    if message is None and detail is not None:
        message, parameter = _detail(detail)
    code = fields.get("code")
    status = received.status
    if status < 300:  # an error in the body of a response that says 200
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
    return Refusal(
        status,
        message if isinstance(message, str) else text,
        str(code or ""),
        str(fields.get("type") or ""),
        parameter.rpartition(".")[2] if isinstance(parameter, str) else "",
        retry_after,
    )


def error_of(
    refusal: Refusal, name: str, said: str, *, key_variable: str = "", models: Sequence[str] = ()
) -> ModelError:
    """The error for the model `name`; `said`: the server's message, fit to be shown; `models` the server has."""
    told = f": {said}" if said else ""
    status = refusal.status
    if refusal.too_long:
        return ModelError(
            f"{name}: prompt and answer are too long for it{told}",
            code="model_too_long",
            hint="ask for fewer tokens, show fewer premises, or serve it with a longer context",
        )
    if status in (401, 403) or refusal.code == "insufficient_quota":
        hint = (
            f"look at {key_variable}, and at what its account may do" if key_variable else "the server asks for a key"
        )
        return ModelError(f"{name} refused the request ({status}){told}", code="model_refused", hint=hint)
    if status in _BUSY:
        return ModelBusy(f"{name} is busy ({status}){told}", retry_after=refusal.retry_after)
    if status in _PASSING:
        return ModelError(f"{name} failed ({status}){told}", code="model_failed", transient=True)
    if status in (404, 405):
        return ModelError(f"{name} is not there ({status}){told}", code="model_unknown", hint=_known(models))
    if 300 <= status < 400:
        return ModelError(
            f"{name}: the server sends us elsewhere ({status})",
            code="model_address",
            hint="give the address that it moved to; requests do not follow redirections",
        )
    return ModelError(f"{name} does not take the request ({status}){told}", code="model_request")


def _known(models: Sequence[str]) -> str:
    if not models:
        return "does the base URL end as the server wants it (mostly in /v1)?"
    more = f" and {len(models) - 10} more" if len(models) > 10 else ""
    return f"the server has: {', '.join(models[:10])}{more}"


def _detail(detail: Any) -> tuple[str | None, str | None]:
    """FastAPI's `detail`: a text, or a list of what is wrong with which field."""
    if isinstance(detail, str):
        return detail, None
    try:
        first = detail[0]
        return str(first["msg"]), str(first["loc"][-1])
    except (TypeError, LookupError):
        return None, None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from milliseconds (OpenAI), seconds, or an HTTP date (RFC 9110)."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        value = headers.get(name, "")
        try:
            seconds = float(value) * unit
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
            except (ValueError, OverflowError):
                continue
        if not math.isnan(seconds):
            return min(max(seconds, 0.0), _LONGEST_PAUSE_SECONDS)
    return None
