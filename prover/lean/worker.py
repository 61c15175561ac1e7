"""A worker: one live Bridge process with one header imported."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

from prover.core.cut import Cut
from prover.core.errors import LeanProcessError, ProtocolError, UserError
from prover.core.outcome import Solved, TacticOutcome
from prover.core.state import TacticState
from prover.lean import wire
from prover.lean.cutting import read_cut
from prover.lean.elaboration import Elaboration
from prover.lean.engine import LeanEngine
from prover.lean.header import HeaderInfo
from prover.lean.process import BridgeProcess, BridgeRefusal
from prover.lean.replay import Replay

#: Wall seconds a call may overrun its own limit before the process is killed: time for the
#: watchdog's cancel token to be seen.
GRACE_SECONDS = 2.0
_IMPORT_SECONDS = 300.0


class Worker:
    """One Bridge process with `header` imported as environment `env`.

    Calls run one at a time. `clean` is true until a call elaborates or runs anybody's code that is
    not plain declarations; the pool hands out clean workers to the verifier.
    """

    def __init__(self, process: BridgeProcess) -> None:
        self.process = process
        self.header: tuple[str, ...] = ()
        self.env = 0
        self.clean = True
        self.poisoned = False
        #: Whether what the present lease had elaborated was seen to run no code of its own.
        self.harmless = False
        self.born = time.monotonic()
        self.leases = 0
        # Whether a call may have left states or environments in the process.
        self._used = False

    @property
    def alive(self) -> bool:
        return self.process.alive

    @property
    def greeting(self) -> Mapping[str, Any]:
        return self.process.greeting

    def discard(self) -> None:
        """Marks the worker as not to be used again."""
        self.poisoned = True

    async def read_header(self, text: str) -> HeaderInfo:
        """The imports of a file, as Lean's own parser reads them."""
        return wire.read_header(await self.process.call("header", text=text, seconds=60))

    async def import_header(self, modules: Sequence[str]) -> None:
        """Imports `modules`, once and for good. `UserError` names modules that cannot be imported."""
        try:
            answer = await self.process.call("import", modules=list(modules), seconds=_IMPORT_SECONDS)
        except BridgeRefusal as refusal:
            self.discard()
            raise _import_error(refusal, self.process.engine) from refusal
        self.header = tuple(modules)
        self.env = wire.read_environment(answer)

    async def begin_with(self, preface: str) -> None:
        """Has commands of ours, options say, stand before whatever is elaborated on the imports.

        Raises `ProtocolError` where Lean refuses them.
        """
        answer = await self.elaborate(self.env, preface, keep=True)
        if not answer.clean:
            raise ProtocolError("Lean refused the commands that stand before a file's own")
        self.env = answer.env

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
        """Elaborates the commands of `text` from byte `start` (to `stop`, 0: the end) in `env`.

        `holes`: open each `sorry` as a live state. `keep`: keep the resulting environment. `constructs`: tell what
        each command is made of. `heartbeats`:
        the default of `maxHeartbeats` (0: Lean's own). A reached wall limit gives `stopped`; a process
        that does not notice it is killed and `CallTimeout` raised.
        """
        self._used = True
        answer = await self.process.call(
            "elaborate",
            env=env,
            text=text,
            **{"from": start, "to": stop},
            holes=holes,
            declarations=declarations,
            keep=keep,
            constructs=constructs,
            heartbeats=heartbeats,
            wall_ms=_milliseconds(wall_seconds),
            seconds=_with_grace(wall_seconds),
        )
        return wire.read_elaboration(answer)

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
        """Tries tactics on one state, one request; yields (index, outcome) as they come.

        `heartbeats` in the unit of `maxHeartbeats` and `wall_seconds` bound each tactic, `total_seconds` the
        batch (tactics not reached are not reported). `avoid`: constants a finished proof must not
        use. Who stops listening before the last outcome ends the process. A tactic that runs on past its
        wall limit costs the process: `CallTimeout`. Outcomes before it have been yielded by then; the
        `index` of a `LeanProcessError` says which tactic was running.
        """
        self.clean = False
        running: int | None = None
        answers = self.process.stream(
            "apply",
            state=state,
            tactics=list(tactics),
            heartbeats=heartbeats,
            wall_ms=_milliseconds(wall_seconds),
            total_ms=_milliseconds(total_seconds),
            stop_at_solved=stop_at_solved,
            avoid=list(avoid),
            seconds=_with_grace(wall_seconds),
            rearm=True,
        )
        final: tuple[int, TacticOutcome[int]] | None = None
        try:
            async with aclosing(answers):
                async for answer in answers:
                    if answer["kind"] == "started":
                        running = _index(answer)
                    elif answer["kind"] == "outcome":
                        index, outcome = wire.read_outcome(answer)
                        if index >= len(tactics):
                            raise ProtocolError("the Bridge told the outcome of a tactic that was not asked for")
                        running = None
                        if index == len(tactics) - 1 or (stop_at_solved and isinstance(outcome, Solved)):
                            # Given out only after the call has ended, so that a caller may stop listening here.
                            final = index, outcome
                        else:
                            yield index, outcome
        except LeanProcessError as error:
            error.index = running
            # The last outcome counts; that the process is gone shows at the next call.
            if final is None:
                raise
        if final is not None:
            yield final

    async def focus(self, state: int, goals: Sequence[int]) -> tuple[int, TacticState]:
        """A new state with only the goals at these indices."""
        return wire.read_state(await self.process.call("focus", state=state, goals=list(goals), seconds=30))

    async def cut(self, state: int, script: str) -> Cut | None:
        """The steps of a script, as the parser at this state reads it. Nothing is run."""
        return read_cut(await self.process.call("cut", state=state, script=script, seconds=30), script)

    async def signatures(
        self, names: Sequence[str], *, state: int = 0, env: int = 0, seconds: float = 5.0
    ) -> dict[str, str]:
        """The statements of theorems, each in one line as `#check` prints it, universes left out.

        Read at `state`, or in `env`. Without those that are not there, that cannot be printed, and that `seconds` are
        too few for.
        """
        answer = await self.process.call(
            "signatures",
            state=state,
            env=env,
            names=list(names),
            wall_ms=_milliseconds(seconds),
            seconds=_with_grace(seconds),
        )
        return wire.read_signatures(answer)

    async def release(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> tuple[int, int]:
        """Frees states and environments; gives the numbers of those still live."""
        answer = await self.process.call("release", states=list(states), envs=list(envs), seconds=30)
        return wire.read_live(answer)

    async def reset(self) -> None:
        """Frees every state and environment but the imported one."""
        if self._used:
            await self.process.call("release", all=True, keep=[self.env], seconds=30)
            self._used = False

    async def export(self, env: int, *, module: str = "", seconds: float = 60) -> dict[str, Any]:
        """The constants `env` adds to its imports, as data (`lean_project/Bridge/Export.lean`).

        `module`: those of this imported module instead, with all that its compiled file says of them.
        """
        answer = await self.process.call("export", env=env, module=module, seconds=seconds)
        return wire.read_export(answer)

    async def begin(self, module: str) -> int:
        """The imports as an environment in which the commands of module `module` are to be elaborated."""
        self._used = True
        return wire.read_environment(await self.process.call("begin", env=self.env, module=module, seconds=30))

    async def save(self, env: int, file: str) -> bytes:
        """`env` as a compiled module. It passes through `file`, a name in the process's scratch folder.

        What is read may be anything when the process has run somebody's code.
        """
        await self.process.call("save", env=env, file=file, seconds=60)
        return await asyncio.to_thread(_plain_file, self.process.scratch / file)

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
        """Gives re-read constants to the kernel, on top of `env`. `details`: its export says all the kernel keeps.

        `compiling`: code is made of the definitions among them, from their terms, and the kernel runs it where a
        proof asks for native computation. It may do anything to the process.
        """
        answer = await self.process.call(
            "replay",
            env=env,
            names=tables["names"],
            levels=tables["levels"],
            exprs=tables["exprs"],
            declarations=list(declarations),
            heartbeats=heartbeats,
            wall_ms=_milliseconds(wall_seconds),
            details=details,
            compile=compiling,
            seconds=_with_grace(wall_seconds),
        )
        return wire.read_replay(answer)

    async def stats(self) -> dict[str, Any]:
        """Live states and environments, heartbeats since the start, resident MiB."""
        answer = await self.process.call("stats", seconds=30)
        return {**answer, "resident_mb": self.process.resident_mb()}

    async def close(self) -> None:
        await self.process.close()


def _milliseconds(limit: float | None) -> int:
    """A limit as the Bridge takes it; 0: none."""
    return 0 if limit is None else max(1, int(limit * 1000))


def _with_grace(limit: float | None) -> float | None:
    """Seconds after which the process is killed for a call that may take `limit`."""
    return None if limit is None else limit + GRACE_SECONDS


def _plain_file(path: Path) -> bytes:
    """The file's content; never what a link or a pipe in its place leads to. Raises `ProtocolError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read()
    except OSError as error:
        raise ProtocolError(f"the Lean process wrote no {path.name}: {error.strerror}") from error
    raise ProtocolError(f"the Lean process wrote no plain file {path.name}")


def _index(answer: Mapping[str, Any]) -> int:
    index = answer.get("index")
    if not isinstance(index, int):
        raise ProtocolError("the Bridge began a tactic without saying which")
    return index


def _import_error(refusal: BridgeRefusal, engine: LeanEngine) -> UserError:
    named: object = refusal.fields.get("modules")
    missing = [str(name) for name in cast("list[object]", named)] if isinstance(named, list) else []
    if missing:
        return engine.missing_import(missing)
    return UserError(f"the imports could not be loaded: {refusal.message}", code="import_failed")
