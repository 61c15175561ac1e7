"""Work on one node: candidates proposed, tried, and what they left taken apart. Nothing here changes the graph."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Generic

from prover.core.budget import Spent
from prover.core.candidate import Candidate
from prover.core.outcome import Failed, Progress, Solved, TacticOutcome, TimedOut
from prover.core.premise import Premise
from prover.core.state import TacticState
from prover.core.theorem import Theorem
from prover.generate import Request, TacticGenerator, reads_premises
from prover.search.agenda import Agenda, Limit
from prover.search.graph import Child
from prover.search.node import Node
from prover.search.polish import settle_suggestion
from prover.search.reply import Origin, Reply
from prover.search.runner import Handle, Runner
from prover.search.settings import Critic, Retrieve, Settings
from prover.search.statements import Statements
from prover.search.walk import Walk

#: Draws in a row without anything new, after which a generator is taken to have said everything.
_MOST_FRUITLESS = 2


@dataclass(slots=True, eq=False)
class Ticket(Generic[Handle]):
    """A node somebody works on.

    `agenda` is a copy, the node's own again once the work is taken in: work that is withdrawn leaves no trace.
    `running`: the runner is at it, and giving up would cost it a process; `given_up`: what the runner is not at yet
    need not be tried.
    """

    node: Node[Handle]
    agenda: Agenda
    level: int = 0
    batch: list[Candidate] = field(default_factory=list[Candidate])
    replies: list[Reply[Handle]] = field(default_factory=list["Reply[Handle]"])
    values: dict[str, float] = field(default_factory=dict[str, float])
    refused: list[Candidate] = field(default_factory=list[Candidate])
    tokens: int = 0
    money: float = 0.0
    running: bool = False
    given_up: bool = False
    generation_seconds: float = 0.0
    lean_seconds: float = 0.0
    #: Names of the theorems that the generator was told of, where it was asked.
    offered: tuple[str, ...] = ()
    task: asyncio.Task[None] = field(init=False)

    @property
    def handles(self) -> list[Handle]:
        """Every state the work made, each once."""
        made: list[Handle] = []
        for reply in self.replies:
            if isinstance(reply.outcome, Progress):
                made.append(reply.outcome.handle)
            made += [child.handle for child in reply.children]
        return list({id(handle): handle for handle in made}.values())


class Workshop(Generic[Handle]):
    """Where tickets are worked on. At most `settings.lanes` of them are with the runner at a time, first come first
    served; the others may wait for the generator meanwhile."""

    def __init__(
        self,
        runner: Runner[Handle],
        generator: TacticGenerator,
        spent: Spent,
        settings: Settings,
        critic: Critic | None,
        retrieve: Retrieve,
        theorem: Theorem | None = None,
    ) -> None:
        self.runner = runner
        self.generator = generator
        self.spent = spent
        self.settings = settings
        self.critic = critic
        self.retrieve = retrieve
        self.theorem = theorem
        self.unused: list[Handle] = []
        self._statements = Statements(runner) if reads_premises(generator) else None
        self._lanes = asyncio.Semaphore(settings.lanes)

    async def work(self, ticket: Ticket[Handle], known: Container[str]) -> None:
        """Does a ticket. `known`: fingerprints the critic has judged already."""
        while ticket.agenda.best is None and not ticket.agenda.dry and not ticket.given_up:
            await self._propose(ticket)
        ticket.level, ticket.batch = ticket.agenda.take(self.settings.width, self.settings.window)
        if not ticket.batch:
            return
        async with self._lanes:
            ticket.running = True
            try:
                await self._try(ticket)
            finally:
                ticket.running = False
        if self.critic is not None:
            new = {c.state.fingerprint: c.state for r in ticket.replies for c in r.children}
            new = {fingerprint: state for fingerprint, state in new.items() if fingerprint not in known}
            if new:
                scores = await self.critic.score(list(new.values()))
                ticket.values = dict(zip(new, scores, strict=True))

    async def _propose(self, ticket: Ticket[Handle]) -> None:
        node, agenda = ticket.node, ticket.agenda
        premises = await self._premises(ticket)
        if ticket.given_up:
            return
        request = Request(
            node.state,
            premises=premises,
            history=node.history,
            n=self.settings.candidates,
            draw=agenda.draws,
            theorem=self.theorem,
        )
        began = time.monotonic()
        ticket.offered = tuple(p.name for p in request.premises)
        (reply,) = await self.generator.generate([request])
        ticket.generation_seconds += time.monotonic() - began
        agenda.draws += 1
        ticket.tokens += sum(c.tokens for c in reply)
        ticket.money += sum(c.money for c in reply)
        ticket.refused += [c for c in reply if c.rejected or c.finish == "length"]
        added = agenda.add(c for c in reply if not c.rejected and c.finish != "length")
        agenda.fruitless = 0 if added else agenda.fruitless + 1
        agenda.dry = not reply or agenda.fruitless == _MOST_FRUITLESS or agenda.draws == self.settings.draws

    async def _premises(self, ticket: Ticket[Handle]) -> tuple[Premise, ...]:
        """Theorems for the ticket's goal, with their statements where the generator reads them."""
        node = ticket.node
        premises = tuple(self.retrieve(node.state.goals[0]))
        if self._statements is None:
            return premises
        if new := self._statements.unknown(premises):
            async with self._lanes:
                ticket.running = True
                try:
                    await self._statements.ask(node.handle, new)
                finally:
                    ticket.running = False
        return self._statements.on(premises)

    async def _try(self, ticket: Ticket[Handle]) -> None:
        """Runs the ticket's candidates; those not reached go back to its agenda."""
        began = time.monotonic()
        await self.release()
        limit = self.settings.levels[ticket.level]
        left = self.spent.remaining_seconds()
        outcomes: list[tuple[Candidate, TacticOutcome[Handle]]] = []
        async for index, outcome in self.runner.apply(
            ticket.node.handle,
            [c.text for c in ticket.batch],
            heartbeats=limit.heartbeats,
            wall_seconds=min(limit.seconds, max(0.05, left)),
            total_seconds=None if left == float("inf") else max(0.05, left),
        ):
            outcomes.append((ticket.batch[index], outcome))
        tried = {c.text for c, _ in outcomes}
        for candidate in ticket.batch:
            if candidate.text not in tried:
                ticket.agenda.put_back(candidate, ticket.level)
        for candidate, outcome in outcomes:
            ticket.replies.append(await self.reply(candidate, outcome, ticket.node.handle))
        await self._walk(ticket, limit)
        ticket.lean_seconds = time.monotonic() - began

    async def reply(
        self, candidate: Candidate, outcome: TacticOutcome[Handle], handle: Handle, origin: Origin | None = None
    ) -> Reply[Handle]:
        """What a candidate came to that was run on the state `handle`."""
        text, children = candidate.text, tuple[Child[Handle], ...]()
        if isinstance(outcome, Solved):
            text = await settle_suggestion(self.runner, handle, candidate.text, outcome)
        elif isinstance(outcome, Progress):
            children = await self.apart(outcome.state, outcome.handle)
        return Reply(candidate, outcome, text, children, origin)

    async def _walk(self, ticket: Ticket[Handle], limit: Limit) -> None:
        """Goes step by step through the scripts that failed in one piece."""
        if any(isinstance(reply.outcome, Solved) for reply in ticket.replies):
            return

        async def attempt(candidate: Candidate, handle: Handle, origin: Origin) -> Reply[Handle] | None:
            left = self.spent.remaining_seconds()
            if ticket.given_up or left <= 0:
                return None
            seconds = min(limit.seconds, left)
            made: Reply[Handle] | None = None
            async for _, outcome in self.runner.apply(
                handle, [candidate.text], heartbeats=limit.heartbeats, wall_seconds=max(0.05, seconds)
            ):
                made = await self.reply(candidate, outcome, handle, origin)
            return made

        walk = Walk(self.runner, ticket.node, ticket.replies, attempt, self.settings.width * limit.heartbeats)
        for reply in list(ticket.replies):
            failed = reply.candidate.script and isinstance(reply.outcome, Failed | TimedOut)
            if failed and await walk.script(reply.candidate):
                return

    async def apart(self, state: TacticState, handle: Handle) -> tuple[Child[Handle], ...]:
        """The goals of a state that stand alone, each as a state of its own."""
        everything = tuple(range(len(state.goals)))
        parts = independent_parts(state) if self.settings.split else [everything]
        if len(parts) == 1:
            return (Child(state, handle, everything),)
        found: list[Child[Handle]] = []
        for part in parts:
            own, focused = await self.runner.focus(handle, part)
            found.append(Child(focused, own, part))
        return tuple(found)

    async def release(self) -> None:
        """Gives back the states nobody needs. Only for who has the runner."""
        if self.unused:
            unused, self.unused = self.unused, []
            await self.runner.release(unused)


def independent_parts(state: TacticState) -> list[tuple[int, ...]]:
    """How the goals of a state fall apart: each goal that shares no metavariable alone, the others together."""
    groups = state.groups()
    alone: Sequence[tuple[int, ...]] = [tuple(g) for g in groups if len(g) == 1]
    together = tuple(sorted(i for g in groups if len(g) > 1 for i in g))
    return sorted([*alone, together]) if together else sorted(alone)
