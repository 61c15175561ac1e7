"""Which projects' files of settings the user trusts: by place and content."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prover.core.errors import UserError
from prover.settings.document import SettingsFile
from prover.settings.places import settings_folder

_SCHEMA = "leap-prover/trusted/1"


@dataclass(frozen=True, slots=True)
class TrustedFile:
    """A trusted file; `digest`: SHA-256 of the content that is."""

    path: Path
    digest: str

    @property
    def state(self) -> str:
        """`trusted`, or why that is over: `changed`, `missing`."""
        try:
            found = SettingsFile.read(self.path)
        except UserError:
            return "changed"
        if found is None:
            return "missing"
        return "trusted" if found.digest == self.digest else "changed"


class TrustStore:
    """The record `trusted.json` in the user's settings folder. Every method raises `UserError` (`trust_store`) where it
    cannot be read or written."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or settings_folder()) / "trusted.json"

    def trusts(self, file: SettingsFile) -> bool:
        """Whether this content is trusted at this place: the same words elsewhere name other files."""
        return self._read().get(str(file.path)) == file.digest

    def files(self) -> tuple[TrustedFile, ...]:
        """All of them, by path."""
        return tuple(TrustedFile(Path(path), digest) for path, digest in sorted(self._read().items()))

    def trust(self, file: SettingsFile) -> None:
        """From now on, until it changes."""
        with self._changing() as known:
            known[str(file.path)] = file.digest

    def revoke(self, path: Path) -> bool:
        """Whether it was trusted."""
        with self._changing() as known:
            return known.pop(str(path), None) is not None

    @contextmanager
    def _changing(self) -> Generator[dict[str, str]]:
        from filelock import FileLock

        from prover.events import write_atomically

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.path.with_suffix(".lock")):
                known = self._read()
                yield known
                document = {"schema": _SCHEMA, "files": known}
                write_atomically(self.path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise _broken(self.path, str(error.strerror)) from None

    def _read(self) -> dict[str, str]:
        try:
            document: Any = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _broken(self.path, str(error.strerror)) from None
        except (ValueError, RecursionError):
            raise _broken(self.path, "it is not JSON") from None
        match document:
            case {"schema": "leap-prover/trusted/1", "files": dict()}:
                return {str(path): str(digest) for path, digest in document["files"].items()}
            case _:
                raise _broken(self.path, f"it is not of the form {_SCHEMA}")


def _broken(path: Path, why: str) -> UserError:
    return UserError(
        f"what is trusted cannot be known: {path}: {why}",
        code="trust_store",
        hint="remove it, and trust again what you trust; --no-config does without",
    )
