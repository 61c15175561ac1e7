"""Evaluations on a real Ray cluster: machines are lost, come, and are refused; nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench_runs import problem

from prover.bench import AttemptEnded, AttemptSpoilt, Evaluation
from prover.bench.cluster import MOST_JOBS, Cluster, open_cluster
from prover.bench.folder import EvaluationFolder
from prover.bench.record import Record, read_record
from prover.bench.runner import Runner, Tour
from prover.core.errors import ProverError
from prover.events import RunSpec

Outcome = AttemptEnded | AttemptSpoilt


async def run(
    path: Path,
    outfit: Any,
    *,
    problems: int = 12,
    attempts: int = 1,
    retries: int = 2,
    stop: asyncio.Event | None = None,
    observe: Callable[[Outcome, Cluster], None] = lambda outcome, cluster: None,
    notes: list[str] | None = None,
    patience: float = 60.0,
) -> Tour:
    evaluation = Evaluation("toy", problems, attempts)
    told = [] if notes is None else notes
    asked = [problem(number) for number in range(problems)]
    with EvaluationFolder.open(path / "run", RunSpec(), evaluation, asked) as folder:
        async with open_cluster("auto", outfit, note=told.append, patience=patience) as cluster:
            runner = Runner(
                folder, cluster, jobs=MOST_JOBS, retries=retries, observe=lambda outcome: observe(outcome, cluster)
            )
            return await runner.run(folder.todo(), stop)


def ended_once(path: Path) -> Record:
    """The run, all of it ended, each attempt once."""
    record = read_record(path / "run")
    assert record.finished() and not record.repeated
    kept = [path / "run" / end.proof_file for p in record.problems for end in record.attempts(p.id)]
    assert all(file.is_file() for file in kept) and len(set(kept)) == len(kept)
    return record


@pytest.fixture
def toy(cluster: Any, tmp_path: Path) -> Callable[..., Any]:
    from toy_outfit import ToyOutfit

    def make(**facts: Any) -> Any:
        return ToyOutfit(tmp_path, **facts)

    return make


def done(path: Path, what: str) -> list[dict[str, Any]]:
    from toy_outfit import done

    return done(path, what)


async def test_attempts_are_made_on_all_nodes_each_once(cluster: Any, toy: Any, tmp_path: Path) -> None:
    nodes = {cluster.add_node(num_cpus=2).node_id for _ in range(2)}
    tour = await run(tmp_path, toy(jobs=2, seconds=0.3), attempts=2)
    assert (tour.ended, tour.spoilt, tour.left) == (24, 0, 0)
    ended_once(tmp_path)
    began = done(tmp_path, "begin")
    assert set(Counter((d["problem"], d["attempt"]) for d in began).values()) == {1} and len(began) == 24
    assert {d["node"] for d in began} == nodes
    assert len(done(tmp_path, "close")) == 2
    # Never more at once on a node than it has room for.
    for node in nodes:
        under_way = 0
        for line in done_all(tmp_path):
            if line["node"] == node:
                under_way += {"begin": 1, "end": -1}.get(line["what"], 0)
                assert under_way <= 2


async def test_a_large_machine_has_several_processes(cluster: Any, toy: Any, tmp_path: Path) -> None:
    cluster.add_node(num_cpus=2)
    tour = await run(tmp_path, toy(jobs=11, seconds=1.0, killing=("p3", 1)), problems=40, retries=0)
    assert (tour.ended, tour.left) == (40, 0) and 1 <= tour.spoilt <= 6
    ended_once(tmp_path)
    at_once: dict[int, int] = {}
    for line in done_all(tmp_path):
        at_once[line["pid"]] = at_once.get(line["pid"], 0) + {"begin": 1, "end": -1}.get(line["what"], 0)
        assert at_once[line["pid"]] <= 6
    assert len(at_once) == 3  # two, and the one in place of that which died


def done_all(path: Path) -> list[dict[str, Any]]:
    import json

    return [json.loads(line) for line in (path / "done.jsonl").read_text().splitlines()]


async def test_a_node_is_killed_midway_and_another_one_comes(cluster: Any, toy: Any, tmp_path: Path) -> None:
    nodes = [cluster.add_node(num_cpus=2) for _ in range(2)]
    added: list[Any] = []
    notes: list[str] = []
    lost: list[AttemptSpoilt] = []

    def observe(outcome: Outcome, cluster_: Cluster) -> None:
        if isinstance(outcome, AttemptSpoilt):
            lost.append(outcome)
        elif not added and len(done(tmp_path, "end")) >= 8 and len(cluster_.machines) == 2:
            cluster.remove_node(nodes[0], allow_graceful=False)
            added.append(cluster.add_node(num_cpus=2))

    # No retries: what is lost with its machine is made again all the same.
    tour = await run(tmp_path, toy(jobs=2, seconds=0.5), problems=60, retries=0, observe=observe, notes=notes)
    assert (tour.ended, tour.left) == (60, 0) and tour.spoilt == len(lost) >= 1
    record = ended_once(tmp_path)
    assert {spoilt.error for spoilt in lost} == {"node_lost"}
    assert all(spoilt.node.endswith(nodes[0].node_id[:8]) for spoilt in lost)
    assert len(record.spoilt) == len(lost)
    assert {d["node"] for d in done(tmp_path, "end")} == {nodes[0].node_id, nodes[1].node_id, added[0].node_id}
    # An attempt ended twice only where its first end was lost with the node.
    ended = Counter(d["problem"] for d in done(tmp_path, "end"))
    assert {name for name, times in ended.items() if times > 1} <= {spoilt.problem for spoilt in lost}
    assert any("lost" in note for note in notes)


async def test_a_process_that_dies_is_made_again(cluster: Any, toy: Any, tmp_path: Path) -> None:
    cluster.add_node(num_cpus=1)
    tour = await run(tmp_path, toy(killing=("p3", 2)), retries=0)
    assert (tour.ended, tour.spoilt, tour.left) == (12, 2, 0)
    ended_once(tmp_path)
    assert len({d["pid"] for d in done(tmp_path, "open")}) == 3


async def test_an_attempt_that_kills_every_process_is_left_in_the_end(cluster: Any, toy: Any, tmp_path: Path) -> None:
    cluster.add_node(num_cpus=1)
    tour = await run(tmp_path, toy(killing=("p3", 99)), problems=5)
    assert (tour.ended, tour.spoilt, tour.left) == (4, 6, 1)
    assert read_record(tmp_path / "run").pending("p3") == (1,)


async def test_what_breaks_on_a_node_is_told_with_its_node(cluster: Any, toy: Any, tmp_path: Path) -> None:
    node = cluster.add_node(num_cpus=1).node_id
    lost: list[Outcome] = []
    tour = await run(
        tmp_path, toy(spoiling="p1"), problems=3, retries=1, observe=lambda outcome, _: lost.append(outcome)
    )
    assert (tour.ended, tour.spoilt, tour.left) == (2, 2, 1)
    spoilt = [outcome for outcome in lost if isinstance(outcome, AttemptSpoilt)]
    assert {s.error for s in spoilt} == {"crashed"} and all(s.node.endswith(node[:8]) for s in spoilt)


async def test_a_node_that_differs_is_not_used(cluster: Any, toy: Any, tmp_path: Path) -> None:
    odd, good = (cluster.add_node(num_cpus=1).node_id for _ in range(2))
    notes: list[str] = []
    tour = await run(tmp_path, toy(refusing=(odd,), seconds=0.3), notes=notes)
    assert (tour.ended, tour.left) == (12, 0)
    assert {d["node"] for d in done(tmp_path, "begin")} == {good}
    assert [n for n in notes if odd[:8] in n and "Lean is 1 there" in n]


async def test_where_all_nodes_differ_the_run_says_so(cluster: Any, toy: Any, tmp_path: Path) -> None:
    odd = cluster.add_node(num_cpus=1).node_id
    with pytest.raises(ProverError, match="Lean is 1 there") as caught:
        await run(tmp_path, toy(refusing=(odd,)))
    assert (caught.value.code, caught.value.exit_code) == ("node_differs", 3)


async def test_without_nodes_the_run_ends_after_a_while(cluster: Any, toy: Any, tmp_path: Path) -> None:
    with pytest.raises(ProverError) as caught:
        await run(tmp_path, toy(), patience=2.0)
    assert caught.value.code == "no_nodes"


async def test_a_run_that_is_stopped_gives_up_what_is_under_way(cluster: Any, toy: Any, tmp_path: Path) -> None:
    cluster.add_node(num_cpus=2)
    stop = asyncio.Event()

    async def stopping() -> None:
        while len(done(tmp_path, "begin")) < 2:  # noqa: ASYNC110 it is written by other processes
            await asyncio.sleep(0.1)
        stop.set()

    watching = asyncio.ensure_future(stopping())
    tour = await run(tmp_path, toy(jobs=2, seconds=200.0), stop=stop)
    await watching
    assert (tour.interrupted, tour.ended, tour.left) == (True, 0, 12)
    assert {d["problem"] for d in done(tmp_path, "cancelled")} == {"p0", "p1"} and len(done(tmp_path, "close")) == 1
    tour = await run(tmp_path, toy(jobs=2))
    assert not tour.interrupted and tour.left == 0
    ended_once(tmp_path)
