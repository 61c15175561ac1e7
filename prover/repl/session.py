"""A session of `prove repl`: environments and proof states by number, over workers that may be lost and made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from prover.core.errors import CallTimeout, LeanProcessError, ProverError, UserError
from prover.lean import Elaboration, Hole, Pool, Worker
from prover.lean.source import SourceFile
from prover.repl.calls import Elaborated, StepFailed, Stepped, elaborate, print_goals, step
from prover.repl.documents import goals_told, message_nowhere, message_told, sorry, tactic
from prover.repl.modules import Modules
from prover.repl.protocol import (
    Command,
    Document,
    FileCommand,
    NotUnderstood,
    Pickle,
    ProofStep,
    Request,
    Unpickle,
    error,
    parse,
    without_empty,
)
from prover.repl.recipe import Recipe, Stage, read, write
from prover.repl.seats import Header, Seat, Seats, header_error

_UNKNOWN_ENVIRONMENT = "Unknown environment."
_UNKNOWN_STATE = "Unknown proof state."
_OTHERWISE = "a request that was run again in a new Lean process gave something else than before"


@dataclass(slots=True, eq=False)
class _Item:
    """An environment or a proof state. `live`: its number in the process of the seat with the number `seat`."""

    origin: _Origin
    live: int = 0
    seat: int = 0


@dataclass(slots=True, eq=False)
class _Origin:
    """A request and what it made, in order: enough to make that again in another process."""

    header: Header
    request: Command | ProofStep
    base: _Item | None
    made: list[_Item] = field(default_factory=list[_Item])


class Refused(Exception):
    """What was asked for cannot be had; the text is the answer's."""


class TookTooLong(Refused):
    """The request reached its limit of wall time and was stopped."""


class Session:
    """Answers requests, one after the other. `seconds`: wall limit of each (a lost process costs its start again).

    A request that runs on past its limit is answered and has no effect. Where it costs the process, what the
    process held is made again from the requests that made it, when it is asked for. `modules`: those of the user's
    own, for engines that do not find them by themselves.

    Its processes serve nobody else afterwards, unless `harmless` says of every text they elaborated (and of what its
    commands are made of) that it ran no code of its own; tactics are not looked at so. `clean`: they have served
    nobody before.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        seconds: float = 300.0,
        modules: Modules | None = None,
        harmless: Callable[[Elaboration, str], bool] | None = None,
        clean: bool = False,
    ) -> None:
        self._seats = Seats(pool, modules, shared=harmless is not None, clean=clean)
        self._seconds = seconds
        self._harmless = harmless
        # None: what its request asked not to be kept; its number is not given again.
        self._envs: list[_Item | None] = []
        self._states: list[_Item | None] = []

    async def answer(self, text: str) -> Document:
        """The answer to one request, whatever it is; never raises for what the request or a process does."""
        try:
            return await self.ask(parse(text))
        except (NotUnderstood, Refused) as refused:
            return error(str(refused))
        except CallTimeout:
            return error(f"the request took longer than {self._seconds:g} s; its Lean process was stopped")
        except ProverError as failed:
            return error(f"{failed.message} [{failed.code}]" + (f"; {failed.hint}" if failed.hint else ""))
        except (OSError, ValueError) as unreadable:  # a path that no file can have
            return error(str(unreadable))

    async def ask(self, request: Request) -> Document:
        """The answer to a request. Raises `Refused`, `ProverError`, and `OSError` and `ValueError` for its files."""
        match request:
            case Command():
                return await self._command(request)
            case FileCommand():
                return await self._command(request.with_text(_text_of(request.path)))
            case ProofStep():
                return await self._step(request)
            case Pickle():
                return await self._pickle(request)
            case Unpickle():
                return await self._unpickle(request)

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The processes it has now."""
        return self._seats.workers

    async def close(self) -> None:
        """Gives up its processes."""
        await self._seats.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- commands ----------------------------------------------------------------------------------

    async def _command(self, command: Command) -> Document:
        command = replace(command, text=command.text.replace("\r\n", "\n"))
        base = None if command.env is None else _kept(self._envs, command.env, _UNKNOWN_ENVIRONMENT)
        if base is None:
            header = await self._seats.read_header(command.text)
            wrong = header_error(header)
            if wrong is not None:
                raise Refused(f"the header does not parse: {wrong.text}")
            await self._seats.refresh(header.modules)
            origin = _Origin(header.modules, command, None)
        else:
            origin = _Origin(base.origin.header, command, base)
        seat, told = await self._elaborate(origin, command)
        document = await self._told(seat, command, told, len(self._envs), len(self._states))
        env, *states = origin.made
        if command.gc:
            await _forget(seat, told, [item.live for item in states])
        self._envs.append(None if command.gc else env)
        self._states += [None if command.gc else state for state in states]
        return document

    async def _elaborate(self, origin: _Origin, command: Command) -> tuple[Seat, Elaborated]:
        seat, env = await self._ready(origin)
        start = 0
        if origin.base is None:
            start = (await seat.worker.read_header(command.text)).end
        told = await self._told_by(seat.worker, env, command, start)
        if told.elaboration.stopped:
            raise TookTooLong(f"the command took longer than {self._seconds:g} s and was stopped")
        states = [h.state for h in _opened(command, told)] + [n.state for n in (*told.roots, *told.tactics)]
        _made(origin, seat, [told.elaboration.env, *(s for s in states if s is not None)])
        return seat, told

    async def _told_by(self, worker: Worker, env: int, command: Command, start: int) -> Elaborated:
        harmless = False
        try:
            looked_at = self._harmless is not None
            told = await elaborate(worker, env, command, start=start, seconds=self._seconds, constructs=looked_at)
            harmless = self._harmless is not None and self._harmless(told.elaboration, command.text)
            return told
        finally:
            worker.harmless = harmless
            if not harmless:
                worker.discard()

    async def _told(self, seat: Seat, command: Command, told: Elaborated, env: int, first: int) -> Document:
        source = SourceFile("", command.text.encode())
        sorries: list[Document] = []
        for hole in _opened(command, told):
            assert hole.state is not None and hole.span is not None
            goals = await print_goals(seat.worker, hole.state)
            span = hole.span
            sorries.append(sorry("\n".join(goals), first + len(sorries), source, span.start, span.end))
        for node in told.roots:
            at = node.span.start
            sorries.append(sorry(goals_told(node), first + len(sorries), source, at, at))
        return without_empty(
            {
                "env": env,
                "messages": [message_told(message) for message in told.elaboration.messages],
                "sorries": sorries,
                "tactics": [
                    tactic(node, first + len(sorries) + number, source) for number, node in enumerate(told.tactics)
                ],
                "infotree": told.trees,
            }
        )

    # -- tactics -----------------------------------------------------------------------------------

    async def _step(self, request: ProofStep) -> Document:
        return await self._stepped(request, _kept(self._states, request.state, _UNKNOWN_STATE))

    async def _stepped(self, request: ProofStep, base: _Item) -> Document:
        origin = _Origin(base.origin.header, request, base)
        seat, done = await self._run(origin, request)
        holes = [
            {"goal": "\n".join(await print_goals(seat.worker, state)), "proofState": len(self._states) + number}
            for number, state in enumerate(done.holes)
        ]
        self._states += origin.made
        return without_empty(
            {
                "proofState": len(self._states) - 1,
                "goals": list(done.goals),
                "messages": [message_nowhere(severity, text) for severity, text in done.messages],
                "sorries": holes,
                "traces": [text.strip() for text in done.traces],
                "proofStatus": done.proof,
            },
            keep=("goals",),
        )

    async def _run(self, origin: _Origin, request: ProofStep) -> tuple[Seat, Stepped]:
        seat, state = await self._ready(origin)
        seat.worker.discard()
        done = await step(seat.worker, state, request.tactic, seconds=self._seconds)
        if isinstance(done, StepFailed) and done.limit:
            raise TookTooLong(f"the tactic reached its limit ({done.limit}) and was stopped")
        if isinstance(done, StepFailed):
            raise Refused(f"Lean error:\n{done.text}")
        _made(origin, seat, [*done.holes, done.state])
        return seat, done

    # -- files -------------------------------------------------------------------------------------

    async def _pickle(self, request: Pickle) -> Document:
        kept, unknown = (self._envs, _UNKNOWN_ENVIRONMENT) if request.kind == "env" else (self._states, _UNKNOWN_STATE)
        item = _kept(kept, request.number, unknown)
        write(Path(request.path), _recipe(request.kind, item))
        return {"env": request.number} if request.kind == "env" else await self._shown(item)

    async def _unpickle(self, request: Unpickle) -> Document:
        recipe = read(Path(request.path), request.kind)
        item: _Item | None = None
        for stage, after in zip(recipe.stages, [*(s.base for s in recipe.stages[1:]), recipe.wanted], strict=True):
            origin = _Origin(recipe.header, stage.request, item)
            await self._again(origin)
            if not 0 <= after < len(origin.made):
                raise Refused(_OTHERWISE)
            item = origin.made[after]
        assert item is not None
        if request.kind == "env":
            self._envs.append(item)
            return {"env": len(self._envs) - 1}
        return await self._shown(item)

    async def _shown(self, state: _Item) -> Document:
        """A proof state under a new number, as the repl answers when it writes or reads one."""
        return await self._stepped(ProofStep("skip", 0), state)

    # -- what is live and what is not --------------------------------------------------------------

    async def _ready(self, origin: _Origin) -> tuple[Seat, int]:
        """A worker, and the number there of what the request of `origin` begins with."""
        seat = await self._seats.take(origin.header)
        missing: list[_Origin] = []
        at = origin.base
        while at is not None and at.seat != seat.number:
            missing.append(at.origin)
            at = at.origin.base
        for again in reversed(missing):
            await self._again(again)
        live = seat.worker.env if origin.base is None else origin.base.live
        return seat, live

    async def _again(self, origin: _Origin) -> None:
        if isinstance(origin.request, Command):
            await self._elaborate(origin, origin.request)
        else:
            await self._run(origin, origin.request)


def _kept(items: Sequence[_Item | None], number: int, otherwise: str) -> _Item:
    item = items[number] if number < len(items) else None
    if item is None:
        raise Refused(otherwise)
    return item


def _text_of(path: str) -> str:
    """A file's text. Where there is none, what Lean's own runtime says of it, which clients look for."""
    try:
        return SourceFile.read(Path(path)).text
    except UserError as error:
        if error.code != "no_file":
            raise
        raise Refused(f"no such file or directory (error code: 2)\n  file: {path}") from None


async def _forget(seat: Seat, told: Elaborated, states: Sequence[int]) -> None:
    """Frees what a command left in its process: its environment, those before its holes, its states."""
    envs = {told.elaboration.env, *(hole.before for hole in told.elaboration.holes)}
    # A process that died meanwhile holds nothing; the answer stands.
    with suppress(LeanProcessError):
        await seat.worker.release(states, sorted(envs))


def _made(origin: _Origin, seat: Seat, live: Sequence[int]) -> None:
    """Notes what a request made: the first time, or again. Raises `Refused` when it made something else then."""
    if not origin.made:
        origin.made = [_Item(origin) for _ in live]
    if len(origin.made) != len(live):
        raise Refused(_OTHERWISE)
    for item, number in zip(origin.made, live, strict=True):
        item.live, item.seat = number, seat.number


def _recipe(kind: str, item: _Item) -> Recipe:
    stages: list[Stage] = []
    at: _Item | None = item
    while at is not None:
        before = at.origin.base
        stages.append(Stage(at.origin.request, 0 if before is None else before.origin.made.index(before)))
        at = before
    return Recipe(kind, item.origin.header, tuple(reversed(stages)), item.origin.made.index(item))


def _opened(command: Command, told: Elaborated) -> list[Hole]:
    """The holes that have a state, in the repl's order: command by command, those in tactics first."""
    order = {c.span: number for number, c in enumerate(told.elaboration.commands)}
    opened = [h for h in told.elaboration.holes if h.state is not None and h.span is not None]
    return sorted(opened, key=lambda h: (order.get(h.command, 0), not h.tactic))
