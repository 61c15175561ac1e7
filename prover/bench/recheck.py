"""Proofs judged anew: those an evaluation claims, and somebody else's of its problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from prover.bench.attempt import AttemptEnded, unit
from prover.bench.problem import Problem
from prover.bench.proof_files import problem_of, proof_text
from prover.bench.record import Record
from prover.core.errors import UserError
from prover.verify.docket import Docket, Item
from prover.verify.docket import Problem as Unusable


@dataclass(frozen=True, slots=True)
class Differing:
    """An attempt of which the run says something else than the verifier. `claimed`: the run's code; `code`: of the new
    verdict, or why there is none."""

    name: str
    claimed: str
    code: str


def claims_docket(record: Record, template: Item) -> Docket:
    """Every proof that the evaluation claims, each against the text of its problem. `template`: the other arguments.

    Raises `UserError` (`no_submissions`) where it claims none.
    """
    items: list[Item] = []
    unusable: list[Unusable] = []
    problems = {problem.id: problem for problem in record.problems}
    for attempt in _claims(record):
        name = unit(attempt.problem, attempt.attempt)
        try:
            text = proof_text(record, attempt)
        except UserError as error:
            unusable.append(Unusable(name, error.code, error.message))
        else:
            items.append(replace(_about(problems[attempt.problem], template), name=name, submission=text))
    if not items and not unusable:
        raise UserError(f"{record.name} claims no proof", code="no_submissions")
    return Docket(tuple(items), tuple(unusable))


def against(record: Record, docket: Docket, template: Item) -> Docket:
    """Somebody's proofs, each against the problem of the evaluation that its name names.

    Of an item only name and text count: what is to be proved, and by which rules, is not for it to say (`template`).
    Items that name no problem cannot be used. Raises `UserError` (`no_submissions`) where none is left.
    """
    items: list[Item] = []
    unusable = list(docket.problems)
    for item in docket.items:
        problem = problem_of(record, item.name)
        if problem is None:
            unusable.append(Unusable(item.name, "unknown_problem", f"{record.name} has no problem of this name"))
        else:
            items.append(replace(_about(problem, template), name=item.name, submission=item.submission))
    if not items:
        raise UserError(
            f"none of the proofs is about a problem of {record.name}",
            code="no_submissions",
            hint="name each as the evaluation names its problem (`id` in problems.jsonl)",
        )
    return Docket(tuple(items), tuple(unusable))


def differing(record: Record, codes: Mapping[str, str], unusable: Sequence[Unusable]) -> list[Differing]:
    """Where the run and the verdicts differ. `codes`: of the new verdicts, by attempt; what was not judged is left
    out."""
    found = {**codes, **{one.where: one.code for one in unusable}}
    named = [(unit(claim.problem, claim.attempt), claim.code) for claim in _claims(record)]
    return [Differing(name, claimed, found[name]) for name, claimed in named if found.get(name, "proved") != "proved"]


def proved_problems(record: Record, accepted: Sequence[str]) -> set[str]:
    """Ids of the problems that the items of these names are about."""
    return {problem.id for name in accepted if (problem := problem_of(record, name)) is not None}


def _claims(record: Record) -> list[AttemptEnded]:
    """Also those claimed below rung 3, which the scores do not count."""
    return [attempt for problem in record.problems for attempt in record.attempts(problem.id) if attempt.proved]


def _about(problem: Problem, template: Item) -> Item:
    """What is asked of a proof: what was asked of the prover, all else in the file as it was."""
    whole = "placeholder" in problem.notes or not problem.name
    targets = template.targets or (None if whole else (problem.name,))
    return replace(template, reference=problem.text, targets=targets, preserve=True)
