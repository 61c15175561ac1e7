"""What the agent has of targets that it did not prove, put into the file: the plan that stands, its lemmas with their
proofs, open ones with `sorry` and a comment on what was tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prover.agent.leap.blueprint import Blueprint
from prover.agent.leap.lemma import Lemma
from prover.agent.leap.naming import with_names
from prover.agent.naming import NamedSource
from prover.agent.placement import as_written
from prover.agent.task import Task
from prover.core.errors import CallTimeout
from prover.core.position import Span
from prover.lean import Pool
from prover.lean.source import Edit, SourceFile
from prover.verify.elaborated import read_by_lean


@dataclass(slots=True)
class PartialFile:
    """A file as it grows. `there`: full names of lemmas that verified proofs brought into it, by key. `seconds`: limit
    for one look of Lean's at the file."""

    named: NamedSource
    pool: Pool
    edits: list[Edit]
    there: Mapping[str, str]
    seconds: float
    _put: set[str] = field(default_factory=set[str])
    _failing: Counter[str] | None = None

    async def add(self, task: Task, blueprint: Blueprint) -> bool:
        """Puts in what there is of a target; nothing where there is no plan, or where the file would have an error
        by it that it does not have. Raises `LeanProcessError`."""
        if blueprint.proof_of(blueprint.target)[1] is None:
            return False
        known = {lemma.key: self.there[lemma.key] for lemma in blueprint.lemmas if lemma.key in self.there}
        lemmas = [a for a in _shown(blueprint) if a.key not in known and a.key not in self._put]
        definitions = [text for text in blueprint.plan.definition_blocks() if text not in self._put]
        names = {lemma.name: known[lemma.key] for lemma in blueprint.lemmas if lemma.key in known}
        texts = [*definitions, *(with_names(blueprint.stated(lemma), names).rstrip() for lemma in lemmas)]
        at = task.obligation.command.start
        made = [Edit(Span(at, at), "".join(f"{text}\n\n" for text in texts))]
        script = with_names(blueprint.script(blueprint.target), names)
        made += as_written(self.named.working, task.gaps, [script])
        if self._failing is None:
            self._failing = await self._failures(self.edits)
        if await self._failures([*self.edits, *made]) - self._failing:
            return False
        self.edits += made
        self._put.update(definitions, (lemma.key for lemma in lemmas))
        return True

    @property
    def text(self) -> SourceFile:
        """The user's file with everything that was put in."""
        return self.named.original.with_edits([Edit(self.named.back(edit.span), edit.text) for edit in self.edits])

    async def _failures(self, edits: Sequence[Edit]) -> Counter[str]:
        """The commands that Lean refuses, by text; the whole file where it takes too long."""
        text = self.named.working.with_edits(list(edits)).text
        header = await self.pool.read_header(text)
        async with self.pool.lease(header.modules) as worker:
            try:
                found = await read_by_lean(worker, text, header, heartbeats=0, seconds=self.seconds)
            except CallTimeout:
                return Counter([text])
        data = text.encode()
        failed = Counter(data[c.span.start : c.span.end].decode() if c.span else "" for c in found.commands if c.failed)
        return failed + Counter([text] if found.stopped else [])


def _shown(blueprint: Blueprint) -> list[Lemma]:
    """The lemmas that the target's sketch calls on, and those that theirs do, in the order of the blueprint."""
    needed: set[int] = set()
    pending = [blueprint.target]
    while pending:
        lemma = pending.pop()
        if lemma.number not in needed:
            needed.add(lemma.number)
            standing = None if lemma.number in blueprint.borrowed else blueprint.proof_of(lemma)[1]
            pending += standing.lemmas if standing is not None else ()
    return [lemma for lemma in blueprint.lemmas if lemma.number in needed and lemma is not blueprint.target]
