"""A run on disk: what decided it, what happened, what came of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from prover.core.errors import UserError
from prover.events.atomic import write_atomically
from prover.events.codec import DecodeError, as_object, decode, encode
from prover.events.event import Event
from prover.events.json_text import read_json
from prover.events.log import EventLog, read_events

FORMAT = 1
LONGEST_NAME = 120
#: What must be the same for a run to be taken up again.
_SAME = ("arguments", "engine", "lean_version", "inputs", "limits", "model", "sampling", "prompts")


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that decides a run. Empty: not used, or not known.

    `arguments`: the command line, or the library call's arguments. `versions`: of the packages that
    matter (`installed_versions`). `inputs`: files read, name to SHA-256. `sampling`, `prompts` (name
    to hash), `limits`: as their owners name them.
    """

    arguments: tuple[str, ...] = ()
    engine: str = ""
    lean_version: str = ""
    mathlib_revision: str = ""
    git_revision: str = ""
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    seed: int = 0
    model: str = ""
    model_revision: str = ""
    sampling: Mapping[str, Any] = field(default_factory=dict[str, Any])
    prompts: Mapping[str, str] = field(default_factory=dict[str, str])
    limits: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class _RunFile:
    """The content of `run.json`."""

    spec: RunSpec
    format: int = FORMAT
    summary: Mapping[str, Any] = field(default_factory=dict[str, Any])


class RunFolder:
    """`run.json`, `events.jsonl` and `proofs/*.lean` of one run.

    Make one with `create` or `open`. `summary` is what the run says of itself so far.
    """

    def __init__(self, path: Path, spec: RunSpec, summary: Mapping[str, Any]) -> None:
        self.path = path
        self.spec = spec
        self.summary = summary

    @classmethod
    def create(cls, path: Path, spec: RunSpec) -> RunFolder:
        """A new run in the folder `path`, made if absent. Raises `UserError`: `run_exists`, `run_folder`."""
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make the run folder {path}: {error.strerror}", code="run_folder") from None
        if (path / "run.json").exists():
            raise UserError(
                f"{path} holds a run already", code="run_exists", hint="choose another folder, or resume it"
            )
        folder = cls(path, spec, {})
        folder._write()
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """The run in `path`. Raises `UserError`: `no_run` if there is none, `corrupt_run` if it cannot be read."""
        file = path / "run.json"
        try:
            content = as_object(read_json(file.read_bytes()))
            # Asked first: what another format holds is not for this reader to judge.
            if content.get("format") != FORMAT:
                raise DecodeError(f"its format is not {FORMAT}")
            run: _RunFile = decode(_RunFile, content)
        except OSError as error:
            raise UserError(f"no run in {path}: {error.strerror}", code="no_run") from None
        except (ValueError, RecursionError) as error:
            raise UserError(f"{file} is no description of a run: {error}", code="corrupt_run") from None
        return cls(path, run.spec, run.summary)

    def require_same(self, spec: RunSpec) -> None:
        """Raises `UserError` (`other_run`) where file, Lean or options are not those the run began with."""
        for name in _SAME:
            before, after = getattr(self.spec, name), getattr(spec, name)
            if before != after:
                raise UserError(
                    f"the run in {self.path} began with another {name.replace('_', ' ')}: {_differing(before, after)}",
                    code="other_run",
                    hint="resume it with the same file, Lean and options, or begin a new run in another folder",
                )

    def log(self) -> EventLog:
        """Opens the event log for writing, behind what is there."""
        return EventLog(self.path / "events.jsonl")

    def events(self) -> Iterator[Event]:
        """The events so far (see `read_events`); none before the log was first opened."""
        file = self.path / "events.jsonl"
        return read_events(file) if file.exists() else iter(())

    def summarize(self, summary: Mapping[str, Any]) -> None:
        """Replaces the summary in `run.json`, atomically."""
        self.summary = summary
        self._write()

    def save_proof(self, name: str, text: str) -> Path:
        """Writes `text` as the proof of the theorem `name`, atomically, and returns the file."""
        folder = self.path / "proofs"
        folder.mkdir(exist_ok=True)
        file = folder / f"{file_name(name)}.lean"
        write_atomically(file, text)
        return file

    def _write(self) -> None:
        run = _RunFile(self.spec, summary=self.summary)
        text = json.dumps(encode(run), allow_nan=False, indent=1)
        write_atomically(self.path / "run.json", text + "\n")


def installed_versions(*packages: str) -> dict[str, str]:
    """Versions of those of the named distributions that are installed."""
    found: dict[str, str] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def file_name(theorem: str) -> str:
    """A file name for a theorem, distinct for distinct names, also where case is not told apart."""
    plain = re.sub(r"[^a-z0-9_.-]", "_", theorem.lower())[:LONGEST_NAME].strip(".") or "_"
    if plain == theorem:
        return plain
    return f"{plain}-{hashlib.sha256(theorem.encode(errors='surrogatepass')).hexdigest()[:10]}"


def _differing(before: Any, after: Any) -> str:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys: list[str] = sorted({*before, *after})  # pyright: ignore[reportUnknownArgumentType]
        changed = [k for k in keys if before.get(k) != after.get(k)]  # pyright: ignore[reportUnknownMemberType]
        return ", ".join(f"{k} {before.get(k)} then, {after.get(k)} now" for k in changed)  # pyright: ignore[reportUnknownMemberType]
    return f"{before} then, {after} now"
