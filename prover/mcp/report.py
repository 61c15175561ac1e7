"""What tools say: documents with a schema, each with a short text beside it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from prover.agent.leap.context import shortened
from prover.api.document import verdict_document
from prover.api.wording import describe_verdict
from prover.core.errors import ProverError
from prover.core.verdict import Verdict

#: Of a text; documents are whole.
_LONGEST_TEXT = 20_000


class Report(BaseModel):
    """What a tool says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def lines(self) -> list[str]:
        """The same for people, shorter."""

    @property
    def text(self) -> str:
        return shortened("\n".join(self.lines()), _LONGEST_TEXT)


class Problem(BaseModel):
    """What went wrong: a stable code, words, and what to do about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: ProverError) -> Self:
        return cls(code=error.code, message=error.message, hint=error.hint)

    @property
    def text(self) -> str:
        hint = f"\n{self.hint}" if self.hint else ""
        return f"error [{self.code}]: {self.message}{hint}"


class VerdictReport(BaseModel):
    """The verifier's word. `proved` alone is a proof. `consistent`: no errors, and nobody said what was meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(description="proved, refuted, not_verified, incomplete, mismatch, elaboration_error, ...")
    words: str
    axioms: list[str]
    evidence: dict[str, Any] = Field(description="by code, as in `prove --json`; lines from 1, columns from 0")

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        found = verdict_document(verdict)
        axioms: tuple[str, ...] = getattr(verdict, "axioms", ())
        evidence = {key: value for key, value in found.items() if key not in ("code", "axioms", "report")}
        return cls(code=verdict.code, words=describe_verdict(verdict), axioms=list(axioms), evidence=evidence)
