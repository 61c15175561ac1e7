"""What a run's events say of it, in a line for whoever waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prover.core.visible import visible

_DOING = {"close": "a short search", "search": "a long search", "prove": "proving", "negate": "refuting"}


class Narration:
    """`line`: what the run does, or did last. `take` an event to bring it up to date."""

    def __init__(self) -> None:
        self.line = "waiting"
        self._targets = 0
        self._searched = 0
        self._expanded = 0
        self._standings: dict[str, str] = {}

    def take(self, kind: str, payload: Mapping[str, Any]) -> bool:
        """Whether there is something new to say."""
        if kind == "NodeExpanded":
            self._expanded += 1
            return False
        said = self._said(kind, payload)
        if said:
            self.line = " ".join(visible(said).split())
        return bool(said)

    @property
    def now(self) -> str:
        """The line, and how far the run is."""
        told: list[str] = []
        if self._targets > 1:
            told.append(f"{self._searched} of {self._targets} targets")
        if self._standings:
            standings = list(self._standings.values())
            told.append(f"{standings.count('proved')} of {len(standings)} lemmas proved")
        elif self._expanded:
            told.append(f"{self._expanded} goals looked at")
        return f"{self.line} ({', '.join(told)})" if told else self.line

    def _said(self, kind: str, payload: Mapping[str, Any]) -> str:
        match kind:
            case "FileOpened":
                self._targets = len(payload["targets"])
                return "file opened"
            case "TargetStarted":
                return f"searching {payload['name']}"
            case "TargetSearched":
                self._searched += 1
                found = "a proof to be verified" if payload.get("found") else "no proof"
                return f"{payload['name']}: {found}"
            case "Verifying":
                return f"verifying {len(payload['targets'])} proof(s)"
            case "LemmaTakenUp":
                return f"{payload['lemma']}: {_DOING.get(payload['action'], payload['action'])}"
            case "PlanStands":
                self._standings |= payload["lemmas"]
                return f"{len(self._standings)} lemma(s) in the plan"
            case "ModelFailed":
                return f"the model failed ({payload['code']}); going on without its answer"
            case "PremisesUnavailable":
                return "no theorems are offered to the search"
            case _:
                return ""
