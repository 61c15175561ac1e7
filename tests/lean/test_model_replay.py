"""A run repeated with the model's and Lean's answers from the record: the same events, times aside."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model_stand_ins import StandInModel

from prover.core.budget import Budget
from prover.core.errors import ModelError
from prover.events import Event, Memory
from prover.generate import ModelGenerator, find_recipe
from prover.lean import Pool, Worker
from prover.model import Answer, Batcher, Capacity, LanguageModel, Query
from prover.model.cassette import Recording, Replay
from prover.search import Focused, Journal, LeanCall, Settings, StateSeen, WorkerRunner, search_on_record
from prover.search.replies import ScriptCut, SearchStarted, Signatures

STATEMENTS = {
    "swap": "(p q r : Prop) (h : p ∧ (q ∨ r)) : (q ∨ r) ∧ p",
    "order": "(a b c : Nat) (h : a < b) (k : b < c) : a < c ∧ a ≤ b",
    "list": "(xs : List Nat) : (xs ++ []).length = xs.length",
    "never": "(n : Nat) : n = n + 1",
}
TACTICS = (
    "constructor",
    "omega",
    "exact h.1",
    "exact h.2",
    "simp",
    "intro x",
    "cases h",
    "have h2 : 0 < 1 := by decide\nomega",
    "constructor\n· omega\n· nonsense",
)
#: What a record holds of Lean.
LEAN = (SearchStarted, StateSeen, LeanCall, Focused, ScriptCut, Signatures)
TIMES = {"seconds", "generation_seconds", "lean_seconds"}

Log = dict[str, list[tuple[str, dict[str, Any]]]]


class Moody(StandInModel):
    """Says some of the tactics, in an order that the question decides, after a time that nothing decides."""

    def __init__(self) -> None:
        super().__init__(self.some, capacity=Capacity(batch=2, calls=3))

    @staticmethod
    def some(query: Query) -> Sequence[str]:
        return random.Random(query.seed).sample(TACTICS, 5) if query.draw < 2 else ()

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        await asyncio.sleep(random.random() * 0.03)
        return await super().answer(queries)


class Runs:
    """Searches at all statements at once, on one model. `events`: what was recorded of each."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.events: dict[str, list[Event]] = {}

    async def all(self, model: LanguageModel, lean: dict[str, list[Event]]) -> Log:
        batcher = Batcher(model)
        try:
            found = await asyncio.gather(*(self.one(name, batcher, lean.get(name, [])) for name in STATEMENTS))
        finally:
            await batcher.close()
        return dict(zip(STATEMENTS, found, strict=True))

    async def one(self, name: str, batcher: Batcher, lean: list[Event]) -> list[tuple[str, dict[str, Any]]]:
        told: list[tuple[str, dict[str, Any]]] = []

        def observe(kind: str, payload: dict[str, Any]) -> None:
            told.append((kind, {key: value for key, value in payload.items() if key not in TIMES}))

        kept = Memory()
        async with self.pool.lease(["Init"]) as worker:
            text = f"theorem {name} {STATEMENTS[name]} := by\n  sorry\n"
            hole = (await worker.elaborate(worker.env, text, holes=True)).holes[0]
            assert hole.state is not None and hole.goals is not None

            async def renew() -> tuple[Worker, int]:
                raise AssertionError("no worker is lost here")

            await search_on_record(
                Journal(kept, lean).chapter(name),
                WorkerRunner(worker, hole.state, hole.goals, renew),
                ModelGenerator(find_recipe("bfs-prover-v2"), batcher.client()),
                budget=Budget(expansions=14, heartbeats=200_000),
                settings=Settings(in_flight=3, debug=True, shorten_seconds=60),
                observer=observe,
            )
        self.events[name] = kept.events
        return told


def calls(runs: Runs) -> set[tuple[str, str, int]]:
    """What Lean was asked and answered."""
    found = (e.payload for events in runs.events.values() for e in events)
    return {(call.state, call.tactic, call.heartbeats) for call in found if isinstance(call, LeanCall)}


async def test_the_same_events(pool: Pool, tmp_path: Path) -> None:
    live = Runs(pool)
    model = Moody()
    first = await live.all(Recording(model, tmp_path / "said.jsonl"), {})
    assert any(kind == "Solved" for log in first.values() for kind, _ in log)
    assert any("·" in payload.get("tactic", "") for log in first.values() for _, payload in log)
    asked = len(model.batches)

    lean = {name: [e for e in events if isinstance(e.payload, LEAN)] for name, events in live.events.items()}
    again = Runs(pool)
    second = await again.all(Replay(tmp_path / "said.jsonl"), lean)
    assert second == first
    assert len(model.batches) == asked, "the model was not asked"
    # Work that is withdrawn leaves no trace in the events, and may have come further in one run than in the other.
    assert not calls(live) & calls(again), "nor was Lean, about what it had answered"
