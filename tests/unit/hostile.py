"""Values that break what trusts its input, and documents in which some of them stand."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st


def nested(depth: int) -> Any:
    """Lists in lists. As deep as that readers of JSON still take it, and what walks over it may not."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


#: Of every kind of JSON value those at its edges: numbers that no float holds, half of a surrogate pair, deep nests.
EDGES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**64, -(2**64), 10**400, 0.5, -0.0, 1e308,
    float("nan"), float("inf"), "", "a", "0", "\0", "\ud800", "\udfff\ud800", "\u202e", "\x1b[2J", "inf", "nan", "١",
    "x" * 5000, [], [[]], {}, {"": None}, {"a": []}, [None], ["a", "b"], [0, 0], [-1, -1], {"error": {"code": 10**30}},
    nested(150), nested(400), {"a": nested(400)}, "{" * 2000, "`" * 300,
]  # fmt: skip

LEFT_OUT = object()
edges = st.sampled_from(EDGES)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=()), max_size=8),
)
#: Any JSON value.
values = st.recursive(
    st.one_of(scalars, edges),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all parts of a document."""
    found = [at]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*at, index))
    return found


def as_json(value: Any) -> bytes:
    """A document as bytes, with what JSON lacks as Python writes it (`NaN`)."""
    return json.dumps(value).encode()


def cut_or_garbled(text: bytes) -> st.SearchStrategy[bytes]:
    """`text` cut anywhere, with bytes put in, taken out or changed."""
    at = st.integers(0, len(text))
    junk = st.one_of(st.binary(max_size=6), st.sampled_from([b"\0", b"\n", b"\xff\xfe", b"[" * 1500, b'{"a":' * 1500]))
    return st.one_of(
        at.map(lambda end: text[:end]),
        st.builds(lambda i, size, put: text[:i] + put + text[i + size :], at, st.integers(0, 5), junk),
    )


def each_broken(document: Any) -> Iterator[Any]:
    """`document` with each of its parts in turn replaced by each of the edges, or left out."""
    for place in places(document)[1:]:
        for edge in (*EDGES, LEFT_OUT):
            made = copy.deepcopy(document)
            owner: Any = made
            for step in place[:-1]:
                owner = owner[step]
            if edge is LEFT_OUT:
                del owner[place[-1]]
            else:
                owner[place[-1]] = edge
            yield made
