"""Attempts made on the machines of a Ray cluster, as many as there are at the moment."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from prover.bench.attempt import NODE_LOST, AttemptSpoilt
from prover.bench.connection import connected
from prover.bench.generator import start_generators
from prover.bench.node import Node
from prover.bench.outfit import Outfit, StationOutfit
from prover.bench.problem import Problem
from prover.bench.station import Tried
from prover.core.errors import ProverError, SetupError

#: Attempts at once in one process: search keeps a tenth of a core of Python busy for each, and a process has one core.
_JOBS_A_PROCESS = 8
#: More attempts at once than a cluster has room for: those that find none wait for it.
MOST_JOBS = 4096
_LOOK_SECONDS = 1.0
_CLOSE_SECONDS = 15.0
#: A machine whose process died so often without an attempt that came to its end is not used any more: oftener than
#: one attempt alone can bring about.
_DEATHS = 8
#: How long a run waits for a first machine, or for another one when all are lost.
_PATIENCE_SECONDS = 120.0

Note = Callable[[str], None]


@dataclass(eq=False, slots=True)
class _Post:
    """A process that makes attempts, `jobs` at once, on a machine, where it has the number `place`. `open`: it can be
    asked for attempts."""

    node: str
    place: int
    name: str
    jobs: int
    actor: Any
    open: bool = False


@asynccontextmanager
async def open_cluster(
    address: str, outfit: Outfit, *, note: Note = lambda text: None, patience: float = _PATIENCE_SECONDS
) -> AsyncGenerator[Cluster]:
    """The machines of the cluster at `address` (see `connected`), each with a place made from `outfit`. They are made
    ready while attempts are asked for. `note` hears what becomes of machines, a line each; `patience`: seconds to wait
    for a machine while there is none."""
    async with connected(address) as ray:
        cluster = Cluster(ray, outfit, note, patience)
        try:
            yield cluster
        finally:
            await cluster.close()


@asynccontextmanager
async def open_stations(
    address: str, outfit: StationOutfit, *, note: Note = lambda text: None
) -> AsyncGenerator[Cluster]:
    """The same with a station on each machine. Models that run in a process are loaded first, one a GPU, for all."""
    async with connected(address) as ray:
        models = await start_generators(ray, outfit.entrant.references)
        try:
            async with open_cluster(address, replace(outfit, models=models), note=note) as cluster:
                yield cluster
        finally:
            await models.end()


class Cluster:
    """A place for attempts: those of all machines with a CPU, which may join and leave. Made by `open_cluster`.

    A machine has a process for every 8 attempts at once. A machine, or a process on it, that is lost spoils its
    attempts (`node_lost`); the process is made again where the machine is still there. A machine where the place cannot
    be opened, because another Lean is there, is told of and left out.
    """

    def __init__(self, ray: Any, outfit: Outfit, note: Note, patience: float) -> None:
        self._ray = ray
        self._outfit = outfit
        self._note = note
        self._patience = patience
        count = -(-outfit.jobs // _JOBS_A_PROCESS)
        self._parts = [len(range(place, outfit.jobs, count)) for place in range(count)]
        self._posts: dict[tuple[str, int], _Post] = {}
        self._refused: dict[str, ProverError] = {}
        self._deaths: Counter[str] = Counter()
        # Room for one attempt each; an error for whoever waits where there will be none.
        self._room: asyncio.Queue[_Post | ProverError] = asyncio.Queue()
        self._opening: set[asyncio.Task[None]] = set()
        self._watching = asyncio.ensure_future(self._watch())

    @property
    def machines(self) -> tuple[str, ...]:
        """Names of those that make attempts now."""
        return tuple(sorted({post.name for post in self._posts.values() if post.open}))

    async def attempt(self, problem: Problem, number: int) -> Tried:
        """As `Station.attempt`, on the machine that has been free longest; waits for one."""
        post = await self._free()
        reference = post.actor.attempt.remote(problem, number)
        try:
            reply = await reference
        except asyncio.CancelledError:
            self._ray.cancel(reference)
            raise
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            self._lose(post, _first_line(error))
            return _lost(post, problem, number, _first_line(error))
        finally:
            if post.open:
                self._room.put_nowait(post)
        if isinstance(reply, ProverError):
            self._refuse(post, reply)
            return _lost(post, problem, number, reply.message)
        if isinstance(reply.outcome, AttemptSpoilt):
            return Tried(_at(reply.outcome, post.name))
        self._deaths.pop(post.node, None)
        return reply

    async def close(self) -> None:
        """Ends what is under way on every machine, Lean's processes included."""
        tasks = {self._watching, *self._opening}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        posts = list(self._posts.values())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(*(post.actor.close.remote() for post in posts), return_exceptions=True)
        for post in posts:
            self._drop(post)

    async def _free(self) -> _Post:
        while True:
            found = await self._room.get()
            if isinstance(found, ProverError):
                self._room.put_nowait(found)
                raise found
            if found.open:
                return found

    # --- machines

    async def _watch(self) -> None:
        """Looks for machines, now and then."""
        since = time.monotonic()
        while True:
            try:
                nodes = await asyncio.to_thread(self._ray.nodes)
            except (self._ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
                self._room.put_nowait(SetupError(f"the cluster is gone: {_first_line(error)}", code="no_cluster"))
                return
            there = {node["NodeID"]: node for node in nodes if node["Alive"] and node["Resources"].get("CPU", 0) >= 1}
            for post in [post for post in self._posts.values() if post.node not in there]:
                self._lose(post, "the machine left the cluster")
            for node in there.keys() - self._refused.keys():
                for place in range(len(self._parts)):
                    if (node, place) not in self._posts:
                        self._begin(there[node], place)
            if self._posts:
                since = time.monotonic()
            elif there:
                self._room.put_nowait(self._refused[next(iter(there))])
                return
            elif time.monotonic() - since > self._patience:
                self._room.put_nowait(SetupError(f"no machine with a CPU within {self._patience:g} s", code="no_nodes"))
                return
            await asyncio.sleep(_LOOK_SECONDS)

    def _begin(self, facts: Mapping[str, Any], place: int) -> None:
        node, jobs = facts["NodeID"], self._parts[place]
        here = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node, soft=False)
        # Its part of the machine, as far as Ray keeps account of it; more attempts than CPUs are the user's decision.
        cpus = min(jobs, int(facts["Resources"]["CPU"]) * jobs // self._outfit.jobs)
        options = {"num_cpus": cpus, "max_concurrency": jobs + 8, "scheduling_strategy": here}
        actor = self._ray.remote(Node).options(**options).remote(self._outfit.sized(jobs))
        post = _Post(node, place, f"{facts['NodeName']} {node[:8]}", jobs, actor)
        self._posts[node, place] = post
        task = asyncio.ensure_future(self._open(post))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, post: _Post) -> None:
        try:
            reply = await post.actor.open.remote()
        except self._ray.exceptions.RayTaskError as error:
            self._refuse(post, SetupError(_first_line(error), code="node_broken"))
            return
        except self._ray.exceptions.RayError as error:
            self._lose(post, _first_line(error))
            return
        if isinstance(reply, ProverError):
            self._refuse(post, reply)
            return
        post.name = f"{reply} {post.node[:8]}"
        post.open = True
        self._note(f"{post.name}: ready")
        for _ in range(post.jobs):
            self._room.put_nowait(post)

    def _lose(self, post: _Post, why: str) -> None:
        """Once for a post, however many attempts are lost with it."""
        if not self._has(post):
            return
        self._drop(post)
        self._deaths[post.node] += 1
        if self._deaths[post.node] >= _DEATHS:
            self._refused[post.node] = SetupError(f"{post.name} was lost {_DEATHS} times: {why}", code=NODE_LOST)
        self._note(f"{post.name}: lost ({why})")

    def _refuse(self, post: _Post, error: ProverError) -> None:
        if not self._has(post):
            return
        for other in [other for other in self._posts.values() if other.node == post.node]:
            self._drop(other)
        self._refused[post.node] = type(error)(f"{post.name}: {error.message}", code=error.code, hint=error.hint)
        self._note(f"{post.name}: not used, {error.message}")

    def _has(self, post: _Post) -> bool:
        return self._posts.get((post.node, post.place)) is post

    def _drop(self, post: _Post) -> None:
        post.open = False
        self._posts.pop((post.node, post.place), None)
        with contextlib.suppress(self._ray.exceptions.RayError, ValueError):
            self._ray.kill(post.actor)


def _lost(post: _Post, problem: Problem, number: int, why: str) -> Tried:
    return Tried(AttemptSpoilt(problem.id, number, NODE_LOST, why, post.name))


def _at(spoilt: AttemptSpoilt, node: str) -> AttemptSpoilt:
    return AttemptSpoilt(spoilt.problem, spoilt.attempt, spoilt.error, spoilt.detail, node)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
