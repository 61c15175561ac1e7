"""The one search loop.

It hands out tickets for the nodes a frontier selects and takes in what came of them. Graph, frontier and budgets
change only here, between two awaits: which replies came when does not matter as long as they are taken in in order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic

from prover.core.budget import Budget, Spent
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError, ModelError
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.generate import TacticGenerator
from prover.search.agenda import Agenda
from prover.search.frontier import Expansion, Frontier
from prover.search.frontiers import FRONTIERS, MakeFrontier
from prover.search.graph import Change, ProofGraph, distinct
from prover.search.guide import Guide
from prover.search.node import Edge, Node, Status
from prover.search.polish import holds, shorten
from prover.search.proof import Step, extract
from prover.search.replies import KEPT_TEXT
from prover.search.result import SearchResult, Statistics
from prover.search.runner import Handle, Runner
from prover.search.settings import Critic, Observer, Retrieve, Settings, nothing
from prover.search.ticket import Reply, Ticket, Workshop

#: How often the loop looks whether it was interrupted while it waits for work.
_LOOK_SECONDS = 0.2


def _silent(_kind: str, _payload: dict[str, Any]) -> None:
    pass


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
    observer: Observer = _silent,
    interrupted: Callable[[], bool] = _running,
) -> SearchResult:
    """Searches for a proof of the runner's root state until it is proved, nothing is left, or the budget ends.

    Always returns, with the reason in `stop` and whatever was found. `frontier`: a name in `FRONTIERS`, or what makes
    one. `retrieve` gives the theorems that the generator is told of with each goal. `observer` receives every event as
    (kind, payload): `NodeOpened`, `TacticTried`, `EdgeAdded`, `EdgeRefused`, `Solved`, `NodeExpanded`, `NodeExhausted`,
    `LimitHit`, `WorkerLost`, `SearchEnded`; together they say everything the graph knew. `interrupted` is
    asked several times a second.

    Deterministic where the replies of runner and generator are, `settings.in_order` holds and the budget is not one of
    wall seconds.
    """
    spent = budget if isinstance(budget, Spent) else Spent(budget)
    settings = settings or Settings()
    shop = Workshop(runner, generator, spent, settings, critic, retrieve)
    make: MakeFrontier[Handle] = FRONTIERS[frontier] if isinstance(frontier, str) else frontier
    return await _Search(shop, spent, settings, observer, interrupted).run(make)


@dataclass
class _Search(Generic[Handle]):
    shop: Workshop[Handle]
    spent: Spent
    settings: Settings
    observer: Observer
    interrupted: Callable[[], bool]
    statistics: Statistics = field(init=False, default_factory=Statistics)
    agendas: dict[int, Agenda] = field(init=False, default_factory=dict[int, Agenda])
    values: dict[str, float] = field(init=False, default_factory=dict[str, float])
    flight: dict[int, Ticket[Handle]] = field(init=False, default_factory=dict[int, "Ticket[Handle]"])
    stragglers: set[Ticket[Handle]] = field(init=False, default_factory=set["Ticket[Handle]"])
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
        proof, checked = await self.polished()
        if proof is not None:
            stop = "proved"
        if hasattr(self, "graph"):
            self.statistics.graph = self.graph.counts()
        seconds = time.monotonic() - began
        if stop.startswith("budget"):
            self.observer("LimitHit", {"limit": stop, "seconds": seconds})
        steps = [] if proof is None else [_told(n.best) for n in self.graph.proof_nodes() if n.best is not None]
        self.observer(
            "SearchEnded",
            {"stop": stop, "detail": detail, "seconds": seconds, "solved": proof is not None, "checked": checked}
            | {"proof": steps},
        )
        return SearchResult(stop, proof, checked, seconds, self.statistics, detail)

    async def begin(self, make: MakeFrontier[Handle]) -> None:
        """The graph with its root; the root itself may be several goals that have nothing to do with each other."""
        handle, state = await self.shop.runner.root()
        settings = self.settings
        self.graph = ProofGraph(state, handle, sibling_penalty=settings.sibling_penalty, merge=settings.merge)
        self.frontier = make(self.graph, Guide(self.ahead, self.value_of, settings.alpha, settings.seed))
        root = self.graph.root
        self.tell_of([root])
        children = await self.shop.apart(root.state, root.handle)
        if len(children) > 1:
            change = self.graph.extend(root, "", 0.0, children, "split")
            self.tell_of(change.opened)
            self.tell_edge(root)
            self.absorb(root, change)
            self.absorb(root, self.exhaust(root))
        else:
            self.frontier.observe(Expansion(root, again=True))

    async def polished(self) -> tuple[Step | None, bool]:
        """The root's proof, if there is one, and whether its script holds in one piece."""
        if not hasattr(self, "graph") or self.graph.root.best is None:
            return None, False
        left = self.spent.remaining_seconds()
        runner = self.shop.runner
        try:
            await shorten(runner, self.graph, min(self.settings.shorten_seconds, left / 2))
            seconds = min(self.settings.check_seconds, self.spent.remaining_seconds())
            proof = extract(self.graph.root)
            return proof, await holds(runner, self.graph.root.handle, proof, seconds)
        except LeanProcessError:
            return extract(self.graph.root), False

    # --- what frontiers may ask

    def ahead(self, node: Node[Handle]) -> float:
        """The belief in what would be tried next on a node; optimistic where nothing is known yet."""
        agenda = self.agendas.get(node.number)
        best = agenda.best if agenda is not None else None
        return 0.0 if best is None else best

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
            ticket = await self.next_done()
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
                self.flight[node.number] = ticket
                ticket.task = asyncio.create_task(self.shop.work(ticket, self.values))

    async def next_done(self) -> Ticket[Handle] | None:
        """The ticket to take in next; None when it is time to look around instead."""
        waiting = list(self.flight.values())[: 1 if self.settings.in_order else None]
        timeout = min(_LOOK_SECONDS, self.spent.remaining_seconds())
        await asyncio.wait([t.task for t in waiting], timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        return next((t for t in waiting if t.task.done()), None)

    def take_in(self, ticket: Ticket[Handle]) -> None:
        """Puts what came of a ticket into graph and frontier."""
        node = ticket.node
        del self.flight[node.number]
        self.statistics.generation_seconds += ticket.generation_seconds
        self.statistics.lean_seconds += ticket.lean_seconds
        self.statistics.rejected += ticket.truncated
        self.statistics.tokens += ticket.tokens
        self.spent.tokens += ticket.tokens
        ticket.task.result()
        self.values.update(ticket.values)
        agenda = self.agendas[node.number] = ticket.agenda
        if not ticket.batch:
            self.spent.expansions -= 1
            self.finish(node, [])
            return
        priority = node.path.score(self.settings.alpha, min(0.0, ticket.batch[0].log_probability))
        self.statistics.expansions += 1
        opened: list[Node[Handle]] = []
        for reply in ticket.replies:
            self.record(node, ticket.level, reply.candidate, reply.outcome)
            if isinstance(reply.outcome, Solved):
                self.solved(node, reply, opened)
            elif isinstance(reply.outcome, TimedOut) and not agenda.again(reply.candidate, ticket.level):
                self.observer(
                    "LimitHit", {"limit": reply.outcome.limit, "node": node.number, "tactic": reply.candidate.text}
                )
        self.grow(ticket, opened)
        self.observer(
            "NodeExpanded",
            {
                "node": node.number,
                "depth": node.path.length,
                "level": ticket.level,
                "tried": len(ticket.replies),
                "opened": len(opened),
                "left": len(agenda),
                "goal": node.state.goals[0].target,
                "log_probability": node.path.total,
                "priority": priority,
            },
        )
        if agenda.best is None and agenda.dry and self.graph.wanted(node):
            self.finish(node, opened)
        else:
            self.observe(Expansion(node, again=self.graph.wanted(node), opened=tuple(opened)))
        if node.status is not Status.OPEN:
            self.agendas.pop(node.number, None)
        if self.settings.debug:
            self.graph.check_invariants()

    def grow(self, ticket: Ticket[Handle], opened: list[Node[Handle]]) -> None:
        """Adds what tactics left to the graph; what it does not need is released."""
        node = ticket.node
        made = ticket.handles
        used: set[int] = set()
        for reply in ticket.replies:
            if not isinstance(reply.outcome, Progress) or not self.graph.wanted(node):
                continue
            before = len(self.graph.nodes)
            belief = reply.candidate.log_probability
            change = self.graph.extend(node, reply.text, belief, reply.children, reply.candidate.source)
            new = self.graph.nodes[before:]
            used |= {id(n.handle) for n in new}
            if change.added:
                self.tell_of(new)
                self.tell_edge(node)
            else:
                self.statistics.duplicates += 1
                refused = {"node": node.number, "tactic": reply.text, "source": reply.candidate.source}
                self.observer("EdgeRefused", refused)
            self.notice(change, opened)
        self.shop.unused += [handle for handle in made if id(handle) not in used]

    def solved(self, node: Node[Handle], reply: Reply[Handle], opened: list[Node[Handle]]) -> None:
        candidate = reply.candidate
        change = self.graph.solve(node, reply.text, candidate.log_probability, candidate.source)
        root = self.graph.root.best is not None
        self.observer("Solved", _told(node.edges[-1]) | {"proposed": candidate.text, "root": root})
        self.notice(change, opened)

    def finish(self, node: Node[Handle], opened: list[Node[Handle]]) -> None:
        """Nothing is left to try on `node`."""
        change = self.exhaust(node)
        self.agendas.pop(node.number, None)
        self.notice(change, opened)
        self.observe(Expansion(node, opened=tuple(opened)))

    def exhaust(self, node: Node[Handle]) -> Change[Handle]:
        self.observer("NodeExhausted", {"node": node.number})
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
        for number in [n for n, t in self.flight.items() if not self.graph.wanted(t.node)]:
            self.withdraw(self.flight.pop(number))
        opened = tuple(n for n in distinct(expansion.opened) if n.number not in self.flight)
        self.frontier.observe(Expansion(expansion.node, expansion.again, opened))

    # --- the end

    def withdraw(self, ticket: Ticket[Handle]) -> None:
        """Gives a ticket up. What is with the runner ends by itself: breaking it off would cost a process."""
        self.spent.expansions -= 1
        self.statistics.withdrawn += 1
        if not ticket.running:
            ticket.task.cancel()
        self.frontier.retract([ticket.node])
        self.stragglers.add(ticket)
        ticket.task.add_done_callback(lambda _: self.ended(ticket))

    def ended(self, ticket: Ticket[Handle]) -> None:
        """The task of a withdrawn ticket is over: its states are given back, its error is of no interest."""
        self.stragglers.discard(ticket)
        self.shop.unused += ticket.handles
        if not ticket.task.cancelled():
            ticket.task.exception()

    async def last_call(self) -> None:
        """Time is up: what the runner is at may end, and counts."""
        for ticket in [t for t in self.flight.values() if not t.running and not t.task.done()]:
            self.withdraw(self.flight.pop(ticket.node.number))
        if self.flight:
            await asyncio.wait([t.task for t in self.flight.values()], timeout=self.settings.grace_seconds)
        for ticket in [t for t in self.flight.values() if t.task.done()]:
            if ticket.node.number in self.flight:
                self.take_in(ticket)

    async def land(self) -> None:
        """Ends all work that is still going on."""
        for number in list(self.flight):
            self.withdraw(self.flight.pop(number))
        tasks = [ticket.task for ticket in self.stragglers]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=self.settings.grace_seconds)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- looking on

    def tell_of(self, nodes: Sequence[Node[Handle]]) -> None:
        if self.observer is _silent:
            return
        for node in nodes:
            goal = str(node.state)
            self.observer("NodeOpened", {"node": node.number, "goal": goal, "log_probability": node.path.total})

    def tell_edge(self, node: Node[Handle]) -> None:
        self.observer("EdgeAdded", _told(node.edges[-1]))

    def record(self, node: Node[Handle], level: int, candidate: Candidate, outcome: TacticOutcome[Handle]) -> None:
        self.spent.candidates += 1
        self.statistics.candidates += 1
        payload: dict[str, Any] = {
            "node": node.number,
            "tactic": candidate.text,
            "source": candidate.source,
            "log_probability": candidate.log_probability,
            "level": level,
            "outcome": type(outcome).__name__,
        }
        if not isinstance(outcome, Rejected):
            self.spent.heartbeats += outcome.cost.heartbeats
            self.spent.lean_seconds += outcome.cost.seconds
            self.statistics.heartbeats += outcome.cost.heartbeats
            payload |= {"seconds": outcome.cost.seconds, "heartbeats": outcome.cost.heartbeats}
        match outcome:
            case Solved():
                self.statistics.solved += 1
            case Progress():
                self.statistics.progressed += 1
            case Failed(reason=reason, text=text):
                self.statistics.failed += 1
                payload |= {"reason": reason, "text": text[:KEPT_TEXT]}
            case TimedOut(limit=limit):
                self.statistics.timed_out += 1
                payload["reason"] = limit
            case Rejected(reason=reason):
                self.statistics.rejected += 1
                payload["reason"] = reason
            case Lost(code=code):
                self.statistics.lost += 1
                payload["reason"] = code
                self.observer("WorkerLost", {"node": node.number, "tactic": candidate.text, "code": code})
        self.observer("TacticTried", payload)


def _told(edge: Edge[Handle]) -> dict[str, Any]:
    """An edge as an event says it."""
    return {
        "node": edge.parent.number,
        "tactic": edge.tactic,
        "source": edge.source,
        "log_probability": edge.log_probability,
        "children": [child.number for child in edge.children],
    }
