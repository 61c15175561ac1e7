from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.events.codec import DecodeError, decode, decoder, encode

ANY_TEXT = st.text(st.characters())  # lone surrogates too


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


@dataclass(frozen=True, slots=True)
class Leaf:
    text: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Tree:
    """Every supported type of field."""

    name: str
    flag: bool
    count: int
    colour: Colour
    mode: Literal["fast", 3]
    pair: tuple[int, str]
    leaves: tuple[Leaf, ...] = ()
    numbers: Sequence[float] = ()
    table: Mapping[str, int] = field(default_factory=dict[str, int])
    maybe: Leaf | None = None
    either: int | str = 0
    anything: Any = None
    children: tuple[Tree, ...] = ()


leaves = st.builds(Leaf, text=ANY_TEXT, score=st.floats(allow_nan=False))
trees = st.recursive(
    st.builds(
        Tree,
        name=ANY_TEXT,
        flag=st.booleans(),
        count=st.integers(),
        colour=st.sampled_from(Colour),
        mode=st.sampled_from(("fast", 3)),
        pair=st.tuples(st.integers(), ANY_TEXT),
        leaves=st.lists(leaves, max_size=3).map(tuple),
        numbers=st.lists(st.floats(allow_nan=False), max_size=3).map(tuple),
        table=st.dictionaries(ANY_TEXT, st.integers(), max_size=3),
        maybe=st.none() | leaves,
        either=st.integers() | ANY_TEXT,
        anything=st.none() | st.booleans() | st.lists(st.integers(), max_size=3),
    ),
    lambda inner: st.builds(
        Tree,
        name=st.just("node"),
        flag=st.booleans(),
        count=st.integers(),
        colour=st.sampled_from(Colour),
        mode=st.just("fast"),
        pair=st.just((0, "")),
        children=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=4,
)


@given(trees)
def test_what_is_written_is_read_back(tree: Tree) -> None:
    assert decode(Tree, json.loads(json.dumps(encode(tree), allow_nan=False))) == tree


def test_floats_that_json_lacks() -> None:
    written = [encode(Leaf("", value)) for value in (math.inf, -math.inf, math.nan)]
    assert [leaf["score"] for leaf in written] == ["inf", "-inf", "nan"]
    read = [decode(Leaf, leaf).score for leaf in written]
    assert read[:2] == [math.inf, -math.inf] and math.isnan(read[2])


def test_payloads_may_grow() -> None:
    assert decode(Leaf, {"text": "old"}) == Leaf("old")
    assert decode(Leaf, {"text": "new", "later": 1}) == Leaf("new")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Leaf, {}),
        (Leaf, []),
        (Leaf, {"text": 1}),
        (Leaf, {"text": "", "score": "much"}),
        (Leaf, {"text": "", "score": True}),
        (int, True),
        (int, 1.0),
        (bool, 0),
        (None, 0),
        (Colour, "green"),
        (Literal["fast", 3], "slow"),
        (Literal[1], True),
        (tuple[int, str], [1]),
        (tuple[int, ...], [1, "2"]),
        (tuple[int, ...], {"0": 1}),
        (Sequence[int], "12"),
        (Mapping[str, int], [1]),
        (Leaf | None, 3),
    ],
)
def test_data_that_does_not_fit_is_refused(kind: object, data: object) -> None:
    with pytest.raises(DecodeError):
        decode(kind, data)


@dataclass(frozen=True)
class Ambiguous:
    which: Leaf | Tree


@dataclass(frozen=True)
class Unordered:
    items: set[int]


@dataclass(frozen=True)
class Outer:
    inner: Unordered | None = None


@pytest.mark.parametrize("kind", [Ambiguous, Unordered, Outer, bytes, set[int], dict[int, int], Level, complex])
def test_types_that_cannot_be_read_back_are_refused(kind: object) -> None:
    for _ in range(2):  # a refusal is not forgotten
        with pytest.raises(TypeError):
            decoder(kind)


@pytest.mark.parametrize("value", [b"", {1}, {1: 2}, object(), Leaf, 1j])
def test_values_that_cannot_be_recorded_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)
