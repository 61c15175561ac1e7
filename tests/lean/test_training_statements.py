"""The statements the portfolio was tuned on (`benchmarks/training`): each topic elaborates with core Lean alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from prover.lean import Pool

TRAINING = Path(__file__).parents[2] / "benchmarks" / "training"


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TRAINING / "statements.jsonl").read_text(encoding="utf-8").splitlines()]


def test_names_and_grades() -> None:
    found = records()
    assert len(found) >= 120 and all(1 <= r["grade"] <= 5 for r in found)
    assert max(Counter((r["topic"], r["name"]) for r in found).values()) == 1


@pytest.mark.parametrize("topic", sorted({r["topic"] for r in records()}))
async def test_a_topic_elaborates(pool: Pool, topic: str) -> None:
    file = TRAINING / f"{topic}.lean"
    definitions = file.read_text(encoding="utf-8") if file.exists() else ""
    mine = [r for r in records() if r["topic"] == topic]
    theorems = [f"theorem problem_{i} {r['statement']} := by\n  sorry\n" for i, r in enumerate(mine)]
    async with pool.lease(["Init"]) as worker:
        found = await worker.elaborate(worker.env, "\n".join([definitions, *theorems]), holes=True)
    assert [m.text for m in found.messages if m.severity == "error"] == []
    assert len(found.holes) == len(mine)
