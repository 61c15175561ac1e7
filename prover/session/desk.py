"""A session without a terminal: what is proved so far, and everything that a person can do to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.agent.tactic_model import TacticModel
from prover.api import AsyncProver
from prover.core.errors import UserError
from prover.core.outcome import Failed, Progress, Solved
from prover.core.state import TacticState
from prover.core.visible import visible
from prover.lean.source import SourceFile
from prover.session import view
from prover.session.document import Document
from prover.session.hands import Hands
from prover.session.journal import Began, Journal, Past, Said, next_journal
from prover.session.journal import Saving as SavingEvent
from prover.session.lemma import stated
from prover.session.proof_tree import node_at
from prover.session.saving import Saving
from prover.session.snapshot import Snapshot
from prover.session.steps import Step, Verb, first, take
from prover.session.suggestions import Suggestions, suggest
from prover.session.versions import Versions

#: Of a tactic that a person typed.
_SECONDS = 60.0
_CLAIM = re.compile(r"have\b((?!:=)[^\n])*")
_LEMMA = re.compile(r"(?P<name>[^\s:({\[⦃]+)\s*(?P<signature>[:({\[⦃].*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told. `accepted`: what was asked for was done."""

    lines: tuple[str, ...] = ()
    accepted: bool = True


def told(*lines: str, accepted: bool = True) -> Answer:
    return Answer(lines, accepted)


def _unheard() -> None:
    pass


@dataclass
class Desk:
    """A session on one hole of the file at `path`. Close it in the end; nothing but time is lost if that is missed.

    Everything is awaited one at a time, save what runs by itself: the suggestions for the goal in focus. `changed` is
    called when something came by itself. `model`: who is asked for hints, and proposes too.
    """

    prover: AsyncProver
    path: Path
    document: Document
    label: str
    versions: Versions[Snapshot]
    journal: Journal
    saving: Saving
    model: TacticModel | None = None
    #: Suggestions come from a Lean process of their own.
    apart: bool = False
    changed: Callable[[], None] = _unheard
    #: How scripts are laid out (`proof_tree.text`): as Lean took them when it was asked last.
    structured: bool = True
    suggestions: Suggestions = field(default_factory=Suggestions, init=False)
    #: The last thing that Lean refused, and its words.
    refused: tuple[str, str] = field(default=("", ""), init=False)

    def __post_init__(self) -> None:
        self.hands = Hands(self.prover, self.document)
        # With a process of their own, nobody waits behind them.
        self._others = Hands(self.prover, self.document) if self.apart else self.hands
        self._known: dict[tuple[tuple[str, ...], str], Suggestions] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._closed = False

    # -- beginning and end ---------------------------------------------------------------------------

    @property
    def now(self) -> Snapshot:
        return self.versions.now

    async def close(self) -> None:
        """Ends what runs by itself, and the Lean processes."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for hands in {self.hands, self._others}:
            await hands.close()
        self.journal.close()

    # -- tactics -------------------------------------------------------------------------------------

    async def tactic(self, text: str) -> Answer:
        """Runs a tactic on the goal in focus. What Lean refuses changes nothing."""
        now = self.now
        if now.focus is None:
            return told(*view.goals(now, self.label), accepted=False)
        outcome = await self.hands.apply(now, now.focus, text, seconds=_SECONDS)
        if isinstance(outcome, Failed) and _CLAIM.fullmatch(text):
            # `have h : T` alone: T is a goal of its own.
            claimed = await self.hands.apply(now, now.focus, f"{text} := ?_", seconds=_SECONDS)
            if isinstance(claimed, Progress):
                text, outcome = f"{text} := ?_", claimed
        if isinstance(outcome, Progress):
            return await self._taken(text, outcome.state)
        if isinstance(outcome, Solved):
            return await self._taken(text, None)
        refusal = view.refusal(outcome)
        self.refused = text, refusal
        return told(*refusal.split("\n"), accepted=False)

    async def apply(self, number: int) -> Answer:
        """Takes a suggestion: Lean has accepted it already."""
        suggestion = self.suggestions.numbered(number)
        if suggestion is None:
            return told(f"there is no suggestion {number}", accepted=False)
        answer = await self._taken(suggestion.tactic, suggestion.left)
        return Answer((visible(suggestion.tactic), *answer.lines))

    async def _taken(self, text: str, left: TacticState | None) -> Answer:
        return await self.step(Step(Verb.TACTIC, text, left))

    # -- moving about --------------------------------------------------------------------------------

    async def undo(self) -> Answer:
        return await self.step(Step(Verb.UNDO), nothing="nothing to undo")

    async def redo(self) -> Answer:
        return await self.step(Step(Verb.REDO), nothing="nothing to redo")

    async def go(self, number: int) -> Answer:
        if number >= len(self.versions):
            return told(f"there is no version {number}; see `versions`", accepted=False)
        return await self.step(Step(Verb.GO, number=number))

    async def focus(self, number: int) -> Answer:
        """Works on an open goal, counted from 1."""
        opened = self.now.open_goals
        if not 1 <= number <= len(opened):
            return told(f"there is no goal {number}", accepted=False)
        return await self.step(Step(Verb.FOCUS, at=opened[number - 1]))

    async def work(self, name: str) -> Answer:
        """Works on a lemma, or on the theorem (no name)."""
        names = [part.name for part in self.now.parts]
        wanted = "" if name == self.label else name
        if wanted not in names:
            return told(f"there is no lemma {visible(name)} in this session; see `lemmas`", accepted=False)
        return await self.step(Step(Verb.WORK, number=names.index(wanted)))

    async def lemma(self, argument: str) -> Answer:
        """States a lemma before what is worked on: `NAME : P`, or with binders before the colon."""
        match = _LEMMA.fullmatch(argument.strip())
        if match is None:
            return told("write `lemma NAME : STATEMENT`", accepted=False)
        return await self.state(match["name"], match["signature"].strip())

    async def state(self, name: str, signature: str, preface: str = "") -> Answer:
        """The same in parts; `preface`: what is to stand before it."""
        if any(part.name == name for part in self.now.parts):
            return told(f"{visible(name)} is stated already", accepted=False)
        proof = await self.hands.proof(self.now)
        lemma, refusal = await stated(proof, name, signature, preface)
        if lemma is not None:
            refusal = await self._clash(lemma, len(proof.bench.elaboration.errors))
        if lemma is None or refusal:
            self.refused = f"lemma {name} {signature}", refusal
            return told(*visible(refusal).split("\n"), accepted=False)
        answer = await self.step(lemma)
        return told(f"{visible(name)} is stated and can be used; `work {visible(name)}` proves it", *answer.lines)

    async def _clash(self, lemma: Step, errors: int) -> str:
        """What Lean says of the file with the lemma in it that it did not say before; nothing, as a rule."""
        trial = self.versions.copy()
        take(trial, lemma)
        try:
            found = (await self.hands.proof(trial.now)).bench.elaboration.errors
        except UserError as error:
            return f"with it the rest of the file does not stand (is the name taken?): {error.message}"
        return found[0].text if len(found) > errors else ""

    def lemmas(self) -> list[str]:
        """Every part of the session and how far it is."""
        lines: list[str] = []
        for number, part in enumerate(self.now.parts):
            mark = "*" if number == self.now.active else " "
            standing = "no goals left" if part.done else "open"
            lines.append(f"{mark} {visible(f'{part.name or self.label} {part.signature}'.strip())}  -- {standing}")
        return lines

    # -- the record ----------------------------------------------------------------------------------

    async def step(self, step: Step, *, nothing: str = "") -> Answer:
        """Does an accepted step: into the journal, into the file, on with the suggestions."""
        before, after = self.now, self.versions.copy()
        if not take(after, step):
            return told(nothing, accepted=False)
        self.journal.record(step)
        self.versions = after
        said = await self.save() if before.parts != self.now.parts else ""
        self.look()
        return told(said) if said else told()

    async def save(self, *, force: bool = False) -> str:
        """Writes the file as it stands; what a person has to know of it."""
        text = self.document.written(self.now, structured=self.structured)
        async with self._turn:
            return await asyncio.to_thread(self.saving.overwrite if force else self.saving.write, text)

    def said(self, line: str, answer: Answer) -> None:
        """Keeps a line and its answer for the transcript."""
        self.journal.record(Said(line, "\n".join(answer.lines), answer.accepted))

    # -- what comes by itself ------------------------------------------------------------------------

    def look(self) -> None:
        """Has suggestions come for the goal in focus."""
        now = self.now
        if now.focus is None or self._closed:
            self.suggestions = Suggestions()
            return
        node = node_at(now.part.tree, now.focus)
        key = tuple(part.name for part in now.parts[: now.active + 1]), node.state.fingerprint
        known = self._known.get(key)
        self.suggestions = into = known or Suggestions()
        if known is None or not (known.ended or known.busy):
            self._known[key] = into
            into.busy = True
            self.background(
                suggest(
                    self._others,
                    now,
                    now.focus,
                    into,
                    model=self.model,
                    wanted=lambda: self.suggestions is into and not self._closed,
                    arrived=self.changed,
                )
            )

    async def settled(self) -> None:
        """Until nothing comes by itself any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine beside everything else, to the end of the session at most."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def begin(
    prover: AsyncProver, path: Path, target: str, *, model: TacticModel | None = None, apart: bool = False
) -> Desk:
    """A new session on the first hole of a file that `target` chooses. Raises what opening it raises."""
    source = SourceFile.read(path)
    source.replaceable()
    async with prover.open(source, target) as proof:
        engine = proof.place.engine
        began = Began(
            file=str(path),
            text=source.data.decode(),
            label=proof.name,
            hole=(proof.hole.start, proof.hole.end),
            command=(proof.command.start, proof.command.end),
            tactic=proof.tactic,
            lean=engine.lean_version,
            engine=engine.description,
        )
        document = Document(source, proof.hole, proof.tactic, proof.command)
        root = proof.root.state
    writing = Journal(next_journal(path))
    writing.record(began)
    writing.record(Step(Verb.BEGIN, state=root))
    saving = Saving(path, {source.digest}, lambda digest: writing.record(SavingEvent(digest)))
    return Desk(prover, path, document, proof.name, first(root), writing, saving, model=model, apart=apart)


def resume(
    prover: AsyncProver,
    path: Path,
    journal: Path,
    past: Past,
    *,
    model: TacticModel | None = None,
    apart: bool = False,
) -> Desk:
    """The session that a journal tells of, where it ended. What the file may hold is what was written last, or was
    about to be."""
    writing = Journal(journal, past=past.events)
    known = set(past.digests[-2:])
    saving = Saving(path, known, lambda digest: writing.record(SavingEvent(digest)))
    label = past.began.label
    return Desk(prover, path, past.document, label, past.versions, writing, saving, model=model, apart=apart)
