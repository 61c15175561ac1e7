"""What came of a file, for a person: verdicts, proofs, a diff; Lean's own errors in it."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from prover.agent import FileResult, TargetResult
from prover.api.wording import describe_verdict
from prover.cli.terminal import errors, output, safe
from prover.core.message import Severity
from prover.core.verdict import NotVerified, Refuted

_ERRORS_SHOWN = 5


def show_result(result: FileResult, *, saved: bool) -> None:
    """Each target with its verdict and proof, and the diff unless it was `saved`."""
    console = output()
    for target in result.targets:
        _show_target(console.print, target)
    diff = result.diff()
    if diff and not saved:
        console.print()
        console.print(Text(safe(diff.rstrip("\n"))))


def show_file_errors(result: FileResult) -> None:
    """Lean's own errors in the file as it was given; they explain targets that cannot be worked on."""
    wrong = [message for message in result.messages if message.severity is Severity.ERROR]
    for message in wrong[:_ERRORS_SHOWN]:
        at = f"{result.source.name}:{message.start.line}:{message.start.column}: " if message.start else ""
        errors().print(Text(safe(f"{at}error: {message.text}"), "red"), soft_wrap=True)
    if len(wrong) > _ERRORS_SHOWN:
        errors().print(Text(f"and {len(wrong) - _ERRORS_SHOWN} more errors (--json has them all)", "dim"))


def _show_target(say: Any, target: TargetResult) -> None:
    verdict = target.verdict
    style = "green" if target.proved else "yellow"
    label = target.name if target.name.endswith(")") else f"{target.name} (line {target.line})"
    say(Text(f"{safe(label)}: ") + Text(describe_verdict(verdict), style))
    if target.proved or isinstance(verdict, Refuted | NotVerified):
        for script in target.scripts:
            say(Text("\n".join("  " + line for line in safe(script).split("\n"))))
    axioms: tuple[str, ...] = getattr(verdict, "axioms", ())
    if axioms:
        say(Text(f"  axioms: {', '.join(axioms)}", "dim"))
