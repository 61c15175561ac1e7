"""One action on one lemma: what it costs is counted, what it brings is put into the plan."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from prover.agent.leap.bill import Bill
from prover.agent.leap.brief import Brief, Tried
from prover.agent.leap.cast import Cast, CutOff, Unanswered
from prover.agent.leap.closing import Closer
from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.dossier import Dossier
from prover.agent.leap.effort import Effort
from prover.agent.leap.events import ActionEnded, Diagnosed, PlanRefused
from prover.agent.leap.lemma import Lemma, Standing, Statement
from prover.agent.leap.plan import Plan
from prover.agent.leap.policy import PROOFS, Action
from prover.agent.leap.proposal import renamed, shown, statements, with_free_names
from prover.agent.leap.replies import NoReply, PlanReply, ProofReply
from prover.agent.leap.stage import Checked, Faults, Stage
from prover.core.errors import LeanProcessError
from prover.core.verdict import Proved, ProvedModulo, Refuted, Verdict

#: Questions in a row that bring nothing usable, the second of which has said so, after which the prover is left alone.
_SILENCE = 2


@dataclass(slots=True)
class LemmaAttempt:
    """An action under way. `hints`: the person's."""

    plan: Plan
    stage: Stage
    cast: Cast | None
    closer: Closer
    effort: Effort
    lemma: Lemma
    action: Action
    hints: tuple[str, ...] = ()
    bill: Bill = field(default_factory=Bill)
    text: str = ""
    faults: str = ""
    began: float = field(default_factory=time.monotonic)

    async def run(self) -> bool:
        """Takes the action and records how it ended; whether it helped. Raises `ModelError`."""
        deeds: dict[Action, Callable[[], Awaitable[bool]]] = {
            Action.CLOSE: lambda: self.search(self.effort.close_seconds, deep=False),
            Action.SEARCH: lambda: self.search(self.effort.search_seconds, deep=True),
            Action.PROVE: self.prove,
            Action.REPAIR: lambda: self.prove(self._failed()),
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
        except (Unanswered, CutOff) as ended:
            self.bill.paid(ended.said)
            raise
        finally:
            self.plan.record(
                ActionEnded(
                    self.lemma.key,
                    self.action,
                    outcome,
                    "" if helped else self.text,
                    "" if helped else self.faults,
                    self.bill.tokens,
                    self.bill.money,
                    time.monotonic() - self.began,
                    self.bill.lean_seconds,
                    self.bill.calls,
                )
            )
        return helped

    # --- the actions

    async def search(self, seconds: float, *, deep: bool) -> bool:
        statement = self.lemma.statement
        found = await self.bill.timed(
            self.closer.search(self.stage, statement, self.definitions, seconds=seconds, deep=deep)
        )
        self.bill.tokens += found.tokens
        self.bill.money += found.money
        self.faults = f"a search of {seconds:g} s found no proof ({found.detail})" if found.detail else ""
        if found.script:
            self.plan.prove(self.lemma, found.script, self.action, found.verdict)
        elif found.refutation:
            self.plan.refute(self.lemma, found.refutation, self.action)
        return bool(found.script or found.refutation)

    def _failed(self) -> Tried | None:
        """The last proof that failed."""
        tried = reversed(self.plan.tried.get(self.lemma.key, ()))
        return next((t for t in tried if t.text and t.what in PROOFS), None)

    async def prove(self, start: Tried | None = None) -> bool:
        """A proof, mended after Lean's complaints. `start`: one that failed, to begin with."""
        assert self.cast is not None
        brief = self.dossier.brief()
        if start is not None:
            self.text, self.faults = start.text, start.faults
            brief = replace(brief, work=start.text, faults=start.faults)
        draw = self.plan.tally.tries[self.lemma.key, self.action]
        silent = 0
        for revision in range(self.effort.revisions + 1):
            said = await self.cast.prove(brief, draw + revision * 16)
            reply = self.bill.paid(said)
            if isinstance(reply, NoReply):
                brief = self._unused(brief, reply)
                silent += not said.spare
                if silent == _SILENCE:
                    break
                continue
            silent = 0
            if await self._take_proof(reply):
                return True
            brief = replace(brief, work=self.text, faults=self.faults, unusable="")
        await self._diagnose()
        return False

    async def _take_proof(self, reply: ProofReply) -> bool:
        self.text = _joined(reply.definitions, reply.script)
        sketch = Sketch(reply.script, reply.definitions, reply.plan)
        available = self.dossier.available()
        checked = await self.check(available, sketch)
        if isinstance(checked, Faults):
            self.faults = str(checked)
            return False
        if checked.lemmas:
            return self._commit(checked.lemmas, sketch)
        every = _joined(self.definitions, reply.definitions)
        verdict = await self.bill.timed(
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
        found = await self.bill.timed(
            self.stage.counterexample(
                self.lemma.statement, definitions=self.definitions, seconds=self.effort.close_seconds
            )
        )
        if found and await self._take_refutation(found):
            return True
        brief = self.dossier.brief()
        for revision in range(self.effort.revisions // 2 + 1):
            reply = self.bill.paid(await self.cast.negate(brief, revision))
            if isinstance(reply, NoReply):
                self.faults = str(reply)
                return False
            self.text = reply.script
            if await self._take_refutation(reply.script):
                return True
            brief = replace(brief, work=self.text, faults=self.faults)
        return False

    async def _take_refutation(self, script: str) -> bool:
        statement = self.lemma.statement
        checked = await self.stage.check_refutation(statement, script, definitions=self.definitions)
        self.bill.lean_seconds += checked.seconds
        if isinstance(checked, Faults):
            self.faults = str(checked)
            return False
        verdict = await self.bill.timed(
            self.closer.verify_refutation(self.stage, statement, checked.name, script, self.definitions)
        )
        if verdict is not None and not isinstance(verdict, Refuted):
            self.faults = f"the verifier refuses it: {_words(verdict)}"
            return False
        self.plan.refute(self.lemma, script, self.action)
        return True

    async def decompose(self) -> bool:
        assert self.cast is not None
        brief = self.dossier.brief()
        draw = self.plan.tally.tries[self.lemma.key, self.action]
        reply = self.bill.paid(await self.cast.plan(brief, draw))
        for revision in range(self.effort.plan_revisions + 1):
            if isinstance(reply, NoReply):
                brief = self._unused(brief, reply)
            else:
                self.text = shown(reply)
                if reply.script and await self._take_plan(reply):
                    return True
                if not reply.script:
                    self.faults = ""
                brief = replace(brief, work=self.text, faults=self.faults, unusable="")
            if revision < self.effort.plan_revisions:
                # While there is no plan, there is nothing to sketch.
                ask = self.cast.sketch if self.text else self.cast.plan
                reply = self.bill.paid(await ask(brief, draw + revision * 16))
        self.plan.record(PlanRefused(self.lemma.key, "faults", self.faults))
        return False

    def _unused(self, brief: Brief, reply: NoReply) -> Brief:
        """The task after a reply without use; what Lean says of the work before it stays."""
        if not self.text:
            self.faults = str(reply)
        return replace(brief, unusable=str(reply))

    async def _take_plan(self, reply: PlanReply) -> bool:
        """Commits a plan that Lean, the rules and the reviewer accept; else says why not in `faults`."""
        reply = with_free_names(reply, self.plan.graph)
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
        checked = await self._check_plan(reply)
        if isinstance(checked, Faults):
            return checked
        for lemma in checked.lemmas:
            known = self.plan.graph.find(lemma.key)
            if known is None or known in self.plan.graph.targets:
                # A target stands in the file itself, perhaps further down.
                continue
            if known.name != lemma.name and known.standing is not Standing.STALE:
                other = renamed(reply, lemma.name, known.name)
                again = await self._check_plan(other)
                if isinstance(again, Checked):
                    reply, checked = other, again
        return reply, checked

    async def _check_plan(self, reply: PlanReply) -> Checked | Faults:
        sketch = Sketch(reply.script, reply.definitions)
        return await self.check(statements(reply), sketch, self.dossier.called(reply))

    async def _restated(self, checked: Checked, definitions: str) -> str:
        """The name of a lemma that says what is to be proved, in other words; empty where there is none."""
        for lemma in checked.lemmas:
            known = self.plan.graph.find(lemma.key)
            if known is not None and known.proved:
                continue
            every = _joined(self.definitions, definitions)
            if await self.bill.timed(self.stage.says_the_same(self.lemma.statement, lemma, definitions=every)):
                return lemma.name
        return ""

    async def _reviewed(self, reply: PlanReply) -> bool:
        if not self.effort.review or self.cast is None:
            return True
        answer = self.bill.paid(await self.cast.review(replace(self.dossier.brief(), work=shown(reply))))
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
        if not self.effort.diagnose or self.cast is None:
            return
        answer = self.bill.paid(
            await self.cast.diagnose(replace(self.dossier.brief(), work=self.text, faults=self.faults))
        )
        if not isinstance(answer, NoReply):
            self.plan.record(Diagnosed(self.lemma.key, answer.diagnosis, answer.advice, answer.counterexample))

    # --- what they need

    @property
    def definitions(self) -> str:
        return self.plan.definitions()

    @property
    def dossier(self) -> Dossier:
        return Dossier(self.plan, self.lemma, self.stage.plain, self.hints)

    async def check(
        self, lemmas: tuple[Statement, ...], sketch: Sketch, more: tuple[Statement, ...] = ()
    ) -> Checked | Faults:
        names = {lemma.name for lemma in lemmas}
        stated = (*(s for s in more if s.name not in names), *lemmas)
        found = await self.stage.check(self.lemma.statement, stated, sketch, definitions=self.definitions)
        self.bill.lean_seconds += found.seconds
        return found


_REFUSALS = {
    "ancestor": "`{}` is what is to be proved, or needs it: the plan goes in a circle",
    "refuted": "`{}` is known to be false",
    "known": "there was a plan with the same lemmas already: find another way",
    "decided": "`{}` is decided already",
    "name": "another lemma is called `{}`: choose another name",
}


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _passes(verdict: Verdict | None) -> bool:
    return verdict is None or isinstance(verdict, Proved | ProvedModulo)


def _words(verdict: Verdict | None) -> str:
    return "" if verdict is None else verdict.code.replace("_", " ")
