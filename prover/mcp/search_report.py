"""What is said of a proof run."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from prover.agent import TargetResult
from prover.core.verdict import NotVerified, Refuted
from prover.mcp.report import Problem, Report, VerdictReport
from prover.mcp.searches import Search


class TargetReport(BaseModel):
    """One declaration with holes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    line: int = Field(ge=1)
    proved: bool = Field(description="the verifier has confirmed it")
    verdict: VerdictReport
    scripts: list[str] = Field(
        description="for each hole what is to stand in its place; of a refuted one: the proof of its negation"
    )
    seconds: float

    @classmethod
    def of(cls, target: TargetResult) -> Self:
        shown = target.proved or isinstance(target.verdict, Refuted | NotVerified)
        return cls(
            name=target.name,
            line=max(1, target.line),
            proved=target.proved,
            verdict=VerdictReport.of(target.verdict),
            scripts=list(target.scripts) if shown else [],
            seconds=round(target.seconds, 3),
        )

    def lines(self) -> list[str]:
        axioms = f" [axioms: {', '.join(self.verdict.axioms)}]" if self.verdict.axioms else ""
        head = f"{self.name} (line {self.line}): {self.verdict.words}{axioms}"
        return [head, *(f"  {line}" for script in self.scripts for line in script.split("\n"))]


class SearchReport(Report):
    """A proof run: where it stands, and what came of it."""

    id: str = Field(description="for search_status, cancel and lemma_dag")
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    proved: bool = Field(description="it is done, and every target is proved")
    doing: str = Field(description="what it does; empty once it has ended")
    file: str
    seconds: float
    targets: list[TargetReport] = Field(description="empty while it runs")
    filled: str | None = Field(description="the whole Lean text with its proofs, where it is no file's")
    diff: str = Field(description="from the file as it is to the file with its proofs")
    written: bool = Field(description="the proofs are in the file")
    interrupted: bool = Field(description="it was ended before its time; what was found is kept")
    engine: str
    lean_version: str
    foundation: str | None = Field(description="the library that stood in for an import (CoreMath for Mathlib)")
    error: Problem | None = Field(description="why it failed, or why its proofs could not be written")

    @classmethod
    def of(cls, search: Search) -> Self:
        result, error = search.result, search.error
        changed = result is not None and result.filled.data != result.source.data
        return cls(
            id=search.id,
            status=search.status.value,
            proved=result is not None and result.all_proved,
            doing="" if search.status.ended else search.narration.now,
            file=search.source.name,
            seconds=round(search.run.seconds, 3),
            targets=[] if result is None else [TargetReport.of(target) for target in result.targets],
            filled=result.filled.text if result is not None and changed and search.source.path is None else None,
            diff="" if result is None else result.diff(),
            written=search.written,
            interrupted=result is not None and result.interrupted,
            engine="" if result is None else result.engine,
            lean_version="" if result is None else result.lean_version,
            foundation=None if result is None else result.foundation,
            error=None if error is None else Problem.of(error),
        )

    def lines(self) -> list[str]:
        lines = [line for target in self.targets for line in target.lines()]
        if self.error is not None:
            lines.append(self.error.text)
        if self.foundation is not None:
            lines.append(f"run over {self.foundation}: nothing here was checked with what the file imports")
        if self.status in ("queued", "running"):
            return [f"search {self.id}: {self.status}, {self.doing}, {self.seconds:.0f} s so far"]
        if self.status == "cancelled":
            return [f"search {self.id}: cancelled; nothing is kept"]
        if self.interrupted:
            lines.append("it was ended before its time")
        if self.filled is not None:
            return [*lines, "", self.filled]
        if self.written:
            return [*lines, f"written to {self.file}"]
        return [*lines, *(["", self.diff] if self.diff else [])]
