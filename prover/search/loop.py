"""The one search loop."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from prover.core.budget import Budget, Spent
from prover.core.candidate import Candidate
from prover.core.errors import LeanProcessError, ModelError
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.core.state import TacticState
from prover.generate import Request, TacticGenerator
from prover.search.agenda import LEVELS, Agenda, Limit
from prover.search.frontier import BestFirst, Expansion, Frontier
from prover.search.graph import Change, Child, Node, ProofGraph, distinct
from prover.search.proof import Step, extract
from prover.search.result import SearchResult, Statistics
from prover.search.runner import Handle, Runner

Observer = Callable[[str, dict[str, Any]], None]
MakeFrontier = Callable[[ProofGraph[Handle], Callable[[Node[Handle]], float]], Frontier[Handle]]


class Critic(Protocol):
    """Judges states: how likely they are to be provable, as log-probabilities, one a state."""

    async def score(self, states: Sequence[TacticState]) -> list[float]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """How a search works its nodes.

    `candidates`: asked for at a time. `width` and `window`: how many are tried before the frontier is asked again,
    and how far (in log-probability) below the best of them. `levels`: limits of one tactic, tried in turn. `breadth`:
    nodes selected at a time, so that one batch feeds the generator. `debug`: check the graph's invariants after every
    expansion.
    """

    candidates: int = 64
    width: int = 8
    window: float = 1.0
    breadth: int = 1
    levels: tuple[Limit, ...] = LEVELS
    sibling_penalty: float = -0.3
    alpha: float = 0.5
    check_seconds: float = 20.0
    shorten_seconds: float = 4.0
    debug: bool = False


def _silent(_kind: str, _payload: dict[str, Any]) -> None:
    pass


def _running() -> bool:
    return False


async def search(
    runner: Runner[Handle],
    generator: TacticGenerator,
    *,
    budget: Budget | Spent,
    settings: Settings = Settings(),
    frontier: MakeFrontier[Handle] | None = None,
    critic: Critic | None = None,
    premises: Sequence[str] = (),
    observer: Observer = _silent,
    interrupted: Callable[[], bool] = _running,
) -> SearchResult:
    """Searches for a proof of the runner's root state until it is proved, nothing is left, or the budget ends.

    Always returns, with the reason in `stop` and whatever was found. `observer` receives every event as (kind,
    payload): `NodeExpanded`, `TacticTried`, `Solved`, `LimitHit`, `WorkerLost`, `SearchEnded`. `interrupted` is asked
    between tactics.
    """
    spent = budget if isinstance(budget, Spent) else Spent(budget)
    run = _Search(runner, generator, spent, settings, critic, tuple(premises), observer, interrupted)
    return await run.run(frontier)


class _Search(Generic[Handle]):
    def __init__(
        self,
        runner: Runner[Handle],
        generator: TacticGenerator,
        spent: Spent,
        settings: Settings,
        critic: Critic | None,
        premises: tuple[str, ...],
        observer: Observer,
        interrupted: Callable[[], bool],
    ) -> None:
        self.runner = runner
        self.generator = generator
        self.spent = spent
        self.settings = settings
        self.critic = critic
        self.premises = premises
        self.observer = observer
        self.interrupted = interrupted
        self.statistics = Statistics()
        self.agendas: dict[int, Agenda] = {}
        self.values: dict[int, float] = {}
        self.graph: ProofGraph[Handle]
        self.frontier: Frontier[Handle]

    async def run(self, make: MakeFrontier[Handle] | None) -> SearchResult:
        began = time.monotonic()
        proof: Step | None = None
        checked, detail = False, ""
        try:
            handle, state = await self.runner.root()
            self.graph = ProofGraph(state, handle, sibling_penalty=self.settings.sibling_penalty)
            self.frontier = (
                make(self.graph, self.ahead)
                if make
                else BestFirst(
                    self.graph, self.ahead, alpha=self.settings.alpha, value=self.values_of if self.critic else None
                )
            )
            await self.split_root()
            stop = await self.work()
            if self.graph.root.best is not None:
                stop = "proved"
                proof = extract(self.graph.root)
                await self.shorten()
                proof = extract(self.graph.root)
                checked = await self.check(proof)
        except LeanProcessError as error:
            stop, detail = "engine_lost", f"{error.code}: {error.message}"
        except ModelError as error:
            stop, detail = "model_failed", f"{error.code}: {error.message}"
        seconds = time.monotonic() - began
        if hasattr(self, "graph"):
            self.statistics.graph = self.graph.counts()
        if stop.startswith("budget"):
            self.observer("LimitHit", {"limit": stop, "seconds": seconds})
        self.observer(
            "SearchEnded", {"stop": stop, "seconds": seconds, "solved": proof is not None, "checked": checked}
        )
        return SearchResult(stop, proof, checked, seconds, self.statistics, detail)

    async def split_root(self) -> None:
        """The root itself may be several goals that have nothing to do with each other."""
        root = self.graph.root
        parts = independent_parts(root.state)
        if len(parts) > 1:
            children = await self.children(root.state, root.handle, parts)
            self.absorb(root, self.graph.extend(root, "", 0.0, children, "split"), again=True)
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
            case Failed(reason=reason):
                self.statistics.failed += 1
                payload["reason"] = reason
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
        text = await self.settle_suggestion(node, candidate.text, outcome)
        change = self.graph.solve(node, text, candidate.log_probability, candidate.source)
        self.observer("Solved", {"node": node.number, "tactic": text, "root": self.graph.root.best is not None})
        self.notice(change, opened)

    async def settle_suggestion(self, node: Node[Handle], text: str, outcome: Solved) -> str:
        """A tactic that only suggests (`exact?`) is replaced by its suggestion where that closes the goal too."""
        if not re.search(r"\w\?(?!\w)", text):
            return text
        for message in outcome.messages:
            for suggestion in suggestions(message.text):
                async for _, tried in self.runner.apply(
                    node.handle, [suggestion], heartbeats=200_000, wall_seconds=10.0
                ):
                    if isinstance(tried, Solved):
                        return suggestion
        return text

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

    def absorb(self, node: Node[Handle], change: Change[Handle], again: bool = False) -> None:
        self.frontier.prune(change.closed)
        self.frontier.observe(Expansion(node, again=again, opened=tuple(distinct(change.opened))))

    async def judge(self, nodes: Sequence[Node[Handle]]) -> None:
        """Asks the critic about new nodes."""
        new = [n for n in distinct(nodes) if n.number not in self.values]
        if self.critic is None or not new:
            return
        for node, value in zip(new, await self.critic.score([n.state for n in new]), strict=True):
            self.values[node.number] = value

    # --- after the proof

    async def shorten(self) -> None:
        """Tries, from the root down, whether one of the closing tactics below a node closes it at once."""
        deadline = time.monotonic() + min(self.settings.shorten_seconds, self.spent.remaining_seconds() / 2)
        for node in list(self.graph.proof_nodes()):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            if node.size is None or node.size <= 1:
                continue
            closing = list(dict.fromkeys(_closing(extract(node))))
            tried = [e.tactic for e in node.edges]
            closing = [t for t in closing if t not in tried][:6]
            if not closing:
                continue
            async for index, outcome in self.runner.apply(
                node.handle, closing, heartbeats=40_000, wall_seconds=min(3.0, left), total_seconds=left
            ):
                if isinstance(outcome, Solved):
                    self.graph.solve(node, closing[index], 0.0, "shorten")

    async def check(self, proof: Step) -> bool:
        """Whether the assembled script closes the root, in one piece; False too when there is no time to see."""
        if proof.size == 1:
            return True
        seconds = min(self.settings.check_seconds, self.spent.remaining_seconds())
        if seconds <= 0:
            return False
        async for _, outcome in self.runner.apply(
            self.graph.root.handle, [str(proof)], heartbeats=1_000_000, wall_seconds=seconds
        ):
            return isinstance(outcome, Solved)
        return False


def _closing(step: Step) -> list[str]:
    """The tactics that end branches of a proof."""
    if not step.rest:
        return [step.tactic]
    return [tactic for rest in step.rest for tactic in _closing(rest)]


def independent_parts(state: TacticState) -> list[tuple[int, ...]]:
    """How the goals of a state fall apart: each goal that shares no metavariable alone, the others together."""
    groups = state.groups()
    alone = [tuple(g) for g in groups if len(g) == 1]
    together = tuple(sorted(i for g in groups if len(g) > 1 for i in g))
    return sorted([*alone, together]) if together else alone


def suggestions(text: str) -> list[str]:
    """The tactics a "Try this" message offers, first one first."""
    if "Try this" not in text:
        return []
    body = text.split("Try this", 1)[1].lstrip("s").lstrip(":")
    found: list[str] = []
    for line in body.split("\n"):
        if re.match(r"\s*\[\w+\]\s", line):
            found.append(re.sub(r"^\s*\[\w+\]\s", "", line))
        elif line.strip() and found:
            found[-1] += "\n" + line
        elif line.strip():
            found.append(line.strip())
    return [f.strip() for f in found]
