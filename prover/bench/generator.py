"""Models in processes of their own on a cluster, one a GPU, asked from all its machines."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.core.errors import ModelError, ProverError, SetupError, UserError
from prover.model import Answer, Batcher, Capacity, Client, LanguageModel, Query
from prover.model.extra import extra
from prover.model.opening import open_model
from prover.model.reference import ModelReference, parse_reference

#: Questions of one machine that wait at a generator; those of its searches are bounded there.
_WAITING = 4096
#: Questions that a machine has under way: Ray's messages are small, and the generator gathers them.
_CALLS = 512
_PAUSE_SECONDS = 2.0
_CLOSE_SECONDS = 30.0
#: Engines that hold a model in the process that opens them.
_WEIGHTS = ("hf", "vllm")


class Generator:
    """An actor with one model and the batcher in front of it: queries of all machines are gathered into its calls.

    It comes back by itself when its machine is lost, on another one, and loads the model again.
    """

    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._opening: asyncio.Task[Batcher] | None = None
        self._clients: dict[str, Client] = {}

    async def ready(self) -> Capacity | ProverError:
        """Once the model is loaded (minutes); what keeps it from that."""
        try:
            return (await self._batcher()).model.capacity
        except ProverError as error:
            return error

    async def answer(self, asker: str, query: Query) -> Answer | ModelError:
        """As the model. `asker`: whose queries take turns with those of others."""
        try:
            batcher = await self._batcher()
        except ProverError as error:
            return ModelError(error.message, code=error.code, hint=error.hint)
        if asker not in self._clients:
            self._clients[asker] = batcher.client()
        (answer,) = await self._clients[asker].answer([query])
        return answer

    async def close(self) -> None:
        """Frees what the engine holds."""
        if self._opening is not None:
            await (await self._opening).close()

    async def _batcher(self) -> Batcher:
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> Batcher:
        # Who asks has a deadline of its own and gives the question up when it has passed.
        return Batcher(await open_model(parse_reference(self._reference)), waiting=_WAITING)


class DistantModel:
    """A model that runs in generators, asked as one that runs here. Equal questions go to the same generator, and to
    the next one where that is lost."""

    def __init__(self, name: str, generators: Sequence[Any], capacity: Capacity) -> None:
        self.name = name
        self.capacity = Capacity(batch=1, calls=_CALLS, tools=capacity.tools)
        self._ray = extra("ray", "cluster")
        self._generators = tuple(generators)
        self._asker = uuid.uuid4().hex
        self._back: asyncio.Task[None] | None = None

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        """As `LanguageModel.answer`; a `ModelError` (`model_lost`) while no generator can be reached."""
        return list(await asyncio.gather(*map(self._one, queries)))

    async def reachable(self) -> None:
        """Waits until the generators answer again, where they did not."""
        if self._back is not None:
            await asyncio.shield(self._back)

    async def close(self) -> None:
        """The generators are not its own."""
        if self._back is not None:
            self._back.cancel()

    async def _one(self, query: Query) -> Answer | ModelError:
        first = int(query.key[:8], 16)
        for at in range(len(self._generators)):
            generator = self._generators[(first + at) % len(self._generators)]
            answer = await self._ask(generator, query)
            if answer is not None:
                return answer
        if self._back is None or self._back.done():
            self._back = asyncio.ensure_future(self._return())
        return ModelError(f"{self.name}: no process that runs it can be reached", code="model_lost", transient=True)

    async def _ask(self, generator: Any, query: Query) -> Answer | ModelError | None:
        """None where it cannot be reached."""
        reference = generator.answer.remote(self._asker, query)
        try:
            return await reference
        except asyncio.CancelledError:
            self._ray.cancel(reference)
            raise
        except self._ray.exceptions.RayTaskError:
            raise
        except self._ray.exceptions.RayError:
            return None

    async def _return(self) -> None:
        """Ends when any of them answers."""
        while True:
            for generator in self._generators:
                try:
                    await generator.ready.remote()
                    return
                except self._ray.exceptions.RayError:
                    await asyncio.sleep(_PAUSE_SECONDS)


@dataclass(slots=True)
class Generators:
    """The generators of a run by reference, and the models that ask them; models of other engines are opened where
    they are needed."""

    actors: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])
    asked: list[DistantModel] = field(default_factory=list[DistantModel])

    async def open(self, reference: ModelReference, **more: Any) -> LanguageModel:
        """As `open_model`."""
        actors = self.actors.get(str(reference))
        if not actors:
            return await open_model(reference, **more)
        capacity = await actors[0].ready.remote()
        if isinstance(capacity, ProverError):
            raise capacity
        model = DistantModel(str(reference), actors, capacity)
        self.asked.append(model)
        return model

    async def reachable(self) -> None:
        """Waits until every model can be asked."""
        for model in self.asked:
            await model.reachable()

    async def end(self) -> None:
        """Ends the generators, on whichever machine."""
        ray = extra("ray", "cluster")
        actors = [actor for made in self.actors.values() for actor in made]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(*(actor.close.remote() for actor in actors), return_exceptions=True)
        for actor in actors:
            ray.kill(actor)


async def start_generators(ray: Any, references: Sequence[str]) -> Generators:
    """For each model that runs in a process: one a GPU of the cluster, shared out evenly where there are several
    models; a single one where there is no GPU. Ends when all are loaded (minutes).

    Raises `UserError` for a model that nobody can ask from elsewhere, `SetupError` where the cluster has too few GPUs,
    and what the loading raises.
    """
    parsed = [parse_reference(reference) for reference in references]
    for reference in parsed:
        if reference.engine == "manual":
            raise UserError(f"{reference} answers on this machine alone", code="usage", hint="leave out --cluster")
    heavy = [reference for reference in parsed if reference.engine in _WEIGHTS]
    gpus = int(ray.cluster_resources().get("GPU", 0))
    if heavy and 0 < gpus < len(heavy):
        raise SetupError(
            f"{len(heavy)} models, and the cluster has {gpus} GPUs",
            code="too_few_gpus",
            hint="add a GPU, name fewer models, or serve one of them elsewhere and name it openai-api/SERVICE/NAME",
        )
    actors: dict[str, tuple[Any, ...]] = {}
    for number, reference in enumerate(heavy):
        count = len(range(number, gpus, len(heavy))) or 1
        made = [_start(ray, reference, num_gpus=1 if gpus else 0) for _ in range(count)]
        actors[str(reference)] = tuple(made)
    for reference in parsed:
        if reference.engine == "replay":
            # The file lies on this machine.
            here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
                ray.get_runtime_context().get_node_id(), soft=False
            )
            actors[str(reference)] = (_start(ray, reference, scheduling_strategy=here),)
    generators = Generators(actors)
    try:
        for ready in await asyncio.gather(*(actor.ready.remote() for made in actors.values() for actor in made)):
            if isinstance(ready, ProverError):
                raise ready
    except BaseException:
        await generators.end()
        raise
    return generators


def _start(ray: Any, reference: ModelReference, **options: Any) -> Any:
    """The actor. A path is made absolute: it is read in another folder, perhaps on another machine."""
    if reference.local or reference.engine == "replay":
        reference = ModelReference(reference.engine, str(Path(reference.name).absolute()))
    # No task is retried by Ray: while an actor loads again, questions go to the others.
    options = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": 0, "max_concurrency": _WAITING, **options}
    return ray.remote(Generator).options(**options).remote(str(reference))
