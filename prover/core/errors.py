"""The one tree of errors.

Outcomes of proving are values (`prover.core.verdict`, `prover.core.outcome`); only broken input, a
broken environment or broken machinery raises. Every error carries a stable reason `code` that
machines read, and a `hint` that says what to do next.

    ProverError
    ├── UserError            exit 2: the input or the command line is wrong
    ├── SetupError           exit 3: the environment is broken or incomplete
    ├── LeanProcessError     a Lean process failed; retried and counted apart
    │   ├── StartTimeout
    │   ├── CallTimeout
    │   ├── Crashed          with exit code and the tail of standard error
    │   ├── OutOfMemory
    │   └── ProtocolError
    ├── ModelError           a language model could not answer
    │   └── ModelBusy        it asks to be left alone for a while
    └── BudgetExceeded       a budget ran out; partial results are kept
"""

from __future__ import annotations

from typing import ClassVar


class ProverError(Exception):
    """Base of all errors of this library.

    `code` is stable across releases; `message` says what happened and where; `hint` says what to do.
    """

    exit_code: ClassVar[int] = 3
    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class UserError(ProverError):
    """The input, a target or the command line is wrong."""

    exit_code = 2
    default_code = "bad_input"


class SetupError(ProverError):
    """The environment is incomplete or broken: engine missing, cache corrupted, toolchain absent."""

    default_code = "setup"


class LeanProcessError(ProverError):
    """A Lean process failed. Says nothing about the theorem at hand.

    `index`: which tactic of a batch was running, counted from 0; `None` where none was.
    """

    default_code = "lean_process"
    index: int | None = None


class StartTimeout(LeanProcessError):
    """The process did not say it was ready within its start deadline."""

    default_code = "start_timeout"


class CallTimeout(LeanProcessError):
    """A call passed its wall deadline; the process was killed."""

    default_code = "call_timeout"


class Crashed(LeanProcessError):
    """The process ended by itself.

    `exit_code_seen` is its exit status (negative: the signal), `stderr_tail` its last words.
    """

    default_code = "crashed"

    def __init__(
        self, message: str, *, status: int | None = None, stderr_tail: str = "", code: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.status = status
        self.stderr_tail = stderr_tail


class OutOfMemory(LeanProcessError):
    """The process reached its memory limit."""

    default_code = "out_of_memory"


class ProtocolError(LeanProcessError):
    """The process answered with something that is not the protocol."""

    default_code = "protocol"


class ModelError(ProverError):
    """A language model could not be reached or gave no usable answer.

    `transient`: the same question may well be answered when it is asked again.
    """

    default_code = "model"

    def __init__(self, message: str, *, code: str = "", hint: str = "", transient: bool = False) -> None:
        super().__init__(message, code=code, hint=hint)
        self.transient = transient


class ModelBusy(ModelError):
    """The model's server takes no more for now. `retry_after`: seconds it asks to wait, None where it does not say."""

    default_code = "model_busy"

    def __init__(self, message: str, *, retry_after: float | None = None, code: str = "", hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint, transient=True)
        self.retry_after = retry_after


class BudgetExceeded(ProverError):
    """A budget ran out. What was found so far is kept."""

    exit_code = 1
    default_code = "budget"
