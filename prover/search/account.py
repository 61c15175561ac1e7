"""What a search says of itself: events as they happen, and the counts that it hands back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic

from prover.core.budget import Spent
from prover.core.candidate import Candidate
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.search.node import Edge, Node
from prover.search.polish import Polished
from prover.search.replies import KEPT_TEXT
from prover.search.reply import Reply
from prover.search.result import SearchResult, Statistics
from prover.search.runner import Handle
from prover.search.script import text
from prover.search.settings import Observer
from prover.search.ticket import Ticket


def silent(_kind: str, _payload: dict[str, Any]) -> None:
    """Listens to nothing."""


class Account(Generic[Handle]):
    """Tells `observer` of every event, and counts: for the statistics, and against the budget (`spent`)."""

    def __init__(self, observer: Observer, spent: Spent) -> None:
        self.observer = observer
        self.spent = spent
        self.statistics = Statistics()

    # --- the graph

    def opened(self, nodes: Sequence[Node[Handle]]) -> None:
        if self.observer is silent:
            return
        for node in nodes:
            facts = {"node": node.number, "goal": str(node.state), "state": node.state.fingerprint}
            self.observer("NodeOpened", facts | {"log_probability": node.path.total})

    def added(self, edge: Edge[Handle]) -> None:
        self.observer("EdgeAdded", told(edge))

    def refused(self, node: Node[Handle], reply: Reply[Handle]) -> None:
        """A tactic that led back, or nowhere new."""
        self.statistics.duplicates += 1
        self.observer("EdgeRefused", {"node": node.number, "tactic": reply.text, "source": reply.candidate.source})

    def solved(self, edge: Edge[Handle], proposed: str, *, root: bool) -> None:
        self.observer("Solved", told(edge) | {"proposed": proposed, "root": root})

    def exhausted(self, node: Node[Handle]) -> None:
        self.observer("NodeExhausted", {"node": node.number})

    # --- the work

    def worked(self, ticket: Ticket[Handle]) -> None:
        """What a ticket took, whether or not it tried anything."""
        self.statistics.generation_seconds += ticket.generation_seconds
        self.statistics.lean_seconds += ticket.lean_seconds
        self.statistics.tokens += ticket.tokens
        self.spent.tokens += ticket.tokens
        self.statistics.money += ticket.money
        self.spent.money += ticket.money
        for candidate in ticket.refused:
            self.statistics.rejected += 1
            reason = candidate.rejected or "truncated"
            facts = {"node": ticket.node.number, "text": candidate.text[:KEPT_TEXT], "source": candidate.source}
            self.observer("CandidateRefused", facts | {"reason": reason})

    def tried(
        self, node: Node[Handle] | None, level: int, candidate: Candidate, outcome: TacticOutcome[Handle]
    ) -> None:
        """A tactic was tried on a node; None: on what came after one that the graph refused."""
        self.spent.candidates += 1
        self.statistics.candidates += 1
        payload: dict[str, Any] = {
            "node": None if node is None else node.number,
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
            case Failed(reason=reason, text=said):
                self.statistics.failed += 1
                payload |= {"reason": reason, "text": said[:KEPT_TEXT]}
            case TimedOut(limit=limit):
                self.statistics.timed_out += 1
                payload["reason"] = limit
            case Rejected(reason=reason):
                self.statistics.rejected += 1
                payload["reason"] = reason
            case Lost(code=code):
                self.statistics.lost += 1
                payload["reason"] = code
                self.observer("WorkerLost", {"node": payload["node"], "tactic": candidate.text, "code": code})
        self.observer("TacticTried", payload)

    def expanded(self, ticket: Ticket[Handle], *, opened: int, priority: float) -> None:
        """A ticket is taken in. `priority`: the score with which its node was chosen."""
        node = ticket.node
        offered = {"premises": list(ticket.offered)} if ticket.offered else {}
        self.observer(
            "NodeExpanded",
            {
                "node": node.number,
                "depth": node.path.length,
                "level": ticket.level,
                "tried": len(ticket.replies),
                "opened": opened,
                "left": len(ticket.agenda),
                "goal": node.state.goals[0].target,
                "log_probability": node.path.total,
                "priority": priority,
                **offered,
            },
        )

    def withdrawn(self) -> None:
        """A ticket was given up: it does not count against the budget."""
        self.spent.expansions -= 1
        self.statistics.withdrawn += 1

    def limit(self, limit: str, **facts: Any) -> None:
        """A limit was reached: of a tactic, or of the search."""
        self.observer("LimitHit", {"limit": limit, **facts})

    def shortened(self, found: Polished) -> None:
        """A proof was found, and perhaps made shorter."""
        self.statistics.proof = found.sizes
        if found.best != found.first:
            self.observer("ProofShortened", {"script": text(found.best), **found.sizes})

    def ended(self, result: SearchResult, proof: Iterable[Node[Handle]]) -> None:
        """The search is over. `proof`: the nodes whose best edges it is made of."""
        facts = {"stop": result.stop, "detail": result.detail, "seconds": result.seconds}
        facts |= {"solved": result.solved, "checked": result.checked}
        steps = [told(node.best) for node in proof if node.best is not None]
        self.observer("SearchEnded", facts | {"proof": steps})


def told(edge: Edge[Handle]) -> dict[str, Any]:
    """An edge as an event says it."""
    return {
        "node": edge.parent.number,
        "tactic": edge.tactic,
        "source": edge.source,
        "log_probability": edge.log_probability,
        "children": [child.number for child in edge.children],
    }
