"""The proofs of an evaluation as Lean files that say where they come from and need nothing of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prover.bench.attempt import AttemptEnded, unit
from prover.bench.problem import Problem
from prover.bench.record import Record
from prover.core.errors import UserError
from prover.core.visible import visible
from prover.events.run import file_name
from prover.lean.source import SourceFile
from prover.report.evaluation import short_conditions


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A proved problem: the name its file is to have, and its text."""

    name: str
    text: str


def proof_text(record: Record, attempt: AttemptEnded) -> str:
    """The file that an attempt proved its problem with, as the run keeps it.

    Raises `UserError` (`no_proof_file`) where it has none, or one that lies outside the run.
    """
    name = unit(attempt.problem, attempt.attempt)
    path = record.path / attempt.proof_file
    if not attempt.proof_file or not path.resolve().is_relative_to(record.path.resolve()):
        raise UserError(f"{record.name} has no file with the proof of {name}", code="no_proof_file")
    try:
        return SourceFile.read(path).text
    except UserError as error:
        raise UserError(
            f"{record.name} has no file with the proof of {name}: {error.message}", code="no_proof_file"
        ) from None


def proof_files(record: Record) -> Iterator[ProofFile | UserError]:
    """The first proof of every problem that has one, below a comment; what stands in the way of one instead of it."""
    for problem in record.problems:
        proof = record.proof(problem.id)
        if proof is None:
            continue
        try:
            text = proof_text(record, proof)
        except UserError as error:
            yield error
        else:
            yield ProofFile(proof_file_name(problem.id), _heading(record, problem, proof) + text)


def proof_file_name(problem: str) -> str:
    """The name of a problem's file: that of distinct problems is distinct."""
    return f"{file_name(problem)}.lean"


def problem_of(record: Record, name: str) -> Problem | None:
    """The problem that somebody's file or record of this name is about: by its id, an attempt's name, the name of an
    exported file, or, where one problem alone has it, the name of the theorem."""
    stem = Path(name).name.removesuffix(".lean")
    for problem in record.problems:
        if problem.id in (name, stem, name.rpartition("#")[0]) or file_name(problem.id) == stem:
            return problem
    named = [problem for problem in record.problems if problem.name in (name, stem)]
    return named[0] if len(named) == 1 else None


def _heading(record: Record, problem: Problem, proof: AttemptEnded) -> str:
    evaluation = record.evaluation
    document = {"evaluation": {"budget": evaluation.budget, "attempts": evaluation.attempts}}
    facts = {
        "problem": problem.id,
        "benchmark": evaluation.label,
        "statement": f"{problem.origin.file}, SHA-256 {problem.origin.sha256}"
        + (f", record {problem.origin.record}" if problem.origin.record else ""),
        "corrected by": problem.correction,
        "budget": f"{short_conditions(document)}; this is attempt {proof.attempt}",
        "axioms": ", ".join(proof.axioms) or "none",
        "verified": f"to rung {proof.rung}" + (f", over {evaluation.foundation}" if evaluation.foundation else ""),
        "Lean": f"{evaluation.lean_version} ({evaluation.engine})",
    }
    # Comments to the end of a line: a text with `-/` or `/-` in it cannot leave them.
    lines = [f"-- {name}: {visible(str(value))}".replace("\n", "\\n") for name, value in facts.items() if value]
    return "\n".join(lines) + "\n\n"
