"""The transcripts of `benchmarks/leap` hold what the agent asks for."""

from __future__ import annotations

import asyncio
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prover.agent.leap import Statement
from prover.agent.leap.brief import Brief
from prover.agent.leap.replies import NoReply

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in (BENCHMARKS / "leap").glob("*.json"))


@pytest.fixture(scope="module")
def transcript() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS / "perf")
        yield importlib.import_module("transcript")
        del sys.modules["transcript"]


def brief(name: str) -> Brief:
    return Brief(Statement("", name, f"theorem {name} : True"), "")


def test_there_are_ten() -> None:
    assert len(NAMES) == 10
    for name in NAMES:
        text = (BENCHMARKS / "leap" / f"{name}.lean").read_text()
        assert 1 <= text.count("\n  sorry\n") == len(re.findall("^theorem ", text, re.MULTILINE)) <= 3
        assert "import" not in text


@pytest.mark.parametrize("name", NAMES)
def test_every_reply_can_be_said(transcript: Any, name: str) -> None:
    says = transcript.says(name)
    for lemma, roles in says.items():
        cast = transcript.Transcript(says)
        for role, replies in roles.items():
            assert role in {"prove", "plan", "sketch", "negate", "review", "diagnose"}
            for reply in replies:
                said = asyncio.run(getattr(cast, role)(brief(lemma)))
                assert not isinstance(said.reply, NoReply) and said.tokens > 0
                assert all(
                    getattr(said.reply, field, None) == reply[field] for field in ("script", "plan") if field in reply
                )


@pytest.mark.parametrize("name", NAMES)
def test_somebody_speaks_of_every_lemma(transcript: Any, name: str) -> None:
    says = transcript.says(name)
    text = (BENCHMARKS / "leap" / f"{name}.lean").read_text()
    stated = set(re.findall(r"^theorem (\S+)", text, re.MULTILINE))
    replies = [reply for roles in says.values() for role in ("plan", "sketch") for reply in roles.get(role, ())]
    stated |= {lemma["name"] for reply in replies for lemma in reply["lemmas"]}
    assert stated <= set(says), stated - set(says)


def test_the_last_reply_is_said_again_and_a_number_is_no_other_name(transcript: Any) -> None:
    cast = transcript.Transcript({"a": {"prove": [{"plan": "", "script": "rfl"}, {"plan": "", "script": "simp"}]}})
    scripts = [asyncio.run(cast.prove(brief("a"))).reply.script for _ in range(3)]
    assert scripts == ["rfl", "simp", "simp"]
    assert asyncio.run(cast.prove(brief("a_2"))).reply.script == "rfl"
    assert asyncio.run(cast.plan(brief("a"))).reply == NoReply("prose")
    assert asyncio.run(cast.review(brief("a"))).reply.accepted
