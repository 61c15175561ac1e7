"""Attempts at problems, with real Lean: what they come to, what they cost, what is not the prover's fault."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from model_server import Gone, ModelServer

from prover.agent.ladder_judge import LadderJudge
from prover.bench import AttemptEnded, AttemptSpoilt, Origin, Problem
from prover.bench.entrant import Entrant
from prover.bench.station import Station, Tried, open_station
from prover.core.budget import Budget
from prover.core.verdict import Infrastructure
from prover.events import from_line
from prover.lean import Pool, PoolLimits
from prover.verify import Ladder

ORIGIN = Origin("set.jsonl", "0" * 64, 1)
TRUE = Problem("set/1", "add_zero'", "theorem add_zero' (n : Nat) (h : n = 3) : n + 0 = 3", ORIGIN)
FALSE = Problem("set/2", "wrong", "theorem wrong (n : Nat) : n = n + 1", ORIGIN)


def station(pool: Pool, **facts: Any) -> Station:
    budget = Budget(seconds=60, expansions=20, heartbeats=20_000)
    return Station(Entrant(budget, premises=False, **facts), pool, None, None)


def ended(tried: Tried) -> AttemptEnded:
    assert isinstance(tried.outcome, AttemptEnded), tried.outcome
    return tried.outcome


async def test_a_proof_is_verified_and_kept(pool: Pool) -> None:
    tried = await station(pool).attempt(TRUE, 1)
    outcome = ended(tried)
    assert outcome.proved and outcome.code == "proved" and outcome.rung == 4 and outcome.problem == "set/1"
    assert outcome.tactics and outcome.script.split()[0] == outcome.tactics[0]
    assert (
        tried.proof.startswith("theorem add_zero' (n : Nat) (h : n = 3) : n + 0 = 3 := by")
        and "sorry" not in tried.proof
    )
    verdicts = await Ladder(pool).check(tried.proof, reference=TRUE.text, targets=["add_zero'"])
    assert verdicts["add_zero'"].code == "proved"
    spent = outcome.spent
    assert spent.expansions >= 1 and spent.candidates >= 1 and spent.heartbeats > 0
    assert spent.seconds > spent.verify_seconds > 0 and spent.tokens == spent.questions == 0
    kinds = {from_line(line).kind for line in tried.log.splitlines(keepends=True)}
    assert kinds >= {"SearchStarted", "SearchResult"}


async def test_the_budget_ends_an_attempt(pool: Pool) -> None:
    outcome = ended(await station(pool).attempt(FALSE, 1))
    assert not outcome.proved and outcome.code == "not_proved" and outcome.stopped in ("budget_expansions", "exhausted")
    assert outcome.script == "" and outcome.rung == 0 and outcome.spent.expansions <= 20


@pytest.mark.parametrize("statement", ["theorem add_zero' : nowhere = 3", "theorem add_zero' (n : Nat", "def a : Nat"])
async def test_a_statement_that_is_none_stays_unsolved(pool: Pool, statement: str) -> None:
    outcome = ended(await station(pool).attempt(replace(TRUE, statement=statement), 1))
    assert not outcome.proved and outcome.rung == 0 and outcome.script == ""


async def test_what_the_ladder_could_not_judge_does_not_count(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> dict[str, Any]:
        return {"add_zero'": Infrastructure(error="crashed", detail="gone")}

    monkeypatch.setattr(LadderJudge, "proofs", broken)
    outcome = (await station(pool).attempt(TRUE, 1)).outcome
    assert outcome == AttemptSpoilt("set/1", 1, "crashed", "gone")


async def test_a_defect_of_ours_spoils_one_attempt_and_not_the_run(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> dict[str, Any]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(LadderJudge, "proofs", broken)
    outcome = (await station(pool).attempt(TRUE, 1)).outcome
    assert isinstance(outcome, AttemptSpoilt) and (outcome.error, outcome.detail) == (
        "internal",
        "ZeroDivisionError: oh",
    )


@pytest.fixture
async def asking(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[ModelServer, Station]]:
    """A station whose prover is a model alone."""
    with ModelServer(lambda asked: [json.dumps(["rcases h", "omega"])] * asked.n) as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        monkeypatch.setenv("LOCAL_API_KEY", "any")
        entrant = Entrant(
            Budget(seconds=60, expansions=4), premises=False, model="openai-api/local/tiny", model_only=True
        ).checked()
        async with open_station(entrant, pool.engine, PoolLimits(size=1)) as opened:
            opened.pool = pool
            yield server, opened


async def test_what_a_model_cost_is_that_attempts_own(asking: tuple[ModelServer, Station]) -> None:
    server, place = asking
    first, again = ended(await place.attempt(TRUE, 1)), ended(await place.attempt(TRUE, 1))
    assert first.proved and first.spent.questions > 0 and first.spent.tokens > 0 and first.spent.prompt_tokens > 0
    # What the batcher knows already is asked once, and costs the second attempt as much.
    assert again.spent.tokens == first.spent.tokens and set(server.answered.values()) == {1}
    asked = len(server.asked)
    second = ended(await place.attempt(TRUE, 2))
    assert second.proved and len(server.asked) > asked


async def test_a_model_out_of_reach_is_not_the_prover_failing(asking: tuple[ModelServer, Station]) -> None:
    server, place = asking
    server.faults += [Gone()] * 500
    outcome = (await place.attempt(FALSE, 1)).outcome
    assert isinstance(outcome, AttemptSpoilt) and outcome.error == "model"
