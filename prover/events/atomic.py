"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, text: str) -> None:
    """Makes `text` (UTF-8) the content of `path`: a reader, or a crash, sees the old content or the new.

    The file gets the permissions new files get; what `path` had is not kept.
    """
    with open_atomically(path) as file:
        file.write(text.encode())


@contextmanager
def open_atomically(path: Path) -> Generator[BinaryIO, None, None]:
    """A file whose content becomes that of `path` when the block is left without an error; nothing changes otherwise.

    The file gets the permissions new files get; what `path` had is not kept.
    """
    scratch = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with scratch.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
