"""The tools offered over the Model Context Protocol; the only module that knows its library."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import anyio
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Listed

from prover import __version__
from prover.core.errors import LeanProcessError, ProverError, UserError
from prover.core.visible import visible
from prover.mcp.looking_tools import CheckProof, FindPremises, LemmaDag, TryTactics
from prover.mcp.proving_tools import Cancel, FillSorries, ProveGoal, SearchStatus
from prover.mcp.report import Problem, Report
from prover.mcp.roots import Roots
from prover.mcp.tool import Caller, Desk, Tool, schema_of

_log = logging.getLogger("prover.mcp")
#: A word for whoever waits, so that a client does not take a long call for dead.
_ALIVE_SECONDS = 5.0
_ROOTS_SECONDS = 10.0
_ROOTS = "roots"
#: Where an error's document stands in a result.
ERROR_META = "leap-prover/error"

_INSTRUCTIONS = """\
Proves and verifies Lean 4. fill_sorries works on the holes of a file, prove_goal on a statement; both search by \
themselves for as long as they may, and report progress (or, with background, an id for search_status and cancel). \
try_tactics, find_premises and lemma_dag are for finding a proof yourself. check_proof is the verifier: a proof counts \
when it says `proved`; no goals left, or no errors, is less. Lines count from 1. For diagnostics, hover, goals at the \
cursor and builds of a project ask lean-lsp-mcp, if it is there."""

_Context = ServerRequestContext[Any, Any]


class _AsksRoots(Exception):
    """The client is to be asked for its roots, and to call again."""


def create_server(desk: Desk) -> Server[Any]:
    """The server over one desk, to be run over a transport."""
    tools: dict[str, Tool[Any]] = {
        tool.name: tool(desk)
        for tool in (
            FillSorries, ProveGoal, TryTactics, CheckProof, FindPremises, LemmaDag, SearchStatus, Cancel,
        )
    }  # fmt: skip

    async def list_tools(_ctx: _Context, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_listed(tool) for tool in tools.values()])

    async def call_tool(ctx: _Context, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        tool = tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"there is no tool {params.name!r}; there are {', '.join(tools)}")

        async def roots() -> Roots:
            return await _roots(ctx, params, desk.roots)

        try:
            return _result(await _called(tool, params.arguments or {}, Caller(roots), ctx))
        except _AsksRoots:
            return InputRequiredResult(input_requests={_ROOTS: ListRootsRequest()})
        except ProverError as error:
            return _refused(error)
        except Exception:
            _log.exception("the tool %s failed with a defect", tool.name)
            return _refused(ProverError("a defect of the prover", code="internal", hint="the server's log says more"))

    return Server(
        "leap-prover",
        version=__version__,
        title="leap-prover",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve_stdio(server: Server[Any]) -> None:
    """Until standard input ends. Meanwhile what else is written to standard output goes to standard error."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def _called(tool: Tool[Any], arguments: Mapping[str, Any], caller: Caller, ctx: _Context) -> Report:
    """What a tool says; progress is told meanwhile. Cancelling it ends the tool's work, and waits for that.

    The work has a task of its own: the protocol's library cancels a scope, which would interrupt every `await` of the
    cleaning up as well.
    """
    began = time.monotonic()
    told = 0.0

    async def tell(line: str) -> None:
        nonlocal told
        told = max(round(time.monotonic() - began, 3), round(told + 0.001, 3))  # it must grow
        await ctx.session.report_progress(told, None, line)

    work = asyncio.ensure_future(tool.call(arguments, caller))
    news = asyncio.ensure_future(caller.news())
    try:
        while not work.done():
            await asyncio.wait({work, news}, timeout=_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                await tell(news.result())
                news = asyncio.ensure_future(caller.news())
            elif not work.done():
                await tell(caller.line)
        return await work
    finally:
        news.cancel()
        work.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait({work, news})


async def _roots(ctx: _Context, params: CallToolRequestParams, roots: Roots) -> Roots:
    """The server's roots, narrowed to the client's where it has said that it has some."""
    capabilities = ctx.session.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return roots
    if ctx.session.can_send_request:
        try:
            answer = await ctx.session.send_request(
                ListRootsRequest(), ListRootsResult, request_read_timeout_seconds=_ROOTS_SECONDS
            )
        except MCPError as error:
            raise UserError(f"the client did not tell its roots: {error}", code="no_roots") from None
    else:
        found = (params.input_responses or {}).get(_ROOTS)
        if found is None:
            raise _AsksRoots
        if not isinstance(found, ListRootsResult):
            raise UserError("the client did not tell its roots", code="no_roots")
        answer = found
    return roots.narrow([str(root.uri) for root in answer.roots])


def _listed(tool: Tool[Any]) -> Listed:
    hints = tool.hints
    return Listed(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.arguments),
        output_schema=schema_of(tool.says),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=not hints.changes,
            destructive_hint=hints.destroys,
            idempotent_hint=hints.repeats,
            open_world_hint=hints.open_world,
        ),
    )


def _result(report: Report) -> CallToolResult:
    return CallToolResult(content=[_text(report.text)], structured_content=report.model_dump(mode="json"))


def _refused(error: ProverError) -> CallToolResult:
    """An error, for the model to read. Its document stands in `_meta`: structured content would have to fit the
    schema of what a call that works says."""
    problem = Problem.of(error)
    text = problem.text
    if isinstance(error, LeanProcessError):
        text += "\nLean was lost over this: it may cost too much time or memory"
    return CallToolResult(content=[_text(text)], is_error=True, _meta={ERROR_META: problem.model_dump()})


def _text(text: str) -> TextContent:
    # Lean's text is not to be trusted: nothing in it may be hidden.
    return TextContent(text=visible(text))
