"""A worker over an existing repl: what a search needs of one, and a clear refusal of the rest."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from prover.core.errors import CallTimeout, LeanProcessError, ProtocolError, SetupError, UserError
from prover.core.message import Message, Severity
from prover.core.outcome import Cost, Progress, Solved, TacticOutcome
from prover.core.position import Position, Span
from prover.core.state import TacticState
from prover.lean import Declaration, Elaboration, HeaderInfo, Hole, Worker
from prover.lean.elaboration import Command
from prover.lean.replay import Replay
from prover.lean.source import SourceFile
from prover.lean.worker import GRACE_SECONDS
from prover.repl.answers import as_one, has_errors, items, messages_of, read_outcome
from prover.repl.goals import read_state
from prover.repl.header import read_header
from prover.repl.outline import Piece, outline, position
from prover.repl.peer import ReplProcess
from prover.repl.protocol import Document

_IMPORT_SECONDS = 600.0
_PROBE_SECONDS = 20.0
# Succeeds where the goal is a proposition, and leaves it as it is.
_IS_PROPOSITION = "refine (fun (p : Prop) (h : p) => h) _ ?_"
_NO_INFOTREE = "the repl gave no information trees: what the file's commands and holes are cannot be known"


class ReplWorker(Worker):
    """One repl process with a header imported.

    It elaborates, opens holes and runs tactics. Limits are kept by killing: there are no heartbeats, and a tactic
    that runs on past its wall limit costs the process. States cannot be freed nor parted into goals; `avoid` is not
    looked at; what `sorry`s are made by macros is not seen. Export, replay and compiled modules are refused
    (`SetupError`, `repl_cannot`): no verdict can rest on it.
    """

    def __init__(self, process: ReplProcess) -> None:
        super().__init__(process)
        self._repl = process
        self._known: dict[int, TacticState] = {}

    async def _ask(self, request: Document, deadline: float | None) -> Document:
        """One request. Raises `ProtocolError` when the repl refuses it, `CallTimeout` where it takes too long."""
        seconds = None if deadline is None else deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            await self._repl.kill()
            raise CallTimeout("the time was over before the repl was asked")
        return await self._repl.ask(request, seconds=seconds)

    # -- headers and commands ----------------------------------------------------------------------

    async def read_header(self, text: str) -> HeaderInfo:
        """The imports of a file, read without Lean."""
        return read_header(text)

    async def import_header(self, modules: Sequence[str]) -> None:
        """Imports `modules`. `UserError` with the repl's own words where that fails."""
        lines = [] if "Init" in modules else ["prelude"]
        lines += [f"import {module}" for module in modules if module != "Init"]
        answer = await self._ask({"cmd": "\n".join(lines)}, time.monotonic() + _IMPORT_SECONDS)
        errors = [m for m in messages_of(answer) if m.severity is Severity.ERROR]
        if errors or not isinstance(answer.get("env"), int):
            self.discard()
            said = errors[0].text if errors else str(answer.get("message", ""))
            raise UserError(
                f"the repl could not import {', '.join(modules)}: {said}",
                code="import_failed",
                hint="run the repl in a project that has these modules, compiled: --repl-command 'lake env .../repl'",
            )
        self.header = tuple(modules)
        self.env = answer["env"]

    async def begin_with(self, preface: str) -> None:
        raise _cannot("stand in for imports")

    async def elaborate(
        self,
        env: int,
        text: str,
        *,
        start: int = 0,
        stop: int = 0,
        holes: bool = False,
        declarations: bool = False,
        keep: bool = False,
        constructs: bool = False,
        heartbeats: int = 0,
        wall_seconds: float | None = None,
    ) -> Elaboration:
        """As `Worker.elaborate`; `stop` must be the end of a command. Commands are told where `holes` are.

        With holes before which other commands stand, the text is elaborated twice: the repl opens a hole in the
        environment its whole request began with, so each command with holes gets a request of its own.
        """
        if constructs or heartbeats:
            raise _cannot("tell constructs or count heartbeats")
        began = time.monotonic()
        deadline = None if wall_seconds is None else began + wall_seconds + GRACE_SECONDS
        source = SourceFile("", text.encode())
        end = stop or len(text.encode())
        request = {"cmd": _placed(source, start, end), "env": env}
        answer = await self._elaborated({**request, "infotree": "full"} if holes else request, deadline)
        messages = messages_of(answer)
        pieces = _pieces(answer, messages) if holes else []
        opened = await self._holes(source, env, answer, pieces, end, deadline) if holes else []
        return Elaboration(
            env=int(answer["env"]),
            messages=messages,
            commands=tuple(_command(source, piece, messages) for piece in pieces),
            holes=tuple(opened),
            declarations=tuple(_declarations(source, pieces)) if declarations else (),
            stopped=False,
            seconds=time.monotonic() - began,
        )

    async def _elaborated(self, request: Document, deadline: float | None) -> Document:
        answer = await self._ask(request, deadline)
        if not isinstance(answer.get("env"), int):
            raise ProtocolError(f"the repl refused a command: {answer.get('message', json.dumps(answer)[:200])}")
        return answer

    async def _holes(
        self, source: SourceFile, env: int, answer: Document, pieces: list[Piece], end: int, deadline: float | None
    ) -> list[Hole]:
        if len(pieces) == 1:
            return await self._open(source, answer, pieces[0], env, deadline)
        starts = [source.offset(piece.start) for piece in pieces]
        found: list[Hole] = []
        done = starts[0] if starts else 0
        for piece, begin, after in zip(pieces, starts, [*starts[1:], end], strict=True):
            if not piece.holes:
                continue
            if done < begin:
                env = int((await self._elaborated({"cmd": _placed(source, done, begin), "env": env}, deadline))["env"])
            request = {"cmd": _placed(source, begin, after), "env": env}
            own = await self._elaborated(request, deadline)
            found += await self._open(source, own, piece, env, deadline)
            env, done = int(own["env"]), after
        return found

    async def _open(
        self, source: SourceFile, answer: Document, piece: Piece, before: int, deadline: float | None
    ) -> list[Hole]:
        command = Span(source.offset(piece.start), source.offset(piece.end))
        found: list[Hole] = []
        for sorry in items(answer, "sorries"):
            start, end = position(sorry.get("pos")), position(sorry.get("endPos"))
            written = next((h for h in piece.holes if (h.start, h.end) == (start, end)), None)
            state = sorry.get("proofState")
            opened = isinstance(state, int)
            goals = read_state([str(sorry.get("goal", ""))])
            if opened:
                self._known[state] = goals
            found.append(
                Hole(
                    span=Span(source.offset(start), source.offset(end)),
                    tactic=written.tactic if written else True,
                    original=written is not None and written.original,
                    declaration=_declared_at(piece, start),
                    in_signature=written is not None and not written.in_body,
                    is_prop=opened and await self._is_proposition(state, deadline),
                    coupled=False,
                    command=command,
                    before=before,
                    state=state if opened else None,
                    goals=goals if opened else None,
                    problem="" if opened else "the repl opened no proof state",
                )
            )
        return found

    async def _is_proposition(self, state: int, deadline: float | None) -> bool:
        limit = time.monotonic() + _PROBE_SECONDS
        limit = limit if deadline is None else min(limit, deadline)
        answer = await self._ask({"tactic": _IS_PROPOSITION, "proofState": state}, limit)
        return isinstance(answer.get("proofState"), int) and not has_errors(answer)

    # -- tactics -----------------------------------------------------------------------------------

    async def apply(
        self,
        state: int,
        tactics: Sequence[str],
        *,
        heartbeats: int = 200_000,
        wall_seconds: float = 5.0,
        total_seconds: float | None = None,
        stop_at_solved: bool = True,
        avoid: Sequence[str] = (),
    ) -> AsyncGenerator[tuple[int, TacticOutcome[int]], None]:
        """As `Worker.apply`, one request a tactic. `heartbeats` and `avoid` cannot be had and are not looked at."""
        self.clean = False
        deadline = None if total_seconds is None else time.monotonic() + total_seconds
        for index, tactic in enumerate(tactics):
            if deadline is not None and time.monotonic() >= deadline:
                return
            began = time.monotonic()
            try:
                answer = await self._ask(
                    {"tactic": as_one(tactic), "proofState": state}, began + wall_seconds + GRACE_SECONDS
                )
            except LeanProcessError as error:
                error.index = index
                raise
            outcome = read_outcome(answer, Cost(time.monotonic() - began))
            if isinstance(outcome, Progress):
                self._known[outcome.handle] = outcome.state
            yield index, outcome
            if stop_at_solved and isinstance(outcome, Solved):
                return

    async def focus(self, state: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        """The state itself, which is all that can be had: a repl cannot part a state's goals."""
        known = self._known.get(state)
        if known is None:
            raise ProtocolError("no such state", code="unknown_state")
        if list(goals) != list(range(len(known.goals))):
            raise _cannot("part the goals of a state")
        return state, known

    async def cut(self, state: int, script: str) -> None:
        """None: a repl does not tell how it parses."""

    async def signatures(
        self, names: Sequence[str], *, state: int = 0, env: int = 0, seconds: float = 5.0
    ) -> dict[str, str]:
        """None: a repl that is asked for a `#check` keeps one more environment for ever."""
        return {}

    async def release(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> tuple[int, int]:
        """Nothing is freed but what is remembered here."""
        for state in states:
            self._known.pop(state, None)
        return len(self._known), 0

    async def reset(self) -> None:
        """Nothing can be freed; the pool recycles the process when it has grown."""
        self._known.clear()

    async def stats(self) -> dict[str, Any]:
        return {"states": len(self._known), "envs": 0, "resident_mb": self.process.resident_mb()}

    # -- what a repl cannot do -----------------------------------------------------------------------

    async def export(self, env: int, *, module: str = "", seconds: float = 60) -> dict[str, Any]:
        raise _cannot("export constants")

    async def begin(self, module: str) -> int:
        raise _cannot("elaborate modules")

    async def save(self, env: int, file: str) -> bytes:
        raise _cannot("save modules")

    async def replay(
        self,
        env: int,
        tables: Mapping[str, Any],
        declarations: Sequence[Mapping[str, Any]],
        *,
        heartbeats: int = 0,
        wall_seconds: float | None = None,
        details: bool = False,
        compiling: bool = False,
    ) -> Replay:
        raise _cannot("give constants to the kernel")


def _cannot(what: str) -> SetupError:
    return SetupError(
        f"an existing repl cannot {what}",
        code="repl_cannot",
        hint="use --engine embedded or --engine native (docs/repl.md)",
    )


def _placed(source: SourceFile, start: int, end: int) -> str:
    """A part of the text behind as many lines and blanks as stand before it, so that every place stays what it was."""
    at = source.position(start)
    return "\n" * (at.line - 1) + " " * at.column + source.slice(Span(start, end))


def _pieces(answer: Document, messages: Sequence[Message]) -> list[Piece]:
    trees = answer.get("infotree")
    if trees is None and any(m.severity is Severity.ERROR for m in messages):
        return []
    if trees is None and items(answer, "sorries"):
        raise SetupError(_NO_INFOTREE, code="no_infotree", hint="update the repl")
    return [] if trees is None else outline(trees)


def _command(source: SourceFile, piece: Piece, messages: Sequence[Message]) -> Command:
    failed = any(
        m.severity is Severity.ERROR and m.start is not None and piece.start <= m.start <= piece.end for m in messages
    )
    return Command(
        piece.kind,
        Span(source.offset(piece.start), source.offset(piece.end)),
        failed,
        writes_sorry=bool(piece.holes),
        example=None if piece.example is None else source.offset(piece.example),
    )


def _declarations(source: SourceFile, pieces: Sequence[Piece]) -> list[Declaration]:
    found: list[Declaration] = []
    for piece in pieces:
        ends = [named.start for named in piece.names[1:]] + [piece.end] * bool(piece.names)
        for number, (named, end) in enumerate(zip(piece.names, ends, strict=True)):
            start = piece.start if number == 0 else named.start
            inside = [hole for hole in piece.holes if start <= hole.start < end]
            found.append(
                Declaration(
                    name=named.name,
                    kind=named.kind,
                    start=start,
                    end=end,
                    uses=(),
                    type_hole=any(not hole.in_body for hole in inside),
                    hole=any(hole.in_body for hole in inside),
                )
            )
    return found


def _declared_at(piece: Piece, place: Position) -> str | None:
    """The declaration around a hole: of those of its command, the last that begins before it."""
    before = [named for named in piece.names if named.start <= place]
    return max(before, key=lambda named: named.start).name if before else None
