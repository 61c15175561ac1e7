"""What a run's events say of its plan, as plain data for tables, pages and other programs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from prover.agent.leap.events import (
    PLAN,
    ActionChosen,
    ActionEnded,
    AgentEnded,
    Diagnosed,
    LeanUsed,
    LemmaProved,
    LemmaRefuted,
    LimitReached,
    ModelsNamed,
    PlanRefused,
)
from prover.agent.leap.lemma import Lemma, Standing
from prover.agent.leap.plan import Plan
from prover.core.errors import UserError
from prover.events import Event


def account(events: Iterable[Event]) -> dict[str, Any]:
    """The plan at the end of `events`: `targets`, `lemmas`, `decompositions`, `decisions` in the order in which
    they were taken, `totals`, and how the agent `stop`ped.

    Lemmas and decompositions refer to each other by number, their place in the lists. Seconds; money in US dollars,
    None where it is not known what a model costs. `seconds` of actions add up over those that ran at the same time,
    `wall_seconds` of `totals` do not. Raises `UserError` (`no_plan`) where no agent was at work.
    """
    told = _Told()
    for event in events:
        if event.search == PLAN:
            told.take(event)
    if not told.plan.graph.lemmas:
        raise UserError(
            "this run has no plan of an agent",
            code="no_plan",
            hint="runs of `prove FILE --agent leap --run DIR` have one",
        )
    return told.document()


class _Told:
    """Everything that was told, by lemma."""

    def __init__(self) -> None:
        self.plan = Plan()
        self.attempts: dict[str, list[ActionEnded]] = defaultdict(list)
        self.verdicts: dict[str, str] = {}
        self.sources: dict[str, str] = {}
        self.refusals: dict[str, list[PlanRefused]] = defaultdict(list)
        self.stop: str | None = None
        self.decisions: list[ActionChosen] = []
        self.limits: dict[str, LimitReached] = {}
        self.unpriced: dict[str, None] = {}
        self.times: list[float] = []

    def take(self, event: Event) -> None:
        try:
            self.plan.take([event])
        except IndexError:
            raise UserError(f"event {event.sequence} is of a plan that is not on record", code="corrupt_log") from None
        self.times = [*self.times[:1], event.time]
        told = event.payload
        # What comes after an end is a run that went on, unless the end is what it belongs to.
        if not isinstance(told, LeanUsed):
            self.stop = told.stop if isinstance(told, AgentEnded) else None
        match told:
            case ActionEnded(key):
                self.attempts[key].append(told)
            case LemmaProved(key):
                self.verdicts[key] = told.verdict
            case LemmaRefuted(key):
                self.sources[key] = told.source
            case ActionChosen():
                self.decisions.append(told)
            case LimitReached(key):
                self.limits[key] = told
            case ModelsNamed():
                self.unpriced.update(dict.fromkeys(told.unpriced))
            case PlanRefused(key):
                self.refusals[key].append(told)
            case _:
                pass

    def document(self) -> dict[str, Any]:
        graph, tally = self.plan.graph, self.plan.tally
        standings = Counter(str(lemma.standing) for lemma in graph.lemmas)
        every = [ended for attempts in self.attempts.values() for ended in attempts]
        return {
            "stop": self.stop,
            "targets": [lemma.number for lemma in graph.targets],
            "totals": {
                "targets": len(graph.targets),
                "targets_proved": sum(lemma.proved for lemma in graph.targets),
                "lemmas": len(graph.lemmas),
                **{str(standing): standings[str(standing)] for standing in Standing},
                "decompositions": len(graph.decompositions),
                "attempts": len(every),
                "calls": tally.calls,
                "tokens": tally.tokens,
                "money": self._money([tally.money]),
                "unpriced": list(self.unpriced),
                "limit": _limit(self.limits.get("")),
                "lean_seconds": round(tally.lean_seconds, 3),
                "seconds": round(sum(ended.seconds for ended in every), 3),
                "wall_seconds": round(self.times[-1] - self.times[0], 3),
            },
            "lemmas": [self._lemma(lemma) for lemma in graph.lemmas],
            "decisions": [_decision(chosen, graph.find(chosen.key)) for chosen in self.decisions],
            "decompositions": [
                {
                    "number": d.number,
                    "parent": d.parent.number,
                    "lemmas": [lemma.number for lemma in d.lemmas],
                    "plan": d.sketch.plan,
                    "definitions": d.sketch.definitions,
                    "script": d.script,
                    "given_up": d.dead,
                    "complete": d.complete,
                }
                for d in graph.decompositions
            ],
        }

    def _money(self, parts: Iterable[float]) -> float | None:
        return None if self.unpriced else round(sum(parts), 6)

    def _lemma(self, lemma: Lemma) -> dict[str, Any]:
        key = lemma.key
        attempts = self.attempts.get(key, [])
        return {
            "number": lemma.number,
            "key": key,
            "name": lemma.name,
            "statement": lemma.statement.text,
            "informal": lemma.statement.informal,
            "standing": str(lemma.standing),
            "auxiliary": lemma.auxiliary,
            "dropped": key in self.plan.dropped,
            "proof": None
            if lemma.proof is None
            else {
                "script": lemma.proof.script,
                "source": lemma.proof.source,
                "verdict": self.verdicts.get(key, ""),
            },
            "by": None if lemma.by is None else lemma.by.number,
            "refutation": {"script": lemma.counterexample, "source": self.sources.get(key, "")}
            if lemma.standing is Standing.REFUTED
            else None,
            "decompositions": [d.number for d in lemma.decompositions],
            "hints": list(self.plan.hints.get(key, ())),
            "limit": _limit(self.limits.get(key)),
            "diagnoses": [_diagnosis(d) for d in self.plan.advice.get(key, ())],
            "refusals": [{"reason": r.reason, "detail": r.detail} for r in self.refusals.get(key, ())],
            "attempts": [_attempt(ended) | {"money": self._money([ended.money])} for ended in attempts],
            "costs": {
                "attempts": len(attempts),
                "calls": sum(a.calls for a in attempts),
                "tokens": sum(a.tokens for a in attempts),
                "money": self._money([a.money for a in attempts]),
                "lean_seconds": round(sum(a.lean_seconds for a in attempts), 3),
                "seconds": round(sum(a.seconds for a in attempts), 3),
            },
        }


def _decision(chosen: ActionChosen, lemma: Lemma | None) -> dict[str, Any]:
    return {
        "lemma": None if lemma is None else lemma.number,
        "action": chosen.action,
        "gain": round(chosen.gain, 6),
        "cost": round(chosen.cost, 3),
        "choices": chosen.choices,
        "reason": chosen.reason,
    }


def _limit(reached: LimitReached | None) -> dict[str, Any] | None:
    return None if reached is None else {"name": reached.limit, "used": reached.used, "most": reached.most}


def _diagnosis(told: Diagnosed) -> dict[str, str]:
    return {"diagnosis": told.diagnosis, "advice": told.advice, "counterexample": told.counterexample}


def _attempt(ended: ActionEnded) -> dict[str, Any]:
    return {
        "action": str(ended.action),
        "outcome": ended.outcome,
        "text": ended.text,
        "faults": ended.faults,
        "calls": ended.calls,
        "tokens": ended.tokens,
        "lean_seconds": round(ended.lean_seconds, 3),
        "seconds": round(ended.seconds, 3),
    }
