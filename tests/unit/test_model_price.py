"""Prices: the table that comes along, one's own, and what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.model.price import Price, Prices
from prover.model.reference import parse_reference

SERVED = {"BOX_BASE_URL": "http://Box.example.com:8000/v1", "ANTHROPIC_BASE_URL": "https://api.anthropic.com/v1"}
LINE = """[[price]]
host = "*.example.com"
model = "Tiny-?"
input = 2
output = 3.5
source = "a letter"
date = 2026-11-01
"""


def known(reference: str, price: str = "", environment: dict[str, str] = SERVED) -> Price | None:
    return Prices.given(price).of(parse_reference(reference), environment)


@pytest.mark.parametrize("reference", ["hf/org/name", "vllm/org/name", "replay/a.jsonl", "manual/-", "manual/talk"])
def test_what_charges_nothing(reference: str) -> None:
    assert known(reference) == known(reference, "3/4") == Price()


def test_the_table_that_comes_along() -> None:
    listed = Prices.given("").listed
    assert len(listed) > 5 and all(line.source.startswith("https://") for line in listed)
    assert all("2025" < line.date <= "2026-11-21" for line in listed), "the day it was written at the latest"
    assert all(0 < line.price.prompt <= line.price.completion for line in listed)
    assert known("openai/gpt-5.4-mini") == Price(0.75, 4.5) != known("openai/gpt-5.4")
    assert known("openai-api/anthropic/claude-opus-5-5") == Price(4.0, 20.0)


def test_what_is_not_known_costs_nobody_knows_what() -> None:
    assert known("openai/a-model-of-tomorrow") is None
    assert known("openai-api/box/gpt-5.4") is None, "another server may ask another price"
    assert known("openai/gpt-5.4", environment={"OPENAI_BASE_URL": "http://localhost:1/v1"}) is None
    assert known("openai-api/nowhere/gpt-5.4") is None
    with pytest.raises(UserError, match="openai/a-model-of-tomorrow") as caught:
        Prices.given("").needed(parse_reference("openai/a-model-of-tomorrow"))
    assert caught.value.code == "no_price" and "--price" in caught.value.hint


def test_prices_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(LINE + LINE.replace("2\n", "9\n").replace("*.example.com", "*").replace("Tiny-?", "*"), "utf-8")
    assert known("openai-api/box/tiny-2", str(file)) == Price(2.0, 3.5)
    assert known("openai-api/box/other", str(file)) == Price(9.0, 3.5)
    assert known("openai/gpt-5.4", str(file)) == Price(9.0, 3.5), "one's own lines come first"
    assert known("openai-api/box/tiny-2", "1/2") == Price(1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (LINE.replace("2026-11-01", '"soon"'), "price.0.date"),
        (LINE.replace("input = 2", "input = -2"), "price.0.input"),
        (LINE.replace("input = 2", "input = nan"), "price.0.input"),
        (LINE.replace('source = "a letter"\n', ""), "price.0.source"),
        (LINE + "url = 3", "price.0.url"),
        ("[[price", "cannot be read"),
    ],
)
def test_tables_that_are_none(tmp_path: Path, text: str, where: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError, match=where) as caught:
        Prices.given(str(file))
    assert caught.value.code == "bad_prices"


@pytest.mark.parametrize(("text", "code"), [("cheap", "usage"), ("1", "usage"), ("none.toml", "bad_prices")])
def test_words_that_are_no_price(text: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        Prices.given(text)
    assert caught.value.code == code
