"""A run folder read: what counts, what is counted apart, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bench_runs import failed, make, problem, proved, record

from prover.bench import AttemptSpoilt
from prover.bench.record import ATTEMPTS, is_evaluation, read_record
from prover.core.errors import UserError

TWO = [problem(1), problem(2)]


def test_the_first_end_of_an_attempt_counts_and_the_rest_is_named(tmp_path: Path) -> None:
    found = record(
        tmp_path / "run",
        TWO,
        [
            AttemptSpoilt("p1", 1, "crashed", node="n1"),
            failed("p1", spoilt=1),
            proved("p1"),
            proved("p2", 2, rung=2),
            proved("p9"),
            failed("p1", 3),
        ],
        attempts=2,
    )
    assert [attempt.proved for attempt in found.attempts("p1")] == [False] and found.proof("p1") is None
    assert found.pending("p1") == (2,) and found.pending("p2") == (1,) and not found.finished()
    assert found.repeated == ("p1#1",) and found.foreign == ("p9#1", "p1#3")
    assert found.unfounded == ("p2#2",) and found.proof("p2") is None
    assert [spoilt.error for spoilt in found.spoilt] == ["crashed"] and found.spec.git_revision == "abc"


def test_a_run_that_has_hardly_begun(tmp_path: Path) -> None:
    path = make(tmp_path / "run", TWO, [])
    (path / ATTEMPTS).unlink()
    (path / "run.json").unlink()
    found = read_record(path)
    assert found.pending("p1") == (1,) and found.attempts("p1") == () and is_evaluation(path)
    assert not is_evaluation(tmp_path)


def test_a_line_that_was_cut_is_left_out(tmp_path: Path) -> None:
    path = make(tmp_path / "run", TWO, [proved("p1"), proved("p2")])
    log = path / ATTEMPTS
    log.write_bytes(log.read_bytes()[:-5])
    found = read_record(path)
    assert found.proof("p1") is not None and found.pending("p2") == (1,)


def cut(path: Path) -> None:
    lines = (path / "problems.jsonl").read_text().splitlines(keepends=True)
    (path / "problems.jsonl").write_text(lines[0])


def double(path: Path) -> None:
    lines = (path / "problems.jsonl").read_text().splitlines(keepends=True)
    (path / "problems.jsonl").write_text(lines[0] * 2)


def wreck(path: Path) -> None:
    (path / ATTEMPTS).write_text("{}\n")


@pytest.mark.parametrize(("harm", "code"), [(cut, "corrupt_run"), (double, "corrupt_run"), (wreck, "corrupt_log")])
def test_what_cannot_be_counted_is_refused(tmp_path: Path, harm: Callable[[Path], None], code: str) -> None:
    path = make(tmp_path / "run", TWO, [])
    harm(path)
    with pytest.raises(UserError) as refused:
        read_record(path)
    assert refused.value.code == code
    with pytest.raises(UserError) as refused:
        read_record(tmp_path)
    assert refused.value.code == "no_evaluation"
