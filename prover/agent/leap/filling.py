"""A file's open theorems given to the agent: the places they stand at, the plan, and what is put into the file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from prover.agent.judge import Judge
from prover.agent.judging import Judging, Observer
from prover.agent.leap.assembly import Assembler, Assembly
from prover.agent.leap.blueprint import Blueprint, write_blueprint
from prover.agent.leap.cast import Cast
from prover.agent.leap.closing import Closer
from prover.agent.leap.editing import edit_from
from prover.agent.leap.effort import Effort
from prover.agent.leap.events import LeanUsed
from prover.agent.leap.leap import Leap, Scene
from prover.agent.leap.lemma import Standing, Statement
from prover.agent.leap.partial import PartialFile
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Policy
from prover.agent.leap.remarks import hints
from prover.agent.leap.stage import Stage
from prover.agent.naming import NamedSource, name_examples
from prover.agent.obligation import spelled
from prover.agent.placement import as_written
from prover.agent.refutation import refutation_header
from prover.agent.result import FileResult
from prover.agent.selection import Selection
from prover.agent.statement import statement_of
from prover.agent.target import Target
from prover.agent.task import Task
from prover.agent.workbench import Workbench
from prover.core.budget import Budget
from prover.core.errors import LeanProcessError
from prover.core.message import Message
from prover.core.position import Span
from prover.core.verdict import NotProved, Proved, ProvedModulo
from prover.lean import Pool
from prover.lean.source import Edit, SourceFile
from prover.verify.policy import Allowance


@dataclass(slots=True)
class LeapOptions:
    """How the agent works.

    `budget`: its seconds are for each target, the rest is for all together. `hints`: for all of them. `jobs`: lemmas
    at a time. `elaborate_seconds`: limit for the file, and for each look at a plan or proof.
    """

    budget: Budget = field(default_factory=lambda: Budget(seconds=600.0))
    policy: Policy = field(default_factory=Policy)
    effort: Effort = field(default_factory=Effort)
    jobs: int = 1
    hints: tuple[str, ...] = ()
    elaborate_seconds: float = 120.0


@dataclass(slots=True)
class FileAgent:
    """One run of the agent over one file. `plan` may hold what an earlier run recorded. `folder`: where the blueprint
    lies; what a person changed in it is taken in first."""

    source: SourceFile
    target: Target
    pool: Pool
    closer: Closer
    cast: Cast | None
    judge: Judge
    plan: Plan
    options: LeapOptions
    observe: Observer = lambda kind, payload: None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    folder: Path | None = None
    named: NamedSource = field(init=False)
    allowed: Allowance = field(init=False)
    header_end: int = field(init=False)
    assembler: Assembler = field(init=False)

    async def run(self) -> FileResult:
        """Works on the chosen theorems and says of each what is known, as `fill` does; every verdict is `judge`'s."""
        began = time.monotonic()
        with self._lean("opening"):
            tasks, messages = await self._open()
            scenes = await self._scenes(tasks)
            await self._edited(scenes)
        reason = "exhausted"
        if scenes:
            self.observe("AgentStarted", {"targets": [task.obligation.label for task, _ in scenes]})
            options = self.options
            agent = Leap(
                self.plan,
                tuple(scene for _, scene in scenes),
                self.closer,
                self.cast,
                options.policy,
                options.effort.within(options.budget.seconds),
                _for_all(options.budget, len(scenes)),
                options.jobs,
                self.stop,
                self.observe,
            )
            reason = await agent.run()
            for blueprint in self._blueprints(scenes):
                write_blueprint(self._folder, blueprint)
        with self._lean("assembling"):
            for task, scene in scenes:
                task.seconds = time.monotonic() - began
                await self._finish(task, scene, reason)
        judging = Judging(self.named, self.judge, self.observe, interrupted=self.stop.is_set())
        with self._lean("judging"):
            filled = await judging.judge_all(tasks)
        with self._lean("assembling"):
            partial = await self._partial(scenes)
        return FileResult(
            source=self.source,
            filled=filled,
            targets=[task.result() for task in tasks],
            messages=messages,
            engine=self.pool.engine.description,
            lean_version=self.pool.engine.lean_version,
            seconds=time.monotonic() - began,
            interrupted=self.stop.is_set(),
            partial=partial,
        )

    @contextmanager
    def _lean(self, part: str) -> Generator[None]:
        """Puts the seconds that go to Lean here on the plan's account."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.plan.record(LeanUsed(part, time.monotonic() - began))

    async def _edited(self, scenes: Sequence[tuple[Task, Scene]]) -> None:
        """Takes in what a person changed in the blueprints."""
        for blueprint in self._blueprints(scenes):
            for done in await edit_from(self._folder, blueprint, self.closer):
                self.observe("PersonEdited", {"what": done.what, "name": done.name, "refused": done.refused})

    @property
    def _folder(self) -> Path:
        assert self.folder is not None
        return self.folder

    def _blueprints(self, scenes: Sequence[tuple[Task, Scene]]) -> Iterator[Blueprint]:
        """One for each target; none without a folder."""
        if self.folder is None:
            return
        for task, scene in scenes:
            after = self.named.working.data[task.obligation.command.end :].decode()
            yield Blueprint(self.plan, scene.stage, scene.target, after)

    async def _partial(self, scenes: Sequence[tuple[Task, Scene]]) -> SourceFile | None:
        """The file with verified proofs, and what there is of the open targets; None where there is nothing of them."""
        kept = [task for task, _ in scenes if isinstance(task.verdict, Proved | ProvedModulo)]
        edits = [edit for task in kept for edit in task.edits]
        made = PartialFile(self.named, self.pool, edits, self.assembler.there, self.options.elaborate_seconds)
        found = False
        try:
            for task, scene in scenes:
                if isinstance(task.verdict, NotProved) and scene.target.standing is Standing.OPEN:
                    after = self.named.working.data[task.obligation.command.end :].decode()
                    found = (
                        await made.add(task, Blueprint(self.plan, scene.stage, scene.target, after, stuck=True))
                        or found
                    )
        except LeanProcessError as error:
            self.observe("NotAssembled", {"name": self.source.name, "faults": f"Lean was lost: {error.message}"})
        return made.text if found else None

    async def _open(self) -> tuple[list[Task], tuple[Message, ...]]:
        """The chosen targets, and Lean's messages."""
        async with Workbench(self.pool, self.source, seconds=self.options.elaborate_seconds) as bench:
            messages = bench.elaboration.messages
            self.named = name_examples(self.source, bench.elaboration)
            if self.named.edits:
                await bench.work_on(self.named.working)
            tasks = Selection(self.source, self.named, bench.elaboration).choose(self.target)
            self.header_end = bench.header.end
            declared = {spelled(d.name) for d in bench.elaboration.declarations}
            self.assembler = Assembler(self.plan, declared, self.options.elaborate_seconds)
            self.allowed = Allowance(self.named.working.text, bench.elaboration.commands)
        self.observe("FileOpened", {"file": self.source.name, "targets": [t.obligation.label for t in tasks]})
        return tasks, messages

    async def _scenes(self, tasks: Sequence[Task]) -> list[tuple[Task, Scene]]:
        """The targets that the agent can work on, each with its place; the others get their verdict or reason."""
        found: list[tuple[Task, Scene]] = []
        for task in tasks:
            if task.obligation.problem is not None:
                task.verdict = task.obligation.problem
                continue
            theorem = statement_of(self.named.working, self.header_end, task.obligation)
            if theorem is None or not task.whole or task.obligation.kind != "theorem":
                task.stopped = "not_a_whole_theorem"
                continue
            scene = await self._scene(task, Statement("", _written(theorem.name), theorem.statement, theorem.informal))
            if scene is None:
                task.stopped = "unreadable_statement"
            else:
                found.append((task, scene))
        return found

    async def _scene(self, task: Task, statement: Statement) -> Scene | None:
        before = self.named.working.data[: task.obligation.command.start].decode()
        for strict in (True, False):
            stage = Stage(
                self.pool,
                before,
                seconds=self.options.elaborate_seconds,
                allowed=self.allowed,
                strict_names=strict,
            )
            read = await stage.read(statement.name, statement.text, informal=statement.informal)
            if isinstance(read, Statement):
                told = (*self.options.hints, *self._hints(task))
                return Scene(self.plan.target(read), stage, told, read)
        return None

    def _hints(self, task: Task) -> list[str]:
        """What a person wrote as a hint inside the declaration or directly before it."""
        data, command = self.named.working.data, task.obligation.command
        above = data[: command.start].decode().rstrip().rpartition("\n\n")[2]
        inside = data[command.start : command.end].decode()
        return list(hints(f"{above}\n{inside}"))

    async def _finish(self, task: Task, scene: Scene, reason: str) -> None:
        """What the plan has for a target, as edits of the file."""
        lemma = scene.target
        spent = self.plan.tally.costs.get(lemma.key)
        task.statistics = {"lemmas": len(self.plan.graph.lemmas), "model_calls": self.plan.tally.calls}
        if spent is not None:
            task.statistics |= {"tokens": self.plan.tally.tokens, "money": round(self.plan.tally.money, 6)}
        if lemma.standing is Standing.REFUTED:
            header = refutation_header(task.name, quoted="«" in lemma.statement.text)
            proof = "\n".join(f"  {line}" if line else line for line in lemma.counterexample.split("\n"))
            task.refutation, task.stopped = f"{header} by\n{proof}", "refuted"
            return
        if not lemma.proved:
            task.stopped = reason
            return
        made = await self.assembler.assemble(lemma, scene.stated or lemma.statement, scene.stage)
        if not isinstance(made, Assembly):
            task.stopped = "not_assembled"
            self.observe("NotAssembled", {"name": task.obligation.label, "faults": str(made)})
            return
        at = task.obligation.command.start
        task.scripts = [made.script]
        task.edits = [Edit(Span(at, at), "".join(f"{text}\n\n" for text in made.before))] if made.before else []
        task.edits += as_written(self.named.working, task.gaps, task.scripts)


def _for_all(budget: Budget, targets: int) -> Budget:
    return budget if budget.seconds is None else replace(budget, seconds=budget.seconds * targets)


def _written(name: str) -> str:
    """The last part of a name."""
    return name.rpartition(".")[2] or name
