"""A run as a page tells it: targets with their verdicts, and the searches made for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from prover.events import Event
from prover.report.fields import Fields
from prover.report.search import Search
from prover.report.words import stop_words

_EVIDENCE = ("what", "name", "construct", "limit", "error", "reason", "detail")
#: What a search could be resumed from; its other events say what it made of that.
_REPLIES = frozenset({"StateSeen", "LeanCall", "Focused", "Cut", "Signatures", "ModelCall"})
_LISTED = ("open_names", "names", "through", "modules")


@dataclass(slots=True)
class Target:
    """One target. `verdict`: its code; empty while there is none. `evidence`: what a person needs beside it."""

    name: str
    line: int = 0
    verdict: str = ""
    evidence: str = ""
    axioms: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    seconds: float = 0.0
    searches: list[Search] = field(default_factory=list[Search])


@dataclass(slots=True)
class Story:
    """A run over one file. `ended`: its result is known; without it there are searches and no verdicts.

    `foundation`: the library of ours that stood in for an import of the file's; every verdict is relative to it.
    """

    file: str = ""
    engine: str = ""
    lean_version: str = ""
    foundation: str = ""
    seconds: float = 0.0
    ended: bool = False
    interrupted: bool = False
    targets: list[Target] = field(default_factory=list[Target])
    _searches: dict[str, Search] = field(default_factory=dict[str, Search])
    _last: float = 0.0
    _paused: float = 0.0

    @classmethod
    def of(cls, events: Iterable[Event]) -> Story:
        """The story the events of a run tell, in the order they were recorded; a run that was cut short has one too."""
        story = cls()
        for event in events:
            story._take(event)
        for search in story._searches.values():
            search.settle()
        return story

    @property
    def proved(self) -> int:
        return sum(target.verdict == "proved" for target in self.targets)

    def _take(self, event: Event) -> None:
        if event.kind in _REPLIES:
            return
        fields = Fields.of(event)
        if event.kind == "RunResumed":
            self._paused += max(0.0, event.time - self._last)
        self._last = event.time
        time = event.time - self._paused
        match event.kind:
            case "FileOpened":
                self.file = fields.text("file")
                for name in fields.texts("targets"):
                    self._target(name)
            case "SearchStarted":
                search = Search(fields.text("name"), time, fields.flag("refuting"), fields.number("seconds"))
                self._begin(event.search, search)
            case "TargetSearched":
                self._target(fields.text("name")).seconds = fields.number("seconds")
            case "Result":
                self._result(fields)
            case _:
                if event.search in self._searches:
                    self._searches[event.search].take(event.kind, fields, time)

    def _begin(self, number: str, search: Search) -> None:
        replaced = self._searches.get(number)
        if replaced is not None:
            # The run was resumed and came to another goal here: what it did before does not count.
            self._target(replaced.target).searches.remove(replaced)
        self._searches[number] = search
        self._target(search.target).searches.append(search)

    def _target(self, name: str) -> Target:
        for target in self.targets:
            if target.name == name:
                return target
        self.targets.append(Target(name))
        return self.targets[-1]

    def _result(self, fields: Fields) -> None:
        self.ended = True
        self.file = fields.text("file") or self.file
        self.engine, self.lean_version = fields.text("engine"), fields.text("lean_version")
        self.foundation = fields.text("foundation")
        self.seconds, self.interrupted = fields.number("seconds"), fields.flag("interrupted")
        for said in fields.inners("targets"):
            target, verdict = self._target(said.text("name")), said.inner("verdict")
            target.line, target.seconds = said.whole("line", 0), said.number("seconds")
            target.verdict, target.evidence = verdict.text("code"), _evidence(verdict)
            target.axioms, target.scripts = verdict.texts("axioms"), said.texts("scripts")


def _evidence(verdict: Fields) -> str:
    found = [stop_words(verdict.text("stopped"))] if verdict.text("stopped") else []
    found += [verdict.text(name) for name in _EVIDENCE]
    found += [", ".join(verdict.texts(name)) for name in _LISTED]
    found += [message.text("text") for message in verdict.inners("messages")][:1]
    return ": ".join(text for text in found if text)
