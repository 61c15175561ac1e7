"""Frozen statements that a verifier keeps to, with Lean played: `held` says what became of the marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from prover.api import frozen, marked
from prover.api.frozen import Held, Standing, marks_in
from prover.api.marked import MarkedLadder
from prover.core import verdict as verdicts
from prover.core.errors import Crashed, UserError
from prover.core.verdict import Verdict
from prover.lean import Pool
from prover.verify import Limits
from prover.verify.batch import Batch, BatchOptions
from prover.verify.docket import Docket, Item
from prover.verify.results import Results

MARK = "-- frozen: t " + "a" * 64
DONE = f"{MARK}\ntheorem t : True := trivial\n"
PLAIN = "theorem t : True := trivial\n"
REPORT = {"rungs": ["elaborated"]}


@dataclass
class Played:
    """A ladder and what reads marks. `standing`: of every mark, or what is raised over it; `read`: texts it read."""

    found: dict[str, Verdict] = field(default_factory=lambda: {"t": verdicts.Consistent(report=REPORT)})
    standing: Standing | Exception = Standing.HOLDS
    read: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    async def judge(self, item: Item) -> dict[str, Verdict]:
        return self.found

    async def held(self, pool: Pool, text: str, *, seconds: float = 0.0) -> list[Held]:
        if marks_in(text):
            self.read.append((text, seconds))
        if isinstance(self.standing, Exception):
            raise self.standing
        return [Held(mark, self.standing, "b" * 64) for mark in marks_in(text)]


@pytest.fixture
def playing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Played], MarkedLadder]:
    def ladder(played: Played) -> MarkedLadder:
        for module in (frozen, marked):
            monkeypatch.setattr(module, "held", played.held)
        return MarkedLadder(cast(Pool, None), played)

    return ladder


def item(submission: str, **given: Any) -> Item:
    return Item("one", submission, limits=Limits(seconds=7.0), **given)


async def test_what_became_of_a_mark_decides(playing: Callable[[Played], MarkedLadder]) -> None:
    for standing, code in (
        (Standing.HOLDS, "consistent"),
        (Standing.CHANGED, "mismatch"),
        (Standing.ABSENT, "mismatch"),
        (Standing.UNREAD, "timed_out"),
        (Crashed("lost"), "infrastructure"),
    ):
        played = Played(standing=standing)
        (found,) = (await playing(played).judge(item(DONE))).values()
        assert found.code == code and played.read == [(DONE, 7.0)]
        assert found.report == REPORT or code == "infrastructure", "the resources it took stay on record"


async def test_lines_that_end_otherwise(playing: Callable[[Played], MarkedLadder]) -> None:
    """A text that comes as JSON has not been read as a file is."""
    found = await playing(Played(standing=Standing.CHANGED)).judge(item("\ufeff" + DONE.replace("\n", "\r\n")))
    assert isinstance(found["t"], verdicts.Mismatch) and found["t"].what == "statement"


async def test_where_nobody_asks_lean_again(playing: Callable[[Played], MarkedLadder]) -> None:
    for lost in (verdicts.TimedOut(), verdicts.OutOfMemory(), verdicts.WorkerLost(), verdicts.Infrastructure()):
        played = Played({"*": lost}, Standing.CHANGED)
        assert await playing(played).judge(item(DONE)) == {"*": lost} and not played.read
    played = Played()
    assert await playing(played).judge(item(PLAIN, reference=PLAIN)) == played.found and not played.read


async def test_imports_that_cannot_be_had(playing: Callable[[Played], MarkedLadder]) -> None:
    absent = UserError("there is no module X", code="missing_import")
    said: dict[str, Verdict] = {"*": verdicts.ElaborationError()}
    assert await playing(Played(said, absent)).judge(item(DONE)) == said
    with pytest.raises(UserError):
        await playing(Played(standing=absent)).judge(item(DONE))


async def test_only_what_was_asked_about(playing: Callable[[Played], MarkedLadder]) -> None:
    two = DONE + MARK.replace(" t ", " other ") + "\n"
    ladder = playing(Played(standing=Standing.ABSENT))
    assert set(await ladder.judge(item(two))) == {"t", "other"}
    assert set(await ladder.judge(item(two, targets=("t",)))) == {"t"}


async def test_a_reference_that_does_not_hold(playing: Callable[[Played], MarkedLadder]) -> None:
    with pytest.raises(UserError) as caught:
        await playing(Played(standing=Standing.CHANGED)).judge(item(PLAIN, reference=DONE))
    assert caught.value.code == "statement_changed" and caught.value.message.startswith("the reference: t ")
    found = await playing(Played(standing=Standing.UNREAD)).judge(item(PLAIN, reference=DONE))
    assert found == {"*": verdicts.TimedOut("reference")}


async def test_a_reference_of_many_is_read_once(playing: Callable[[Played], MarkedLadder]) -> None:
    played = Played({"t": verdicts.Proved()})
    ladder = playing(played)
    for _ in range(3):
        await ladder.judge(item(PLAIN, reference=DONE))
    assert len(played.read) == 1


async def test_many_at_once(playing: Callable[[Played], MarkedLadder], tmp_path: Path) -> None:
    ladder = playing(Played(standing=Standing.CHANGED))
    docket = Docket((Item("frozen", DONE), Item("free", PLAIN), Item("asked", PLAIN, reference=DONE)))
    with Results(tmp_path / "r.jsonl") as results:
        summary = await Batch(ladder, results, "stamp", BatchOptions(canaries=())).run(docket)
    assert {r.name: r.code for r in summary.results} == {
        "frozen": "mismatch",
        "free": "consistent",
        "asked": "bad_target",
    }
    told = {r.name: r.verdicts for r in summary.results}["asked"]["*"]
    assert told["what"] == "statement_changed"
