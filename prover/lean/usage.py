"""What a process and its children use: memory and CPU."""

from __future__ import annotations

import contextlib
import math
import os
import re
import sys
import time
from collections.abc import Iterator

import psutil

_FAMILY_SECONDS = 0.25
#: Fields of `/proc/PID/status`, in KiB; a process that has ended and was not waited for has none.
_FIELD = re.compile(rb"^(RssAnon|VmSwap):\s*(\d+)", re.MULTILINE)


class Usage:
    """Memory and CPU of a process and its children.

    `private`: memory counts only as far as they have it for themselves, otherwise what is resident. `peak_mb`: the
    most MiB there were at any look; `cpu_seconds`: used since the start, as of the last look.
    """

    def __init__(self, pid: int, *, private: bool) -> None:
        self._pid = pid
        self._measure = private_bytes if private else _resident_bytes
        self._family: list[psutil.Process] = []
        self._family_seen = -math.inf
        self.peak_mb = 0.0
        self.cpu_seconds = 0.0

    def look(self) -> float:
        """The memory now, in MiB; 0 when the process is gone."""
        now = time.monotonic()
        try:
            if now - self._family_seen >= _FAMILY_SECONDS:
                self._family, self._family_seen = family(self._pid), now
            total = sum(self._measure(member) for member in self._family)
            times = [member.cpu_times() for member in self._family]
        except psutil.Error:
            self._family_seen = -math.inf
            return 0.0
        self.cpu_seconds = max(self.cpu_seconds, sum(used.user + used.system for used in times))
        self.peak_mb = max(self.peak_mb, total / 2**20)
        return total / 2**20


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it. Raises `psutil.Error` when it is gone."""
    root = psutil.Process(pid)
    below = list(_below(pid))
    if not below and not _tells_children(pid):
        return [root, *root.children(recursive=True)]  # reads what every process of the machine says of itself
    members = [root]
    for child in below:
        with contextlib.suppress(psutil.NoSuchProcess):
            members.append(psutil.Process(child))
    return members


def _tells_children(pid: int) -> bool:
    """Whether the system says which processes a thread has started (Linux, most builds)."""
    return os.path.exists(f"/proc/{pid}/task/{pid}/children")


def _below(pid: int) -> Iterator[int]:
    """Processes below one, as far as the system tells."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        with contextlib.suppress(OSError):
            for child in map(int, _read(f"/proc/{pid}/task/{thread}/children").split()):
                yield child
                yield from _below(child)


def _read(path: str) -> bytes:
    """A small file's content. Several times a second there are dozens of them: Python's own files cost more."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 16), b""))
    finally:
        os.close(descriptor)


def _resident_bytes(process: psutil.Process) -> int:
    return process.memory_info().rss


def private_bytes(process: psutil.Process) -> int:
    """Memory that a process has for itself, swapped out or not: files it maps do not count."""
    if sys.platform != "linux":
        return int(process.memory_full_info().uss)
    try:
        fields = dict(_FIELD.findall(_read(f"/proc/{process.pid}/status")))
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    return sum(map(int, fields.values())) * 1024
