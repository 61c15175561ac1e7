"""The lemma graph and its log as one thing: what changes the graph is recorded, and a log makes the graph again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prover.agent.leap.brief import Tried
from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.events import (
    ActionEnded,
    DefinitionsGiven,
    Diagnosed,
    HintGiven,
    LeanUsed,
    LemmaDropped,
    LemmaProved,
    LemmaRefuted,
    LemmaRestated,
    LemmaStated,
    PlanCommitted,
    PlanGivenUp,
    PlanRefused,
)
from prover.agent.leap.graph import LemmaGraph, Refusal
from prover.agent.leap.lemma import Lemma, Proof, Standing, Statement
from prover.agent.leap.tally import Tally
from prover.events import Event, Recorder

#: Attempts that a brief tells of; older ones are in the log.
_KEPT_ATTEMPTS = 8


class Plan:
    """A `LemmaGraph` that is written down as it grows, with what was tried on each lemma.

    `recorder`: where to; None keeps it in memory alone. `take` takes in what an earlier run recorded. `hints`: a
    person's, by key; `dropped`: the keys of lemmas that a person does not want.
    """

    def __init__(self, recorder: Recorder | None = None) -> None:
        self.graph = LemmaGraph()
        self.tally = Tally()
        self.tried: dict[str, list[Tried]] = {}
        self.advice: dict[str, list[Diagnosed]] = {}
        self.hints: dict[str, list[str]] = {}
        self.dropped: set[str] = set()
        self._definitions: dict[str, None] = {}
        self._recorder = recorder

    # --- what an earlier run recorded

    def take(self, events: Iterable[Event]) -> None:
        """Does again what `events` say, recording nothing."""
        for event in events:
            self._do(event.payload)

    def record(self, payload: object) -> None:
        """Does what an event says, and writes it down."""
        self._do(payload)
        if self._recorder is not None:
            self._recorder.record(payload)

    def _do(self, payload: object) -> None:
        match payload:
            case LemmaStated(stated, target):
                self.graph.target(stated) if target else self.graph.state(stated)
            case PlanGivenUp(number, reason):
                self.graph.give_up(self.graph.decompositions[number], reason)
            case ActionEnded():
                self._attempted(payload)
            case LeanUsed(_, seconds):
                self.tally.lean_seconds += seconds
            case Diagnosed(key):
                self.advice.setdefault(key, []).append(payload)
            case HintGiven(key, text, withdrawn):
                kept = [hint for hint in self.hints.get(key, ()) if hint != text]
                self.hints[key] = kept if withdrawn else [*kept, text]
            case LemmaDropped(key):
                self._drop(key)
            case DefinitionsGiven(text):
                self._define(text)
            case PlanRefused(parent, reason, detail):
                self._note(parent, Tried("plan", "", f"{reason}: {detail}" if detail else reason))
            case PlanCommitted(key) | LemmaProved(key) | LemmaRefuted(key) | LemmaRestated(key):
                lemma = self.graph.find(key)
                if lemma is not None:
                    self._change(lemma, payload)
            case _:
                pass

    def _change(self, lemma: Lemma, payload: PlanCommitted | LemmaProved | LemmaRefuted | LemmaRestated) -> None:
        match payload:
            case PlanCommitted():
                sketch = Sketch(payload.script, payload.definitions, payload.plan)
                self._define(payload.definitions)
                self.graph.commit(lemma, payload.lemmas, sketch)
            case LemmaProved():
                self.graph.prove(lemma, Proof(payload.script, payload.source))
            case LemmaRefuted():
                self.graph.refute(lemma, payload.script)
            case LemmaRestated():
                self.graph.restate(lemma, payload.lemma)

    def _drop(self, key: str) -> None:
        self.dropped.add(key)
        lemma = self.graph.find(key)
        for decomposition in lemma.needed_by if lemma is not None else ():
            if not decomposition.dead:
                self.graph.give_up(decomposition, "person")

    def _define(self, text: str) -> None:
        if text.strip():
            self._definitions[text.strip()] = None

    def _attempted(self, ended: ActionEnded) -> None:
        self.tally.add(ended)
        if ended.outcome != "success" and (ended.text or ended.faults):
            self._note(ended.key, Tried(ended.action, ended.text, ended.faults))

    def _note(self, key: str, tried: Tried) -> None:
        found = self.tried.setdefault(key, [])
        found.append(tried)
        del found[:-_KEPT_ATTEMPTS]

    # --- what changes the graph

    def target(self, statement: Statement) -> Lemma:
        """A lemma that is asked for."""
        known = self.graph.find(statement.key)
        if known is None or known not in self.graph.targets:
            self.record(LemmaStated(statement, target=True))
        found = self.graph.find(statement.key)
        assert found is not None
        return found

    def keep(self, statements: Sequence[Statement]) -> None:
        """Statements that no sketch needs yet; those whose name is taken are left out."""
        for statement in statements:
            if self.graph.find(statement.key) is None and self.graph.named(statement.name) is None:
                self.record(LemmaStated(statement))

    def commit(self, parent: Lemma, statements: Sequence[Statement], sketch: Sketch) -> Decomposition | Refusal:
        """As `LemmaGraph.commit`; a refusal is on record too."""
        objection = self.graph.objection(parent, statements)
        if objection is not None:
            self.record(PlanRefused(parent.key, objection.reason, objection.lemma))
            return objection
        lemmas = tuple(statements)
        self.record(PlanCommitted(parent.key, lemmas, sketch.script, sketch.definitions, sketch.plan))
        return self.graph.decompositions[-1]

    def prove(self, lemma: Lemma, script: str, source: str, verdict: str = "") -> None:
        if lemma.standing is Standing.OPEN:
            self.record(LemmaProved(lemma.key, script, source, verdict))

    def refute(self, lemma: Lemma, script: str, source: str) -> None:
        if lemma.standing is Standing.OPEN:
            self.record(LemmaRefuted(lemma.key, script, source))

    def give_up(self, decomposition: Decomposition, reason: str) -> None:
        if not decomposition.dead:
            self.record(PlanGivenUp(decomposition.number, reason))

    def restate(self, lemma: Lemma, statement: Statement) -> Lemma:
        """Another statement in place of a lemma's; gives the lemma that has it."""
        self.record(LemmaRestated(lemma.key, statement))
        found = self.graph.find(statement.key)
        assert found is not None
        return found

    def drop(self, lemma: Lemma) -> None:
        """A person does not want a lemma."""
        self.record(LemmaDropped(lemma.key))

    def hint(self, lemma: Lemma, text: str, *, withdrawn: bool = False) -> None:
        """A person's hint, told to whoever works on the lemma; or it is taken back."""
        if (text in self.hints.get(lemma.key, ())) == withdrawn:
            self.record(HintGiven(lemma.key, text, withdrawn))

    def define(self, text: str) -> None:
        """Declarations of a person's, to stand before the lemmas."""
        if text.strip() and text.strip() not in self._definitions:
            self.record(DefinitionsGiven(text))

    # --- what a role is told

    def definitions(self) -> str:
        """Every definition that a committed plan or a person brought, in the order they came."""
        return "\n\n".join(self._definitions)

    def definition_blocks(self) -> list[str]:
        """The same, each for itself."""
        return list(self._definitions)
