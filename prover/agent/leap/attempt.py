"""One action on one lemma: what it costs is counted, what it brings is put into the plan."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from prover.agent.leap.brief import Brief, Known, Tried
from prover.agent.leap.cast import Cast, Said
from prover.agent.leap.closing import Closer
from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.events import ActionEnded, Diagnosed, PlanRefused
from prover.agent.leap.lemma import Lemma, Standing, Statement
from prover.agent.leap.naming import mentions
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import Action
from prover.agent.leap.proposal import renamed, shown, statements
from prover.agent.leap.replies import NoReply, PlanReply, ProofReply
from prover.agent.leap.stage import Checked, Faults, Stage
from prover.core.errors import LeanProcessError
from prover.core.verdict import Proved, ProvedModulo, Refuted, Verdict

#: Lemmas that a brief tells of.
_MOST_LEMMAS = 40
#: Answers without a proof in them after which the prover is left alone.
_SILENCE = 2
_Reply = TypeVar("_Reply")


@dataclass(frozen=True, slots=True)
class Pains:
    """How much trouble is taken. `revisions` of one proof, `plan_revisions` of one plan; seconds of the short and the
    long search; `review`: a reviewer is asked before a plan is committed."""

    revisions: int = 4
    plan_revisions: int = 4
    close_seconds: float = 8.0
    search_seconds: float = 60.0
    review: bool = True
    diagnose: bool = True

    def within(self, seconds: float | None) -> Pains:
        """With searches that leave most of so many seconds to others; None: no limit."""
        if seconds is None:
            return self
        close, search = min(self.close_seconds, seconds / 10), min(self.search_seconds, seconds / 6)
        return replace(self, close_seconds=max(1.0, close), search_seconds=max(1.0, search))

    def with_limits(self, revisions: int, plan_revisions: int) -> Pains:
        """With other numbers of revisions."""
        return replace(self, revisions=revisions, plan_revisions=plan_revisions)


@dataclass(slots=True)
class Attempt:
    """An action under way. `hints`: the person's."""

    plan: Plan
    stage: Stage
    cast: Cast | None
    closer: Closer
    pains: Pains
    lemma: Lemma
    action: Action
    hints: tuple[str, ...] = ()
    tokens: int = 0
    money: float = 0.0
    calls: int = 0
    lean_seconds: float = 0.0
    text: str = ""
    faults: str = ""
    began: float = field(default_factory=time.monotonic)

    async def run(self) -> bool:
        """Takes the action and records how it ended; whether it helped. Raises `ModelError`."""
        deeds: dict[Action, Callable[[], Awaitable[bool]]] = {
            Action.CLOSE: lambda: self.search(self.pains.close_seconds, deep=False),
            Action.SEARCH: lambda: self.search(self.pains.search_seconds, deep=True),
            Action.PROVE: self.prove,
            Action.NEGATE: self.negate,
            Action.PLAN: self.decompose,
        }
        helped = False
        outcome = "interrupted"
        try:
            helped = await deeds[self.action]()
            outcome = "success" if helped else "failure"
        except LeanProcessError as error:
            outcome, self.faults = "lost", f"Lean was lost over it: {error.message}"
        finally:
            self.plan.record(
                ActionEnded(
                    self.lemma.key,
                    self.action,
                    outcome,
                    "" if helped else self.text,
                    "" if helped else self.faults,
                    self.tokens,
                    self.money,
                    time.monotonic() - self.began,
                    self.lean_seconds,
                    self.calls,
                )
            )
        return helped

    # --- the actions

    async def search(self, seconds: float, *, deep: bool) -> bool:
        began = time.monotonic()
        statement = self.lemma.statement
        found = await self.closer.search(self.stage, statement, self.definitions, seconds=seconds, deep=deep)
        self.lean_seconds += time.monotonic() - began
        self.faults = f"a search of {seconds:g} s found no proof ({found.detail})" if found.detail else ""
        if found.script:
            self.plan.prove(self.lemma, found.script, self.action, found.verdict)
        elif found.refutation:
            self.plan.refute(self.lemma, found.refutation, self.action)
        return bool(found.script or found.refutation)

    async def prove(self) -> bool:
        assert self.cast is not None
        brief = self.brief()
        draw = self.plan.tally.tries[self.lemma.key, self.action]
        silent = 0
        for revision in range(self.pains.revisions + 1):
            reply = self.paid(await self.cast.prove(brief, draw + revision * 16))
            if isinstance(reply, NoReply):
                self.faults = str(reply)
                silent += 1
                if silent == _SILENCE:
                    break
            elif await self._take_proof(reply):
                return True
            brief = replace(brief, work=self.text, faults=self.faults)
        await self._diagnose()
        return False

    async def _take_proof(self, reply: ProofReply) -> bool:
        self.text = _joined(reply.definitions, reply.script)
        sketch = Sketch(reply.script, reply.definitions, reply.plan)
        available = self.available()
        checked = await self.check(available, sketch)
        if isinstance(checked, Faults):
            self.faults = str(checked)
            return False
        if checked.lemmas:
            return self._commit(checked.lemmas, sketch)
        every = _joined(self.definitions, reply.definitions)
        verdict = await self.timed(
            self.closer.verify(self.stage, self.lemma.statement, checked.name, reply.script, every)
        )
        if not _passes(verdict):
            self.faults = f"the verifier refuses it: {_words(verdict)}"
            return False
        if reply.definitions:
            return self._commit((), sketch)
        self.plan.prove(self.lemma, reply.script, self.action, "" if verdict is None else verdict.code)
        return True

    async def negate(self) -> bool:
        assert self.cast is not None
        brief = self.brief()
        for revision in range(self.pains.revisions // 2 + 1):
            reply = self.paid(await self.cast.negate(brief, revision))
            if isinstance(reply, NoReply):
                self.faults = str(reply)
                return False
            self.text = reply.script
            statement = self.lemma.statement
            checked = await self.stage.check_refutation(statement, reply.script, definitions=self.definitions)
            self.lean_seconds += checked.seconds
            if isinstance(checked, Checked):
                verdict = await self.timed(
                    self.closer.verify_refutation(self.stage, statement, checked.name, reply.script, self.definitions)
                )
                if verdict is None or isinstance(verdict, Refuted):
                    self.plan.refute(self.lemma, reply.script, self.action)
                    return True
                self.faults = f"the verifier refuses it: {_words(verdict)}"
            else:
                self.faults = str(checked)
            brief = replace(brief, work=self.text, faults=self.faults)
        return False

    async def decompose(self) -> bool:
        assert self.cast is not None
        brief = self.brief()
        draw = self.plan.tally.tries[self.lemma.key, self.action]
        reply = self.paid(await self.cast.plan(brief, draw))
        for revision in range(self.pains.plan_revisions + 1):
            if isinstance(reply, NoReply):
                self.faults = str(reply)
            else:
                self.text = shown(reply)
                if reply.script and await self._take_plan(reply):
                    return True
                if not reply.script:
                    self.faults = ""
            brief = replace(brief, work=self.text, faults=self.faults)
            if revision < self.pains.plan_revisions:
                reply = self.paid(await self.cast.sketch(brief, draw + revision * 16))
        self.plan.record(PlanRefused(self.lemma.key, "faults", self.faults))
        return False

    async def _take_plan(self, reply: PlanReply) -> bool:
        """Commits a plan that Lean, the rules and the reviewer accept; else says why not in `faults`."""
        reply = self._with_free_names(reply)
        checked = await self._with_known_names(reply)
        if isinstance(checked, Faults):
            self.faults = str(checked)
            return False
        reply, found = checked
        if not found.lemmas and not reply.definitions:
            return await self._take_proof(ProofReply(reply.plan, reply.script))
        sketch = Sketch(reply.script, reply.definitions, reply.plan)
        refusal = self.plan.graph.objection(self.lemma, found.lemmas)
        if refusal is not None:
            self.faults = _REFUSALS[refusal.reason].format(refusal.lemma)
            return False
        restated = await self._restated(found, reply.definitions)
        if restated:
            self.faults = f"`{restated}` says the same as what is to be proved: that is no step forward"
            return False
        if not await self._reviewed(reply):
            return False
        if not self._commit(found.lemmas, sketch):
            return False
        self.plan.keep(found.spare)
        return True

    async def _with_known_names(self, reply: PlanReply) -> tuple[PlanReply, Checked] | Faults:
        """The plan checked; lemmas that are in the graph under another name are called by that."""
        checked = await self.check(statements(reply), Sketch(reply.script, reply.definitions), self.called(reply))
        if isinstance(checked, Faults):
            return checked
        for lemma in checked.lemmas:
            known = self.plan.graph.find(lemma.key)
            if known is None or known in self.plan.graph.targets:
                # A target stands in the file itself, perhaps further down.
                continue
            if known.name != lemma.name and known.standing is not Standing.STALE:
                other = renamed(reply, lemma.name, known.name)
                again = await self.check(statements(other), Sketch(other.script, other.definitions), self.called(other))
                if isinstance(again, Checked):
                    reply, checked = other, again
        return reply, checked

    def _with_free_names(self, reply: PlanReply) -> PlanReply:
        """The plan with other names where another statement of the graph, or what is to be proved, has them."""
        for lemma in reply.lemmas:
            known = self.plan.graph.named(lemma.name)
            if known is not None and _plain(known.statement.text) != _plain(lemma.text):
                number = 2
                while self.plan.graph.named(f"{lemma.name}_{number}") is not None:
                    number += 1
                reply = renamed(reply, lemma.name, f"{lemma.name}_{number}")
        return reply

    async def _restated(self, checked: Checked, definitions: str) -> str:
        """The name of a lemma that says what is to be proved, in other words; empty where there is none."""
        for lemma in checked.lemmas:
            known = self.plan.graph.find(lemma.key)
            if known is not None and known.proved:
                continue
            every = _joined(self.definitions, definitions)
            if await self.timed(self.stage.says_the_same(self.lemma.statement, lemma, definitions=every)):
                return lemma.name
        return ""

    async def _reviewed(self, reply: PlanReply) -> bool:
        if not self.pains.review or self.cast is None:
            return True
        answer = self.paid(await self.cast.review(replace(self.brief(), work=shown(reply))))
        if isinstance(answer, NoReply) or answer.accepted:
            # A reviewer who does not say no does not stop what Lean accepts.
            return True
        self.faults = "the reviewer rejects it: " + "; ".join(answer.reasons)
        self.plan.record(PlanRefused(self.lemma.key, "review", "; ".join(answer.reasons)))
        return False

    def _commit(self, lemmas: tuple[Statement, ...], sketch: Sketch) -> bool:
        made = self.plan.commit(self.lemma, lemmas, sketch)
        if isinstance(made, Decomposition):
            return True
        self.faults = _REFUSALS[made.reason].format(made.lemma)
        return False

    async def _diagnose(self) -> None:
        if not self.pains.diagnose or self.cast is None:
            return
        answer = self.paid(await self.cast.diagnose(replace(self.brief(), work=self.text, faults=self.faults)))
        if not isinstance(answer, NoReply):
            self.plan.record(Diagnosed(self.lemma.key, answer.diagnosis, answer.advice, answer.counterexample))

    # --- what they need

    @property
    def definitions(self) -> str:
        return self.plan.definitions()

    async def timed(self, work: Awaitable[_Reply]) -> _Reply:
        """What comes of work that is Lean's, its time counted."""
        began = time.monotonic()
        try:
            return await work
        finally:
            self.lean_seconds += time.monotonic() - began

    def paid(self, said: Said[_Reply]) -> _Reply:
        """A reply, its price counted."""
        self.tokens += said.tokens
        self.money += said.money
        self.calls += said.calls
        return said.reply

    async def check(
        self, lemmas: tuple[Statement, ...], sketch: Sketch, more: tuple[Statement, ...] = ()
    ) -> Checked | Faults:
        names = {lemma.name for lemma in lemmas}
        stated = (*(s for s in more if s.name not in names), *lemmas)
        found = await self.stage.check(self.lemma.statement, stated, sketch, definitions=self.definitions)
        self.lean_seconds += found.seconds
        return found

    def available(self) -> tuple[Statement, ...]:
        """Lemmas that a proof may call on: those that do not need this one, proved ones first."""
        above = {lemma.number for lemma in self.plan.graph.above(self.lemma)} | {self.lemma.number}
        usable = [
            lemma
            for lemma in self.plan.graph.lemmas
            if lemma.number not in above
            and lemma not in self.plan.graph.targets
            and lemma.key not in self.plan.dropped
            and lemma.standing in (Standing.PROVED, Standing.OPEN)
        ]
        usable.sort(key=lambda lemma: (not lemma.proved, -lemma.number))
        return tuple(lemma.statement for lemma in usable[:_MOST_LEMMAS])

    def called(self, reply: PlanReply) -> tuple[Statement, ...]:
        """Of the available lemmas those that a plan mentions."""
        text = f"{reply.script}\n{reply.definitions}"
        return tuple(s for s in self.available() if mentions(text, s.name))

    def brief(self) -> Brief:
        """What is known of the lemma."""
        graph = self.plan.graph
        known = [self._known(statement) for statement in self.available()]
        tried = list(self.plan.tried.get(self.lemma.key, ()))
        for decomposition in self.lemma.decompositions:
            false = [lemma for lemma in decomposition.lemmas if lemma.standing is Standing.REFUTED]
            for lemma in false:
                what = f"`{lemma.statement.text}` is false; its negation is proved by:\n{lemma.counterexample}"
                tried.append(Tried("plan", decomposition.sketch.plan or decomposition.sketch.script, what))
        for advice in self.plan.advice.get(self.lemma.key, ()):
            tried.append(Tried("diagnosis", advice.counterexample, f"{advice.diagnosis}: {advice.advice}"))
        above = tuple(self._known(lemma.statement) for lemma in graph.above(self.lemma))
        return Brief(
            self.lemma.statement,
            self.stage.plain,
            self.definitions,
            tuple(known),
            above,
            (*self.hints, *self.plan.hints.get(self.lemma.key, ())),
            tried=tuple(tried),
        )

    def _known(self, statement: Statement) -> Known:
        lemma = self.plan.graph.find(statement.key)
        standing = "" if lemma is None else str(lemma.standing)
        return Known(statement.name, statement.text, standing, statement.informal)


_REFUSALS = {
    "ancestor": "`{}` is what is to be proved, or needs it: the plan goes in a circle",
    "refuted": "`{}` is known to be false",
    "known": "there was a plan with the same lemmas already: find another way",
    "decided": "`{}` is decided already",
    "name": "another lemma is called `{}`: choose another name",
}


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _passes(verdict: Verdict | None) -> bool:
    return verdict is None or isinstance(verdict, Proved | ProvedModulo)


def _words(verdict: Verdict | None) -> str:
    return "" if verdict is None else verdict.code.replace("_", " ")
