"""The application: routes, guard, and the one shape of errors."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from prover import __version__
from prover.core.errors import ProverError
from prover.serve import checks, health, kimina, proofs
from prover.serve.access_log import AccessLog
from prover.serve.guard import Guard
from prover.serve.refusal import REFUSALS, Refusal, refusal_of
from prover.serve.service import Service
from prover.serve.settings import Settings
from prover.serve.work import Work

_MOST_COMPLAINTS = 5
_CODES = {404: "no_route", 405: "method", 400: "bad_request"}
_DESCRIPTION = """Lean 4 proofs checked and found over HTTP.

`/v1` is this prover's own: verdicts with reason codes, by the ladder of checks that `prove check` climbs, and proof
search. `/api/check` and `/verify` answer as Kimina's Lean server does. Nothing here reads or writes files of the
server: texts come with the request."""


def create_app(
    settings: Settings,
    open_work: Callable[[], AbstractAsyncContextManager[Work]],
    log: AccessLog | None = None,
) -> FastAPI:
    """A server's application. `open_work` is entered when it starts and left when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_work() as work:
            app.state.service = Service(settings, work)
            yield
            await app.state.service.stop()

    app = FastAPI(
        title="leap-prover",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=REFUSALS,
    )
    for module in (checks, proofs, kimina, health):
        app.include_router(module.router)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(ProverError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Guard, settings=settings, log=log or AccessLog())
    return app


def _shown(refusal: Refusal) -> JSONResponse:
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return _shown(error)


def _failed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProverError)
    return _shown(refusal_of(error))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Where and what is wrong; nothing of what was sent comes back."""
    assert isinstance(error, RequestValidationError)
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        refusal = Refusal(415, "content_type", "the body is not said to be JSON", "send Content-Type: application/json")
        return _shown(refusal)
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _shown(Refusal(400, "not_json", "the body is no JSON"))
    said = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found[:_MOST_COMPLAINTS]]
    more = f" (and {len(found) - _MOST_COMPLAINTS} more)" if len(found) > _MOST_COMPLAINTS else ""
    message = ("; ".join(said)[:1000] + more).encode(errors="replace").decode()
    return _shown(Refusal(422, "invalid", message, "GET /openapi.json describes what is taken"))


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "http")
    hint = "GET /openapi.json lists the routes" if error.status_code in (404, 405) else ""
    return _shown(Refusal(error.status_code, code, str(error.detail), hint, error.headers))
