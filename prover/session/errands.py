"""What a session has done for it: searches in the background, the verifier, the library, the model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from prover.agent import Attempt, FillOptions, Solution, Target
from prover.agent.fill import fill
from prover.agent.solver import SearchSolver
from prover.api.proof import fill_given
from prover.api.statement import stated as goal_stated
from prover.core.errors import ModelError, ProverError, UserError
from prover.core.message import Message
from prover.core.state import TacticState
from prover.core.verdict import Incomplete, Proved, ProvedModulo, Refuted, Verdict
from prover.core.visible import visible
from prover.generate import Member, Mixture, Portfolio, TacticGenerator, imports_mathlib
from prover.lean.source import SourceFile
from prover.session import view
from prover.session.desk import Answer, Desk, told
from prover.session.hands import Hands
from prover.session.model_talk import talk
from prover.session.proof_tree import Location, node_at, open_at, text
from prover.session.snapshot import Snapshot
from prover.verify import Limits

AUTO_SECONDS = 60.0
NEGATE_SECONDS = 20.0
_FOUND = 10
_CHECK_SECONDS = 120.0
_GOAL = "session_goal"
_ON_THE_WAY = " (the goal, with what the tactics so far made of it; the statement may be true)"
_NO_MODEL = "no model is configured (`--model`); "


@dataclass(frozen=True, slots=True)
class Offer:
    """A proof that was found in the background, of a state of a part."""

    part: str
    state: TacticState
    script: str


@dataclass
class Errands:
    """At most one search at a time runs in the background. `tell` is given a line when one has ended."""

    desk: Desk
    tell: Callable[[str], None]
    offers: list[Offer] = field(default_factory=list[Offer], init=False)
    _search: asyncio.Task[None] | None = field(default=None, init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def searching(self) -> bool:
        return self._search is not None and not self._search.done()

    async def wait(self) -> None:
        """Until no search is under way."""
        if self._search is not None:
            await asyncio.wait({self._search})

    def stop(self) -> Answer:
        """Asks the search to end; it tells when it has."""
        if not self.searching:
            return told("no search is under way", accepted=False)
        self._stop.set()
        return told("the search is ending")

    async def close(self) -> None:
        """Gives the search up."""
        if self._search is not None:
            self._search.cancel()
            await asyncio.gather(self._search, return_exceptions=True)

    # -- searches ------------------------------------------------------------------------------------

    def auto(self, seconds: float) -> Answer:
        """Begins to search a proof of the goal in focus, in a Lean process of its own."""
        now = self.desk.now
        if now.focus is None:
            return told("no goal is open here", accepted=False)
        return self._begin(self._auto(now, now.focus, seconds), f"searching for {seconds:g} s; go on meanwhile")

    def negate(self, seconds: float) -> Answer:
        """Begins to search a proof that the goal in focus is false: the statement, where nothing was done yet."""
        now = self.desk.now
        what = "the statement" if _at_start(now) else "this goal"
        return self._begin(self._negate(now, seconds), f"trying to refute {what} for {seconds:g} s")

    def _begin(self, work: Coroutine[Any, Any, None], words: str) -> Answer:
        if self.searching:
            work.close()
            return told("a search is under way already (`stop` ends it)", accepted=False)
        self._stop.clear()
        self._search = asyncio.create_task(self._told(work))
        return told(words)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ProverError as error:
            self.tell(f"the search failed: {visible(error.message)}")
        finally:
            self.desk.changed()

    async def _auto(self, now: Snapshot, location: Location, seconds: float) -> None:
        desk = self.desk
        node = node_at(now.part.tree, location)
        goal = visible(node.goal.target).split("\n")[0]
        hands = Hands(desk.prover, desk.document)
        try:
            state = await hands.state(now, location)
            with self._generator(tuple(state.proof.bench.header.modules)) as generator:
                result = await state.search(seconds, generator=generator, interrupted=self._stop.is_set)
        finally:
            await hands.close()
        if result.script is None:
            self.tell(f"auto: no proof of ⊢ {goal} ({result.stop.replace('_', ' ')}, {result.seconds:.0f} s)")
            return
        self.offers.append(Offer(now.part.name, node.state, result.script))
        self.tell(f"auto: a proof of ⊢ {goal} is found; `accept` takes it")

    @contextmanager
    def _generator(self, modules: tuple[str, ...]) -> Generator[TacticGenerator]:
        portfolio = Portfolio(mathlib=imports_mathlib(modules))
        if self.desk.model is None:
            yield portfolio
            return
        with self.desk.model.generator() as asked:
            yield asked if self.desk.model.choice.only else Mixture([Member(portfolio), Member(asked)])

    async def accept(self) -> Answer:
        """Takes the newest proof that was found for a goal that is still open."""
        now = self.desk.now
        for offer in reversed(self.offers):
            for number, part in enumerate(now.parts):
                if part.name != offer.part:
                    continue
                at = next((o for o in open_at(part.tree) if node_at(part.tree, o).state == offer.state), None)
                if at is None:
                    continue
                if number != now.active:
                    await self.desk.work(part.name)
                if self.desk.now.focus != at:
                    await self.desk.focus(self.desk.now.open_goals.index(at) + 1)
                answer = await self.desk.tactic(offer.script)
                return Answer((*visible(offer.script).split("\n"), *answer.lines), answer.accepted)
        return told("nothing that was found is open here" if self.offers else "nothing was found", accepted=False)

    async def _negate(self, now: Snapshot, seconds: float) -> None:
        if _at_start(now):
            source, target = self.desk.document.stating(now.parts[: now.active], now.part)
            name = visible(now.part.name or self.desk.label)
            await self._refute(source, _line(target), name, "", seconds)
            return
        assert now.focus is not None
        node = node_at(now.part.tree, now.focus)
        context = self.desk.document.before(now.parts[: now.active])
        try:
            async with self.desk.prover.place(
                SourceFile(str(self.desk.path), context.encode(), self.desk.path)
            ) as place:
                source = await goal_stated(place.pool, str(node.goal), context, name=_GOAL)
        except UserError as error:
            self.tell(f"negate: the goal cannot be written down as a statement: {visible(error.message)}")
            return
        goal = f"⊢ {visible(node.goal.target).split(chr(10))[0]}"
        await self._refute(source, Target("-", name=_GOAL), goal, _ON_THE_WAY, seconds)

    async def _refute(self, source: SourceFile, target: Target, name: str, remark: str, seconds: float) -> None:
        async def refuting(attempt: Attempt) -> Solution:
            return await SearchSolver()(attempt) if attempt.refuting else Solution(None, "not_tried")

        options = FillOptions(seconds=seconds, refute_share=1.0)
        async with self.desk.prover.place(source) as place:
            result = await fill(source, target, place.pool, refuting, place.judge, options, stop=self._stop)
        verdict = result.targets[0].verdict
        if isinstance(verdict, Refuted):
            script = visible("\n".join(result.targets[0].scripts))
            self.tell(f"negate: {name} is false as stated; its negation is proved and verified{remark}:\n{script}")
        else:
            self.tell(f"negate: no proof that {name} is false ({view.verdict(verdict)})")

    # -- the verifier --------------------------------------------------------------------------------

    async def check(self) -> Answer:
        """The whole file through the ladder: every lemma, and the theorem against the file as it was at first."""
        desk, now = self.desk, self.desk.now
        if not now.main.done:
            lines = await self._as_it_stands(now)
            return Answer(tuple(lines), accepted=False)
        answer = told("not checked", accepted=False)
        for structured in dict.fromkeys((desk.structured, True, False)):
            source, target = desk.document.for_proof(now, structured=structured)
            async with desk.prover.place(source) as place:
                script = text(now.main.tree, structured=structured)
                result = await fill_given(place, source, _line(target), script, seconds=_CHECK_SECONDS)
            found = result.targets[0].verdict
            if isinstance(found, Proved | ProvedModulo | Incomplete):
                desk.structured = structured
                await desk.save()
                verdicts = await self._lemmas(now, result.filled)
                return self._judged(found, await self._against_first(now, result.filled), verdicts)
            answer = self._judged(found, None, {})
        return answer

    async def _as_it_stands(self, now: Snapshot) -> list[str]:
        """How Lean takes a file in which goals are open."""
        desk = self.desk
        lines = [f"{view.counted(sum(len(open_at(part.tree)) for part in now.parts), 'goal')} open"]
        for structured in dict.fromkeys((desk.structured, True, False)):
            error = await self._error(desk.document.written(now, structured=structured))
            if error is None:
                desk.structured = structured
                await desk.save()
                return [*lines, "Lean takes the file as it stands, the open goals as `sorry`"]
            where = f"line {error.start.line}: " if error.start else ""
            lines = [lines[0], f"and Lean reports an error in the file: {where}{visible(error.text)}"]
        return lines

    async def _error(self, source: SourceFile) -> Message | None:
        async with self.desk.prover.place(source) as place:
            header = await place.pool.read_header(source.text)
            async with place.pool.lease(header.modules) as worker:
                worker.clean = False
                seen = await worker.elaborate(worker.env, source.text, start=header.end, wall_seconds=_CHECK_SECONDS)
        return next(iter(seen.errors), None)

    async def _lemmas(self, now: Snapshot, filled: SourceFile) -> dict[str, Verdict]:
        """Verdicts on the lemmas: of those without goals left, against their statements."""
        done = [part.full for part in now.lemmas if part.done]
        if not done:
            return {}
        stated, _ = self.desk.document.stating(now.lemmas, now.main)
        async with self.desk.prover.place(filled) as place:
            limits = Limits(seconds=_CHECK_SECONDS)
            return await place.ladder.check(filled.text, reference=stated.text, targets=done, limits=limits)

    async def _against_first(self, now: Snapshot, filled: SourceFile) -> Verdict | None:
        """With lemmas before it the theorem is held against the file in which there were none; None without."""
        name = self.desk.label
        if not now.lemmas or _nameless(name):
            return None
        async with self.desk.prover.place(filled) as place:
            limits = Limits(seconds=_CHECK_SECONDS)
            reference = self.desk.document.source.text
            found = await place.ladder.check(filled.text, reference=reference, targets=[name], limits=limits)
        return found[name]

    def _judged(self, found: Verdict, stated: Verdict | None, lemmas: dict[str, Verdict]) -> Answer:
        final = found if stated is None or isinstance(found, ProvedModulo) else stated
        lines = [f"{visible(name)}: {view.verdict(verdict)}" for name, verdict in lemmas.items()]
        lines.append(f"{visible(self.desk.label)}: {view.verdict(final)}")
        if self.desk.now.lemmas and _nameless(self.desk.label):
            lines.append("(an example has no name: it was held against the file with the lemmas stated in it)")
        return Answer(tuple(lines), isinstance(final, Proved))

    # -- what others know ----------------------------------------------------------------------------

    async def find(self, words: str) -> Answer:
        """Theorems of the imports and of the file that fit words or a statement."""
        found = await self.desk.prover.premises(words, self.desk.document.source, k=_FOUND)
        lines = [visible(found.statements.get(f.premise.name, f.premise.name)) for f in found.found]
        return told(*lines) if lines else told("nothing fits", accepted=False)

    async def hint(self) -> Answer:
        """What the model would do next; without one, the best suggestion."""
        now = self.desk.now
        if now.focus is None:
            return told("no goal is open here", accepted=False)
        if self.desk.model is None:
            best = next(iter(self.desk.suggestions.ranked), None)
            instead = f"Lean accepts `{visible(best.tactic)}` ({visible(best.leaves)})" if best else "see `suggest`"
            return told(_NO_MODEL + instead, accepted=best is not None)
        return await self._asked("What would you try next, and why?")

    async def why(self) -> Answer:
        """What the last refusal means, in the model's words; of the goal, where nothing was refused."""
        tactic, refusal = self.desk.refused
        if self.desk.model is None:
            last = f"the last error, of `{visible(tactic)}`, was:" if tactic else "see `goals`"
            return told(_NO_MODEL + last, *visible(refusal).split("\n"), accepted=False)
        if tactic:
            return await self._asked("Why did Lean refuse this?", ("Tactic", tactic), ("Lean's words", refusal))
        return await self._asked("What does this goal say, and what stands in the way?")

    async def _asked(self, question: str, *parts: tuple[str, str]) -> Answer:
        assert self.desk.model is not None
        now = self.desk.now
        goal = str(node_at(now.part.tree, now.focus).state) if now.focus is not None else ""
        about = (("Proof so far", text(now.part.tree)), ("Goal", goal), *parts)
        try:
            words = await talk(self.desk.model, question, about)
        except ModelError as error:
            return told(f"the model did not answer: {visible(error.message)}", accepted=False)
        return told(*visible(words).split("\n"))


def _at_start(now: Snapshot) -> bool:
    """Whether the goal in focus, if there is one, is what the part itself states."""
    return not now.focus


def _nameless(label: str) -> bool:
    """Whether what is worked on is an `example`."""
    return " " in label


def _line(target: str) -> Target:
    return Target("-", line=int(target.removeprefix("#L")))
