"""Verdicts: what is known of one target. A closed union; the class is the reason.

`Proved` is said from rung 3 of the ladder up and never below. Every verdict has a stable `code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from prover.core.message import Message
from prover.core.position import Span


@dataclass(frozen=True, slots=True)
class _Verdict:
    code: ClassVar[str] = ""
    #: What the ladder saw: rungs passed, engine, versions, limits, times.
    report: Mapping[str, Any] = field(default_factory=dict[str, Any], kw_only=True)


@dataclass(frozen=True, slots=True)
class Proved(_Verdict):
    """The target holds: statement as given, no holes, axioms within the allowed set, kernel-checked."""

    code: ClassVar[str] = "proved"
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvedModulo(_Verdict):
    """The target follows from declarations that are themselves still open."""

    code: ClassVar[str] = "proved_modulo"
    open_names: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consistent(_Verdict):
    """No reference was given: no errors, no holes, axioms allowed. Says nothing about the statement."""

    code: ClassVar[str] = "consistent"
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refuted(_Verdict):
    """The negation was proved, on the same ladder."""

    code: ClassVar[str] = "refuted"
    proof: str = ""
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incomplete(_Verdict):
    """A hole is left, or `sorryAx` is reached through `through`."""

    code: ClassVar[str] = "incomplete"
    holes: tuple[Span, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mismatch(_Verdict):
    """Not the theorem that was asked for. `what`: `missing`, `kind`, `statement`, `definition`, `header`, ..."""

    code: ClassVar[str] = "mismatch"
    what: str = ""
    name: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Forbidden(_Verdict):
    """The submission uses a construct the policy does not allow."""

    code: ClassVar[str] = "forbidden"
    construct: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ForbiddenAxiom(_Verdict):
    """The proof rests on axioms outside the allowed set."""

    code: ClassVar[str] = "forbidden_axiom"
    names: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unaudited(_Verdict):
    """The proof rests on local modules of which no audit record exists."""

    code: ClassVar[str] = "unaudited"
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ElaborationError(_Verdict):
    """Lean reports errors."""

    code: ClassVar[str] = "elaboration_error"
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class KernelRefused(_Verdict):
    """The kernel refused a re-read constant: what the elaborating process claimed does not check."""

    code: ClassVar[str] = "kernel_refused"
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut(_Verdict):
    """A limit was reached before a verdict. Neither proved nor refuted."""

    code: ClassVar[str] = "timed_out"
    limit: str = "wall"


@dataclass(frozen=True, slots=True)
class OutOfMemory(_Verdict):
    """The checking process reached its memory limit."""

    code: ClassVar[str] = "out_of_memory"


@dataclass(frozen=True, slots=True)
class WorkerLost(_Verdict):
    """The submission ended the process that elaborated it (crash, exit)."""

    code: ClassVar[str] = "worker_lost"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotProved(_Verdict):
    """The search ended without a proof. `stopped`: `budget`, `exhausted`, `interrupted`, ..."""

    code: ClassVar[str] = "not_proved"
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class NotVerified(_Verdict):
    """A proof was found (rung 1 of the ladder), and no engine at hand could verify it. `detail`: why."""

    code: ClassVar[str] = "found_not_verified"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BadTarget(_Verdict):
    """The target cannot be proved as it stands (`what`: a stable reason), and why."""

    code: ClassVar[str] = "bad_target"
    what: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Infrastructure(_Verdict):
    """Our machinery failed; retried and counted apart. Says nothing about the target."""

    code: ClassVar[str] = "infrastructure"
    error: str = ""
    detail: str = ""


Verdict: TypeAlias = (
    Proved
    | ProvedModulo
    | Consistent
    | Refuted
    | Incomplete
    | Mismatch
    | Forbidden
    | ForbiddenAxiom
    | Unaudited
    | ElaborationError
    | KernelRefused
    | TimedOut
    | OutOfMemory
    | WorkerLost
    | NotProved
    | NotVerified
    | BadTarget
    | Infrastructure
)
