"""`/v1/health` and `/v1/version`: whether the server lives, what it is and what it takes."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from prover import __version__
from prover.serve.service import service_of

router = APIRouter(tags=["server"])


class State(BaseModel):
    """Whether more is taken, and how much is there."""

    status: Literal["ok", "stopping"]
    running: int = Field(description="Items worked on.")
    waiting: int = Field(description="Items that wait for their turn.")


class Limits(BaseModel):
    """What this server gives and takes at most."""

    jobs: int = Field(description="Items worked on at once.")
    queue: int = Field(description="Items that may wait beside them.")
    seconds: float = Field(description="Of an item.")
    bytes: int = Field(description="Of a request's body.")


class Version(BaseModel):
    """The server, and the Lean behind it."""

    version: str
    engine: str
    lean_version: str
    foundation: str = Field(description="What stands in for Mathlib; empty: nothing.")
    limits: Limits


@router.get("/v1/health", operation_id="health", summary="Whether the server takes work")
async def health(request: Request) -> State:
    """Needs no key."""
    queue = service_of(request).queue
    return State(status="stopping" if queue.closed else "ok", running=queue.running, waiting=queue.waiting)


@router.get("/v1/version", operation_id="version", summary="What the server is")
async def version(request: Request) -> Version:
    """Versions and limits."""
    service = service_of(request)
    settings, lean = service.settings, service.work.description
    return Version(
        version=__version__,
        engine=lean.engine,
        lean_version=lean.lean_version,
        foundation=lean.foundation,
        limits=Limits(jobs=settings.jobs, queue=settings.queue, seconds=settings.max_seconds, bytes=settings.max_bytes),
    )
