"""Tools that prove: runs begun, waited for or left to themselves, looked after and ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from pydantic import Field, model_validator

from prover.core.errors import UserError
from prover.mcp.search_report import SearchReport
from prover.mcp.searches import Search
from prover.mcp.tool import Arguments, Caller, Hints, Tool

_MOST_SECONDS = 86_400
_BACKGROUND = "do not wait: give the id for search_status and cancel"


class Placed(Arguments):
    """A place in a file: a declaration, a line, or the whole file."""

    path: str = Field(description="of the Lean file")
    name: str = Field("", description="of a declaration; without it and a line: the whole file")
    line: int | None = Field(None, ge=1, description="(from 1) of a hole, instead of a name")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.name and self.line is not None:
            raise ValueError("either name or line")
        return self

    @property
    def target(self) -> str:
        return self.name if self.line is None else f"#L{self.line}"


class _Fill(Placed):
    seconds: float = Field(60.0, gt=0, le=_MOST_SECONDS, description="of search for each hole's declaration")
    write: bool = Field(False, description="put the verified proofs into the file, if the server allows it")
    background: bool = Field(False, description=_BACKGROUND)


async def _attended(search: Search, caller: Caller) -> SearchReport:
    """What came of a run. Giving up waiting gives the run up."""
    search.listener = caller.tell
    try:
        await search.ended()
    finally:
        search.listener = None
        if not search.status.ended:
            await search.cancel()
    if search.result is None and search.error is not None:
        raise search.error
    return SearchReport.of(search)


class FillSorries(Tool[_Fill]):
    name = "fill_sorries"
    title = "Fill the holes of a Lean file"
    description = (
        "Searches proofs for the `sorry`s of a Lean file, and says of each what the verifier found. Takes up to "
        "`seconds` for each declaration. What it calls proved has passed the kernel again, in a clean process. "
        "The file is changed only with `write`, and only if the server was started with --allow-write."
    )
    arguments = _Fill
    says = SearchReport

    @property
    def hints(self) -> Hints:
        # Without --allow-write nothing can be written.
        writes = self.desk.writes
        return Hints(changes=writes, destroys=writes, repeats=not writes, open_world=self.desk.models)

    async def run(self, given: _Fill, caller: Caller) -> SearchReport:
        if given.write and not self.desk.writes:
            raise UserError(
                "files are not written here",
                code="not_writable",
                hint="start prove mcp with --allow-write, or put the diff in yourself",
            )
        source = (await caller.roots()).file(given.path, written=given.write)
        if given.write:
            source.replaceable()
        options = replace(self.desk.options, seconds=given.seconds)
        search = self.desk.searches.begin(source, given.target, options, write=given.write)
        return SearchReport.of(search) if given.background else await _attended(search, caller)


class _Goal(Arguments):
    statement: str = Field(
        min_length=1,
        description="a proposition, binders and a proposition (`(n : Nat) : n = n`), or a goal as Lean prints it",
    )
    context: str = Field("", description="what stands before it: imports, definitions, `open`, earlier theorems")
    seconds: float = Field(60.0, gt=0, le=_MOST_SECONDS, description="of search")
    background: bool = Field(False, description=_BACKGROUND)


class ProveGoal(Tool[_Goal]):
    name = "prove_goal"
    title = "Prove a statement"
    description = (
        "Searches a proof of one statement (and, for a tenth of the time, of its negation). The result has the whole "
        "Lean text; what it calls proved has passed the verifier."
    )
    arguments = _Goal
    says = SearchReport

    @property
    def hints(self) -> Hints:
        return Hints(open_world=self.desk.models)

    async def run(self, given: _Goal, caller: Caller) -> SearchReport:
        caller.tell("reading the statement")
        source = await self.desk.prover.goal(given.statement, given.context)
        # The hole is in the last line; the context may have holes of its own.
        line = source.text.rstrip("\n").count("\n") + 1
        options = replace(self.desk.options, seconds=given.seconds)
        search = self.desk.searches.begin(source, f"#L{line}", options)
        return SearchReport.of(search) if given.background else await _attended(search, caller)


class _Named(Arguments):
    id: str = Field(min_length=1, description="of a search, as fill_sorries or prove_goal gave it")


class _Waiting(_Named):
    wait: float = Field(0.0, ge=0, le=3600, description="seconds to wait for its end")


class SearchStatus(Tool[_Waiting]):
    name = "search_status"
    title = "Look after a search"
    description = "Says where a search stands, and what came of it once it has ended. Waits for that if it is told to."
    arguments = _Waiting
    says = SearchReport

    async def run(self, given: _Waiting, caller: Caller) -> SearchReport:
        search = self.desk.searches.find(given.id)
        search.listener = caller.tell
        try:
            await search.ended(given.wait)
        finally:
            search.listener = None
        return SearchReport.of(search)


class Cancel(Tool[_Named]):
    name = "cancel"
    title = "End a search"
    description = (
        "Ends a search and says what it has found so far; none of it is written. One that has ended stays as it is."
    )
    arguments = _Named
    says = SearchReport

    @property
    def hints(self) -> Hints:
        return Hints(changes=True)

    async def run(self, given: _Named, caller: Caller) -> SearchReport:
        search = self.desk.searches.find(given.id)
        caller.tell("ending the search")
        await search.stop()
        return SearchReport.of(search)
