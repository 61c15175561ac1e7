"""Recorded plans of an agent, for tests of what shows them: a small one with everything in it, and large ones."""

from __future__ import annotations

import random
from collections.abc import Iterator

from prover.agent.leap.events import (
    PLAN,
    ActionEnded,
    AgentEnded,
    Diagnosed,
    HintGiven,
    LemmaProved,
    LemmaRefuted,
    LemmaRestated,
    LemmaStated,
    PlanCommitted,
    PlanGivenUp,
    PlanRefused,
)
from prover.agent.leap.lemma import Statement
from prover.events import Event, Memory, Recorder

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\x1b[31m"


def stated(name: str, informal: str = "") -> Statement:
    return Statement(f"key of {name}", name, f"theorem {name} (n : Nat) : n = n", informal)


def recorded(payloads: Iterator[object] | list[object]) -> list[Event]:
    memory = Memory()
    times = iter(range(1_000_000))
    recorder = Recorder(memory, PLAN, clock=lambda: float(next(times)))
    for payload in payloads:
        recorder.record(payload)
    return memory.events


def small() -> list[Event]:
    """`gauss` from `left` and `shared`, both from `deep`; a way over `bold`, which is false; `old` was replaced."""

    def ended(name: str, action: str, outcome: str, text: str = "", faults: str = "") -> ActionEnded:
        return ActionEnded(f"key of {name}", action, outcome, text, faults, 120, 0.0125, 2.0, 1.5, 3)

    gauss = "key of gauss"
    return recorded(
        [
            LemmaStated(stated("gauss"), target=True),
            PlanCommitted(gauss, (stated("bold", HOSTILE),), f"exact bold n -- {HOSTILE}", plan="boldly"),
            LemmaRefuted("key of bold", "intro h\nomega", "negate"),
            PlanRefused(gauss, "ancestor", "gauss"),
            Diagnosed(gauss, "TOO_HARD", "go by induction", "n = 2"),
            PlanCommitted(gauss, (stated("left"), stated("shared", "used twice")), "exact left n", "def two := 2"),
            PlanCommitted("key of left", (stated("shared"), stated("deep")), "exact deep n"),
            PlanCommitted("key of shared", (stated("deep"),), "exact deep n"),
            PlanCommitted("key of shared", (stated("old"),), "exact old n"),
            PlanGivenUp(4, "stuck"),
            LemmaRestated("key of old", stated("new")),
            HintGiven("key of deep", "think"),
            ended("deep", "prove", "failure", "omega", f"deep, line 1: {HOSTILE}"),
            ended("deep", "prove", "success"),
            LemmaProved("key of deep", "rfl", "prove", "proved"),
            LemmaStated(stated("later")),
            AgentEnded("budget_seconds", ("gauss",), ()),
        ]
    )


def large(count: int, seed: int = 7) -> list[Event]:
    """A plan with that many lemmas, some of them shared, a third of them proved."""
    chance = random.Random(seed)

    def payloads() -> Iterator[object]:
        yield LemmaStated(stated("l0"), target=True)
        at = 1
        while at < count:
            parent = chance.randint(max(0, at - 400), at - 1)
            fresh = range(at, min(count, at + chance.randint(1, 5)))
            again = [chance.randint(parent + 1, at - 1)] if parent + 1 < at and chance.random() < 0.2 else []
            at += len(fresh)
            lemmas = tuple(stated(f"l{n}") for n in (*fresh, *again))
            yield PlanCommitted(f"key of l{parent}", lemmas, "skip")
            yield ActionEnded(f"key of l{parent}", "plan", "success", tokens=9, calls=1)
        for n in range(1, count, 3):
            yield LemmaProved(f"key of l{n}", "rfl", "close", "proved")

    return recorded(payloads())
