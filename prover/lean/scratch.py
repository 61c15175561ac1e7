"""A folder that one Lean process may write to, removed with it, or later when its owner was killed."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_PREFIX = "leap-prover-scratch-"
# A folder this young may not have its lock yet.
_YOUNG_SECONDS = 60.0
_MOST_ENTRIES = 20_000


class Scratch:
    """A new folder among the temporary files, locked for as long as this object is there.

    The lock is the kernel's: it ends with the owning process, however that ends. It tells `sweep` which
    folders nobody uses any more.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _locked(self.path)

    def used_mb(self) -> float:
        """MiB that the files in it take on disk; infinite when there are more files than Lean ever makes."""
        seen, blocks, folders = 0, 0, [self.path]
        while folders:
            with suppress(OSError), os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MOST_ENTRIES:
                        return math.inf
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    else:
                        blocks += entry.stat(follow_symlinks=False).st_blocks
        return blocks * 512 / 2**20

    def remove(self) -> None:
        """Removes the folder with everything in it. Safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def sweep() -> int:
    """Removes the folders that killed runs of this user left behind; gives their number."""
    removed = 0
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and _abandoned(entry):
                shutil.rmtree(entry.path, ignore_errors=True)
                removed += 1
    return removed


def _abandoned(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
        if not entry.is_dir(follow_symlinks=False) or status.st_uid != os.getuid():
            return False
    except OSError:
        return False
    if time.time() - status.st_mtime < _YOUNG_SECONDS:
        return False
    lock = _locked(Path(entry.path))
    if lock is None:
        return False
    os.close(lock)
    return True


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the folder's lock; None when another process has it or there are no such locks."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
