"""Errors as answers: one shape, `{"error": {"code", "message", "hint"}}`, whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from prover.core.errors import LeanProcessError, ModelError, ProverError, SetupError, UserError


class Problem(BaseModel):
    """What went wrong. `code` is stable; the other two are for people."""

    code: str = Field(examples=["queue_full"])
    message: str = Field(examples=["200 items are waiting, more are not taken"])
    hint: str = Field(default="", examples=["try again in 12 s"])


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: Problem


class Refusal(Exception):
    """A request that gets an error for an answer."""

    def __init__(
        self, status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.problem = Problem(code=code, message=message, hint=hint)
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        return ErrorBody(error=self.problem).model_dump()


def problem_of(error: ProverError) -> Problem:
    """An error of the library, as answers say it."""
    return Problem(code=error.code, message=error.message, hint=error.hint)


def refusal_of(error: ProverError) -> Refusal:
    """The answer to a request that ends with this error as a whole."""
    match error:
        case UserError():
            status = 422
        case LeanProcessError() | SetupError():
            status = 503
        case ModelError():
            status = 502
        case _:
            status = 500
    return Refusal(status, error.code, error.message, error.hint)


#: What the answers of every route may be, for the description of the interface.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": said}
    for status, said in {
        400: "The request is no JSON, or not HTTP as it should be.",
        401: "The key is missing or wrong.",
        403: "A page of another origin asked.",
        408: "The body did not come in time.",
        413: "The body, or the number of its items, is more than this server ever takes.",
        415: "The request does not say that its body is JSON.",
        421: "The request names a host that this server is not.",
        422: "The request does not say what it must, or something that cannot be.",
        429: "The queue is full; `Retry-After` says how many seconds to wait.",
        500: "A defect of the server.",
        503: "The server is stopping, or Lean cannot be run.",
    }.items()
}
