"""What clients of Kimina's Lean server ask for (`kimina-client`): `/api/check`, `/verify`, `/health`.

Answers have the shapes of that server's. "Valid" there means that Lean gave no error and saw no `sorry`, which says
less than a verdict of `/v1/check`.
"""

from __future__ import annotations

from typing import Any, Literal, Self, TypeAlias

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, model_validator

from prover.serve.refusal import Problem
from prover.serve.service import Service, service_of, while_there
from prover.serve.snippet import Snippet, Told
from prover.serve.text import Text

router = APIRouter(tags=["kimina"])

InfoTree: TypeAlias = Literal["full", "tactics", "original", "substantive"]


class KiminaSnippet(BaseModel):
    """A Lean text."""

    id: Text = Field(examples=["1"])
    code: Text = Field(examples=["theorem t : 1 + 1 = 2 := by rfl"])


class KiminaCheck(BaseModel):
    """Texts for Lean. More than this server's limit of `timeout` is taken for the limit."""

    snippets: list[KiminaSnippet] = Field(min_length=1, description="Their ids must differ.")
    timeout: int = Field(default=30, ge=0, description="Seconds for each text, the imports not counted.")
    debug: bool = Field(default=False, description="Tell which process it was, and what it used.")
    reuse: bool = Field(default=True, description="Take a process that has served others, if there is one.")
    infotree: InfoTree | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({snippet.id for snippet in self.snippets}) != len(self.snippets):
            raise ValueError("the ids of the snippets must differ")
        return self


class KiminaResult(BaseModel):
    """What Lean said of a text; `error` where it could not be asked to the end."""

    id: str
    time: float
    error: str | None = None
    response: dict[str, Any] | None = Field(default=None, description="The answer of leanprover-community/repl.")
    diagnostics: dict[str, Any] | None = None


class KiminaAnswer(BaseModel):
    """What came of the texts, in their order."""

    results: list[KiminaResult]


class KiminaCode(BaseModel):
    """A Lean text, under one of two names."""

    custom_id: Text | int = Field(examples=["1"])
    proof: Text | None = Field(default=None, examples=["theorem t : 1 + 1 = 2 := by rfl"])
    code: Text | None = None

    @model_validator(mode="after")
    def _has_text(self) -> Self:
        if self.proof is None and self.code is None:
            raise ValueError("proof or code must be given")
        return self


class KiminaVerify(BaseModel):
    """The older form of the same."""

    codes: list[KiminaCode]
    timeout: int = Field(default=300, ge=0)
    infotree_type: InfoTree | None = None
    disable_cache: bool = False


class KiminaVerified(BaseModel):
    """`response` holds the repl's answer with `time` beside it."""

    custom_id: str
    error: str | None = None
    response: dict[str, Any] | None = None


class KiminaVerifyAnswer(BaseModel):
    """What came of the texts, in their order."""

    results: list[KiminaVerified]


class Health(BaseModel):
    """The server lives."""

    status: str = Field(default="ok", examples=["ok"])


@router.post(
    "/api/check",
    operation_id="kimina_check",
    summary="What Lean says of texts (Kimina)",
    response_model_exclude_none=True,
)
@router.post("/api/check/", include_in_schema=False, response_model_exclude_none=True)
async def check(request: Request, wanted: KiminaCheck) -> KiminaAnswer:
    """Lean's messages and `sorry`s for each text. A text whose time is over gets an `error`."""
    service = service_of(request)
    texts = [(s.id, s.code) for s in wanted.snippets]
    results = await while_there(
        request, _told(service, texts, wanted.timeout, wanted.infotree, reuse=wanted.reuse, debug=wanted.debug)
    )
    return KiminaAnswer(results=results)


@router.post(
    "/verify",
    operation_id="kimina_verify",
    summary="What Lean says of texts (Kimina, older form)",
    response_model_exclude_none=True,
)
@router.post("/one_pass_verify_batch", include_in_schema=False, response_model_exclude_none=True)
async def verify(request: Request, wanted: KiminaVerify) -> KiminaVerifyAnswer:
    """As `/api/check`, in the words of the server's first version."""
    service = service_of(request)
    texts = [(str(c.custom_id), (c.proof if c.proof is not None else c.code) or "") for c in wanted.codes]
    results = await while_there(
        request,
        _told(service, texts, wanted.timeout, wanted.infotree_type, reuse=not wanted.disable_cache, debug=False),
    )
    return KiminaVerifyAnswer(results=[_verified(result) for result in results])


@router.get("/health", operation_id="kimina_health", summary="Whether the server lives (Kimina)")
@router.get("/health/", include_in_schema=False)
@router.get("/", include_in_schema=False)
async def health() -> Health:
    """Needs no key."""
    return Health()


async def _told(
    service: Service, texts: list[tuple[str, str]], wanted: int, infotree: str | None, *, reuse: bool, debug: bool
) -> list[KiminaResult]:
    seconds = min(float(wanted), service.settings.max_seconds)

    async def told(text: tuple[str, str]) -> KiminaResult:
        answer = await service.work.tell(Snippet(text[1], seconds, infotree or "", reuse))
        return _result(text[0], answer, seconds, debug=debug)

    def failed(text: tuple[str, str], problem: Problem) -> KiminaResult:
        return KiminaResult(id=text[0], time=0.0, error=f"{problem.message} [{problem.code}]")

    return await service.each(texts, told, failed)


def _result(name: str, told: Told, seconds: float, *, debug: bool) -> KiminaResult:
    # The client tells time-outs by these words.
    error = None if told.response is not None else f"Lean REPL command timed out in {seconds} seconds"
    return KiminaResult(
        id=name,
        time=told.seconds,
        error=error,
        response=None if told.response is None else dict(told.response),
        diagnostics=dict(told.diagnostics) if debug and told.diagnostics else None,
    )


def _verified(result: KiminaResult) -> KiminaVerified:
    response = None if result.response is None else {**result.response, "time": result.time}
    return KiminaVerified(custom_id=result.id, error=result.error, response=response)
