"""Many submissions judged by one ladder over one pool, some at once, each verdict written as it comes.

Verdicts do not depend on load or order:

- Broken machinery (`infrastructure`) says nothing about an item: it is judged again, alone, at the end.
- A limit of wall time that was reached while the item's Lean processes got less than `FED` of that time as CPU
  says that the machine was busy: judged again, alone, at the end. So is, once, an item whose process was lost
  while others ran (the system may have killed it for want of memory).
- What is left after `retries` such attempts stands; a time-out that was short of CPU to the last is marked
  `starved`. An item that needs nearly its whole limit may still come out on either side of it.

Canaries are judged first, among the items and last. One that is believed ends the run (`Summary.alarm`).
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from prover.core import verdict as verdicts
from prover.core.errors import LeanProcessError, ProverError, UserError
from prover.core.together import together, unless
from prover.core.verdict import Verdict
from prover.events.codec import encode
from prover.verify.canaries import believed, beside, bundled_canaries, held, schedule
from prover.verify.docket import Docket, Item
from prover.verify.results import CanaryJudged, ItemJudged, Resources, Results, ResultsDoubted

#: Share of a wall limit that Lean must have had as CPU for a time-out to be the submission's.
FED = 0.8


class Checker(Protocol):
    """`Ladder`, or what stands in for it."""

    async def judge(self, item: Item) -> dict[str, Verdict]: ...


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """`jobs`: checks at once. `retries`: further attempts of an item, alone. `canary_every`: items between two
    canaries. `canaries`: None: the bundled ones."""

    jobs: int = 1
    retries: int = 2
    canary_every: int = 100
    seed: int = 0
    canaries: tuple[Item, ...] | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A canary was believed. `doubted`: names of the items judged since the last canary that held began."""

    canary: str
    code: str
    doubted: tuple[str, ...]


@dataclass(slots=True)
class Summary:
    """What a run came to. `results`: of every item that is done, in the order of the docket; `resumed`: those that
    were done before; `retried`: items judged more than once; `seconds` and `judged`: of this run."""

    results: tuple[ItemJudged, ...] = ()
    items: int = 0
    resumed: int = 0
    judged: int = 0
    retried: int = 0
    canaries_held: int = 0
    canaries_inconclusive: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    alarm: Alarm | None = None
    codes: Counter[str] = field(default_factory=Counter[str])

    @property
    def accepted(self) -> int:
        return sum(result.accepted for result in self.results)

    @property
    def peak_mb(self) -> float:
        """The most memory one Lean process had while an item held it."""
        return max((result.resources.peak_mb for result in self.results), default=0.0)


class _Believed(Exception):
    """A canary was believed."""


class Batch:
    """One run. `stamp`: who judges, part of every item's key; `observe` is told of each result as it is written."""

    def __init__(
        self,
        checker: Checker,
        results: Results,
        stamp: str,
        options: BatchOptions = BatchOptions(),
        observe: Callable[[ItemJudged | CanaryJudged], None] = lambda event: None,
    ) -> None:
        self._checker = checker
        self._results = results
        self._stamp = stamp
        self._options = options
        self._observe = observe
        self._summary = Summary()
        self._again: list[tuple[Item, ItemJudged]] = []
        self._names: dict[str, list[str]] = {}

    async def run(self, docket: Docket, stop: asyncio.Event | None = None) -> Summary:
        """Judges what is not done yet. `stop`: when set, the checks under way are given up and the rest is kept.

        Raises `SetupError` where no Lean can run at all, `OSError` where results cannot be written.
        """
        began = time.monotonic()
        summary = self._summary
        keys = [(item.key(self._stamp), item) for item in docket.items]
        done_before = {key for key, _ in keys if self._results.is_done(key)}
        todo: dict[str, Item] = {}
        for key, item in keys:
            self._names.setdefault(key, []).append(item.name)
            if key not in done_before:
                todo.setdefault(key, item)
        with suppress(_Believed):
            summary.interrupted = not await unless(stop, self._all(list(todo.values())))
        results = self._results.latest
        summary.items = len(keys)
        summary.resumed = sum(key in done_before for key, _ in keys)
        summary.results = tuple(replace(results[key], name=item.name) for key, item in keys if key in results)
        summary.codes = Counter(result.code for result in summary.results)
        summary.seconds = time.monotonic() - began
        return summary

    async def _all(self, items: list[Item]) -> None:
        if not items and not self._results.unconfirmed:
            return
        # Those with the same imports and the same reference come together: a worker serves one header.
        items.sort(key=lambda item: (item.imports, item.reference or ""))
        options = self._options
        canaries = bundled_canaries() if options.canaries is None else options.canaries
        await self._serve_all([(canary, True) for canary in canaries])
        await self._serve_all(schedule(items, canaries, options.canary_every, options.seed))
        await self._alone()
        if canaries:
            await self._judge_canary((beside(items[-1], canaries) if items else canaries)[0])

    async def _serve_all(self, work: Iterable[tuple[Item, bool]]) -> None:
        queue = deque(work)
        await together([self._serve(queue) for _ in range(self._options.jobs)])

    async def _serve(self, queue: deque[tuple[Item, bool]]) -> None:
        while queue:
            item, is_canary = queue.popleft()
            if is_canary:
                await self._judge_canary(item)
                continue
            judged = await self._judge(item)
            if _doubtful(judged, item, alone=self._options.jobs == 1) and self._options.retries > 0:
                self._again.append((item, judged))
            else:
                self._record(judged)

    async def _alone(self) -> None:
        """What load may have spoilt, one item at a time."""
        for item, judged in self._again:
            self._summary.retried += 1
            while judged.attempts <= self._options.retries and _doubtful(judged, item, alone=judged.attempts > 1):
                judged = replace(await self._judge(item), attempts=judged.attempts + 1)
            self._record(replace(judged, starved=_starved(judged, item)))

    async def _judge(self, item: Item) -> ItemJudged:
        began = time.monotonic()
        found = await self._verdicts(item)
        good = verdicts.Consistent if item.reference is None else verdicts.Proved
        worse = [v for v in found.values() if not isinstance(v, good)]
        worst = next((v for v in worse if isinstance(v, verdicts.Infrastructure)), worse[0] if worse else None)
        return ItemJudged(
            key=item.key(self._stamp),
            name=item.name,
            code=good.code if worst is None else worst.code,
            accepted=worst is None,
            verdicts={name: {"code": verdict.code, **encode(verdict)} for name, verdict in found.items()},
            resources=_resources(next(iter(found.values())).report, time.monotonic() - began),
        )

    async def _verdicts(self, item: Item) -> dict[str, Verdict]:
        """What the ladder says; input it cannot take is a bad target, a defect of ours is our machinery's."""
        try:
            found = await self._checker.judge(item)
        except UserError as error:
            return {"*": verdicts.BadTarget(what=error.code, detail=error.message)}
        except LeanProcessError as error:
            return {"*": verdicts.Infrastructure(error=error.code, detail=error.message)}
        except (ProverError, OSError):
            raise
        except Exception as error:  # one hostile item must not end a run over thousands
            return {"*": verdicts.Infrastructure(error="internal", detail=f"{type(error).__name__}: {error}"[:500])}
        return found or {"*": verdicts.BadTarget(what="no_target", detail="no target to judge")}

    async def _judge_canary(self, canary: Item) -> None:
        position = self._results.position
        found = list((await self._verdicts(canary)).values())
        for _ in range(self._options.retries):
            if held(found) or believed(found):
                break
            found = list((await self._verdicts(canary)).values())
        event = CanaryJudged(canary.name, found[0].code, held(found), position)
        doubted = self._results.unconfirmed
        self._results.record(event)
        if believed(found):
            self._results.record(ResultsDoubted(canary.name, event.code, tuple(r.key for r in doubted)))
            self._summary.alarm = Alarm(canary.name, event.code, tuple(dict.fromkeys(r.name for r in doubted)))
            raise _Believed
        self._summary.canaries_held += event.held
        self._summary.canaries_inconclusive += not event.held
        self._observe(event)

    def _record(self, judged: ItemJudged) -> None:
        self._summary.judged += 1
        first, *others = self._names[judged.key]
        judged = replace(judged, name=first)
        self._results.record(judged)
        self._observe(judged)
        for name in others:
            self._results.record(replace(judged, name=name, resources=Resources(), repeats=first))


def _doubtful(judged: ItemJudged, item: Item, *, alone: bool) -> bool:
    """Whether load may have decided, so that the item is to be judged alone."""
    codes = {verdict["code"] for verdict in judged.verdicts.values()}
    return "infrastructure" in codes or ("worker_lost" in codes and not alone) or _starved(judged, item)


def _starved(judged: ItemJudged, item: Item) -> bool:
    late = any(v["code"] == "timed_out" and v["limit"] != "heartbeats" for v in judged.verdicts.values())
    return late and judged.resources.cpu_seconds < FED * item.limits.seconds


def _resources(report: Mapping[str, Any], seconds: float) -> Resources:
    used: Mapping[str, Any] = report.get("resources", {})
    return Resources(
        round(seconds, 4),
        dict(report.get("seconds", {})),
        float(used.get("cpu_seconds", 0.0)),
        float(used.get("peak_mb", 0.0)),
        int(used.get("fresh_processes", 0)),
    )
