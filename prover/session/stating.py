"""From words to a statement in a session: the model drafts, the person takes one, frozen, and works on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prover.agent.leap.role_models import RoleModels
from prover.agent.leap.roles import find_agent
from prover.api.workplace import Workplace
from prover.core.errors import ModelError
from prover.core.visible import visible
from prover.formalize import wording
from prover.formalize.drafting import Task
from prover.formalize.face import formalizing
from prover.formalize.formalization import Candidate, Formalization
from prover.formalize.formalizing import Limits
from prover.formalize.seal import seal
from prover.lean.source import SourceFile
from prover.session.desk import Answer, Desk, told
from prover.session.steps import Step, Verb

_DRAFTS = 3
_NAME = "claim"
_NO_MODEL = "no model is configured (`--model`) that could draft a statement; `lemma NAME : P` states one"


@dataclass
class Stating:
    """Drafts of statements for the place that is worked on. `found`: the last ones, until the session ends."""

    desk: Desk
    found: Formalization | None = field(default=None, init=False)

    async def formalize(self, words: str) -> Answer:
        """Has the model draft what `words` say; the drafts, the best first."""
        if self.desk.model is None:
            return told(_NO_MODEL, accepted=False)
        context = self._context()
        models = RoleModels(find_agent("leap"), {"main": self.desk.model.batcher}, self.desk.model.through)
        task = Task(words, self._name(), context, self.desk.model.batcher.model.name)
        try:
            async with self.desk.prover.place(self._source(context)) as place:
                self.found = await self._drafted(place, models, task)
        except ModelError as error:
            return told(f"the model did not answer: {visible(error.message)}", accepted=False)
        return Answer(tuple(_shown(self.found)), bool(self.found.candidates))

    async def accept(self, argument: str) -> Answer:
        """States a draft, by its number, before what is worked on, and turns to it. One that nobody can mean is taken
        only where that is said (`N!`)."""
        number = int(argument.removesuffix("!"))
        one = self.found.numbered(number) if self.found is not None else None
        if one is None or self.found is None:
            return told(f"there is no draft {number}; `formalize WORDS` makes some", accepted=False)
        if one.damned and not argument.endswith("!"):
            wrong = [
                f"{wording.concern(doubt)}: {visible(doubt.detail)}" for doubt in one.examined.doubts if doubt.damning
            ]
            return told(*wrong, f"`accept {number}!` takes it all the same", accepted=False)
        return await self._stated(one, self.found)

    async def _drafted(self, place: Workplace, models: RoleModels, task: Task) -> Formalization:
        with formalizing(place, models, task, Limits(drafts=_DRAFTS)) as work:
            await work.prepare()
            await work.draw()
            return await work.result()

    async def _stated(self, one: Candidate, found: Formalization) -> Answer:
        if found.context != self._context():
            return told("what stands before has changed since; `formalize` again", accepted=False)
        async with self.desk.prover.place(self._source(found.context)) as place:
            sealed = await seal(place.pool, one.draft, found.words)
        signature = one.draft.statement.strip().removeprefix(f"theorem {one.draft.name}").strip()
        active = self.desk.now.active
        answer = await self.desk.state(one.draft.name, signature, sealed.preface)
        if not answer.accepted:
            return answer
        await self.desk.step(Step(Verb.WORK, number=active))
        return told(f"{visible(one.draft.name)} is frozen; its key is {sealed.mark.key[:12]}…", *answer.lines[1:])

    def _context(self) -> str:
        """What stands before the part that is worked on."""
        now = self.desk.now
        return self.desk.document.before(now.parts[: now.active]).rstrip()

    def _source(self, context: str) -> SourceFile:
        return SourceFile(str(self.desk.path), context.encode(), self.desk.path)

    def _name(self) -> str:
        """One that no part has."""
        taken = {part.name for part in self.desk.now.parts} | {self.desk.label}
        number = 1
        while (name := f"{_NAME}_{number}") in taken:
            number += 1
        return name


def _shown(found: Formalization) -> Iterator[str]:
    yield f"you said: {visible(' '.join(found.words.split()))}"
    for number, one in enumerate(found.candidates, start=1):
        yield f"{number}. {wording.standing(one)}"
        yield from (f"   {line}" for line in wording.code(one))
        if back := wording.said_back(one):
            yield f"   said back: {back}"
        for doubt in one.examined.doubts:
            yield f"   - {wording.concern(doubt)}: {visible(doubt.detail)}"
    yield from wording.failures(found)
    if found.candidates:
        yield "`accept N` states one, frozen, before what is worked on"
