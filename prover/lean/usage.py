"""What a process and its children use: memory and CPU."""

from __future__ import annotations

import math
import sys
import time

import psutil

_FAMILY_SECONDS = 1.0


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
            if now - self._family_seen >= _FAMILY_SECONDS:  # reads what every process of the machine says of itself
                root = psutil.Process(self._pid)
                self._family, self._family_seen = [root, *root.children(recursive=True)], now
            total = sum(self._measure(member) for member in self._family)
            times = [member.cpu_times() for member in self._family]
        except psutil.Error:
            self._family_seen = -math.inf
            return 0.0
        self.cpu_seconds = max(self.cpu_seconds, sum(used.user + used.system for used in times))
        self.peak_mb = max(self.peak_mb, total / 2**20)
        return total / 2**20


def _resident_bytes(process: psutil.Process) -> int:
    return process.memory_info().rss


def private_bytes(process: psutil.Process) -> int:
    """Memory that a process has for itself, swapped out or not: files it maps do not count."""
    if sys.platform != "linux":
        return int(process.memory_full_info().uss)
    try:
        with open(f"/proc/{process.pid}/status", "rb") as status:
            fields = dict(line.split(b":", 1) for line in status if b":" in line)
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(process.pid) from error
    return sum(int(fields[name].split()[0]) for name in (b"RssAnon", b"VmSwap") if name in fields) * 1024
