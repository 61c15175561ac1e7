"""`/v1/prove` and `/v1/search/{id}`: holes filled, and the run followed, fetched or ended."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from prover.api.document import result_document
from prover.api.proving import RunEvent
from prover.core.verdict import Proved
from prover.serve.checks import refuse_too_long
from prover.serve.refusal import ErrorBody, Problem, Refusal
from prover.serve.searches import Search
from prover.serve.service import service_of, while_there
from prover.serve.text import Text
from prover.serve.work import Wanted

router = APIRouter(tags=["prove"])

_MOST_SECONDS = 86_400
_NUMBER = re.compile(r"[0-9]{1,15}")
#: A line for whoever waits, so that what lies between does not take the connection for dead.
_ALIVE_SECONDS = 15.0
_TEXT = "theorem t (n : Nat) : n + 0 = n := by sorry"
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no search with this id, or it is forgotten."}
}


class ProveRequest(BaseModel):
    """What is to be proved: a `text` with holes, or one `statement`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    text: Text | None = Field(default=None, description="A whole Lean text with `sorry`s.", examples=[_TEXT])
    statement: Text | None = Field(
        default=None,
        description="A proposition, binders and a proposition (`(n : Nat) : n = n`), or a goal as Lean prints it.",
    )
    context: Text = Field(default="", description="With `statement`: what stands before it (imports, definitions).")
    target: Text = Field(
        default="", description="With `text`: a declaration's name, or `#L` and a line; empty: every hole."
    )
    seconds: Annotated[float, Field(gt=0, le=_MOST_SECONDS, allow_inf_nan=False)] = Field(
        default=60.0, description="Wall limit of the search for each target. The whole run has one too, the server's."
    )
    refute: bool = Field(default=True, description="A tenth of the time goes to the negation.")
    assume_open: bool = Field(default=False, description="Proofs may use declarations that are still open themselves.")
    frontier: Text = Field(default="best", description="Which goal comes next (docs/search.md).")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.statement is None):
            raise ValueError("either text or statement must be given")
        return self

    def wanted(self) -> Wanted:
        return Wanted(
            text=self.context if self.text is None else self.text,
            statement=self.statement,
            target=self.target,
            seconds=self.seconds,
            refute=self.refute,
            assume_open=self.assume_open,
            frontier=self.frontier,
        )


class SearchAnswer(BaseModel):
    """Where a run stands. `result`, when it is `done`: the document that `prove --json` prints."""

    id: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    proved: bool = Field(description="The run is done and every target of it is proved.")
    seconds: float = Field(description="Since it began, or, when it has ended, until then.")
    result: dict[str, Any] | None = None
    error: Problem | None = Field(default=None, description="Why it failed.")


@router.post(
    "/v1/prove",
    operation_id="prove",
    summary="Prove what a text leaves open",
    status_code=202,
    responses={200: {"model": SearchAnswer, "description": "With `wait`: the run has ended."}},
)
async def prove(
    request: Request,
    response: Response,
    wanted: ProveRequest,
    wait: Annotated[bool, Query(description="Answer when the run has ended; a client that goes away ends it.")] = False,
) -> SearchAnswer:
    """Begins a run as `prove FILE` does: what it calls proved has passed the verifier.

    The answer names the run; `/v1/search/{id}` has the rest. It takes a turn in the queue like any other work.
    """
    service = service_of(request)
    refuse_too_long(wanted.seconds, service.settings)
    search = service.begin(wanted.wanted())
    response.headers["Location"] = f"/v1/search/{search.id}"
    if not wait:
        return answer_of(search)
    try:
        await while_there(request, search.ended())
    except Refusal:
        await search.cancel()
        raise
    response.status_code = 200
    return answer_of(search)


@router.get(
    "/v1/search/{search_id}", operation_id="search", summary="Where a run stands, and its result", responses=_NOT_FOUND
)
async def status(request: Request, search_id: str) -> SearchAnswer:
    """Runs are remembered for a while after their end."""
    return answer_of(service_of(request).searches.find(search_id))


@router.delete(
    "/v1/search/{search_id}", operation_id="cancel", summary="End a run and keep what it found", responses=_NOT_FOUND
)
async def cancel(request: Request, search_id: str) -> SearchAnswer:
    """The answer holds what was proved before. A run that has ended stays as it is."""
    search = service_of(request).searches.find(search_id)
    await search.stop()
    return answer_of(search)


@router.get(
    "/v1/search/{search_id}/events",
    operation_id="search_events",
    summary="What a run does, as it happens",
    response_class=StreamingResponse,
    responses={
        **_NOT_FOUND,
        200: {
            "description": "Server-sent events: `id` counts from 0, `event` is the kind, `data` JSON with `seconds` "
            "and `payload`. The last one is `end`, with the run's own document.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
    },
)
async def events(
    request: Request,
    search_id: str,
    last_event_id: Annotated[
        str | None, Header(description="The last `id` that was seen: the stream goes on after it.")
    ] = None,
) -> StreamingResponse:
    """Past events first. A reader who is far behind misses the oldest, and sees that by their numbers."""
    search = service_of(request).searches.find(search_id)
    known = last_event_id is not None and _NUMBER.fullmatch(last_event_id) is not None
    after = int(last_event_id or "") if known else -1
    return StreamingResponse(
        _stream(search, after),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # proxies would hold events back
    )


def answer_of(search: Search) -> SearchAnswer:
    """The document of a run."""
    result = search.result
    proved = result is not None and bool(result.targets) and all(isinstance(t.verdict, Proved) for t in result.targets)
    return SearchAnswer(
        id=search.id,
        status=search.status.value,
        proved=proved,
        seconds=0.0 if search.run is None else round(search.run.seconds, 3),
        result=None if result is None else result_document(result, 0 if proved else 1),
        error=search.problem,
    )


async def _stream(search: Search, after: int) -> AsyncGenerator[str]:
    coming = search.events(after)
    following = asyncio.ensure_future(anext(coming, None))
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=_ALIVE_SECONDS)
            if not done:
                yield ": still here\n\n"
                continue
            event = following.result()
            if event is None:
                break
            yield _frame(event)
            following = asyncio.ensure_future(anext(coming, None))
        yield f"event: end\ndata: {answer_of(search).model_dump_json()}\n\n"
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await coming.aclose()


def _frame(event: RunEvent) -> str:
    data = json.dumps({"seconds": event.seconds, "payload": event.payload}, ensure_ascii=False, default=str)
    return f"id: {event.sequence}\nevent: {event.kind}\ndata: {data}\n\n"
