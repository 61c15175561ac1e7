"""The run folder of `prove run --run DIR`: written as it goes, taken up again by `--resume`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from prover.agent import FileResult, Target
from prover.events import (
    Event,
    EventLog,
    Opaque,
    Recorder,
    RunFolder,
    RunSpec,
    Sink,
    installed_versions,
    next_sequences,
)
from prover.events.result import RUN, result_of
from prover.lean import LeanEngine
from prover.lean.source import SourceFile
from prover.search import Journal


class Record:
    """The events of a run, kept as they happen: its own and, through `journal`, those of its searches.

    `past`: what is on record already. `document`: the result, if the run is finished.
    """

    def __init__(self, sink: Sink, past: Sequence[Event] = ()) -> None:
        self.document = result_of(past)
        self.journal = Journal(sink, past)
        self._sink = sink
        self._past = tuple(past)
        self._recorder = self.recorder(RUN)

    def recorder(self, search: str) -> Recorder:
        """Writes the events of one search, behind those that are there."""
        return Recorder(self._sink, search, start=next_sequences(self._past).get(search, 0))

    def past(self, search: str) -> list[Event]:
        """The events of one search that an earlier run recorded."""
        return [event for event in self._past if event.search == search]

    def observe(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Records an event of the run."""
        self._recorder.record(Opaque(kind, 1, payload))


class RunRecord(Record):
    """A run folder that is open for writing."""

    def __init__(self, folder: RunFolder, log: EventLog, past: Sequence[Event]) -> None:
        super().__init__(log, past)
        self.folder = folder
        self._log = log

    @classmethod
    def open(
        cls,
        path: Path,
        target: Target,
        source: SourceFile,
        engine: LeanEngine,
        limits: Mapping[str, Any],
        model: Mapping[str, Any],
        *,
        resume: bool,
    ) -> RunRecord:
        """Begins a run in the folder `path`, or goes on with the one there. `model`: as `ModelChoice.facts`.

        Raises `UserError`: `run_exists`, `run_folder`, `run_in_use`, `corrupt_run`, `corrupt_log`, and `other_run`
        where file, Lean or options are not those the run began with.
        """
        spec = RunSpec(
            arguments=tuple(str(part) for part in (target.name, target.line) if part),
            engine=engine.description,
            lean_version=engine.lean_version,
            versions=installed_versions("leap-prover"),
            inputs={Path(source.name).name: source.digest},
            limits=limits,
            model=model.get("reference", ""),
            prompts=model.get("prompts", {}),
            sampling={name: value for name, value in model.items() if name not in ("reference", "prompts")},
        )
        begun = (path / "run.json").exists()
        if resume and begun:
            folder = RunFolder.open(path)
            folder.require_same(spec)
        else:
            folder = RunFolder.create(path, spec)
        log = folder.log()
        try:
            record = cls(folder, log, list(folder.events()))
            if record.document is None:
                record.observe("RunResumed" if begun else "RunStarted", {"file": source.name})
            return record
        except BaseException:
            log.close()
            raise

    def events(self) -> Iterator[Event]:
        """The events so far."""
        return self.folder.events()

    def finish(self, result: FileResult, document: Mapping[str, Any]) -> None:
        """Keeps the verified proofs and, unless it was interrupted, the result: the run is finished then."""
        proved = sum(target.proved for target in result.targets)
        if proved:
            self.folder.save_proof("filled", result.filled.text)
        if not result.interrupted:
            self.observe("Result", document)
        self.folder.summarize(
            {
                "finished": not result.interrupted,
                "exit_code": document["exit_code"],
                "targets": len(result.targets),
                "proved": proved,
                "seconds": document["seconds"],
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._log.close()
