"""Targets and names: what a person's words mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.agent.refutation import refutation_header, refutation_name
from prover.agent.target import choose_name, plain_name
from prover.core.errors import UserError
from prover.verify.name import parse, show

NAMES = ["a.b", "x.a.b", "x.only", "y.twice", "z.twice", "z.«a.b»", "«mit Leer»", "w.«end»"]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("a.b", "a.b"),
        ("x.a.b", "x.a.b"),
        ("only", "x.only"),
        ("«a.b»", "z.«a.b»"),
        ("z.a.b", "z.«a.b»"),
        ("mit Leer", "«mit Leer»"),
        ("end", "w.«end»"),
    ],
)
def test_a_name_means_one_declaration(wanted: str, meant: str) -> None:
    assert choose_name(plain_name(wanted), [plain_name(name) for name in NAMES]) == plain_name(meant)


def test_ambiguous_and_absent_names_are_told_with_candidates() -> None:
    with pytest.raises(UserError) as caught:
        choose_name("twice", NAMES)
    assert caught.value.code == "target_ambiguous" and "y.twice, z.twice" in caught.value.message
    with pytest.raises(UserError) as caught:
        choose_name("nothing", NAMES)
    assert caught.value.code == "target_absent" and "a.b" in caught.value.hint
    with pytest.raises(UserError) as caught:
        choose_name("nothing", [])
    assert "none" in caught.value.hint


@given(st.lists(st.text(st.characters(exclude_characters="«»", exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_a_name_survives_being_written_and_read(parts: list[str]) -> None:
    assert parse(show(tuple(parts))) == tuple(parts)


def test_refutations_are_named_after_their_target() -> None:
    assert refutation_name("A.«b c»") == "A.«b c».refutation"
    assert refutation_header("A.b", quoted=False) == "theorem _root_.A.b.refutation : ¬ type_of% @A.b :="
    quoted = refutation_header("A.«end»", quoted=True)
    assert quoted == "theorem _root_.«A».«end».refutation : ¬ type_of% @«A».«end» :="
