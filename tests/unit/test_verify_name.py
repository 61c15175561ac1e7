"""Names as tuples: writing, reading, private names, auxiliaries and their owners."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.verify.name import Name, canonical, is_auxiliary, is_private, owner, parse, show

PRIVATE: Name = ("_private", "My", "Module", 0, "foo", "bar")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (("Nat", "add"), "Nat.add"),
        (("a.b",), "«a.b»"),
        (("propext, Quot.sound",), "«propext, Quot.sound»"),
        (("foo'", "h₁"), "foo'.h₁"),
        (("foo", 3), "foo.3"),
        (("𝔽", "sub"), "𝔽.sub"),
        (PRIVATE, "foo.bar"),
    ],
)
def test_show(name: Name, text: str) -> None:
    assert show(name) == text


@given(st.lists(st.text(st.characters(exclude_characters="«»", exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_what_is_written_reads_back(parts: list[str]) -> None:
    name = tuple(parts)
    if not is_private(name):
        assert parse(show(name)) == name


def test_a_private_name_is_no_public_one() -> None:
    assert canonical(("_private", "A", 0, "propext")) != ("propext",)
    assert canonical(("_private", "A", 0, "x")) == canonical(("_private", "B", "C", 0, "x"))
    assert canonical(("x",)) == ("x",)


@pytest.mark.parametrize(
    "part", ["_proof_1", "match_1", "match_2_1", "_unsafe_rec", "eq_1", "_simp_3", "_@", "splitter"]
)
def test_auxiliaries(part: str) -> None:
    assert is_auxiliary(("foo", part))
    assert is_auxiliary(("_private", "M", 0, "foo", part, "more"))
    assert owner(("ns", "foo", part)) == ("ns", "foo")
    assert owner(("_private", "M", 0, "foo", part)) == canonical(("_private", "M", 0, "foo"))


@pytest.mark.parametrize("name", [("foo",), ("matching",), ("match",), ("proof",), PRIVATE, ("rec_1",)])
def test_what_people_write_is_no_auxiliary(name: Name) -> None:
    assert not is_auxiliary(name)
    assert owner(name) == canonical(name)
