"""Generators behind which models stand: what they ask, what a search does with the answers, and mixtures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from model_stand_ins import Lines, StandInModel, tactics
from number_game import Game, always, state_of

from prover.core.budget import Budget
from prover.core.candidate import Candidate
from prover.core.errors import ModelError
from prover.generate import Member, Mixture, ModelGenerator, Request, Scripted
from prover.model import Answer, Batcher, Query
from prover.search import Settings, search


def request(number: int, **fields: Any) -> Request:
    return Request(state_of((number,)), **fields)


async def test_samples_become_candidates() -> None:
    generator = ModelGenerator(Lines(), StandInModel(tactics("dec", "half")), n=2)
    found = await generator.generate([request(4), request(5)])
    assert [[c.text for c in answer] for answer in found] == [["dec", "half"]] * 2
    assert [c.log_probability for c in found[0]] == [0.0, -0.5]


async def test_a_recipe_may_have_nothing_to_ask() -> None:
    class OnlyEven(Lines):
        def query(self, request: Request, **options: Any) -> Query | None:
            return super().query(request, **options) if int(request.focused.target) % 2 == 0 else None

    model = StandInModel(tactics("dec"))
    found = await ModelGenerator(OnlyEven(), model).generate([request(1), request(2), request(3)])
    assert [len(answer) for answer in found] == [0, 1, 0] and model.batches == [["2"]]


async def test_no_more_than_asked_for() -> None:
    generator = ModelGenerator(Lines(), StandInModel(tactics("a", "b", "c")), n=8)
    assert [c.text for c in (await generator.generate([request(1, n=2)]))[0]] == ["a", "b"]


class Broken:
    """Fails as long as it is told to."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked = 0

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.asked += 1
        if self.asked <= self.times:
            raise ModelError(f"failure {self.asked}", code="model_failed")
        return [[Candidate("dec", -0.1, "model", tokens=5, money=0.01)] for _ in requests]


async def test_a_mixture_joins_what_its_members_say() -> None:
    quick = Scripted(lambda r: ["zero", "dec"])
    mixture = Mixture([Member(quick, shift=-1.0), Member(Broken(0))])
    ((best, other),) = await mixture.generate([request(3)])
    assert (best.text, best.source, best.log_probability) == ("dec", "model", -0.1)
    assert (best.tokens, best.money) == (5, 0.01)
    assert (other.text, other.log_probability) == ("zero", -1.0)


async def test_a_member_that_fails_is_left_out_and_comes_back() -> None:
    heard: list[str] = []
    model = Broken(2)
    mixture = Mixture([Member(always("zero")), Member(model)], trouble=lambda e: heard.append(e.message))
    answers = [[c.text for c in (await mixture.generate([request(3)]))[0]] for _ in range(3)]
    assert answers == [["zero"], ["zero"], ["zero", "dec"]] or answers[2] == ["dec", "zero"]
    assert heard == ["failure 1", "failure 2"]


async def test_a_member_that_keeps_failing_is_asked_no_more() -> None:
    model = Broken(100)
    mixture = Mixture([Member(always("zero")), Member(model)])
    for _ in range(10):
        assert [c.text for c in (await mixture.generate([request(3)]))[0]] == ["zero"]
    assert model.asked == 3


async def test_a_mixture_of_nothing_but_failures_fails() -> None:
    with pytest.raises(ModelError, match="failure"):
        await Mixture([Member(Broken(9)), Member(Broken(9))]).generate([request(3)])


async def test_a_search_goes_on_without_its_model() -> None:
    mixture = Mixture([Member(always("dec", "zero")), Member(Broken(100))])
    result = await search(Game(6), mixture, budget=Budget(expansions=50), settings=Settings(debug=True))
    assert result.stop == "proved"


async def test_a_search_whose_only_model_fails_ends_and_says_so() -> None:
    events: list[str] = []

    class LateFailure(Broken):
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            if self.asked < 3:
                self.asked += 1
                return [[Candidate("dec", -0.1, "model")] for _ in requests]
            raise ModelError("the server is gone", code="model_unreachable")

    result = await search(
        Game(9), LateFailure(0), budget=Budget(expansions=50), observer=lambda kind, payload: events.append(kind)
    )
    assert result.stop == "model_failed" and result.detail == "model_unreachable: the server is gone"
    assert result.statistics.graph["nodes"] == 4 and events[-1] == "SearchEnded", "what was found is kept"


async def test_rejected_and_truncated_candidates_are_counted_and_not_tried() -> None:
    class Mixed:
        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            said = [
                Candidate("dec", -0.1, "model"),
                Candidate("sorry", -0.2, "model", rejected="forbidden"),
                Candidate("half but", -0.3, "model", finish="length"),
                Candidate("zero", -0.4, "model"),
            ]
            return [said for _ in requests]

    refused: list[tuple[str, str]] = []

    def note(kind: str, payload: dict[str, Any]) -> None:
        if kind == "CandidateRefused":
            refused.append((payload["text"], payload["reason"]))

    game = Game(1)
    result = await search(game, Mixed(), budget=Budget(expansions=9), observer=note)
    assert result.solved and result.statistics.rejected == len(refused) == 4
    assert refused[:2] == [("sorry", "forbidden"), ("half but", "truncated")]
    assert not {tactic for _, tactic in game.calls} & {"sorry", "half but"}


async def test_a_node_is_drawn_for_as_often_as_the_settings_say() -> None:
    class Endless:
        """Has something new to say every time."""

        draws: list[int]

        def __init__(self) -> None:
            self.draws = []

        async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
            self.draws += [r.draw for r in requests]
            return [[Candidate(f"nonsense {r.draw}", -1.0, "test")] for r in requests]

    generator = Endless()
    options = Settings(draws=3, debug=True)
    result = await search(Game(2), generator, budget=Budget(expansions=50), settings=options)
    assert result.stop == "exhausted" and generator.draws == [0, 1, 2]


async def test_another_salt_is_another_question() -> None:
    model = StandInModel(tactics("dec"))
    batcher = Batcher(model)
    for salt in (0, 1, 0):
        await ModelGenerator(Lines(), batcher.client(), salt=salt).generate([request(4)])
    assert len(model.batches) == 2 and batcher.statistics.repeated == 1
    assert isinstance((await batcher.client().answer([Query("4")]))[0], Answer)
