"""The one search loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from prover.core.budget import Budget, Spent
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError, ModelError
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.core.state import TacticState
from prover.generate import Request, TacticGenerator
from prover.search.agenda import Agenda
from prover.search.frontier import BestFirst, Expansion, Frontier
from prover.search.graph import Change, Child, ProofGraph, distinct
from prover.search.node import Edge, Node
from prover.search.polish import holds, settle_suggestion, shorten
from prover.search.proof import Step, extract
from prover.search.result import SearchResult, Statistics
from prover.search.runner import Handle, Runner
from prover.search.settings import Critic, Observer, Settings

#: Characters of a failure's text that an event keeps.
_TOLD = 2000

MakeFrontier = Callable[[ProofGraph[Handle], Callable[[Node[Handle]], float]], Frontier[Handle]]


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
    frontier: MakeFrontier[Handle] | None = None,
    critic: Critic | None = None,
    premises: Sequence[str] = (),
    observer: Observer = _silent,
    interrupted: Callable[[], bool] = _running,
) -> SearchResult:
    """Searches for a proof of the runner's root state until it is proved, nothing is left, or the budget ends.

    Always returns, with the reason in `stop` and whatever was found. `observer` receives every event as (kind,
    payload): `NodeOpened`, `NodeExpanded`, `NodeExhausted`, `TacticTried`, `EdgeAdded`, `EdgeRefused`, `Solved`,
    `LimitHit`, `WorkerLost`, `SearchEnded`; together they say everything the graph knew. `interrupted` is asked between
    portions of work, a few tactics each.
    """
    spent = budget if isinstance(budget, Spent) else Spent(budget)
    run = _Search(runner, generator, spent, settings or Settings(), critic, tuple(premises), observer, interrupted)
    return await run.run(frontier)


@dataclass
class _Search(Generic[Handle]):
    runner: Runner[Handle]
    generator: TacticGenerator
    spent: Spent
    settings: Settings
    critic: Critic | None
    premises: tuple[str, ...]
    observer: Observer
    interrupted: Callable[[], bool]
    statistics: Statistics = field(init=False, default_factory=Statistics)
    agendas: dict[int, Agenda] = field(init=False, default_factory=dict[int, Agenda])
    values: dict[int, float] = field(init=False, default_factory=dict[int, float])
    told: int = field(init=False, default=0)
    graph: ProofGraph[Handle] = field(init=False)
    frontier: Frontier[Handle] = field(init=False)

    async def run(self, make: MakeFrontier[Handle] | None) -> SearchResult:
        began = time.monotonic()
        detail = ""
        try:
            handle, state = await self.runner.root()
            self.graph = ProofGraph(state, handle, sibling_penalty=self.settings.sibling_penalty)
            self.tell_nodes()
            self.frontier = (
                make(self.graph, self.ahead)
                if make
                else BestFirst(
                    self.graph, self.ahead, alpha=self.settings.alpha, value=self.values_of if self.critic else None
                )
            )
            await self.split_root()
            stop = await self.work()
        except LeanProcessError as error:
            stop, detail = "engine_lost", f"{error.code}: {error.message}"
        except ModelError as error:
            stop, detail = "model_failed", f"{error.code}: {error.message}"
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

    async def polished(self) -> tuple[Step | None, bool]:
        """The root's proof, if there is one, and whether its script holds in one piece."""
        if not hasattr(self, "graph") or self.graph.root.best is None:
            return None, False
        left = self.spent.remaining_seconds()
        try:
            await shorten(self.runner, self.graph, min(self.settings.shorten_seconds, left / 2))
            seconds = min(self.settings.check_seconds, self.spent.remaining_seconds())
            proof = extract(self.graph.root)
            return proof, await holds(self.runner, self.graph.root.handle, proof, seconds)
        except LeanProcessError:
            return extract(self.graph.root), False

    async def split_root(self) -> None:
        """The root itself may be several goals that have nothing to do with each other."""
        root = self.graph.root
        parts = independent_parts(root.state)
        if len(parts) > 1:
            children = await self.children(root.state, root.handle, parts)
            change = self.graph.extend(root, "", 0.0, children, "split")
            self.tell_edge(root, change, "", "split")
            self.absorb(root, change)
            self.finish(root)
        else:
            self.frontier.observe(Expansion(root, again=True))

    def ahead(self, node: Node[Handle]) -> float:
        """The belief in what would be tried next on a node; optimistic where nothing is known yet."""
        agenda = self.agendas.get(node.number)
        if agenda is None:
            return 0.0
        best = agenda.best
        return 0.0 if best is None else best

    def values_of(self, node: Node[Handle]) -> float:
        return self.values.get(node.number, 0.0)

    async def work(self) -> str:
        """Works nodes until there is a reason to stop; gives the reason."""
        while self.graph.root.best is None:
            if self.interrupted():
                return "interrupted"
            limit = self.spent.exceeded()
            if limit is not None:
                return f"budget_{limit}"
            selected = self.frontier.select(self.settings.breadth)
            if not selected:
                return "exhausted"
            await self.propose(selected)
            for at, node in enumerate(selected):
                if self.graph.root.best is not None or self.spent.exceeded() is not None or self.interrupted():
                    self.frontier.retract(selected[at:])
                    break
                if self.graph.wanted(node):
                    await self.expand(node)
        return "proved"

    async def propose(self, nodes: Sequence[Node[Handle]]) -> None:
        """Asks the generator about all nodes that have nothing left to try, in one batch."""
        poor = [n for n in nodes if self.agenda(n).best is None and not self.agenda(n).dry]
        if not poor:
            return
        requests = [
            Request(
                n.state,
                premises=self.premises,
                history=n.history,
                n=self.settings.candidates,
                draw=self.agenda(n).draws,
            )
            for n in poor
        ]
        began = time.monotonic()
        replies = await self.generator.generate(requests)
        self.statistics.generation_seconds += time.monotonic() - began
        for node, reply in zip(poor, replies, strict=True):
            agenda = self.agenda(node)
            agenda.draws += 1
            whole = [c for c in reply if c.finish != "length"]
            self.statistics.rejected += len(reply) - len(whole)
            if agenda.add(whole) == 0:
                agenda.dry = True

    def agenda(self, node: Node[Handle]) -> Agenda:
        found = self.agendas.get(node.number)
        if found is None:
            found = self.agendas[node.number] = Agenda(len(self.settings.levels))
        return found

    async def expand(self, node: Node[Handle]) -> None:
        """Tries the next portion of a node's candidates."""
        agenda = self.agenda(node)
        level, batch = agenda.take(self.settings.width, self.settings.window)
        if not batch:
            self.finish(node)
            return
        priority = node.path.score(self.settings.alpha, min(0.0, batch[0].log_probability))
        self.spent.expansions += 1
        self.statistics.expansions += 1
        opened: list[Node[Handle]] = []
        reached = await self.try_batch(node, level, batch, opened)
        for candidate in batch[reached:]:
            agenda.put_back(candidate, level)
        await self.judge(opened)
        self.observer(
            "NodeExpanded",
            {
                "node": node.number,
                "depth": node.path.length,
                "level": level,
                "tried": reached,
                "opened": len(opened),
                "left": len(agenda),
                "goal": node.state.goals[0].target,
                "log_probability": node.path.total,
                "priority": priority,
            },
        )
        if agenda.best is None and agenda.dry and self.graph.wanted(node):
            self.frontier.observe(Expansion(node, opened=tuple(distinct(opened))))
            self.finish(node)
        else:
            self.frontier.observe(Expansion(node, again=self.graph.wanted(node), opened=tuple(distinct(opened))))
        if self.settings.debug:
            self.graph.check_invariants()

    def finish(self, node: Node[Handle]) -> None:
        """Nothing is left to try on `node`."""
        self.observer("NodeExhausted", {"node": node.number})
        self.absorb(node, self.graph.exhaust(node))

    async def try_batch(
        self, node: Node[Handle], level: int, batch: list[Candidate], opened: list[Node[Handle]]
    ) -> int:
        """Runs candidates on a node; the number of those that were reached."""
        limit = self.settings.levels[level]
        reached = 0
        left = self.spent.remaining_seconds()
        began = time.monotonic()
        outcomes: list[tuple[Candidate, Progress[Handle]]] = []
        async for index, outcome in self.runner.apply(
            node.handle,
            [c.text for c in batch],
            heartbeats=limit.heartbeats,
            wall_seconds=min(limit.seconds, max(0.05, left)),
            total_seconds=None if left == float("inf") else max(0.05, left),
        ):
            candidate = batch[index]
            reached = index + 1
            self.record(node, level, candidate, outcome)
            if isinstance(outcome, Solved):
                await self.solved(node, candidate, outcome, opened)
            elif isinstance(outcome, Progress):
                outcomes.append((candidate, outcome))
            elif isinstance(outcome, TimedOut) and not self.agenda(node).again(candidate, level):
                self.observer("LimitHit", {"limit": outcome.limit, "node": node.number, "tactic": candidate.text})
        self.statistics.lean_seconds += time.monotonic() - began
        unused: list[Handle] = []
        for candidate, outcome in outcomes:
            if self.graph.wanted(node):
                unused += await self.progressed(node, candidate, outcome, opened)
            else:
                unused.append(outcome.handle)
        if unused:
            await self.runner.release(unused)
        return reached

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
            self.statistics.heartbeats += outcome.cost.heartbeats
            payload |= {"seconds": outcome.cost.seconds, "heartbeats": outcome.cost.heartbeats}
        match outcome:
            case Solved():
                self.statistics.solved += 1
            case Progress():
                self.statistics.progressed += 1
            case Failed(reason=reason, text=text):
                self.statistics.failed += 1
                payload |= {"reason": reason, "text": text[:_TOLD]}
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

    async def solved(
        self, node: Node[Handle], candidate: Candidate, outcome: Solved, opened: list[Node[Handle]]
    ) -> None:
        text = await settle_suggestion(self.runner, node, candidate.text, outcome)
        change = self.graph.solve(node, text, candidate.log_probability, candidate.source)
        self.observer(
            "Solved",
            {"node": node.number, "tactic": text, "proposed": candidate.text, "source": candidate.source}
            | {"log_probability": candidate.log_probability, "root": self.graph.root.best is not None},
        )
        self.notice(change, opened)

    async def progressed(
        self, node: Node[Handle], candidate: Candidate, outcome: Progress[Handle], opened: list[Node[Handle]]
    ) -> list[Handle]:
        """Adds what a tactic left to the graph; the handles that are not needed."""
        state = outcome.state
        parts = independent_parts(state)
        if len(parts) > 1:
            children = await self.children(state, outcome.handle, parts)
        else:
            children = [Child(state, outcome.handle, tuple(range(len(state.goals))))]
        change = self.graph.extend(node, candidate.text, candidate.log_probability, children, candidate.source)
        self.tell_edge(node, change, candidate.text, candidate.source)
        used = {id(n.handle) for n in change.opened} if change.added else set[int]()
        if not change.added:
            self.statistics.duplicates += 1
        self.notice(change, opened)
        handles = [outcome.handle, *(c.handle for c in children)]
        return [h for h in {id(h): h for h in handles}.values() if id(h) not in used]

    async def children(
        self, state: TacticState, handle: Handle, parts: Sequence[tuple[int, ...]]
    ) -> list[Child[Handle]]:
        found: list[Child[Handle]] = []
        for part in parts:
            own, focused = await self.runner.focus(handle, part)
            found.append(Child(focused, own, part))
        return found

    def notice(self, change: Change[Handle], opened: list[Node[Handle]]) -> None:
        opened += change.opened
        self.frontier.prune(change.closed)

    def absorb(self, node: Node[Handle], change: Change[Handle]) -> None:
        self.frontier.prune(change.closed)
        self.frontier.observe(Expansion(node, opened=tuple(distinct(change.opened))))

    def tell_edge(self, node: Node[Handle], change: Change[Handle], tactic: str, source: str) -> None:
        """Tells what a tactic left, or that the graph knew it already."""
        self.tell_nodes()
        if change.added:
            self.observer("EdgeAdded", _told(node.edges[-1]))
        else:
            self.observer("EdgeRefused", {"node": node.number, "tactic": tactic, "source": source})

    def tell_nodes(self) -> None:
        """Tells the states that are new in the graph."""
        for node in self.graph.nodes[self.told :]:
            self.observer("NodeOpened", {"node": node.number, "goal": str(node.state)})
        self.told = len(self.graph.nodes)

    async def judge(self, nodes: Sequence[Node[Handle]]) -> None:
        """Asks the critic about new nodes."""
        new = [n for n in distinct(nodes) if n.number not in self.values]
        if self.critic is None or not new:
            return
        for node, value in zip(new, await self.critic.score([n.state for n in new]), strict=True):
            self.values[node.number] = value


def _told(edge: Edge[Handle]) -> dict[str, Any]:
    """An edge as an event says it."""
    return {
        "node": edge.parent.number,
        "tactic": edge.tactic,
        "source": edge.source,
        "log_probability": edge.log_probability,
        "children": [child.number for child in edge.children],
    }


def independent_parts(state: TacticState) -> list[tuple[int, ...]]:
    """How the goals of a state fall apart: each goal that shares no metavariable alone, the others together."""
    groups = state.groups()
    alone = [tuple(g) for g in groups if len(g) == 1]
    together = tuple(sorted(i for g in groups if len(g) > 1 for i in g))
    return sorted([*alone, together]) if together else alone
