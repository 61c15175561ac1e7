"""From a typed line to its answer: the same for every face of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prover.core.errors import ProverError
from prover.core.visible import visible
from prover.events import read_events, write_atomically
from prover.session import view
from prover.session.abbreviations import expanded
from prover.session.desk import Answer, Desk, told
from prover.session.errands import AUTO_SECONDS, NEGATE_SECONDS, Errands
from prover.session.journal import past
from prover.session.stating import Stating
from prover.session.transcript import markdown
from prover.session.words import Line, help_lines, read_line

#: What is answered with the goals as they stand then.
_SHOWS_GOALS = frozenset({"tactic", "apply", "undo", "redo", "go", "focus", "work", "lemma", "accept"})


@dataclass
class Front:
    """Answers lines. `ended`: `quit` was said. `notices`: what came by itself and was not shown yet."""

    desk: Desk
    heard: Callable[[], None] = lambda: None
    ended: bool = field(default=False, init=False)
    notices: list[str] = field(default_factory=list[str], init=False)

    def __post_init__(self) -> None:
        self.errands = Errands(self.desk, self._notice)
        self.stating = Stating(self.desk)

    def _notice(self, text: str) -> None:
        self.notices.append(text)
        self.heard()

    def news(self) -> list[str]:
        """What came by itself since this was asked last, a line each."""
        found, self.notices[:] = [line for notice in self.notices for line in notice.split("\n")], []
        return found

    async def answer(self, line: str) -> Answer:
        """Does what a line says. Nothing that is typed, and nothing that breaks, ends the session."""
        asked = read_line(expanded(line))
        if asked is None:
            return told()
        try:
            answer = await self._do(asked)
        except ProverError as error:
            answer = told(*_words(error), accepted=False)
        except Exception as error:  # a defect, a full disk: the person has their proof, and goes on
            answer = told(f"that did not work: {visible(str(error) or type(error).__name__)}", accepted=False)
        if not (answer.accepted and asked.name in _SHOWS_GOALS):
            with suppress(OSError):
                self.desk.said(expanded(line).strip(), answer)
        return answer

    def shows_goals(self, line: str) -> bool:
        """Whether a line that was accepted changed what is looked at."""
        asked = read_line(expanded(line))
        return asked is not None and asked.name in _SHOWS_GOALS

    async def close(self) -> None:
        await self.errands.close()
        await self.desk.close()

    async def _do(self, asked: Line) -> Answer:
        desk, errands, argument = self.desk, self.errands, asked.argument
        match asked.name:
            case "tactic":
                return await desk.tactic(argument)
            case "apply":
                return await desk.apply(int(argument))
            case "undo":
                return await desk.undo()
            case "redo":
                return await desk.redo()
            case "go":
                return await desk.go(int(argument))
            case "focus":
                return await desk.focus(int(argument))
            case "work":
                return await desk.work(argument)
            case "lemma":
                return await desk.lemma(argument)
            case "auto":
                return errands.auto(float(argument or AUTO_SECONDS))
            case "negate":
                return errands.negate(float(argument or NEGATE_SECONDS))
            case "accept":
                return await (self.stating.accept(argument) if argument else errands.accept())
            case "formalize":
                return await self.stating.formalize(argument)
            case "stop":
                return errands.stop()
            case "wait":
                await errands.wait()
                return told()
            case "check":
                return await errands.check()
            case "find":
                return await errands.find(argument)
            case "hint":
                return await errands.hint()
            case "why":
                return await errands.why()
            case "save" | "save!":
                return told(await desk.save(force=asked.name == "save!") or f"saved in {desk.path}")
            case "transcript":
                return told(f"written: {write_transcript(desk)}")
            case "quit":
                self.ended = True
                return told()
            case _:
                return told(*self._shown(asked.name))

    def _shown(self, name: str) -> Sequence[str]:
        desk = self.desk
        match name:
            case "goals":
                return view.goals(desk.now, desk.label)
            case "proof":
                return view.proof(desk.now)
            case "lemmas":
                return desk.lemmas()
            case "versions":
                return view.versions(desk.versions)
            case "suggest":
                return view.suggestions(desk.suggestions) or ["none yet" if desk.suggestions.busy else "none"]
            case _:
                return help_lines()


def write_transcript(desk: Desk) -> Path:
    """The session so far as Markdown, beside its journal."""
    journal = desk.journal.path
    told_of = past(list(read_events(journal)), desk.path)
    assert told_of is not None
    path = journal.with_suffix(".md")
    write_atomically(path, markdown(told_of))
    return path


def _words(error: ProverError) -> list[str]:
    return [*visible(error.message).split("\n"), *([visible(error.hint)] if error.hint else [])]
