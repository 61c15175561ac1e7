"""A plan told from its events alone: as data, in rows, and as a page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_logs import HOSTILE, large, small

from prover.agent.leap.account import account
from prover.agent.leap.events import PLAN, ActionChosen, LimitReached, ModelsNamed
from prover.core.errors import UserError
from prover.events import Event
from prover.report import plan_page
from prover.report.layers import layers


def told() -> dict[str, Any]:
    return account(small())


def lemma(plan: dict[str, Any], name: str) -> dict[str, Any]:
    return next(a for a in plan["lemmas"] if a["name"] == name)


def test_everything_that_was_recorded_is_told() -> None:
    plan = told()
    assert plan["stop"] == "budget_seconds" and plan["targets"] == [0]
    totals = plan["totals"]
    assert (totals["lemmas"], totals["proved"], totals["refuted"], totals["stale"], totals["open"]) == (8, 4, 1, 1, 2)
    assert (totals["attempts"], totals["calls"], totals["tokens"], totals["money"]) == (2, 6, 240, 0.025)
    assert totals["seconds"] == 4.0 and totals["lean_seconds"] == 3.0 and totals["wall_seconds"] == 16.0
    deep = lemma(plan, "deep")
    assert deep["proof"] == {"script": "rfl", "source": "prove", "verdict": "proved"} and deep["hints"] == ["think"]
    assert [a["outcome"] for a in deep["attempts"]] == ["failure", "success"] and deep["costs"]["calls"] == 6
    gauss = lemma(plan, "gauss")
    assert gauss["by"] == 1 and gauss["diagnoses"][0]["diagnosis"] == "TOO_HARD"
    assert gauss["refusals"] == [{"reason": "ancestor", "detail": "gauss"}]
    assert lemma(plan, "bold")["refutation"] == {"script": "intro h\nomega", "source": "negate"}
    assert [d["given_up"] for d in plan["decompositions"]] == ["refuted", "", "", "", "stuck"]
    for number, found in enumerate(plan["lemmas"]):
        assert found["number"] == number


def test_a_run_that_goes_on_has_not_stopped() -> None:
    assert account([*small(), *small()[-2:-1]])["stop"] is None


def test_a_run_without_an_agent() -> None:
    with pytest.raises(UserError) as refused:
        account([])
    assert refused.value.code == "no_plan"


def test_a_log_of_which_a_part_is_missing() -> None:
    with pytest.raises(UserError) as refused:
        account([small()[0], small()[9]])
    assert refused.value.code == "corrupt_log"


def test_texts_on_the_page_stay_texts() -> None:
    page = plan_page({"inputs": {f"{HOSTILE}.lean": ""}, **told()})
    assert "<img" not in page and "\u202e" not in page and "\x1b" not in page
    assert page.count("</script>") == 2
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert "onerror" in lemma(data, "bold")["informal"]
    assert sorted(number for row in data["rows"] for number in row) == list(range(8))


def test_lemmas_stand_below_what_needs_them() -> None:
    plan = account(large(400))
    edges = [(d["parent"], d["lemmas"], True) for d in plan["decompositions"]]
    depth = {n: at for at, row in enumerate(layers(400, [0], edges)) for n in row}
    assert depth[0] == 0
    assert all(depth[below] > depth[parent] for parent, lemmas, _ in edges for below in lemmas)


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=3), st.booleans()), max_size=12))
def test_every_lemma_has_one_place_whatever_the_plan(edges: list[tuple[int, list[int], bool]]) -> None:
    """Cycles, too: plans that were given up may close some."""
    rows = layers(10, [0, 3], edges)
    assert sorted(n for row in rows for n in row) == list(range(10)) and all(rows)


def event(payload: object) -> Event:
    return Event(PLAN, 999, 1e9, None, type(payload).__name__, 1, payload)


def test_what_is_not_known_to_cost_anything_is_not_nothing() -> None:
    plan = account([*small(), event(ModelsNamed(("openai-api/box/big", "hf/a/b"), ("openai-api/box/big",)))])
    assert plan["totals"]["money"] is None and plan["totals"]["unpriced"] == ["openai-api/box/big"]
    assert all(a["costs"]["money"] is None for a in plan["lemmas"])
    assert told()["totals"]["money"] is not None


def test_limits_and_decisions() -> None:
    key = lemma(told(), told()["lemmas"][0]["name"])["key"]
    chosen = ActionChosen(key, "prove", 0.25, 10.0, 3, "gain 0.250 for 10.0 s; rather than plan")
    more = (chosen, LimitReached(key, "calls", 7, 7), LimitReached("", "money", 2.5, 2.0))
    plan = account([*small(), *map(event, more)])
    assert plan["lemmas"][0]["limit"] == {"name": "calls", "used": 7, "most": 7}
    assert plan["totals"]["limit"] == {"name": "money", "used": 2.5, "most": 2.0}
    assert plan["decisions"][-1] == {
        "lemma": 0,
        "action": "prove",
        "gain": 0.25,
        "cost": 10.0,
        "choices": 3,
        "reason": "gain 0.250 for 10.0 s; rather than plan",
    }
