"""One statement in words, formalized: drafted, shown, taken by a person or by --accept, frozen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.role_models import RoleModels, role_models
from prover.api.record import RunRecord
from prover.api.workplace import Workplace, workplace
from prover.cli import formalize_table
from prover.cli.bill import show_bill
from prover.cli.formalize_choice import Choice
from prover.cli.lite import LITE_NOTICE
from prover.cli.terminal import Live, errors, output, plain_progress, safe
from prover.formalize import wording
from prover.formalize.drafting import Task
from prover.formalize.face import formalizing
from prover.formalize.formalization import Candidate, Formalization, objection
from prover.formalize.formalizing import Formalizing, Limits
from prover.formalize.seal import Sealed, seal
from prover.lean import LeanEngine, PoolLimits
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.model.bill import bill
from prover.model.manual import TerminalModel

FORMALIZE_SCHEMA = "leap-prover/formalize/1"
#: For --accept: the draft that comes first, unless something speaks against it.
BEST = "best"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done. `accept`: a number, `best`, or nothing; `person`: somebody sits there and can be asked.
    `lite`: CoreMath stands in for Mathlib."""

    task: Task
    limits: Limits
    choice: AgentChoice
    accept: str
    person: bool
    as_json: bool
    quiet: bool
    lite: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `sealed`: the statement that was taken; `reason`: why none was. `foundation`: the library of
    ours that stood in for an import."""

    asked: Asked
    found: Formalization
    bill: dict[str, Any]
    taken: Candidate | None = None
    sealed: Sealed | None = None
    reason: str = ""
    foundation: str | None = None

    @property
    def code(self) -> int:
        return 1 if self.sealed is None else 0


async def formalized(asked: Asked, engine: LeanEngine, limits: PoolLimits, record: RunRecord | None) -> Outcome:
    typed = TerminalModel.name in asked.choice.references.values()
    silent = asked.quiet or asked.as_json
    foundation = CORE_MATH if asked.lite else None
    source = SourceFile("<context>", asked.task.context.encode())

    @contextmanager
    def busy(phase: str) -> Generator[Callable[[str], None]]:
        with Live(quiet=silent, typed=typed) as live:
            live.observe("Importing", {"phase": phase})
            yield lambda said: live.observe("Importing", {"phase": said})

    def observe(kind: str, payload: dict[str, Any]) -> None:
        if record is not None:
            record.observe(kind, payload)

    async with (
        role_models(asked.choice) as models,
        workplace(engine, limits, source, plain_progress(quiet=silent), foundation) as place,
    ):
        assert models is not None
        with formalizing(place, models, asked.task, asked.limits, observe=observe) as work:
            with busy("starting Lean") as say:
                await work.prepare()
                say(f"asking for {asked.limits.drafts} drafts")
                await work.draw(advice=asked.choice.hints)
                say("comparing")
                found = await work.result()
            return await _decided(asked, place, work, found, busy, models)


async def _decided(
    asked: Asked, place: Workplace, work: Formalizing, found: Formalization, busy: Any, models: RoleModels
) -> Outcome:
    taken, reason = None, "not_asked"
    if asked.person and found.candidates:
        choice = Choice(work, found, busy)
        taken, reason = await choice.made(), "nobody_took_one"
        found = choice.found
    elif asked.accept:
        taken, reason = _accepted(found, asked.accept)
    elif not found.candidates:
        reason = "no_draft"
    sealed = None if taken is None else await seal(place.pool, taken.draft, asked.task.words)
    return Outcome(asked, found, _bill(models), taken, sealed, "" if sealed else reason, work.foundation)


def _accepted(found: Formalization, accept: str) -> tuple[Candidate | None, str]:
    """What --accept takes, or why it takes nothing. A number was chosen by somebody, who has not seen the draft: what
    nobody can mean is not taken for it either."""
    if accept == BEST:
        return found.best()
    one = found.numbered(int(accept))
    if one is None:
        return None, "no_draft"
    return (None, "damned") if one.damned else (one, "")


def _bill(models: RoleModels) -> dict[str, Any]:
    return bill(f"agents/{models.agent.name}", list(models.batchers.values()))


def show(outcome: Outcome, out: Path | None, *, quiet: bool) -> None:
    if not outcome.asked.person:
        formalize_table.show(outcome.found)
    if outcome.foundation is not None:
        errors().print(Text(LITE_NOTICE, "dim"))
    if outcome.sealed is None:
        _say_refused(outcome)
    else:
        if out is None:
            output().print()
            sys.stdout.write(outcome.sealed.file.text)
            sys.stdout.flush()
        where = "" if out is None else f" in {safe(str(out))}"
        mark = outcome.sealed.mark
        errors().print(Text(f"frozen{where}: {safe(mark.name)}, key {mark.key[:12]}…", "green"))
    if not quiet:
        show_bill(outcome.bill)


def _say_refused(outcome: Outcome) -> None:
    best = outcome.found.candidates[0] if outcome.found.candidates else None
    words = wording.refusal(outcome.reason)
    if outcome.reason == "not_asked":
        words = "nothing is accepted: nobody was asked (--accept N takes one)"
        if best is not None and (refused := objection(best)) is not None:
            words += f"; of the best, {wording.refusal(refused[1])}"
    elif outcome.reason == "nobody_took_one":
        words = "nothing is accepted"
    errors().print(Text(safe(words), "yellow"))


def document_of(outcome: Outcome, engine: LeanEngine, out: Path | None) -> dict[str, Any]:
    found, sealed, taken = outcome.found, outcome.sealed, outcome.taken
    return {
        "schema": FORMALIZE_SCHEMA,
        "exit_code": outcome.code,
        "engine": engine.description,
        "lean_version": engine.lean_version,
        "foundation": outcome.foundation,
        **found.document(),
        "accepted": None
        if sealed is None or taken is None
        else {
            "number": found.candidates.index(taken) + 1,
            "name": sealed.mark.name,
            "key": sealed.mark.key,
            "file": None if out is None else str(out),
            "text": sealed.file.text,
        },
        "reason": outcome.reason or None,
        "model": outcome.bill,
    }
