"""An evaluation as a log of Inspect (inspect_ai), which its viewer and its analysis tools read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from prover.bench.attempt import AttemptEnded, unit
from prover.bench.passing import Rate
from prover.bench.problem import Problem
from prover.bench.record import Record, counts
from prover.bench.scores import Scores, scores
from prover.core.errors import SetupError
from prover.events.codec import encode

SCORER = "leap-prover/verdict"


def write_inspect_log(record: Record, path: Path) -> int:
    """Writes `path` (.eval): a sample for each attempt that ended (Inspect's epochs are attempts), `C` where it proved
    its problem, else `I`; pass@k as metrics where they are defined. Gives the number of samples.

    Raises `SetupError` (`no_inspect`) without inspect_ai.
    """
    log, scorer = _inspect()
    found = scores(record)
    samples = [
        _sample(log, scorer, record, problem, attempt)
        for problem in record.problems
        for attempt in record.attempts(problem.id)
    ]
    times = [datetime.fromtimestamp(time, UTC).isoformat() for time in record.times] or [
        datetime.fromtimestamp(0, UTC).isoformat()
    ]
    made = log.EvalLog(
        status="success" if record.finished() else "cancelled",
        eval=_spec(log, record, times[0]),
        results=_results(log, record, found, len(samples)),
        stats=log.EvalStats(started_at=times[0], completed_at=times[-1]),
        samples=samples,
    )
    log.write_eval_log(made, str(path), format="eval")
    return len(samples)


def _inspect() -> tuple[Any, Any]:
    try:
        return import_module("inspect_ai.log"), import_module("inspect_ai.scorer")
    except ImportError:
        raise SetupError(
            "a log of Inspect needs the package inspect_ai",
            code="no_inspect",
            hint="pip install 'leap-prover[inspect]'",
        ) from None


def _spec(log: Any, record: Record, created: str) -> Any:
    evaluation = record.evaluation
    name = hashlib.sha256(f"{record.name}\n{evaluation.label}\n{created}".encode()).hexdigest()[:22]
    prover = evaluation.prover
    return log.EvalSpec(
        eval_id=name,
        run_id=name,
        task_id=name,
        created=created,
        task=evaluation.label,
        task_args=encode(evaluation.budget),
        solver="leap-prover",
        solver_args=encode(prover),
        dataset=log.EvalDataset(
            name=evaluation.label,
            location=", ".join(evaluation.source),
            samples=evaluation.problems,
            sample_ids=[problem.id for problem in record.problems],
        ),
        model=str(prover.get("model") or record.spec.model or "none"),
        config=log.EvalConfig(epochs=evaluation.attempts),
        packages=dict(record.spec.versions),
        metadata={"evaluation": encode(evaluation), "spec": encode(record.spec)},
    )


def _results(log: Any, record: Record, found: Scores, samples: int) -> Any:
    def metric(rate: Rate) -> Any:
        ends = rate.interval
        assert rate.value is not None
        within = (
            {} if ends is None else {"low": ends.low, "high": ends.high, "interval": "95 %, bootstrap over problems"}
        )
        return log.EvalMetric(name=f"pass_at_{rate.k}", value=float(rate.value), metadata=within)

    metrics = {f"pass_at_{rate.k}": metric(rate) for rate in found.overall.rates if rate.value is not None}
    undefined = {f"pass_at_{rate.k}": rate.reason for rate in found.overall.rates if rate.value is None}
    solved = found.overall.solved
    metrics["solved"] = log.EvalMetric(name="solved", value=solved)
    return log.EvalResults(
        total_samples=record.evaluation.problems * record.evaluation.attempts,
        completed_samples=samples,
        scores=[log.EvalScore(name="verdict", scorer=SCORER, metrics=metrics, metadata={"undefined": undefined})],
    )


def _sample(log: Any, scorer: Any, record: Record, problem: Problem, attempt: AttemptEnded) -> Any:
    told = {name: getattr(attempt, name) for name in ("code", "stopped", "rung", "proof_file", "detail", "spoilt")}
    proved = counts(attempt)
    score = scorer.Score(
        value="C" if proved else "I",
        answer=attempt.script or None,
        explanation=attempt.code + (f": {attempt.stopped}" if attempt.stopped else ""),
        metadata={
            **told,
            "axioms": list(attempt.axioms),
            "tactics": list(attempt.tactics),
            "lemmas": list(attempt.lemmas),
        },
    )
    about = {
        name: getattr(problem, name) for name in ("name", "split", "topic", "difficulty", "correction", "bad", "digest")
    }
    return log.EvalSample(
        id=problem.id,
        epoch=attempt.attempt,
        uuid=hashlib.sha256(f"{record.name}\n{unit(problem.id, attempt.attempt)}".encode()).hexdigest()[:22],
        input=problem.text,
        target="C",
        scores={"verdict": score},
        metadata={**about, "spent": encode(attempt.spent)},
        total_time=attempt.spent.seconds,
        working_time=attempt.spent.seconds,
    )
