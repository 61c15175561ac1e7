"""What came of a file, for a person: verdicts, proofs, a diff; Lean's own errors in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from rich.text import Text

from prover.agent import FileResult, TargetResult
from prover.api.wording import describe_verdict
from prover.cli.terminal import errors, output, safe
from prover.core.message import Severity
from prover.core.verdict import NotVerified, Refuted

_ERRORS_SHOWN = 5


class Printed(StrEnum):
    """What is printed of a file: verdicts, proofs and a diff; the file with its proofs; what a compiler would say."""

    REPORT = "report"
    FILE = "file"
    PROBLEMS = "problems"


def show_to_editor(result: FileResult, printed: Printed, *, quiet: bool) -> None:
    """The whole file, byte for byte, and what became of it on standard error unless `quiet`; or that alone."""
    console = output()
    if printed is Printed.FILE:
        sys.stdout.buffer.write(result.filled.data)
        sys.stdout.buffer.flush()
        console = errors()
    if printed is Printed.PROBLEMS or not quiet:
        for line in _problems(result):
            console.print(Text(line))


def _problems(result: FileResult) -> Iterator[str]:
    """As compilers write: lines and columns count from 1."""
    at = f"{safe(result.source.name)}:"
    for message in result.messages:
        if message.severity is Severity.ERROR and message.start is not None:
            first = (safe(message.text).splitlines() or [""])[0]
            yield f"{at}{message.start.line}:{message.start.column + 1}: error: {first}"
    for target in result.targets:
        severity = "info" if target.proved else "warning"
        yield f"{at}{target.line}:1: {severity}: {safe(target.name)}: {describe_verdict(target.verdict)}"


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
