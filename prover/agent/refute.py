"""Counterexamples to the theorems of a file, each judged by the ladder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prover.agent.counterexample import hunt, open_beside, unfoldable
from prover.agent.hunt import Counterexample, Tried
from prover.agent.instance_words import explain
from prover.agent.judge import Judge
from prover.agent.judging import Observer
from prover.agent.naming import NamedSource, name_examples
from prover.agent.obligation import spelled
from prover.agent.refutation import refutation_name
from prover.agent.target import Target, choose_name
from prover.agent.workbench import Workbench
from prover.core.errors import LeanProcessError, UserError
from prover.core.message import Message
from prover.core.position import Span
from prover.core.verdict import Infrastructure, Refuted, Verdict
from prover.lean import Declaration, Elaboration, Pool
from prover.lean.source import Edit, SourceFile
from prover.verify.name import Name, parse, show


@dataclass(frozen=True, slots=True)
class RefuteOptions:
    """`seconds`: for each theorem; `size`: instances of one choice of types that are looked at, at most."""

    seconds: float = 20.0
    size: int = 20_000
    elaborate_seconds: float = 120.0


@dataclass(slots=True)
class Refutation:
    """What is known of one theorem. `verdict`: the ladder's, where something was found; `problem`: why a theorem could
    not be looked at. `explanation`: what is false at the counterexample, in words."""

    name: str
    line: int
    command: Span
    label: str = ""
    counterexample: Counterexample | None = None
    verdict: Verdict | None = None
    explanation: str = ""
    problem: str = ""
    tried: Tried = field(default_factory=Tried)

    @property
    def refuted(self) -> bool:
        return isinstance(self.verdict, Refuted)


@dataclass(slots=True)
class Refutations:
    """What is known of a file's theorems. `refuting`: the file with the refutations that hold, each after its theorem;
    examples with a hole have a name there if one of them is refuted."""

    source: SourceFile
    refuting: SourceFile
    targets: list[Refutation]
    messages: tuple[Message, ...] = ()
    engine: str = ""
    lean_version: str = ""
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def all_refuted(self) -> bool:
        return bool(self.targets) and all(t.refuted for t in self.targets)


async def refute(
    source: SourceFile,
    target: Target,
    pool: Pool,
    judge: Judge,
    options: RefuteOptions = RefuteOptions(),
    observer: Observer = lambda kind, payload: None,
    stop: asyncio.Event | None = None,
) -> Refutations:
    """Looks for a counterexample to each chosen theorem of `source`, open or not.

    Raises `UserError` for a file or target that cannot be worked on. `stop`, once set, ends the search and keeps what
    was found.
    """
    began = time.monotonic()
    stop = stop or asyncio.Event()
    async with Workbench(pool, source, seconds=options.elaborate_seconds) as bench:
        messages = bench.elaboration.messages
        named = name_examples(source, bench.elaboration)
        if named.edits:
            await bench.work_on(named.working)
        targets = _chosen(named, bench.elaboration, target)
        reader = _Reader(bench, unfoldable(bench.elaboration.declarations), options, observer, stop)
        for one in targets:
            if not stop.is_set():
                await reader.read(one)
    for one in targets:
        if one.counterexample is not None:
            await _judge(one, named.working, judge)
    found = [one for one in targets if one.refuted]
    kept = named.working if any(one.name in named.labels for one in found) else source
    edits = [_after(one.command if kept is named.working else named.back(one.command), one) for one in found]
    return Refutations(
        source,
        kept.with_edits(edits),
        targets,
        messages,
        pool.engine.description,
        pool.engine.lean_version,
        time.monotonic() - began,
        stop.is_set(),
    )


@dataclass(slots=True)
class _Reader:
    """Goes through the theorems in the order of the file."""

    bench: Workbench
    definitions: Mapping[str, Sequence[str]]
    options: RefuteOptions
    observe: Observer
    stop: asyncio.Event
    _env: int = 0
    _upto: int = -1

    async def read(self, one: Refutation) -> None:
        self.observe("TargetStarted", {"name": one.label})
        try:
            env = await self._after(one)
            await self._hunt(one, env)
        except LeanProcessError as error:
            one.problem = error.code
        self.observe("TargetSearched", {"name": one.label, "found": one.counterexample is not None})

    async def _hunt(self, one: Refutation, env: int) -> None:
        worker, options = self.bench.worker, self.options
        quoted = "«" in self.bench.source.text
        result = await hunt(
            worker,
            env,
            one.name,
            definitions=self.definitions,
            quoted=quoted,
            avoid=open_beside(one.name, self.bench.elaboration.declarations),
            seconds=options.seconds,
            size=options.size,
            stop=self.stop,
        )
        one.counterexample, one.tried = result.found, result.tried
        if result.found is not None:
            one.explanation = await explain(worker, env, result.found.denied)

    async def _after(self, one: Refutation) -> int:
        """The environment after a theorem."""
        if not self.bench.worker.alive:
            await self.bench.renew()
            self._upto = -1
        worker = self.bench.worker
        if self._upto < 0:
            self._env, self._upto = worker.env, self.bench.header.end
        if self._upto < one.command.end:
            text = self.bench.source.text
            made = await worker.elaborate(
                self._env,
                text,
                start=self._upto,
                stop=one.command.end,
                keep=True,
                wall_seconds=self.options.elaborate_seconds,
            )
            if self._env != worker.env:
                await worker.release(envs=[self._env])
            self._env, self._upto = made.env, one.command.end
        return self._env


async def _judge(one: Refutation, working: SourceFile, judge: Judge) -> None:
    text = working.with_edits([_after(one.command, one)]).text
    one.verdict = await judge.refutation(text, working.text, one.name, refutation_name(one.name))
    if not isinstance(one.verdict, Refuted | Infrastructure):
        one.tried.stopped = "refutation_refused"


def _after(command: Span, one: Refutation) -> Edit:
    assert one.counterexample is not None
    return Edit(Span(command.end, command.end), f"\n\n{one.counterexample.theorem}\n")


def _chosen(named: NamedSource, elaboration: Elaboration, target: Target) -> list[Refutation]:
    every = list(_theorems(named, elaboration))
    if target.name is not None:
        name = choose_name(target.name, [spelled(d.name) for d in elaboration.declarations])
        chosen = [one for one in every if one.name == name]
        if not chosen:
            raise UserError(
                f"{name} is not a theorem that Lean has read", code="not_a_theorem", hint=_aside(elaboration)
            )
        return chosen
    if target.line is not None:
        position = named.original.position
        spans = [(one, named.back(one.command)) for one in every]
        every = [o for o, s in spans if position(s.start).line <= target.line <= position(s.end).line]
        if not every:
            raise UserError(
                f"there is no theorem on line {target.line}", code="target_absent", hint=_aside(elaboration)
            )
    if not every:
        raise UserError(f"{named.original.name} has no theorem", code="no_theorem", hint=_aside(elaboration))
    return every


def _theorems(named: NamedSource, elaboration: Elaboration) -> Iterator[Refutation]:
    working = named.working
    made = {spelled(d.name) for d in elaboration.declarations if d.kind == "inductive"}
    failed = [c.span for c in elaboration.commands if c.failed and c.span is not None]
    spans = [c.span for c in elaboration.commands if c.span is not None]
    for declaration in sorted(elaboration.declarations, key=lambda d: (d.start, d.name)):
        command = _around(working, declaration, spans)
        if declaration.kind != "theorem" or command is None or command in failed or declaration.type_hole:
            continue
        name = spelled(declaration.name)
        if show(parse(name)[:-1]) in made and _around(working, _named(elaboration, parse(name)[:-1]), spans) == command:
            continue  # what a structure's own field says
        line = named.original.position(named.back(command).start).line
        yield Refutation(name, max(line, 1), command, label=named.label(name))


def _named(elaboration: Elaboration, name: Name) -> Declaration:
    return next(d for d in elaboration.declarations if spelled(d.name) == show(name))


def _around(source: SourceFile, declaration: Declaration, spans: Sequence[Span]) -> Span | None:
    at = source.offset(declaration.start)
    return next((span for span in spans if span.start <= at < span.end), None)


def _aside(elaboration: Elaboration) -> str:
    return f"the file has errors; the first: {elaboration.errors[0].text}" if elaboration.errors else ""
