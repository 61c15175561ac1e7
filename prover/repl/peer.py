"""A process that speaks the protocol of leanprover-community/repl: contained, with deadlines, killed as a group."""

from __future__ import annotations

import json
import re
import time
from typing import Any, cast

from prover.core.errors import CallTimeout, ProtocolError, StartTimeout
from prover.lean.process import BridgeProcess
from prover.repl.protocol import Document

_VERSION = re.compile(r'"?(\d+\.\d+\.\d+\S*?)(?:, commit .*)?"?')
_OBJECT = b"{"


class ReplProcess(BridgeProcess):
    """A running repl, spoken to with `ask`, one request at a time.

    An answer is what stands between blank lines and is a JSON object; all else on standard output is counted as
    `noise`. There is no nonce: code that the repl runs can print what looks like an answer. `version`: the version
    of its Lean, empty where it did not say.
    """

    version: str = ""

    async def _launch(self, watchdog: bool, seconds: float) -> None:
        self._mark = _OBJECT
        await self._spawn()
        try:
            answer = await self.ask({"cmd": "#eval Lean.versionString"}, seconds=seconds)
        except CallTimeout as error:
            raise StartTimeout(
                f"the repl did not answer within {seconds:g} s", hint="check the command of --repl-command"
            ) from error
        if not isinstance(answer.get("env"), int):
            await self.kill()
            raise ProtocolError(
                f"the program does not answer as a repl does: {json.dumps(answer)[:200]}",
                hint="check the command of --repl-command",
            )
        self.version = _version(answer)
        self.greeting = {"lean": self.version}

    async def ask(self, request: Document, *, seconds: float | None) -> Document:
        """One request, one answer; `{"message": ...}` alone is an answer too. A process that does not answer in time,
        or ends, is killed and the error raised; so is one whose caller is cancelled."""
        await self._begin()
        finished = False
        try:
            deadline = None if seconds is None else time.monotonic() + seconds
            await self._write_bytes(json.dumps(request, ensure_ascii=False).encode() + b"\n\n", deadline)
            answer = json.loads(await self._line(deadline))
            finished = True
            self._busy = False
            return cast(Document, answer)
        finally:
            if not finished:
                await self.kill()

    def _next_line(self) -> bytes | None:
        """The next block that is a JSON object."""
        while (end := self._buffer.find(b"\n\n", max(0, self._scanned - 1))) >= 0:
            block = bytes(self._buffer[:end])
            del self._buffer[: end + 2]
            self._scanned = 0
            found = _object_in(block)
            if found is not None:
                self.noise += len(block) - len(found)
                return found
            self.noise += len(block)
        self._scanned = len(self._buffer)
        self._drop_noise()
        return None

    def _drop_noise(self) -> None:
        """What cannot be the beginning of an answer goes at once, so that endless printing fills no memory."""
        if self._buffer.startswith(_OBJECT):
            return
        at = self._buffer.find(b"\n" + _OBJECT)
        dropped = at + 1 if at >= 0 else max(0, len(self._buffer) - 1)
        self.noise += dropped
        del self._buffer[:dropped]
        self._scanned = 0 if at >= 0 else len(self._buffer)


def _object_in(block: bytes) -> bytes | None:
    """The JSON object that a block ends with, printed lines before it left out: only its own first line begins
    with a brace, since Lean indents what is within."""
    candidate = block[block.rfind(b"\n" + _OBJECT) + 1 :]
    try:
        return candidate if isinstance(json.loads(candidate), dict) else None
    except (ValueError, RecursionError):
        return None


def _version(answer: Document) -> str:
    messages = answer.get("messages")
    for message in cast(list[Any], messages) if isinstance(messages, list) else []:
        found = _VERSION.fullmatch(str(cast(Document, message).get("data", "")).strip())
        if found:
            return found[1]
    return ""
