"""The same without `async`: a thin face over `AsyncProver`, whose loop runs in a thread of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import BlockingPortal, start_blocking_portal

from prover.agent import FileResult
from prover.api.async_prover import AsyncProver, Lean
from prover.api.check_options import CheckOptions
from prover.api.checking import Checked
from prover.api.options import DEFAULT, ProveOptions
from prover.api.premises import FoundPremises
from prover.api.proof import OpenProof, OpenState
from prover.api.proving import Proving, RunEvent
from prover.core.outcome import TacticOutcome
from prover.lean.source import SourceFile
from prover.search import SearchResult

_CHECK = CheckOptions()


class Prover:
    """A prover for as long as its context lasts: `with Prover() as prover`. Options as for `AsyncProver`.

    Calls wait for their answer; they may come from several threads. An interrupt ends what is waited for.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._portal: BlockingPortal = stack.enter_context(start_blocking_portal("asyncio"))
            self._prover = self._portal.call(lambda: AsyncProver(**self._options))
            stack.callback(self._portal.call, self._prover.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def prove(self, file: Lean, target: str = "", options: ProveOptions = DEFAULT) -> FileResult:
        """As `AsyncProver.prove`."""
        return self._portal.call(self._prover.prove, file, target, options)

    def proving(self, file: Lean, target: str = "", options: ProveOptions = DEFAULT) -> Run:
        """As `AsyncProver.proving`."""

        async def begin() -> Proving:
            return self._prover.proving(file, target, options)

        return Run(self._portal, self._portal.call(begin))

    def goal(self, statement: str, context: str = "") -> SourceFile:
        """As `AsyncProver.goal`."""
        return self._portal.call(self._prover.goal, statement, context)

    def check(self, submission: Lean, against: Lean | None = None, options: CheckOptions = _CHECK) -> Checked:
        """As `AsyncProver.check`."""
        return self._portal.call(self._prover.check, submission, against, options)

    @contextmanager
    def open(self, file: Lean, target: str = "") -> Generator[Proof]:
        """As `AsyncProver.open`."""
        opening: AbstractContextManager[OpenProof] = self._portal.wrap_async_context_manager(
            self._prover.open(file, target)
        )
        with opening as proof:
            yield Proof(self._portal, proof)

    def premises(self, query: str, file: Lean = "", k: int = 16) -> FoundPremises:
        """As `AsyncProver.premises`."""
        return self._portal.call(self._prover.premises, query, file, k)


class Run:
    """As `Proving`, without `async`."""

    def __init__(self, portal: BlockingPortal, run: Proving) -> None:
        self._portal = portal
        self.run = run

    def events(self) -> Iterator[RunEvent]:
        """As `Proving.events`, from the first on."""
        events = self.run.events()
        try:
            while True:
                try:
                    yield self._portal.call(events.__anext__)
                except StopAsyncIteration:
                    return
        finally:
            self._portal.call(events.aclose)

    def result(self) -> FileResult:
        """As `Proving.result`."""
        return self._portal.call(self.run.result)

    def stop(self) -> None:
        """As `Proving.stop`."""
        self._portal.call(self.run.stop)

    def cancel(self) -> None:
        """As `Proving.cancel`."""
        self._portal.call(self.run.cancel)


class Proof:
    """As `OpenProof`, without `async`; `opened` is the one behind it."""

    def __init__(self, portal: BlockingPortal, opened: OpenProof) -> None:
        self._portal = portal
        self.opened = opened

    @property
    def root(self) -> OpenState:
        """The goals as they stand. Give states to the methods here, not to their own."""
        return self.opened.root

    def apply(self, state: OpenState, tactics: str | Sequence[str], **limits: Any) -> list[TacticOutcome[OpenState]]:
        """As `OpenState.apply`."""

        async def applied() -> list[TacticOutcome[OpenState]]:
            return await state.apply(tactics, **limits)

        return self._portal.call(applied)

    def search(self, state: OpenState, seconds: float = 10.0) -> SearchResult:
        """As `OpenState.search`."""
        return self._portal.call(state.search, seconds)

    def filled(self, script: str) -> FileResult:
        """As `OpenProof.filled`."""
        return self._portal.call(self.opened.filled, script)
