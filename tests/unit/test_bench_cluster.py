"""What is sent to other machines, and how models there are asked; Ray itself is not needed (tests/cluster has it)."""

from __future__ import annotations

import asyncio
import pickle
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from prover.bench.connection import check_address
from prover.bench.entrant import Entrant
from prover.bench.generator import DistantModel, start_generators
from prover.bench.outfit import StationOutfit
from prover.core.budget import Budget
from prover.core.errors import ModelError, SetupError, UserError
from prover.model import Answer, Capacity, Query
from prover.model.answer import Sample

OUTFIT = StationOutfit(Entrant(Budget(heartbeats=1000)), "embedded", "4.28.0")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SetupError) as caught:
        check_address("local")
    assert caught.value.code == "missing_extra" and "leap-prover[cluster]" in caught.value.hint


def test_the_address_of_a_client_is_refused() -> None:
    with pytest.raises(UserError, match="ray://there:10001"):
        check_address("ray://there:10001")


@pytest.mark.parametrize("odd", [{"version": "0.0.1"}, {"facts": {"prompts": {"general": "abc"}}}])
async def test_what_differs_is_told_before_anything_is_started(odd: dict[str, Any]) -> None:
    outfit = pickle.loads(pickle.dumps(replace(OUTFIT, **odd)))
    with pytest.raises(SetupError, match="on the machine of the run") as caught:
        async with outfit.open():
            pass
    assert caught.value.code == "node_differs"


def test_all_models_of_an_entrant_are_named() -> None:
    assert Entrant(Budget()).references == ()
    assert Entrant(Budget(), model="hf/a/b", recipe="chat").references == ("hf/a/b",)
    agent = Entrant(Budget(), model="openai/x", agent="leap", tactic_model="vllm/a/b", recipe="chat")
    assert agent.references == ("vllm/a/b", "openai/x")


class RayError(Exception):
    pass


class FakeRay(types.ModuleType):
    """Just what asks and starts generators. `gpus`: of the cluster; `cancelled`: what was given up."""

    def __init__(self, gpus: float = 0.0) -> None:
        super().__init__("ray")
        self.gpus = gpus
        self.cancelled: list[Any] = []
        self.started: list[tuple[str, dict[str, Any]]] = []
        self.exceptions = types.SimpleNamespace(RayError=RayError, RayTaskError=type("RayTaskError", (RayError,), {}))

    def cancel(self, reference: Any) -> None:
        self.cancelled.append(reference)

    def kill(self, actor: Any) -> None: ...

    def cluster_resources(self) -> dict[str, float]:
        return {"GPU": self.gpus, "CPU": 4.0}

    def remote(self, kind: type) -> FakeRay:
        return self

    def options(self, **options: Any) -> Any:
        def start(reference: str) -> FakeGenerator:
            self.started.append((reference, options))
            return FakeGenerator()

        return types.SimpleNamespace(remote=start)


class FakeGenerator:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.lost = False
        self.seconds = 0.0
        self.answer = types.SimpleNamespace(remote=lambda asker, query: asyncio.ensure_future(self._answer(query)))
        self.ready = types.SimpleNamespace(remote=lambda: asyncio.ensure_future(self._ready()))
        self.close = types.SimpleNamespace(remote=lambda: asyncio.ensure_future(asyncio.sleep(0)))

    async def _ready(self) -> Capacity:
        if self.lost:
            raise RayError
        return Capacity()

    async def _answer(self, query: Query) -> Answer:
        if self.lost:
            raise RayError
        await asyncio.sleep(self.seconds)
        self.asked.append(query.prompt)
        return Answer((Sample(query.prompt),))


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    made = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", made)
    return made


@pytest.fixture
def model(ray: FakeRay) -> Callable[[int], tuple[DistantModel, list[FakeGenerator]]]:
    def make(count: int) -> tuple[DistantModel, list[FakeGenerator]]:
        generators = [FakeGenerator() for _ in range(count)]
        return DistantModel("hf/a/b", generators, Capacity(tools=True)), generators

    return make


def texts(answers: list[Answer | ModelError]) -> list[str]:
    return [answer.samples[0].text if isinstance(answer, Answer) else answer.code for answer in answers]


async def test_questions_are_shared_out_and_equal_ones_stay_together(model: Any) -> None:
    distant, generators = model(3)
    queries = [Query(f"q{number}") for number in range(60)]
    assert texts(await distant.answer(queries)) == [query.prompt for query in queries]
    first = [set(generator.asked) for generator in generators]
    assert all(10 <= len(asked) <= 30 for asked in first) and len(set[str]().union(*first)) == 60
    await distant.answer(queries)
    assert [set(generator.asked) for generator in generators] == first


async def test_a_lost_one_is_passed_over_and_waited_for_where_it_is_the_last(model: Any) -> None:
    distant, generators = model(2)
    queries = [Query(f"q{number}") for number in range(20)]
    generators[0].lost = True
    assert texts(await distant.answer(queries)) == [query.prompt for query in queries]
    await distant.reachable()
    generators[1].lost = True
    lost = await distant.answer(queries[:1])
    assert texts(lost) == ["model_lost"] and isinstance(lost[0], ModelError) and lost[0].transient
    waiting = asyncio.ensure_future(distant.reachable())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    generators[0].lost = False
    await waiting
    assert texts(await distant.answer(queries)) == [query.prompt for query in queries]


async def test_what_nobody_waits_for_is_given_up(model: Any, ray: FakeRay) -> None:
    distant, (generator,) = model(1)
    generator.seconds = 60.0
    asking = asyncio.ensure_future(distant.answer([Query("q")]))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert len(ray.cancelled) == 1


async def test_the_gpus_are_shared_out(ray: FakeRay) -> None:
    ray.gpus = 5.0
    made = await start_generators(ray, ["hf/a/b", "vllm/c/d", "openai/e"])
    assert {name: len(actors) for name, actors in made.actors.items()} == {"hf/a/b": 3, "vllm/c/d": 2}
    assert {options["num_gpus"] for _, options in ray.started} == {1}
    ray.gpus = 0.0
    ray.started.clear()
    made = await start_generators(ray, ["hf/./here"])
    ((reference, options),) = ray.started
    assert reference.startswith("hf//") and options["num_gpus"] == 0 and len(made.actors["hf/./here"]) == 1
    ray.gpus = 1.0
    with pytest.raises(SetupError) as caught:
        await start_generators(ray, ["hf/a/b", "vllm/c/d"])
    assert caught.value.code == "too_few_gpus"
