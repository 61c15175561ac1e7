"""The results of a run over many problems: one JSON line each, kept through a kill at any byte."""

from __future__ import annotations

import json
from pathlib import Path

from prover.core.errors import UserError
from prover.events.codec import DecodeError, decode, encode
from prover.events.json_text import read_json
from prover.events.lines import LineFile
from prover.formalize.outcome import Outcome

_SCHEMA = "leap-prover/formalized/1"
_BEGINNING = b'{"schema": "' + _SCHEMA.encode() + b'", '


class Ledger:
    """Reads what is there and appends. Use as a context manager; one writer at a time.

    `latest`: the last outcome by key. Raises `UserError`: `run_in_use`, `corrupt_log` (a whole line that is no
    outcome), `no_results` for a file that is something else, which is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.latest: dict[str, Outcome] = {}
        if path.exists():
            for outcome in _read(path):
                self.latest[outcome.key] = outcome
        self._file = LineFile(path, hint="wait for it, or choose another --out")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def is_done(self, key: str) -> bool:
        """Whether a problem need not be looked at again."""
        return key in self.latest and not self.latest[key].broken

    def record(self, outcome: Outcome) -> None:
        """Appends one line; it has reached the operating system when this returns."""
        line = json.dumps({"schema": _SCHEMA, **encode(outcome)}, ensure_ascii=False)
        self._file.append(line.encode(errors="replace") + b"\n")
        self.latest[outcome.key] = outcome


def _read(path: Path) -> list[Outcome]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read the results {path}: {error.strerror}", code="unreadable") from None
    if not (_BEGINNING.startswith(data) or data.startswith(_BEGINNING)):
        raise UserError(f"{path} is no results file", code="no_results", hint="choose another --out")
    found: list[Outcome] = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            found.append(decode(Outcome, read_json(line)))
        except DecodeError as error:
            raise UserError(f"{path}, line {number} is no result: {error}", code="corrupt_log") from None
    return found
