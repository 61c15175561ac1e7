"""Models in actors of a real Ray cluster, asked from its nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from bench_runs import problem

from prover.bench import Evaluation
from prover.bench.cluster import MOST_JOBS, open_cluster
from prover.bench.folder import EvaluationFolder
from prover.bench.generator import Generators, start_generators
from prover.bench.record import read_record
from prover.bench.runner import Runner
from prover.core.errors import ModelError, UserError
from prover.events import RunSpec
from prover.model import Answer, Batcher, Capacity, Query
from prover.model.answer import Sample
from prover.model.cassette import Recording
from prover.model.reference import parse_reference

KNOWN = 12


class Echo:
    """Answers with the question."""

    name = "echo"
    capacity = Capacity(tools=True)

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        return [Answer((Sample(f"-- {query.prompt}\n", tokens=2),)) for query in queries]

    async def close(self) -> None: ...


@pytest.fixture
async def recorded(tmp_path: Path) -> Path:
    """Answers to the questions `p0`, `p1`, ..."""
    model = Recording(Echo(), tmp_path / "answers.jsonl")
    await model.answer([Query(f"p{number}") for number in range(KNOWN)])
    await model.close()
    return tmp_path / "answers.jsonl"


@pytest.fixture
async def generators(
    cluster: Any, installed: Any, recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    # As a user names it, in a folder that is no worker's.
    monkeypatch.chdir(recorded.parent)
    made = await start_generators(installed, [f"replay/{recorded.name}"])
    yield made
    await made.end()


async def test_it_answers_from_elsewhere_and_comes_back_when_lost(generators: Any, installed: Any) -> None:
    model = await generators.open(parse_reference("replay/answers.jsonl"))
    first, unknown = await model.answer([Query("p1"), Query("never asked")])
    assert isinstance(first, Answer) and first.samples[0].text == "-- p1\n"
    assert isinstance(unknown, ModelError) and unknown.code == "not_recorded" and not unknown.transient
    await model.reachable()
    installed.kill(generators.actors["replay/answers.jsonl"][0], no_restart=False)
    # While it is away a question is turned away at once, as one that may be asked again; the batcher does so.
    batcher = Batcher(model)
    client = batcher.client()
    answers = await client.answer([Query(f"p{number}") for number in range(KNOWN)])
    while any(isinstance(answer, ModelError) for answer in answers):
        assert {answer.code for answer in answers if isinstance(answer, ModelError)} == {"model_lost"}
        await model.reachable()
        answers = await client.answer([Query(f"p{number}") for number in range(KNOWN)])
    assert [answer.samples[0].text for answer in answers if isinstance(answer, Answer)] == [
        f"-- p{number}\n" for number in range(KNOWN)
    ]
    await batcher.close()


async def test_the_nodes_ask_it(generators: Generators, cluster: Any, tmp_path: Path) -> None:
    from toy_outfit import ToyOutfit

    for _ in range(2):
        cluster.add_node(num_cpus=1)
    outfit = ToyOutfit(tmp_path, seconds=0.2, models=generators, reference="replay/answers.jsonl")
    asked = [problem(number) for number in range(KNOWN)]
    with EvaluationFolder.open(tmp_path / "run", RunSpec(), Evaluation("toy", KNOWN, 1), asked) as folder:
        async with open_cluster("auto", outfit) as machines:
            tour = await Runner(folder, machines, jobs=MOST_JOBS).run(folder.todo())
    assert (tour.ended, tour.spoilt) == (KNOWN, 0)
    record = read_record(tmp_path / "run")
    for number in range(KNOWN):
        (end,) = record.attempts(f"p{number}")
        assert (tmp_path / "run" / end.proof_file).read_text() == f"-- p{number}\n"


async def test_what_a_person_answers_stays_here(installed: Any, cluster: Any) -> None:
    with pytest.raises(UserError, match="this machine alone"):
        await start_generators(installed, ["manual/-"])


async def test_a_model_that_cannot_be_loaded_is_told_of(installed: Any, cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        await start_generators(installed, [f"replay/{tmp_path / 'nothing.jsonl'}"])
    assert caught.value.code == "no_cassette"
