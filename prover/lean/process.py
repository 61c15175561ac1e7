"""One Bridge process: started in its own process group, spoken to in lines, killed as a group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import reprlib
import secrets
import signal
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Self

from prover.core.errors import CallTimeout, Crashed, OutOfMemory, ProtocolError, SetupError, StartTimeout
from prover.lean.containment import Containment
from prover.lean.engine import LeanEngine
from prover.lean.line import encoded, parsed
from prover.lean.scratch import Scratch
from prover.lean.stderr import StderrTail
from prover.lean.usage import Usage
from prover.lean.wire import PROTOCOL_VERSION

_CHUNK = 1 << 16
_STDOUT_BUFFER = 1 << 20
#: The longest answer that is read, in bytes: an export of a very large file stays below. More fills this process's
#: memory, and the limit of the Lean process bounds only its own.
_ANSWER_BYTES = 512 << 20
_POLL_SECONDS = 0.25
_LAST_LOOK_SECONDS = 0.05
_GRACE_SECONDS = 2.0
_BURIAL_SECONDS = 10.0


class BridgeProcess:
    """A running Bridge. `await BridgeProcess.start(engine, ...)`; then `call` or `stream`; then `close`.

    One call at a time. After any error, time-out, cancellation or abandonment in the middle of a call
    the process is killed: what it would answer next is unknown. `alive` tells. `noise` counts the bytes
    on its standard output that were not the protocol (tactics can print). `usage`: memory and CPU, looked at four
    times a second while a call runs, and before it is killed.
    """

    def __init__(self, engine: LeanEngine, memory_mb: int, containment: Containment | None = None) -> None:
        self.engine = engine
        self.memory_mb = memory_mb
        self.containment = containment or Containment()
        self.greeting: dict[str, Any] = {}
        self.calls = 0
        self.noise = 0
        nonce = secrets.token_hex(16)
        self._nonce = nonce
        self._mark = f"\n{nonce} ".encode()
        self._next_id = 0
        self._buffer = bytearray()
        self._scanned = 0
        self._busy = False
        self._use_seen = time.monotonic()
        self._burial: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls,
        engine: LeanEngine,
        *,
        seconds: float = 120.0,
        memory_mb: int = 3000,
        watchdog: bool = True,
        containment: Containment | None = None,
    ) -> Self:
        """Starts a process, contained, and waits for its greeting.

        Raises `StartTimeout`, `Crashed`, `OutOfMemory` or `ProtocolError`, and `SetupError` for a program
        that cannot be run. `seconds` bounds the start, `memory_mb` (MiB) the process. `containment`: what it may
        do; None: the default, with all that the system offers.
        """
        process = cls(engine, memory_mb, containment)
        await process._launch(watchdog, seconds)
        return process

    async def _launch(self, watchdog: bool, seconds: float) -> None:
        await self._spawn()
        try:
            deadline = time.monotonic() + seconds
            await self._write_bytes(encoded({"id": 0, "nonce": self._nonce, "watchdog": watchdog}), deadline)
            self.greeting = await self._answer(0, deadline)
            if self.greeting.get("protocol") != PROTOCOL_VERSION:
                raise ProtocolError(
                    f"the Bridge speaks protocol {self.greeting.get('protocol')}, not {PROTOCOL_VERSION}",
                    hint="run `prove setup`",
                )
        except CallTimeout as error:
            await self.kill()
            raise StartTimeout(
                f"the Lean process was not ready after {seconds:g} s",
                hint="run `prove doctor`; on a slow machine raise --start-timeout",
            ) from error
        except BaseException:
            await self.kill()
            raise

    async def _spawn(self) -> None:
        self._scratch = Scratch()
        try:
            await self._spawn_in_scratch()
        except BaseException:
            self._scratch.remove()
            raise

    async def _spawn_in_scratch(self) -> None:
        self.command = wanted = self.engine.command(self._scratch.path, memory_mb=self.memory_mb)
        if not os.access(wanted.argv[0], os.X_OK):
            raise _no_program(wanted.argv[0], "it is not there, or may not be executed")
        # The first time what the system offers is tried out, in a process of its own.
        command = await asyncio.to_thread(self.containment.wrap, wanted)
        read_end, write_end = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=command.env,
                cwd=command.cwd,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=write_end,
                limit=_STDOUT_BUFFER,
                start_new_session=True,
            )
        except BaseException as error:
            os.close(read_end)
            if isinstance(error, OSError):
                raise _no_program(command.argv[0], str(error.strerror)) from error
            raise
        finally:
            os.close(write_end)
        self._stderr = StderrTail(read_end)
        self.usage = Usage(self.pid, private=wanted.private_memory)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._burial is None and self._process.returncode is None and not _exited(self._process.pid)

    @property
    def busy(self) -> bool:
        """Whether a call has begun and has not ended: until then nobody else may use the process."""
        return self._busy

    def resident_mb(self) -> float:
        """Memory of the process and its children now, in MiB (see `Usage`); 0 when it is gone."""
        return self.usage.look()

    async def call(self, op: str, *, seconds: float | None = None, **fields: Any) -> dict[str, Any]:
        """One request, one answer. `BridgeRefusal` when the Bridge answers with an error."""
        last: dict[str, Any] = {}
        async with contextlib.aclosing(self.stream(op, seconds=seconds, **fields)) as answers:
            async for answer in answers:
                last = answer
        return last

    async def stream(
        self, op: str, *, seconds: float | None = None, rearm: bool = False, **fields: Any
    ) -> AsyncGenerator[dict[str, Any], None]:
        """One request; every answer line as it comes, the `done` line last.

        `seconds` bounds the whole call or, with `rearm`, the silence before each line. Leaving the loop
        before the last line kills the process.
        """
        request = encoded({"id": self._next_id + 1, "op": op, **fields})
        await self._begin()
        finished = False
        try:
            deadline = None if seconds is None else time.monotonic() + seconds
            await self._write_bytes(request, deadline)
            while not finished:
                answer = await self._answer(self._next_id, deadline)
                finished = answer["kind"] in ("done", "error")
                if finished:
                    self._busy = False
                if answer["kind"] == "error":
                    raise BridgeRefusal(str(answer.get("code", "")), str(answer.get("message", "")), answer)
                yield answer
                if rearm and seconds is not None:
                    deadline = time.monotonic() + seconds
        finally:
            if not finished:
                await self.kill()

    async def _begin(self) -> None:
        if not self.alive:
            raise Crashed("the Lean process is gone", status=self._process.returncode, stderr_tail=self._stderr.text())
        if self._busy:
            await self.kill()
            raise ProtocolError(
                "a call was begun before the one under way had ended; the Lean process was stopped",
                code="call_under_way",
            )
        self._busy = True
        self._next_id += 1
        self.calls += 1

    async def _write_bytes(self, data: bytes, deadline: float | None) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(data)
            async with asyncio.timeout(None if deadline is None else max(0.0, deadline - time.monotonic())):
                await stdin.drain()
        except TimeoutError:
            raise await self._overdue() from None
        except (BrokenPipeError, ConnectionResetError):
            raise await self._crash() from None

    async def _answer(self, id_: int, deadline: float | None) -> dict[str, Any]:
        """The next line of the protocol, which must belong to request `id_`."""
        fields = parsed(await self._line(deadline))
        if fields.get("id") != id_ or not isinstance(fields.get("kind"), str):
            raise ProtocolError(f"the Bridge answered request {reprlib.repr(fields.get('id'))}, not {id_}")
        return fields

    async def _line(self, deadline: float | None) -> bytes:
        """What follows the nonce on the next line that begins with it, up to `_ANSWER_BYTES`.

        Everything else on standard output is counted and dropped as it comes, so that a tactic that
        prints without end fills no memory here.
        """
        noticed: float | None = None
        while (line := self._next_line()) is None:
            now = time.monotonic()
            wait = _POLL_SECONDS
            if deadline is not None:
                if now >= deadline:
                    # The answer may have come while this event loop was held up elsewhere: look once more.
                    noticed = noticed or now
                    if now - noticed >= _LAST_LOOK_SECONDS:
                        raise await self._overdue()
                wait = min(max(deadline - now, _LAST_LOOK_SECONDS), _POLL_SECONDS)
            await self._read(wait)
            if len(self._buffer) > _ANSWER_BYTES and self._buffer.startswith(self._mark):
                await self.kill()
                raise ProtocolError(
                    f"the Lean process sent an answer of more than {_ANSWER_BYTES >> 20} MiB and was stopped",
                    code="too_large",
                )
            await self._check_use()
        return line

    def _next_line(self) -> bytes | None:
        size = len(self._mark)
        if not self._buffer.startswith(self._mark):
            at = self._buffer.find(self._mark)
            dropped = at if at >= 0 else max(0, len(self._buffer) - size + 1)
            self.noise += dropped
            del self._buffer[:dropped]
            self._scanned = size
            if at < 0:
                return None
        end = self._buffer.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(self._buffer)
            return None
        line = bytes(self._buffer[size:end])
        del self._buffer[: end + 1]
        self._scanned = size
        return line

    async def _read(self, seconds: float) -> None:
        """Appends what standard output has, or gets within `seconds`."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            async with asyncio.timeout(seconds):
                chunk = await stdout.read(_CHUNK)
        except TimeoutError:
            return
        if not chunk:
            raise await self._crash()
        self._buffer += chunk

    async def _check_use(self) -> None:
        now = time.monotonic()
        if now - self._use_seen < _POLL_SECONDS:
            return
        self._use_seen = now
        used = self.resident_mb()
        if used > self.memory_mb:
            await self.kill()
            raise OutOfMemory(
                f"the Lean process used {used:.0f} MiB, more than its limit of {self.memory_mb} MiB",
                hint="raise --memory",
            )
        if self._scratch.used_mb() > self.containment.scratch_mb:
            await self.kill()
            raise Crashed(
                f"the Lean process wrote more than {self.containment.scratch_mb} MiB and was stopped",
                code="scratch_full",
            )

    async def _overdue(self) -> CallTimeout:
        await self.kill()
        return CallTimeout("the Lean process did not answer in time and was stopped")

    async def _crash(self) -> Crashed | OutOfMemory:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._process.wait()
        status = self._process.returncode
        await self.kill()
        tail = self._stderr.text()
        if self.engine.ran_out_of_memory(status, tail):
            return OutOfMemory("the Lean process ran out of memory", hint="raise --memory")
        last = self._stderr.last_words()
        return Crashed(_ending(status) + (f": {last}" if last else ""), status=status, stderr_tail=tail)

    @property
    def scratch(self) -> Path:
        """The one folder the process may write to. What lies there may be anything."""
        return self._scratch.path

    async def kill(self) -> None:
        """Kills the whole process group and removes its scratch folder. Safe to call twice, and from two tasks."""
        if self._burial is None:
            if self._process.returncode is None:
                self.resident_mb()  # what it has used by now: nobody can ask afterwards
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._burial = asyncio.ensure_future(self._bury())
        # A caller that is cancelled while it waits must not leave the folder and the pipes behind.
        await asyncio.shield(self._burial)

    async def _bury(self) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BURIAL_SECONDS):
                    await self._process.wait()
        finally:
            transport = getattr(self._process, "_transport", None)
            if transport is not None:
                transport.close()
            self._scratch.remove()

    close = kill


def _no_program(program: str, problem: str) -> SetupError:
    return SetupError(f"{program} cannot be started: {problem}", code="no_program", hint="run `prove setup`")


def _exited(pid: int) -> bool:
    """Whether a child has ended, before the event loop has heard of it. Does not reap it."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _ending(status: int | None) -> str:
    if status is None:
        return "the Lean process closed its output"
    if status >= 0:
        return f"the Lean process ended by itself (exit status {status})"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"the Lean process was killed from outside ({name})"


class BridgeRefusal(ProtocolError):
    """The Bridge answered with an error of its own; `fields` is the whole answer."""

    def __init__(self, code: str, message: str, fields: dict[str, Any]) -> None:
        super().__init__(message or code, code=code)
        self.fields = fields
