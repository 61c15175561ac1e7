"""The agent: it works on the most promising lemma of the plan until the targets are proved or nothing is left to do.

LEAP (arXiv 2606.03303, section 3), with what it leaves open filled in: formal refutations (AlphaProof,
Goedel-Architect), diagnoses that the next plan reads (Goedel-Architect), and an order of work by expected gain over
expected cost.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from prover.agent.judging import Observer
from prover.agent.leap.cast import Cast
from prover.agent.leap.closing import Closer
from prover.agent.leap.effort import Effort
from prover.agent.leap.events import ActionChosen, AgentEnded, Diagnosed, LimitReached
from prover.agent.leap.lemma import Lemma, Standing, Statement
from prover.agent.leap.lemma_attempt import LemmaAttempt
from prover.agent.leap.limits import Reached, Used
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action, Policy
from prover.agent.leap.stage import Stage
from prover.core.budget import Budget, Spent
from prover.core.errors import ModelError

#: How often the agent looks whether it was interrupted or its budget is used up.
_LOOK_SECONDS = 0.2
#: Model failures in a row after which it is not asked any more.
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A target with the place where it stands, and the person's hints for it. `stated`: the target as it is written
    there, where that may differ from the lemma in names of variables."""

    target: Lemma
    stage: Stage
    hints: tuple[str, ...] = ()
    stated: Statement | None = None


@dataclass(slots=True)
class Leap:
    """One run of the agent over a plan. `scenes`: the targets of the plan. `cast` None: there is no model.

    `jobs` lemmas are worked on at a time. Interrupted (`stop` is set) or out of budget, it ends what is under way, and
    the plan keeps what was found.
    """

    plan: Plan
    scenes: tuple[Scene, ...]
    closer: Closer
    cast: Cast | None = None
    policy: Policy = field(default_factory=Policy)
    effort: Effort = field(default_factory=Effort)
    budget: Budget = field(default_factory=Budget)
    jobs: int = 1
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    observe: Observer = lambda kind, payload: None
    _running: dict[asyncio.Task[bool], LemmaAttempt] = field(default_factory=dict[asyncio.Task[bool], LemmaAttempt])
    _limited: set[str] = field(default_factory=set[str])
    _failures: int = 0
    _told: dict[str, Standing] = field(default_factory=dict[str, Standing])

    async def run(self) -> str:
        """Why it stopped: as `AgentEnded.stop`."""
        if self.cast is None:
            self.policy.actions = tuple(a for a in self.policy.actions if a in (Action.CLOSE, Action.SEARCH))
        spent = self._spent()
        self._tell()
        try:
            stop = await self._work(spent)
        finally:
            await self._end()
        targets = self.plan.graph.targets
        proved = tuple(t.name for t in targets if t.proved)
        left = tuple(t.name for t in targets if not t.proved)
        self.plan.record(AgentEnded(stop, proved, left))
        return stop

    def _spent(self) -> Spent:
        """What the plan's own record says was used; wall time counts from now."""
        tally = self.plan.tally
        return Spent(
            self.budget,
            lean_seconds=tally.lean_seconds,
            tokens=tally.tokens,
            money=tally.money,
            calls=tally.calls,
        )

    async def _work(self, spent: Spent) -> str:
        changed = True
        while True:
            if all(scene.target.standing is not Standing.OPEN for scene in self.scenes):
                return "proved" if all(scene.target.proved for scene in self.scenes) else "decided"
            limit = self._limit(spent)
            if limit:
                return limit
            self._cut_off()
            if changed:
                self._withdraw()
                self._begin()
            if not self._running:
                return "model_failed" if self._failures >= _PATIENCE else "exhausted"
            done, _ = await asyncio.wait(self._running, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                self._take_in(task)
            if done:
                self._tell()
            # A plan is large, and looked through only when it may have become another.
            changed = bool(done)

    def _limit(self, spent: Spent) -> str:
        if self.stop.is_set():
            return "interrupted"
        used: list[Used] = [self.plan.tally, *(attempt.bill for attempt in self._running.values())]
        spent.tokens, spent.calls = sum(u.tokens for u in used), sum(u.calls for u in used)
        spent.money, spent.lean_seconds = sum(u.money for u in used), sum(u.lean_seconds for u in used)
        exceeded = spent.exceeded()
        if exceeded is None:
            return ""
        self._reached("", Reached(exceeded, getattr(spent, exceeded), getattr(self.budget, exceeded)))
        return f"budget_{exceeded}"

    def _cut_off(self) -> None:
        """Ends attempts at lemmas that have reached a limit."""
        for task, attempt in self._running.items():
            seconds = time.monotonic() - attempt.began
            reached = self.policy.reached(self.plan, attempt.lemma, attempt.bill, seconds=seconds)
            if reached is not None:
                self._reached(attempt.lemma.key, reached, attempt.lemma.name)
                task.cancel()

    def _reached(self, key: str, reached: Reached, name: str = "") -> None:
        """Puts a limit that is reached on record, once."""
        if key in self._limited:
            return
        self._limited.add(key)
        self.plan.record(LimitReached(key, reached.name, reached.used, reached.most))
        payload = {"lemma": name, "limit": reached.name, "used": reached.used, "most": reached.most}
        self.observe("LimitReached", payload)
        if key:
            words = f"the limit of {reached.name.replace('_', ' ')} for one lemma is reached ({reached.most:g})"
            self.plan.record(Diagnosed(key, "BUDGET", words))

    def _begin(self) -> None:
        """Takes up the best choices there are while there is room."""
        if set(self.policy.actions) != {Action.PLAN}:
            self._backtrack()
        while len(self._running) < self.jobs:
            found = self.policy.choose(self.plan, [attempt.lemma for attempt in self._running.values()])
            if found is None:
                return
            choice = found.choice
            told = choice.gain, choice.cost, found.choices, found.reason
            self.plan.record(ActionChosen(choice.lemma.key, choice.action, *told))
            self.observe("LemmaTakenUp", {"lemma": choice.lemma.name, "action": str(choice.action)})
            scene = self._scene(choice.lemma)
            attempt = LemmaAttempt(
                self.plan, scene.stage, self.cast, self.closer, self.effort, choice.lemma, choice.action, scene.hints
            )
            self._running[asyncio.create_task(attempt.run())] = attempt

    def _take_in(self, task: asyncio.Task[bool]) -> None:
        attempt = self._running.pop(task)
        lemma, action = attempt.lemma, attempt.action
        reached = self.policy.reached(self.plan, lemma)
        if reached is not None and lemma.standing is Standing.OPEN:
            self._reached(lemma.key, reached, lemma.name)
        if task.cancelled():
            return
        try:
            helped = task.result()
        except ModelError as error:
            self._failures += 1
            self.observe("ModelFailed", {"code": error.code, "message": error.message})
            if self._failures >= _PATIENCE:
                # What needs no model can still be done.
                self.cast = None
                self.policy.actions = tuple(a for a in self.policy.actions if a in (Action.CLOSE, Action.SEARCH))
            return
        if action not in (Action.CLOSE, Action.SEARCH):
            self._failures = 0
        payload = {"lemma": lemma.name, "action": str(action), "helped": helped, "standing": str(lemma.standing)}
        self.observe("LemmaLeft", payload)

    def _tell(self) -> None:
        """Says which lemmas are new or stand otherwise than it was said last, and what all has cost."""
        now = {lemma.name: lemma.standing for lemma in self.plan.graph.lemmas}
        changed = {name: str(standing) for name, standing in now.items() if self._told.get(name) is not standing}
        self._told = now
        tally = self.plan.tally
        costs = {"tokens": tally.tokens, "calls": tally.calls, "money": tally.money}
        self.observe("PlanStands", {"lemmas": changed, **costs})

    def _withdraw(self) -> None:
        """Ends work on lemmas that nobody needs any more."""
        for task, attempt in self._running.items():
            if not self.plan.graph.is_wanted(attempt.lemma):
                task.cancel()

    def _backtrack(self) -> None:
        """Gives up decompositions of which one lemma has nothing left that could be done about it."""
        busy = {attempt.lemma.number for attempt in self._running.values()}
        while True:
            live = {choice.lemma.number for choice in self.policy.choices(self.plan)} | busy
            hopeless = [
                decomposition
                for lemma in self.plan.graph.wanted()
                if lemma.number not in live and all(d.dead for d in lemma.decompositions)
                for decomposition in lemma.needed_by
                if not decomposition.dead
            ]
            if not hopeless:
                return
            for decomposition in hopeless:
                self.plan.give_up(decomposition, "stuck")

    def _scene(self, lemma: Lemma) -> Scene:
        """The place of the first target that needs a lemma."""
        above = {other.number for other in self.plan.graph.above(lemma)} | {lemma.number}
        return next((scene for scene in self.scenes if scene.target.number in above), self.scenes[0])

    async def _end(self) -> None:
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
