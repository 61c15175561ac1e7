"""An evaluation as one JSON document: what was asked, what came of it, what may be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from prover.bench.attempt import AttemptEnded
from prover.bench.bootstrap import LEVEL, RESAMPLES, SEED, Interval
from prover.bench.pairing import Pairing
from prover.bench.passing import Rate
from prover.bench.problem import Problem
from prover.bench.record import Record, counts
from prover.bench.scores import Score, Scores, scores
from prover.events.codec import encode

EVALUATION_SCHEMA = "leap-prover/evaluation/1"


def evaluation_document(
    record: Record, found: Scores | None = None, *, ks: Sequence[int] | None = None
) -> dict[str, Any]:
    """All of it; `prover/cli/schemas/evaluation.json` describes it. Rates come exactly, as fractions, and as
    numbers."""
    found = scores(record, ks) if found is None else found
    return {
        "schema": EVALUATION_SCHEMA,
        "run": record.name,
        "label": record.evaluation.label,
        "finished": record.finished(),
        "evaluation": encode(record.evaluation),
        "spec": encode(record.spec),
        "attempts": {
            "asked": record.evaluation.attempts * len(record.problems),
            "ended": found.overall.ended,
            "pending": found.overall.pending,
            "spoilt": len(record.spoilt),
            "repeated": list(record.repeated),
            "foreign": list(record.foreign),
            "unfounded": list(record.unfounded),
        },
        "intervals": {
            "method": "percentile bootstrap over problems",
            "level": float(LEVEL),
            "resamples": RESAMPLES,
            "seed": SEED,
        },
        "score": _score(found.overall),
        "groups": {grouping: [_score(score) for score in of] for grouping, of in found.groups.items()},
        "curves": {
            budget: {"unknown": curve.unknown, "points": [list(point) for point in curve.points]}
            for budget, curve in found.curves.items()
        },
        "failures": [asdict(failure) for failure in found.failures],
        "infrastructure": dict(found.infrastructure),
        "axioms": [{"axioms": list(axioms), "problems": number} for axioms, number in found.axioms.items()],
        "rungs": {str(rung): number for rung, number in found.rungs.items()},
        "tactics": [asdict(use) for use in found.tactics],
        "lemmas": [asdict(use) for use in found.lemmas],
        "spent": encode(found.spent),
        "problems": [_problem(record, problem) for problem in record.problems],
    }


def rate_document(rate: Rate) -> dict[str, Any]:
    value = rate.value
    return {
        "k": rate.k,
        "value": None if value is None else float(value),
        "exact": None if value is None else f"{value.numerator}/{value.denominator}",
        "interval": _interval(rate.interval),
        "reason": rate.reason,
    }


def pairing_document(pairing: Pairing) -> dict[str, Any]:
    """A comparison of two runs."""
    return {
        "a": pairing.a,
        "b": pairing.b,
        "problems": pairing.problems,
        "left_out": pairing.left_out,
        "attempts": pairing.attempts,
        **{cell: list(getattr(pairing, cell)) for cell in ("both", "only_a", "only_b", "neither", "unknown")},
        "p": None if pairing.p is None else float(pairing.p),
        "difference": None if pairing.difference is None else float(pairing.difference),
        "interval": _interval(pairing.interval),
        "reason": pairing.reason,
        "conditions": {name: list(values) for name, values in pairing.conditions.items()},
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _score(score: Score) -> dict[str, Any]:
    return {
        "name": score.name,
        "problems": score.problems,
        "solved": score.solved,
        "unknown": score.unknown,
        "ended": score.ended,
        "pending": score.pending,
        "rates": [rate_document(rate) for rate in score.rates],
    }


def _problem(record: Record, problem: Problem) -> dict[str, Any]:
    return {
        **encode(problem),
        "digest": problem.digest,
        "solved": record.proof(problem.id) is not None,
        "pending": list(record.pending(problem.id)),
        "attempts": [_attempt(attempt) for attempt in record.attempts(problem.id)],
    }


def _attempt(attempt: AttemptEnded) -> dict[str, Any]:
    fields = encode(attempt)
    del fields["problem"]
    # What the score says, not what was claimed: see `Record.unfounded`.
    return {**fields, "proved": counts(attempt)}
