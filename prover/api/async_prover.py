"""The library's way in: files and statements proved and checked, states opened, theorems found."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from prover.agent import FileResult, Observer, Target
from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import ModelChoice
from prover.api.check_options import CheckOptions
from prover.api.checking import Checked, check_in
from prover.api.filling import fill_in
from prover.api.models import NO_MODELS, Models, open_models
from prover.api.opening import MEMORY_MB, EngineChoice, Note, Progress, pool_limits, silent, unheard
from prover.api.options import DEFAULT, ProveOptions
from prover.api.premises import FoundPremises, find_premises
from prover.api.proof import OpenProof, open_proof
from prover.api.proving import Proving
from prover.api.record import Record
from prover.api.statement import stated
from prover.api.workplace import Workplace
from prover.api.workplaces import Workplaces
from prover.core.errors import Crashed, SetupError, UserError
from prover.lean.source import SourceFile

#: A file by its path, or Lean text.
Lean: TypeAlias = str | Path | SourceFile

#: Runs that have ended and can still be asked about.
_REMEMBERED = 64
_CHECK = CheckOptions()


def source_of(file: Lean) -> SourceFile:
    """What is meant by `file`. `UserError` for a path that is written as text, and what `SourceFile.read` raises."""
    if isinstance(file, SourceFile):
        return file
    if isinstance(file, Path):
        return SourceFile.read(file)
    if "\n" not in file and file.endswith(".lean"):
        raise UserError(
            f"{file!r} is taken for Lean text, and looks like a path", code="path_as_text", hint="give a pathlib.Path"
        )
    return SourceFile("<text>", file.encode())


class AsyncProver:
    """A prover for as long as its context lasts: `async with AsyncProver() as prover`.

    Lean is started when it is needed first (installed, if it is the embedded one and not there yet: 120 MB, once), kept
    warm in between, and ended with the context. `engine`, `folder` (where text without a file belongs), `lite`, and the
    language `model` and `agent` are chosen as on the command line; `jobs` runs are worked on at a time, the others
    wait. `memory_mb`: limit of each Lean process; `start_seconds`: how long one may take to start. `own_modules`: text
    may import modules that lie beside it. `strangers`: texts come from people who do not trust each other, so that a
    process in which one may have run code works on nothing else. `progress` and `note` are told of installing and
    compiling. `runs`: those under way and the last that ended, by name.

    Outcomes of proving are values. What is raised is a `prover.core.errors.ProverError`: `UserError` for input that
    cannot be worked on, `SetupError` for an environment that is broken, `ModelError` for a model that cannot be had.
    """

    def __init__(
        self,
        *,
        engine: EngineChoice | str = EngineChoice.AUTO,
        folder: Path = Path("."),
        lite: bool = False,
        model: ModelChoice | str = "",
        agent: AgentChoice | None = None,
        jobs: int = 1,
        memory_mb: int = MEMORY_MB,
        start_seconds: float = 120.0,
        own_modules: bool = True,
        strangers: bool = False,
        progress: Progress = silent,
        note: Note = unheard,
    ) -> None:
        refuse_windows()
        if jobs < 1:
            raise UserError("jobs must be 1 or more", code="bad_option")
        self.jobs = jobs
        self.places = Workplaces(
            replace(pool_limits(jobs, memory_mb, start_seconds), strangers=strangers),
            engine=_engine(engine),
            folder=folder,
            lite=lite,
            own_modules=own_modules,
            progress=progress,
            note=note,
        )
        self.runs: dict[str, Proving] = {}
        self._choice = (model if isinstance(model, ModelChoice) else ModelChoice(model)).checked()
        self._agent = agent or AgentChoice()
        self._models: Models = NO_MODELS
        self._loading = asyncio.Lock()
        self._slots = asyncio.Semaphore(jobs)
        self._stack = AsyncExitStack()
        self._started = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Gives up every run and ends every process and model. Safe to call twice."""
        self._closed = True
        for run in list(self.runs.values()):
            await run.cancel()
        await self.places.close()
        await self._stack.aclose()

    # -- proving -----------------------------------------------------------------------------------

    async def prove(self, file: Lean, target: str = "", options: ProveOptions = DEFAULT) -> FileResult:
        """Fills the holes (`sorry`) of a file and says of each what is known; the proofs have passed the verifier.

        `target`: a declaration's name or a line (`#L12`); without it every hole is worked on. Cancelling it gives the
        run up. Raises `UserError` where there is nothing that could be worked on.
        """
        run = self.proving(file, target, options)
        try:
            return await run.result()
        except asyncio.CancelledError:
            await run.cancel()
            raise

    def proving(
        self, file: Lean, target: str = "", options: ProveOptions = DEFAULT, *, record: Record | None = None
    ) -> Proving:
        """The same, begun in the background: to be followed, awaited or ended. Ends with the prover's context.

        `record`: keeps what the run does, an agent's plan too.
        """
        self._must_be_open()
        source, wanted, options = source_of(file), target_in(target), options.checked()

        async def work(observe: Observer, stop: asyncio.Event) -> FileResult:
            models = await self.models()
            async with self.places.at(source) as place:
                return await fill_in(place, source, wanted, options, models, show=observe, record=record, stop=stop)

        self._started += 1
        run = Proving(str(self._started), source.name, work, self._slots)
        self.runs[run.name] = run
        self._forget()
        return run

    def _forget(self) -> None:
        """Drops the oldest runs that have ended, with their events."""
        ended = [name for name, run in self.runs.items() if run.status.ended]
        for name in ended[: max(0, len(ended) - _REMEMBERED)]:
            del self.runs[name]

    async def goal(self, statement: str, context: str = "") -> SourceFile:
        """A file that states `statement` with a hole for its proof, behind `context` (imports, definitions).

        Taken are a proposition, binders and a proposition (`(n : Nat) : n = n`), and a goal as Lean prints it
        (`h : p ⊢ q`). `UserError` (`no_statement`) with Lean's words where it is none of these.
        """
        before = SourceFile("<context>", context.encode())
        async with self.places.at(before) as place:
            return await stated(place.pool, statement, context)

    async def models(self) -> Models:
        """The language models, opened when they are first asked for."""
        async with self._loading:
            if self._models is NO_MODELS and (self._choice.reference or self._agent.name):
                self._models = await self._stack.enter_async_context(open_models(self._choice, self._agent))
        return self._models

    # -- checking ----------------------------------------------------------------------------------

    async def check(self, submission: Lean, against: Lean | None = None, options: CheckOptions = _CHECK) -> Checked:
        """What is known of a finished file: a verdict for each of its targets.

        `against`: the file that states what was to be proved, holes and all. Without it the best verdict is
        `Consistent`: nobody said which statement was meant. Raises `UserError` for what cannot be checked at all.
        """
        self._must_be_open()
        source = source_of(submission)
        reference = None if against is None else source_of(against)
        async with self.places.at(reference or source) as place:
            return await check_in(place, source, reference, options)

    # -- states ------------------------------------------------------------------------------------

    @asynccontextmanager
    async def open(self, file: Lean, target: str = "", *, assume: Collection[str] = ()) -> AsyncGenerator[OpenProof]:
        """The first hole that `target` chooses, its goals live: to try tactics on, and to search from.

        `assume`: declarations that may be used though they are open themselves.
        """
        self._must_be_open()
        source, wanted = source_of(file), target_in(target)
        async with self.places.at(source) as place, open_proof(place, source, wanted, assume=assume) as proof:
            yield proof

    @asynccontextmanager
    async def place(self, file: Lean) -> AsyncGenerator[Workplace]:
        """The pool of Lean processes and the verifier that a file is worked on with, for what else is to be asked."""
        self._must_be_open()
        async with self.places.at(source_of(file)) as place:
            yield place

    async def premises(self, query: str, file: Lean = "", k: int = 16) -> FoundPremises:
        """The `k` theorems that may help with a goal, or fit some words, of what `file` imports and proves."""
        self._must_be_open()
        if not query.strip():
            raise UserError("the query is empty", code="usage", hint="give a goal or some words")
        source = source_of(file)
        async with self.places.at(source) as place:
            return await find_premises(place, query, source, k=k)

    def _must_be_open(self) -> None:
        if self._closed:
            raise Crashed("the prover is closed", code="closed")


def target_in(target: str) -> Target:
    """Which holes of a file: all (empty), those of a declaration, those on a line (`#L12`)."""
    if not target:
        return Target("-")
    parsed = Target.parse(f"-{target}" if target.startswith("#L") else f"-:{target}")
    if parsed.name is None and parsed.line is None:
        raise UserError(f"{target!r} is no target", code="bad_target", hint="a declaration's name, or #L and a line")
    return parsed


def refuse_windows() -> None:
    """Raises `SetupError` (`windows`) there."""
    if sys.platform == "win32":
        raise SetupError(
            "leap-prover runs on Linux and macOS: Windows has no way to contain Lean processes that it knows of",
            code="windows",
            hint="use the Windows Subsystem for Linux",
        )


def _engine(choice: EngineChoice | str) -> EngineChoice:
    try:
        return EngineChoice(choice)
    except ValueError:
        known = ", ".join(EngineChoice)
        raise UserError(f"there is no engine {choice!r}", code="bad_option", hint=f"one of: {known}") from None
