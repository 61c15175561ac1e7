"""Statements drafted by a model, and mended after Lean's words until they state something, or are given up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from prover.agent.leap.brief import Brief
from prover.agent.leap.cast import CutOff, Said, Unanswered
from prover.agent.leap.lemma import Statement
from prover.agent.leap.replies import NoReply, ReviewReply, StatementReply, WordsReply
from prover.core.budget import Spent
from prover.core.errors import ModelError
from prover.core.message import Message
from prover.formalize.draft import Draft
from prover.formalize.inspection import Inspection, inspect
from prover.lean import Pool

_NAME = re.compile(r"\A\s*(?:theorem|lemma)\s+[^\s:({\[⦃]+")
_SHOWN = 4000


class Writers(Protocol):
    """The roles that are asked; `prover.agent.leap.model_cast.ModelCast` has them."""

    async def formalise(self, brief: Brief, draw: int = 0) -> Said[StatementReply | NoReply]: ...

    async def translate(self, brief: Brief, draw: int = 0) -> Said[WordsReply | NoReply]: ...

    async def judge(self, brief: Brief, draw: int = 0) -> Said[ReviewReply | NoReply]: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be stated. `words`: as a person says it; `name` of the theorem; `context`: the file that it is to
    stand in, up to the place. `author`: the model, by its reference."""

    words: str
    name: str = "statement"
    context: str = ""
    author: str = "model"


@dataclass(frozen=True, slots=True)
class Try:
    """One reply of the model. `draft`: None where no statement could be read in it. `errors`: why it does not stand:
    Lean's, or ours."""

    draft: Draft | None
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of asking for one draft. `tries`: every reply, the last one counting. `number`: the draw, from 0.
    `stopped`: why no more replies were asked for (`budget_tokens`, a model's error code), empty where there was no
    need."""

    number: int
    tries: tuple[Try, ...] = ()
    inspection: Inspection = field(default_factory=Inspection)
    stopped: str = ""

    @property
    def draft(self) -> Draft | None:
        """The draft that stands."""
        return self.tries[-1].draft if self.tries and self.inspection.key else None


@dataclass
class Drafting:
    """Asks for drafts. `mends`: how often one is mended after complaints. `spent`: what models cost, with limits.
    `observe` is told of every reply."""

    pool: Pool
    writers: Writers
    task: Task
    spent: Spent
    mends: int = 3
    observe: Callable[[str, dict[str, Any]], None] = lambda kind, payload: None

    async def draw(self, number: int, advice: tuple[str, ...] = ()) -> Drawn:
        """One draft, other numbers giving others. `advice`: what the person asks for beyond the words.

        Raises `ModelError` where the model cannot be asked at all.
        """
        task = self.task
        brief = Brief(Statement("", task.name, "", task.words), task.context, hints=advice)
        tries: list[Try] = []
        found = Inspection()
        while len(tries) <= self.mends:
            if (limit := self.spent.exceeded()) is not None:
                return Drawn(number, tuple(tries), found, f"budget_{limit}")
            try:
                reply = await self._asked(brief, number)
            except ModelError as error:
                if not tries:
                    raise
                return Drawn(number, tuple(tries), found, error.code)
            if isinstance(reply, NoReply):
                found = Inspection()
                tries.append(Try(None, (str(reply),)))
                brief = replace(brief, unusable=str(reply))
            else:
                draft = self._draft(reply)
                found = await inspect(self.pool, draft)
                errors = tuple(placed(error, draft) for error in found.errors)
                tries.append(Try(draft, errors))
                brief = replace(brief, work=_written(draft), faults="\n".join(errors), unusable="")
            self._tell(number, len(tries), tries[-1])
            if found.key or (isinstance(reply, NoReply) and reply.reason in ("no_role", "too_long")):
                break
        return Drawn(number, tuple(tries), found)

    async def _asked(self, brief: Brief, draw: int) -> StatementReply | NoReply:
        return (await paid(self.spent, self.writers.formalise(brief, draw))).reply

    def _draft(self, reply: StatementReply) -> Draft:
        statement = _NAME.sub(lambda _: f"theorem {self.task.name}", reply.statement.text.strip(), count=1)
        return Draft(
            self.task.name, statement, reply.definitions.strip(), self.task.context, reply.reading, self.task.author
        )

    def _tell(self, number: int, reply: int, made: Try) -> None:
        draft = made.draft
        payload = {
            "draw": number,
            "reply": reply,
            "statement": "" if draft is None else draft.statement,
            "definitions": "" if draft is None else draft.definitions,
            "reading": "" if draft is None else draft.reading,
            "errors": list(made.errors),
        }
        self.observe("DraftWritten", payload)


async def paid(spent: Spent, asked: Any) -> Said[Any]:
    """What a role said, its price noted, also where it did not come to an end."""
    try:
        said = await asked
    except (Unanswered, CutOff) as error:
        _note(spent, error.said)
        raise
    _note(spent, said)
    return said


def _note(spent: Spent, said: Said[Any]) -> None:
    spent.tokens += said.tokens
    spent.money += said.money
    spent.calls += said.calls


def placed(error: Message, draft: Draft) -> str:
    """An error with its line, counted from where the draft itself begins."""
    context = draft.context.rstrip()
    before = context.count("\n") + 2 if context else 0
    line = error.start.line - before if error.start is not None else 0
    text = error.text if len(error.text) <= _SHOWN else error.text[:_SHOWN] + " …"
    return f"line {line}: {text}" if line > 0 else text


def _written(draft: Draft) -> str:
    return "\n\n".join(part for part in (draft.definitions, draft.statement) if part)
