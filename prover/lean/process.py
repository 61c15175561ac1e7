"""One Bridge process: started in its own process group, spoken to in lines, killed as a group."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil

from prover.core.errors import CallTimeout, Crashed, OutOfMemory, ProtocolError, StartTimeout
from prover.lean.engine import LeanEngine
from prover.lean.wire import PROTOCOL_VERSION

_CHUNK = 1 << 16
_POLL_SECONDS = 0.25
_GRACE_SECONDS = 2.0
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child: when the parent dies, however it dies, the kernel kills this process (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _StderrTail:
    """Drains a pipe in a thread so that the process never blocks on it; keeps the last lines."""

    def __init__(self, fd: int, size: int = 200) -> None:
        self._lines: deque[str] = deque(maxlen=size)
        self._thread = threading.Thread(target=self._drain, args=(fd,), daemon=True, name="bridge-stderr")
        self._thread.start()

    def _drain(self, fd: int) -> None:
        with os.fdopen(fd, "rb", buffering=0) as pipe:
            rest = b""
            while chunk := pipe.read(_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                rest = rest[-_CHUNK:]
                self._lines.extend(line.decode(errors="replace")[:2000] for line in lines)
            if rest:
                self._lines.append(rest.decode(errors="replace")[:2000])

    def text(self) -> str:
        self._thread.join(0.5)
        return "\n".join(self._lines)


class BridgeProcess:
    """A running Bridge. `await BridgeProcess.start(engine, ...)`; then `call` or `stream`; then `close`.

    After any error, time-out or cancellation in the middle of a call the process is killed: what it
    would answer next is unknown. `alive` tells.
    """

    def __init__(self, engine: LeanEngine, memory_mb: int) -> None:
        self.engine = engine
        self.memory_mb = memory_mb
        self.greeting: dict[str, Any] = {}
        self.calls = 0
        self.started_at = time.monotonic()
        self.noise = 0
        self._nonce = secrets.token_hex(16).encode()
        self._next_id = 0
        self._buffer = bytearray()
        self._scanned = 0
        self._killed = False
        self._peak_mb = 0.0

    @classmethod
    async def start(
        cls, engine: LeanEngine, *, seconds: float = 120.0, memory_mb: int = 3000, watchdog: bool = True
    ) -> BridgeProcess:
        """Starts a process and waits for its greeting. Raises `StartTimeout`, `Crashed` or `ProtocolError`."""
        process = cls(engine, memory_mb)
        await process._launch(watchdog, seconds)
        return process

    async def _launch(self, watchdog: bool, seconds: float) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="leap-prover-"))
        command = self.engine.command(self._scratch, memory_mb=self.memory_mb)
        read_end, write_end = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=command.env,
                cwd=command.cwd,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=write_end,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except BaseException:
            os.close(read_end)
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        finally:
            os.close(write_end)
        self._stderr = _StderrTail(read_end)
        try:
            greeting = {"id": 0, "nonce": self._nonce.decode(), "watchdog": watchdog}
            await self._write(greeting)
            self.greeting = await self._last(self._answers(0, seconds))
        except CallTimeout as error:
            raise StartTimeout(
                f"the Lean process was not ready after {seconds:g} s",
                hint="run `prove doctor`; on a slow machine raise --start-timeout",
            ) from error
        except BaseException:
            await self.kill()
            raise
        if self.greeting.get("protocol") != PROTOCOL_VERSION:
            await self.kill()
            raise ProtocolError(
                f"the Bridge speaks protocol {self.greeting.get('protocol')}, not {PROTOCOL_VERSION}",
                hint="run `prove setup`",
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._killed and self._process.returncode is None

    def resident_mb(self) -> float:
        """Resident memory of the process and its children, in MiB; 0 when it is gone."""
        try:
            process = psutil.Process(self.pid)
            total = process.memory_info().rss + sum(c.memory_info().rss for c in process.children(recursive=True))
        except psutil.Error:
            return 0.0
        self._peak_mb = max(self._peak_mb, total / 2**20)
        return total / 2**20

    async def call(self, op: str, *, seconds: float | None = None, **fields: Any) -> dict[str, Any]:
        """One request, one answer. `BridgeRefusal` when the Bridge answers with an error."""
        return await self._last(self.stream(op, seconds=seconds, **fields))

    async def stream(
        self, op: str, *, seconds: float | None = None, rearm: bool = False, **fields: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """One request; every answer line as it comes, the `done` line last.

        `seconds` bounds the whole call or, with `rearm`, the silence before each line.
        """
        if not self.alive:
            raise Crashed("the Lean process is gone", status=self._process.returncode)
        self._next_id += 1
        self.calls += 1
        finished = False
        try:
            await self._write({"id": self._next_id, "op": op, **fields})
            async for answer in self._answers(self._next_id, seconds, rearm):
                finished = answer["kind"] in ("done", "error")
                if answer["kind"] == "error":
                    raise BridgeRefusal(str(answer.get("code", "")), str(answer.get("message", "")), answer)
                yield answer
        finally:
            if not finished:
                await self.kill()

    async def _last(self, answers: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
        last: dict[str, Any] = {}
        async for answer in answers:
            last = answer
        return last

    async def _write(self, request: dict[str, Any]) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(request, ensure_ascii=False).encode() + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._crash() from None

    async def _answers(self, id_: int, seconds: float | None, rearm: bool = False) -> AsyncIterator[dict[str, Any]]:
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            line = await self._line(deadline)
            if not line.startswith(self._nonce + b" "):
                self.noise += 1
                continue
            try:
                answer: dict[str, Any] = json.loads(line[len(self._nonce) + 1 :])
            except ValueError:
                raise ProtocolError("the Bridge sent a line that is not JSON") from None
            if answer.get("id") != id_:
                raise ProtocolError(f"the Bridge answered request {answer.get('id')}, not {id_}")
            yield answer
            if answer.get("kind") in ("done", "error"):
                return
            if rearm and seconds is not None:
                deadline = time.monotonic() + seconds

    async def _line(self, deadline: float | None) -> bytes:
        """The next line, however long, without its line break."""
        while True:
            at = self._buffer.find(b"\n", self._scanned)
            if at >= 0:
                line = bytes(self._buffer[:at])
                del self._buffer[: at + 1]
                self._scanned = 0
                return line
            self._scanned = len(self._buffer)
            self._buffer += await self._chunk(deadline)

    async def _chunk(self, deadline: float | None) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            left = float("inf") if deadline is None else deadline - time.monotonic()
            if left <= 0:
                await self.kill()
                raise CallTimeout("the Lean process did not answer in time and was stopped")
            try:
                chunk = await asyncio.wait_for(stdout.read(_CHUNK), min(left, _POLL_SECONDS))
            except TimeoutError:
                await self._check_memory()
                continue
            if not chunk:
                raise await self._crash()
            return chunk

    async def _check_memory(self) -> None:
        used = self.resident_mb()
        if used > self.memory_mb:
            await self.kill()
            raise OutOfMemory(
                f"the Lean process used {used:.0f} MiB, more than its limit of {self.memory_mb} MiB",
                hint="raise --memory",
            )

    async def _crash(self) -> Crashed | OutOfMemory:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _GRACE_SECONDS)
        status = self._process.returncode
        await self.kill()
        tail = self._stderr.text()
        if self.engine.ran_out_of_memory(status, tail):
            return OutOfMemory("the Lean process ran out of memory", hint="raise --memory")
        last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
        return Crashed(
            f"the Lean process ended by itself (exit status {status})" + (f": {last[:200]}" if last else ""),
            status=status,
            stderr_tail=tail,
        )

    async def kill(self) -> None:
        """Kills the whole process group and removes its scratch folder. Safe to call twice."""
        if self._killed:
            return
        self._killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        waiting = asyncio.ensure_future(self._process.wait())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 10)
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    close = kill


class BridgeRefusal(ProtocolError):
    """The Bridge answered with an error of its own; `fields` is the whole answer."""

    def __init__(self, code: str, message: str, fields: dict[str, Any]) -> None:
        super().__init__(message or code, code=code)
        self.fields = fields
