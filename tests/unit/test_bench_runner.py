"""The runner of evaluations: each attempt once, broken machinery apart, a run that goes on where it was."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from bench_runs import failed, problem, proved

from prover.bench import AttemptSpoilt, Evaluation, Problem
from prover.bench.attempt import NODE_LOST
from prover.bench.folder import EvaluationFolder, read_shard
from prover.bench.merging import merge
from prover.bench.record import read_record
from prover.bench.runner import Runner, Tour
from prover.bench.station import Tried
from prover.core.errors import SetupError, UserError
from prover.events import Event, RunSpec, read_events, to_line
from prover.events.payload import Opaque

SPEC = RunSpec(engine="embedded", limits={"seconds": 5.0})
Script = Callable[[Problem, int], Tried]


class Fake:
    """A place that proves problems of even number, and keeps count. `script` may say otherwise."""

    def __init__(self, script: Script | None = None) -> None:
        self.made: Counter[tuple[str, int]] = Counter()
        self.under_way = self.most = 0
        self._script = script or even

    async def attempt(self, problem: Problem, number: int) -> Tried:
        self.made[problem.id, number] += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        return self._script(problem, number)


def even(problem: Problem, number: int) -> Tried:
    good = int(problem.id[1:]) % 2 == 0
    event = Event("search", 0, 1.0, None, "Noted", 1, Opaque("Noted", 1, {"of": problem.id}))
    outcome = proved(problem.id, number) if good else failed(problem.id, number)
    return Tried(outcome, "theorem x : True := trivial\n" if good else "", to_line(event))


def opened(path: Path, problems: int = 6, attempts: int = 1, spec: RunSpec = SPEC) -> EvaluationFolder:
    return EvaluationFolder.open(
        path, spec, Evaluation("toy", problems, attempts), [problem(number) for number in range(problems)]
    )


async def run(
    path: Path, place: Fake, *, jobs: int = 2, retries: int = 2, shard: str = "1/1", attempts: int = 1
) -> Tour:
    with opened(path, attempts=attempts) as folder:
        return await Runner(folder, place, jobs=jobs, retries=retries).run(folder.todo(read_shard(shard)))


async def test_each_attempt_is_made_once_and_kept(tmp_path: Path) -> None:
    place = Fake()
    tour = await run(tmp_path, place, attempts=2)
    assert set(place.made.values()) == {1} and len(place.made) == 12 and place.most == 2
    assert (tour.ended, tour.proved, tour.left, tour.interrupted) == (12, 6, 0, False)
    record = read_record(tmp_path)
    assert record.finished() and [len(record.attempts(p.id)) for p in record.problems] == [2] * 6
    kept = record.proof("p4")
    assert kept is not None and (tmp_path / kept.proof_file).read_text() == "theorem x : True := trivial\n"
    searches = sorted((tmp_path / "searches").iterdir())
    assert len(searches) == 12 and [e.payload for e in read_events(searches[0])] == [Opaque("Noted", 1, {"of": "p0"})]


async def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    stop, place = asyncio.Event(), Fake()
    with opened(tmp_path) as folder:

        def enough(_: object) -> None:
            if len(folder.ended) == 2:
                stop.set()

        tour = await Runner(folder, place, observe=enough).run(folder.todo(), stop)
    assert tour.interrupted and tour.left >= 3
    again = Fake()
    tour = await run(tmp_path, again)
    assert not set(again.made) & {key for key, _ in list(place.made.items())[:2]}
    assert read_record(tmp_path).finished() and tour.left == 0


async def test_what_was_cut_is_made_again(tmp_path: Path) -> None:
    await run(tmp_path, Fake())
    log = tmp_path / "attempts.jsonl"
    whole = log.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == 10]
    log.write_bytes(whole[: ends[3] + 40])
    again = Fake()
    await run(tmp_path, again)
    assert len(again.made) == 2
    record = read_record(tmp_path)
    assert record.finished() and not record.repeated


async def test_attempts_are_added_and_never_taken_away(tmp_path: Path) -> None:
    await run(tmp_path, Fake(), attempts=1)
    more = Fake()
    await run(tmp_path, more, attempts=3)
    assert set(more.made) == {(f"p{n}", k) for n in range(6) for k in (2, 3)}
    fewer = Fake()
    await run(tmp_path, fewer, attempts=1)
    assert not fewer.made and Evaluation.read(tmp_path).attempts == 3


async def test_broken_machinery_is_tried_again_and_counted_apart(tmp_path: Path) -> None:
    lost = Counter[str]()

    def breaks(problem: Problem, number: int) -> Tried:
        lost[problem.id] += 1
        if problem.id == "p1" or (problem.id == "p2" and lost["p2"] < 3):
            return Tried(AttemptSpoilt(problem.id, number, "crashed", "gone"))
        return even(problem, number)

    tour = await run(tmp_path, Fake(breaks), retries=2)
    assert lost == {**dict.fromkeys(("p0", "p3", "p4", "p5"), 1), "p1": 3, "p2": 3}
    assert (tour.ended, tour.spoilt, tour.left) == (5, 5, 1)
    record = read_record(tmp_path)
    assert record.pending("p1") == (1,) and len(record.problems) == record.evaluation.problems == 6
    assert [end.spoilt for end in record.attempts("p2")] == [2] and len(record.spoilt) == 5
    again = Fake()
    await run(tmp_path, again)
    assert set(again.made) == {("p1", 1)}


async def test_the_same_attempt_told_twice_counts_once(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        assert folder.keep(Tried(proved("p0"), "text\n"))
        assert not folder.keep(Tried(failed("p0")))
        assert not folder.keep(Tried(AttemptSpoilt("p0", 1, "node_lost")))
    record = read_record(tmp_path)
    assert [end.proved for end in record.attempts("p0")] == [True] and not record.repeated and not record.spoilt


async def test_shards_are_parts_of_the_whole(tmp_path: Path) -> None:
    parts: list[set[tuple[str, int]]] = []
    for number in (1, 2, 3):
        place = Fake()
        await run(tmp_path / str(number), place, attempts=2, shard=f"{number}/3")
        parts.append(set(place.made))
    assert sum(map(len, parts)) == 12 and set().union(*parts) == {(f"p{n}", k) for n in range(6) for k in (1, 2)}


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/", "-1/2", "1/2/3"])
def test_a_shard_that_is_none(text: str) -> None:
    with pytest.raises(UserError, match="--shard"):
        read_shard(text)


async def test_another_run_is_not_continued(tmp_path: Path) -> None:
    await run(tmp_path, Fake())
    with pytest.raises(UserError, match=r"seconds 5\.0 then, 6\.0 now") as caught:
        opened(tmp_path, spec=replace(SPEC, limits={"seconds": 6.0}))
    assert caught.value.code == "other_run"


async def test_two_writers_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(UserError) as caught:
        opened(tmp_path)
    assert caught.value.code == "run_in_use"


async def test_where_nothing_can_run_the_run_ends(tmp_path: Path) -> None:
    def broken(problem: Problem, number: int) -> Tried:
        raise SetupError("no Lean", code="no_engine")

    with pytest.raises(SetupError):
        await run(tmp_path, Fake(broken))
    assert not read_record(tmp_path).finished()


async def test_parts_make_the_whole(tmp_path: Path) -> None:
    """Two shards, put together twice, are what one run is; what they lost to machinery is kept too."""
    lost = Counter[str]()

    def breaks(problem: Problem, number: int) -> Tried:
        lost[problem.id] += 1
        broken = problem.id == "p3" and lost["p3"] == 1
        return Tried(AttemptSpoilt(problem.id, number, "crashed")) if broken else even(problem, number)

    parts = [tmp_path / "1", tmp_path / "2"]
    for number, part in enumerate(parts, start=1):
        await run(part, Fake(breaks), attempts=2, shard=f"{number}/2")
    await run(tmp_path / "one", Fake(), attempts=2)
    half = merge(tmp_path / "all", parts[:1])
    assert (half.added, half.known, half.left) == (6, 0, 6)
    whole = merge(tmp_path / "all", parts)
    assert (whole.added, whole.known, whole.left) == (6, 6, 0)
    merged, alone = read_record(tmp_path / "all"), read_record(tmp_path / "one")
    assert {p.id: [replace(a, spoilt=0) for a in merged.attempts(p.id)] for p in merged.problems} == {
        p.id: list(alone.attempts(p.id)) for p in alone.problems
    }
    assert len(merged.spoilt) == 1 and [a.spoilt for a in merged.attempts("p3")] == [1, 0]
    assert sorted(f.name for f in (tmp_path / "all" / "proofs").iterdir()) == sorted(
        f.name for f in (tmp_path / "one" / "proofs").iterdir()
    )
    assert len(list((tmp_path / "all" / "searches").iterdir())) == 12


async def test_parts_of_other_evaluations_are_refused(tmp_path: Path) -> None:
    await run(tmp_path / "a", Fake())
    with opened(tmp_path / "b", problems=5), pytest.raises(UserError) as caught:
        merge(tmp_path / "all", [tmp_path / "a", tmp_path / "b"])
    assert caught.value.code == "other_run"
    with opened(tmp_path / "c", spec=replace(SPEC, limits={"seconds": 9.0})):
        pass
    with pytest.raises(UserError, match=r"seconds"):
        merge(tmp_path / "all", [tmp_path / "a", tmp_path / "c"])
    with pytest.raises(UserError, match="part of itself"):
        merge(tmp_path / "a", [tmp_path / "a"])


async def test_a_lost_machine_uses_up_no_retry(tmp_path: Path) -> None:
    def breaks(problem: Problem, number: int) -> Tried:
        made = place.made[problem.id, number]
        if problem.id == "p1" and made <= 4:  # 4 machines lost, and broken twice: all retries, and then it ends
            return Tried(AttemptSpoilt(problem.id, number, NODE_LOST, node="n"))
        if problem.id == "p1" and made <= 6:
            return Tried(AttemptSpoilt(problem.id, number, "crashed"))
        if problem.id == "p3":
            return Tried(AttemptSpoilt(problem.id, number, NODE_LOST, node="n"))
        return even(problem, number)

    place = Fake(breaks)
    tour = await run(tmp_path, place, retries=2)
    assert (place.made["p1", 1], place.made["p3", 1]) == (7, 6)
    assert (tour.ended, tour.spoilt, tour.left) == (5, 12, 1)
