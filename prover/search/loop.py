"""The one search loop.

It hands out tickets for the nodes a frontier selects and takes in what came of them. Graph, frontier and budgets
change only here, between two awaits: which replies came when does not matter as long as they are taken in in order.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic

from prover.core.budget import Budget, Spent
from prover.core.errors import LeanProcessError, ModelError
from prover.core.outcome import Progress, Solved, TimedOut
from prover.core.theorem import Theorem
from prover.generate import TacticGenerator
from prover.search.account import Account, silent
from prover.search.agenda import Agenda
from prover.search.flight import Flight
from prover.search.frontier import Expansion, Frontier
from prover.search.frontiers import FRONTIERS, MakeFrontier
from prover.search.graph import Change, ProofGraph, distinct
from prover.search.guide import Guide
from prover.search.node import Node, Status
from prover.search.polish import Polished, polish
from prover.search.reply import Origin, Reply
from prover.search.result import SearchResult
from prover.search.runner import Handle, Runner
from prover.search.script import text
from prover.search.settings import Critic, Observer, Retrieve, Settings, nothing
from prover.search.ticket import Ticket, Workshop

#: How often the loop looks whether it was interrupted while it waits for work.
_LOOK_SECONDS = 0.2


def _running() -> bool:
    return False


async def search(
    runner: Runner[Handle],
    generator: TacticGenerator,
    *,
    budget: Budget | Spent,
    settings: Settings | None = None,
    frontier: str | MakeFrontier[Handle] = "best",
    critic: Critic | None = None,
    retrieve: Retrieve = nothing,
    theorem: Theorem | None = None,
    observer: Observer = silent,
    interrupted: Callable[[], bool] = _running,
) -> SearchResult:
    """Searches for a proof of the runner's root state until it is proved, nothing is left, or the budget ends.

    Always returns, with the reason in `stop` and whatever was found. `frontier`: a name in `FRONTIERS`, or what makes
    one. `retrieve` gives the theorems that the generator is told of with each goal; `theorem`, the statement as text,
    is for generators that read it. `observer` receives every event as (kind, payload): `NodeOpened`, `TacticTried`,
    `CandidateRefused`, `EdgeAdded`, `EdgeRefused`, `Solved`, `NodeExpanded`, `NodeExhausted`, `LimitHit`, `WorkerLost`,
    `ProofShortened`, `SearchEnded`; together they say everything the graph knew. `interrupted` is asked several times a
    second.

    Deterministic where the replies of runner and generator are, `settings.in_order` holds and the budget is not one of
    wall seconds.
    """
    spent = budget if isinstance(budget, Spent) else Spent(budget)
    settings = settings or Settings()
    shop = Workshop(runner, generator, spent, settings, critic, retrieve, theorem)
    make: MakeFrontier[Handle] = FRONTIERS[frontier] if isinstance(frontier, str) else frontier
    account = Account[Handle](observer, spent)
    return await _Search(shop, account, Flight(shop, settings), spent, settings, interrupted).run(make)


@dataclass
class _Search(Generic[Handle]):
    shop: Workshop[Handle]
    account: Account[Handle]
    flight: Flight[Handle]
    spent: Spent
    settings: Settings
    interrupted: Callable[[], bool]
    agendas: dict[int, Agenda] = field(init=False, default_factory=dict[int, Agenda])
    values: dict[str, float] = field(init=False, default_factory=dict[str, float])
    graph: ProofGraph[Handle] = field(init=False)
    frontier: Frontier[Handle] = field(init=False)

    async def run(self, make: MakeFrontier[Handle]) -> SearchResult:
        began = time.monotonic()
        detail = ""
        try:
            await self.begin(make)
            stop = await self.work()
        except LeanProcessError as error:
            stop, detail = "engine_lost", f"{error.code}: {error.message}"
        except ModelError as error:
            stop, detail = "model_failed", f"{error.code}: {error.message}"
        finally:
            await self.land()
        with suppress(LeanProcessError):
            await self.shop.release()
        found = await self.polished()
        if found is not None:
            stop = "proved"
            self.account.shortened(found)
        if hasattr(self, "graph"):
            self.account.statistics.graph = self.graph.counts()
        seconds = time.monotonic() - began
        if stop.startswith("budget"):
            self.account.limit(stop, seconds=seconds)
        result = SearchResult(stop, None, False, seconds, self.account.statistics, detail)
        if found is not None:
            scripts = {"script": text(found.best), "first_script": text(found.first)}
            result = dataclasses.replace(result, proof=found.proof, checked=found.checked, **scripts)
        self.account.ended(result, [] if found is None else self.graph.proof_nodes())
        return result

    async def begin(self, make: MakeFrontier[Handle]) -> None:
        """The graph with its root; the root itself may be several goals that have nothing to do with each other."""
        handle, state = await self.shop.runner.root()
        settings = self.settings
        self.graph = ProofGraph(state, handle, sibling_penalty=settings.sibling_penalty, merge=settings.merge)
        self.frontier = make(self.graph, Guide(self.ahead, self.value_of, settings.alpha, settings.seed))
        root = self.graph.root
        self.account.opened([root])
        children = await self.shop.apart(root.state, root.handle)
        if len(children) > 1:
            change = self.graph.extend(root, "", 0.0, children, "split")
            self.account.opened(change.opened)
            self.account.added(root.edges[-1])
            self.absorb(root, change)
            self.absorb(root, self.exhaust(root))
        else:
            self.frontier.observe(Expansion(root, again=True))

    async def polished(self) -> Polished | None:
        """The root's proof, if there is one, as it is to be shown."""
        if not hasattr(self, "graph"):
            return None
        return await polish(self.shop.runner, self.graph, self.settings, self.spent.remaining_seconds, self.interrupted)

    # --- what frontiers may ask

    def ahead(self, node: Node[Handle]) -> float:
        """The belief in what would be tried next on a node; optimistic where nothing is known yet."""
        agenda = self.agendas.get(node.number)
        if agenda is None:
            return 0.0
        return self.settings.redraw_penalty * agenda.draws if agenda.best is None else agenda.best

    def value_of(self, node: Node[Handle]) -> float | None:
        return self.values.get(node.state.fingerprint)

    # --- tickets

    async def work(self) -> str:
        """Works nodes until there is a reason to stop; gives the reason."""
        while self.graph.root.best is None:
            limit = "interrupted" if self.interrupted() else self.spent.exceeded()
            if limit in ("interrupted", "seconds"):
                await self.last_call()
            if limit is None:
                self.take_off()
            elif limit != "expansions" or not self.flight:
                return limit if limit == "interrupted" else f"budget_{limit}"
            if not self.flight:
                return "exhausted"
            ticket = await self.flight.next_done(min(_LOOK_SECONDS, self.spent.remaining_seconds()))
            if ticket is not None:
                self.take_in(ticket)
        return "proved"

    def take_off(self) -> None:
        """Hands out tickets while there are nodes to work on and room in flight."""
        while len(self.flight) < self.settings.in_flight and self.spent.exceeded() is None:
            selected = self.frontier.select(1)
            if not selected:
                return
            for node in selected:
                agenda = self.agendas.get(node.number)
                ticket = Ticket(node, agenda.copy() if agenda is not None else Agenda(len(self.settings.levels)))
                self.spent.expansions += 1
                self.flight.begin(ticket, self.values)

    def take_in(self, ticket: Ticket[Handle]) -> None:
        """Puts what came of a ticket into graph and frontier."""
        node = ticket.node
        self.flight.finish(ticket)
        self.account.worked(ticket)
        ticket.task.result()
        self.values.update(ticket.values)
        agenda = self.agendas[node.number] = ticket.agenda
        if not ticket.batch:
            self.spent.expansions -= 1
            self.finish(node, [])
            return
        priority = node.path.score(self.settings.alpha, min(0.0, ticket.batch[0].log_probability))
        self.account.statistics.expansions += 1
        opened: list[Node[Handle]] = []
        for reply in ticket.replies:
            if reply.origin is not None:
                continue
            self.account.tried(node, ticket.level, reply.candidate, reply.outcome)
            if isinstance(reply.outcome, Solved):
                self.solved(node, reply, opened)
            elif isinstance(reply.outcome, TimedOut) and not agenda.again(reply.candidate, ticket.level):
                self.account.limit(reply.outcome.limit, node=node.number, tactic=reply.candidate.text)
        self.grow(ticket, opened)
        self.account.expanded(ticket, opened=len(opened), priority=priority)
        if agenda.best is None and agenda.dry and self.graph.wanted(node):
            self.finish(node, opened)
        else:
            self.observe(Expansion(node, again=self.graph.wanted(node), opened=tuple(opened)))
        if node.status is not Status.OPEN:
            self.agendas.pop(node.number, None)
        if self.settings.debug:
            self.graph.check_invariants()

    def grow(self, ticket: Ticket[Handle], opened: list[Node[Handle]]) -> None:
        """Adds what tactics left to the graph, then the paths of scripts; what it does not need is released."""
        before = len(self.graph.nodes)
        made: dict[int, Sequence[Node[Handle]]] = {}
        for number, reply in enumerate(ticket.replies):
            node = ticket.node
            if reply.origin is not None:
                found = self.stood_on(ticket, reply.origin, made)
                self.account.tried(found, ticket.level, reply.candidate, reply.outcome)
                node = found
            if node is None or not self.graph.wanted(node):
                continue
            if isinstance(reply.outcome, Progress):
                made[number] = self.extend(node, reply, opened)
            elif reply.origin is not None and isinstance(reply.outcome, Solved):
                self.solved(node, reply, opened)
        used = {id(node.handle) for node in self.graph.nodes[before:]}
        self.shop.unused += [handle for handle in ticket.handles if id(handle) not in used]

    def stood_on(
        self, ticket: Ticket[Handle], origin: Origin, made: Mapping[int, Sequence[Node[Handle]]]
    ) -> Node[Handle] | None:
        """The node on which the step of a script was tried, if the graph has it. `made`: the nodes replies led to."""
        if origin.reply is None:
            return ticket.node
        if made.get(origin.reply):
            return made[origin.reply][origin.child]
        return self.graph.find(ticket.replies[origin.reply].children[origin.child].state.fingerprint)

    def extend(self, node: Node[Handle], reply: Reply[Handle], opened: list[Node[Handle]]) -> Sequence[Node[Handle]]:
        """Adds what a tactic left; the nodes of its goals, none where it led nowhere new."""
        before = len(self.graph.nodes)
        belief = reply.candidate.log_probability
        change = self.graph.extend(node, reply.text, belief, reply.children, reply.candidate.source)
        if change.added:
            self.account.opened(self.graph.nodes[before:])
            self.account.added(node.edges[-1])
        else:
            self.account.refused(node, reply)
        self.notice(change, opened)
        return node.edges[-1].children if change.added else ()

    def solved(self, node: Node[Handle], reply: Reply[Handle], opened: list[Node[Handle]]) -> None:
        candidate = reply.candidate
        change = self.graph.solve(node, reply.text, candidate.log_probability, candidate.source)
        self.account.solved(node.edges[-1], candidate.text, root=self.graph.root.best is not None)
        self.notice(change, opened)

    def finish(self, node: Node[Handle], opened: list[Node[Handle]]) -> None:
        """Nothing is left to try on `node`."""
        change = self.exhaust(node)
        self.agendas.pop(node.number, None)
        self.notice(change, opened)
        self.observe(Expansion(node, opened=tuple(opened)))

    def exhaust(self, node: Node[Handle]) -> Change[Handle]:
        self.account.exhausted(node)
        return self.graph.exhaust(node)

    def absorb(self, node: Node[Handle], change: Change[Handle]) -> None:
        opened: list[Node[Handle]] = []
        self.notice(change, opened)
        self.observe(Expansion(node, opened=tuple(opened)))

    def notice(self, change: Change[Handle], opened: list[Node[Handle]]) -> None:
        opened += change.opened
        self.frontier.prune(change.closed)
        for node in change.closed:
            if node.status is not Status.OPEN:
                self.agendas.pop(node.number, None)

    def observe(self, expansion: Expansion[Handle]) -> None:
        """Tells the frontier, and withdraws work on nodes that nobody needs any more."""
        for ticket in self.flight:
            if not self.graph.wanted(ticket.node):
                self.withdraw(ticket)
        opened = tuple(n for n in distinct(expansion.opened) if n not in self.flight)
        self.frontier.observe(Expansion(expansion.node, expansion.again, opened))

    # --- the end

    def withdraw(self, ticket: Ticket[Handle]) -> None:
        """Gives a ticket up."""
        self.account.withdrawn()
        self.flight.give_up(ticket)
        self.frontier.retract([ticket.node])

    async def last_call(self) -> None:
        """Time is up: what the runner is at may end, and counts."""
        for ticket in self.flight:
            if not ticket.running and not ticket.task.done():
                self.withdraw(ticket)
        for ticket in await self.flight.all_done():
            if ticket.node in self.flight:
                self.take_in(ticket)

    async def land(self) -> None:
        """Ends all work that is still going on."""
        for ticket in self.flight:
            self.withdraw(ticket)
        await self.flight.land()
