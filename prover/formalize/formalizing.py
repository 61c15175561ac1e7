"""From words to ranked drafts: drawn, examined, compared, said in words again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from prover.api.lite import founded_on
from prover.api.workplace import Workplace
from prover.core.budget import Budget, Spent
from prover.core.errors import ModelError, UserError
from prover.core.together import together
from prover.formalize.back_translation import BackTranslation, translated
from prover.formalize.checks import Checks, lean_checks
from prover.formalize.draft import Draft
from prover.formalize.drafting import Drafting, Drawn, Task, Writers, placed
from prover.formalize.examined import Examined
from prover.formalize.formalization import Candidate, Formalization, mapped, spent_of
from prover.formalize.inspection import Inspection, inspect
from prover.generate.commands import commands
from prover.lean.source import SourceFile

#: Of a file that names none: a misspelt name is an error, not a variable.
STRICT = "set_option autoImplicit false"


@dataclass(frozen=True, slots=True)
class Limits:
    """`drafts` asked for; `mends` of one of them after Lean's complaints; `budget`: what models may cost in all."""

    drafts: int = 4
    mends: int = 3
    budget: Budget = field(default_factory=Budget)
    back: bool = True


@dataclass
class _Entry:
    """A draft that states something, and how many draws gave it."""

    examined: Examined
    full: str
    draws: int
    mends: int
    back: BackTranslation | None = None


class Formalizing:
    """Drafts for one `task`, gathered as long as somebody asks for more. `observe` is told of what is asked, answered
    and found out: `DraftWritten`, `DraftExamined`, `DraftTranslated`, `DraftsCompared`. `foundation`: the library of
    ours that stands in for what the context imports, once that is known."""

    def __init__(
        self,
        place: Workplace,
        writers: Writers,
        task: Task,
        limits: Limits | None = None,
        *,
        checks: Checks | None = None,
        observe: Callable[[str, dict[str, Any]], None] = lambda kind, payload: None,
    ) -> None:
        self.task = task
        self.limits = limits or Limits()
        self.foundation: str | None = None
        self._place = place
        self._writers = writers
        self._checks = checks or lean_checks()
        self._observe = observe
        self._spent = Spent(self.limits.budget)
        self._drafting = Drafting(place.pool, writers, task, self._spent, self.limits.mends, observe)
        self._entries: list[_Entry] = []
        self._failures: list[Drawn] = []
        self._drawn = 0

    async def prepare(self) -> None:
        """Raises `UserError` where no theorem of that name can stand in that context (`bad_name`, and what reading the
        context's imports raises; over CoreMath, `lite_unresolved` and `lite_auto_implicit`)."""
        if not self.task.words.strip():
            raise UserError("there are no words to formalize", code="usage", hint="say what is to be stated")
        if self._place.foundation is not None:
            context = SourceFile("<context>", self.task.context.encode())
            self.foundation = await founded_on(self._place.pool, context)
        stub = Draft(self.task.name, f"theorem {self.task.name} : True", "", self.task.context)
        seen = await inspect(self._place.pool, stub)
        if seen.errors:
            raise UserError(
                f"no theorem {self.task.name!r} can be stated there: {seen.errors[0].text}",
                code="bad_name",
                hint="give another --name, or mend the file of --context",
            )

    async def draw(self, count: int | None = None, advice: Sequence[str] = ()) -> None:
        """Asks for more drafts, and examines what comes. Raises `ModelError` where none of them could be asked for."""
        count = self.limits.drafts if count is None else count
        found: list[Drawn] = []
        refused: list[ModelError] = []

        async def one(number: int) -> None:
            try:
                found.append(await self._drafting.draw(number, tuple(advice)))
            except ModelError as error:
                refused.append(error)
                found.append(Drawn(number, stopped=error.code))

        await together([one(self._drawn + i) for i in range(count)])
        self._drawn += count
        if refused and len(refused) == count and not self._entries:
            raise refused[0]
        for drawn in sorted(found, key=lambda drawn: drawn.number):
            if drawn.draft is None:
                self._failures.append(drawn)
            else:
                await self._add(drawn.draft, drawn.inspection, len(drawn.tries) - 1, drawn)

    async def take(self, text: str, author: str = "person") -> tuple[str, ...]:
        """A draft that somebody wrote: definitions, then the theorem, without a proof or with `sorry` for it. What is
        wrong with it, nothing where it is among the drafts now."""
        draft = read_draft(text, self.task, author)
        if draft is None:
            return ("after the definitions there is to be one theorem",)
        seen = await inspect(self._place.pool, draft)
        if seen.errors:
            return tuple(placed(error, draft) for error in seen.errors)
        return await self._add(draft, seen, 0)

    async def result(self) -> Formalization:
        """What there is now, ranked."""
        examined = [entry.examined for entry in self._entries]
        agreement = await self._checks.compare(self._place, examined) if len(examined) > 1 else None
        classes = [tuple(one) for one in agreement.classes] if agreement else []
        inside = {index for one in classes for index in one}
        classes += [(index,) for index in range(len(examined)) if index not in inside]
        of = sum(entry.draws for entry in self._entries)
        votes = {index: sum(self._entries[i].draws for i in one) for one in classes for index in one}
        made = [
            Candidate(entry.examined, entry.full, entry.draws, votes[at], of, entry.mends, entry.back)
            for at, entry in enumerate(self._entries)
        ]
        order = sorted(range(len(made)), key=lambda at: made[at].rank)
        places = {at: place for place, at in enumerate(order)}
        found = Formalization(
            self.task.words,
            self.task.name,
            self.task.context,
            tuple(made[at] for at in order),
            tuple(tuple(sorted(places[at] for at in one)) for one in classes),
            mapped(agreement.undecided, places) if agreement else (),
            mapped(agreement.implies, places) if agreement else (),
            tuple(self._failures),
            **spent_of(self._spent),
        )
        self._observe("DraftsCompared", found.document())
        return found

    async def _add(self, draft: Draft, seen: Inspection, mends: int, drawn: Drawn | None = None) -> tuple[str, ...]:
        for entry in self._entries:
            if entry.examined.key == seen.key:
                entry.draws += drawn is not None
                return ()
        examined = await self._checks.examine(self._place, draft, self.task.words)
        if not examined.elaborates:
            errors = tuple(placed(error, draft) for error in examined.errors)
            if drawn is not None:
                self._failures.append(drawn)
            return errors or ("Lean does not take it as a statement",)
        entry = _Entry(examined, seen.full, int(drawn is not None), mends)
        self._entries.append(entry)
        self._tell_examined(examined)
        if self.limits.back:
            entry.back = await translated(self._writers, draft, self._spent)
            told = {"key": examined.key, "words": entry.back.words, "problem": entry.back.problem}
            self._observe("DraftTranslated", told)
        return ()

    def _tell_examined(self, examined: Examined) -> None:
        doubts = [{"concern": str(d.concern), "detail": d.detail, "evidence": d.evidence} for d in examined.doubts]
        self._observe(
            "DraftExamined",
            {
                "key": examined.key,
                "statement": examined.draft.statement,
                "damned": examined.damned,
                "doubts": doubts,
                "instances": examined.instances,
                "unexamined": list(examined.unexamined),
            },
        )


def read_draft(text: str, task: Task, author: str) -> Draft | None:
    """A draft as somebody typed it: the last theorem is the statement, all before it are definitions."""
    found = commands(text)
    if not found or found[-1].kind != "theorem" or not found[-1].name:
        return None
    *before, last = found
    definitions = "\n\n".join(command.text for command in before)
    return Draft(last.name, last.statement, definitions, task.context, "", author)
