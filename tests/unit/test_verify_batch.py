"""A run over many submissions, with a ladder that is played: resuming, order, second attempts, canaries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from prover.core import verdict as verdicts
from prover.core.errors import Crashed, SetupError, UserError
from prover.core.verdict import Verdict
from prover.verify import Limits
from prover.verify.batch import Batch, BatchOptions, Summary
from prover.verify.docket import Docket, Item
from prover.verify.results import CanaryJudged, ItemJudged, Results

CANARY = Item("canary", "canary", "R")
FED = {"resources": {"cpu_seconds": 60.0, "peak_mb": 5.0, "fresh_processes": 1}, "seconds": {"elaborate": 1.0}}
STARVED = {"resources": {"cpu_seconds": 1.0, "peak_mb": 5.0, "fresh_processes": 0}, "seconds": {}}
Said = Verdict | Exception


@dataclass
class Played:
    """Gives each submission its verdicts, the last one again and again; a canary is refused, others are proved."""

    script: dict[str, list[Said]] = field(default_factory=dict[str, list[Said]])
    asked: list[str] = field(default_factory=list[str])
    at_once: int = 0
    most_at_once: int = 0
    alone: dict[str, bool] = field(default_factory=dict[str, bool])

    async def judge(self, item: Item) -> dict[str, Verdict]:
        submission = item.submission
        self.asked.append(submission)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0.001)
            self.alone[submission] = self.at_once == 1
        finally:
            self.at_once -= 1
        default = verdicts.Mismatch(what="statement") if submission == "canary" else verdicts.Proved()
        left = self.script.get(submission, [default])
        said = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(said, Exception):
            raise said
        return {"goal": replace(said, report=said.report or FED)}


def items(*texts: str) -> Docket:
    return Docket(tuple(Item(f"n-{text}", text, "R") for text in texts))


async def run(path: Path, ladder: Played, docket: Docket, **options: Any) -> Summary:
    stop = options.pop("stop", None)
    observe: Callable[[ItemJudged | CanaryJudged], None] = options.pop("observe", lambda event: None)
    given: dict[str, Any] = {"canaries": (CANARY,), "canary_every": 2, **options}
    with Results(path) as results:
        return await Batch(ladder, results, "stamp", BatchOptions(**given), observe).run(docket, stop)


def lines(path: Path, kind: str = "ItemJudged") -> list[dict[str, Any]]:
    events = [json.loads(line) for line in path.read_text().splitlines()]
    return [event["payload"] for event in events if event["kind"] == kind]


async def test_one_line_an_item(tmp_path: Path) -> None:
    ladder = Played({"b": [verdicts.TimedOut("heartbeats")], "c": [UserError("no", code="no_target")]})
    summary = await run(tmp_path / "r", ladder, items("a", "b", "c"), jobs=2)
    assert (summary.items, summary.judged, summary.accepted) == (3, 3, 1)
    assert dict(summary.codes) == {"proved": 1, "timed_out": 1, "bad_target": 1}
    written = {line["name"]: line for line in lines(tmp_path / "r")}
    assert set(written) == {"n-a", "n-b", "n-c"} and ladder.most_at_once == 2
    one = written["n-a"]
    assert one["code"] == one["verdicts"]["goal"]["code"] == "proved" and one["verdicts"]["goal"]["report"]
    assert one["resources"]["cpu_seconds"] == 60 and one["resources"]["parts"] == {"elaborate": 1.0}
    assert one["resources"]["processes"] == 1 and one["resources"]["seconds"] > 0


async def test_a_file_cut_at_any_byte_goes_on(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    docket = items("a", "b", "c")
    await run(whole, Played(), docket)
    data = whole.read_bytes()
    ends = [at for at, byte in enumerate(data) if byte == ord("\n")]
    near_ends = {at + beside for at in ends for beside in (-1, 0, 1, 2)}
    for size in sorted({*range(0, len(data), 29), *near_ends}):
        cut.write_bytes(data[:size])
        ladder = Played()
        kept = {payload["name"] for payload in lines_cut(data[:size])}
        summary = await run(cut, ladder, docket)
        assert {f"n-{text}" for text in ladder.asked if text != "canary"} == {"n-a", "n-b", "n-c"} - kept
        assert summary.accepted == 3 and summary.resumed == len(kept)
        assert [line["name"] for line in lines(cut)].count("n-a") == 1


def lines_cut(data: bytes) -> list[dict[str, Any]]:
    """The results of the whole lines of a cut file."""
    events = [json.loads(line) for line in data.split(b"\n")[:-1]]
    return [event["payload"] for event in events if event["kind"] == "ItemJudged"]


async def test_another_limit_or_another_judge_is_another_check(tmp_path: Path) -> None:
    await run(tmp_path / "r", Played(), items("a"))
    ladder = Played()
    docket = items("a")
    other = Docket((replace(docket.items[0], limits=Limits(seconds=9)),))
    assert (await run(tmp_path / "r", ladder, other)).resumed == 0 and "a" in ladder.asked


async def test_equal_content_is_judged_once_and_written_for_each_name(tmp_path: Path) -> None:
    ladder = Played()
    docket = Docket((Item("x", "same", "R"), Item("y", "same", "R")))
    summary = await run(tmp_path / "r", ladder, docket)
    assert ladder.asked.count("same") == 1 and summary.accepted == 2
    assert [(line["name"], line["repeats"]) for line in lines(tmp_path / "r")] == [("x", ""), ("y", "x")]
    assert [result.name for result in summary.results] == ["x", "y"]


async def test_a_file_that_is_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    for text in ("theorem t : 1 = 1 := rfl", '{"search":"other"}\n', '{"search":"check",\n'):
        path = tmp_path / "F.lean"
        path.write_text(text)
        with pytest.raises(UserError):
            await run(path, Played(), items("a"))
        assert path.read_text() == text


@pytest.mark.parametrize("failure", [verdicts.Infrastructure("crashed"), Crashed("gone"), RecursionError("deep")])
async def test_broken_machinery_is_tried_again_alone(tmp_path: Path, failure: Said) -> None:
    ladder = Played({"a": [failure, failure, verdicts.Proved()]})
    summary = await run(tmp_path / "r", ladder, items("a", "b", "c", "d"), jobs=4)
    assert summary.accepted == 4 and summary.retried == 1 and ladder.alone["a"]
    assert {line["name"]: line["attempts"] for line in lines(tmp_path / "r")}["n-a"] == 3


async def test_broken_machinery_is_given_up_counted_and_not_done(tmp_path: Path) -> None:
    docket = items("a", "b")
    broken = Played({"a": [verdicts.Infrastructure("crashed")]})
    summary = await run(tmp_path / "r", broken, docket)
    assert dict(summary.codes) == {"infrastructure": 1, "proved": 1} and broken.asked.count("a") == 3
    assert (await run(tmp_path / "r", Played(), docket)).accepted == 2


async def test_a_busy_machine_decides_nothing(tmp_path: Path) -> None:
    slow, slow_to_the_last = verdicts.TimedOut("wall", report=STARVED), verdicts.TimedOut("judge", report=STARVED)
    ladder = Played(
        {
            "a": [slow, verdicts.Proved()],
            "b": [slow_to_the_last],
            "c": [verdicts.TimedOut("wall", report=FED)],
            "d": [verdicts.TimedOut("heartbeats", report=STARVED)],
            "e": [verdicts.WorkerLost(), verdicts.Proved()],
            "f": [verdicts.WorkerLost()],
        }
    )
    await run(tmp_path / "r", ladder, items(*"abcdef"), jobs=3)
    found = {line["name"][-1]: (line["code"], line["attempts"], line["starved"]) for line in lines(tmp_path / "r")}
    assert found == {
        "a": ("proved", 2, False),
        "b": ("timed_out", 3, True),
        "c": ("timed_out", 1, False),
        "d": ("timed_out", 1, False),
        "e": ("proved", 2, False),
        "f": ("worker_lost", 2, False),
    }
    assert ladder.alone["a"] and ladder.alone["b"] and ladder.alone["e"]


@pytest.mark.parametrize("jobs", [1, 3])
async def test_any_order_gives_the_same_verdicts(tmp_path: Path, jobs: int) -> None:
    script: dict[str, list[Said]] = {"b": [verdicts.Incomplete()], "e": [verdicts.TimedOut("wall", report=STARVED)]}
    found: list[dict[str, str]] = []
    for number, order in enumerate(("abcdef", "fdbeca")):
        path = tmp_path / f"{jobs}-{number}"
        summary = await run(path, Played(dict(script)), items(*order), jobs=jobs)
        found.append({result.name: result.code for result in summary.results})
    assert found[0] == found[1]


async def test_the_verifier_that_believes_a_canary_at_once_judges_nothing(tmp_path: Path) -> None:
    ladder = Played({"canary": [verdicts.Proved()]})
    summary = await run(tmp_path / "r", ladder, items("a", "b"))
    assert summary.alarm is not None and summary.alarm.doubted == () and ladder.asked == ["canary"]


@pytest.mark.parametrize("lie", [verdicts.Proved(), verdicts.Consistent(), verdicts.ProvedModulo(("x",))])
async def test_a_canary_believed_later_ends_the_run_and_marks_what_it_stands_for(tmp_path: Path, lie: Verdict) -> None:
    refused = verdicts.ForbiddenAxiom(("x",))
    ladder = Played({"canary": [refused, refused, lie]})
    summary = await run(tmp_path / "r", ladder, items(*"abcdef"))
    assert summary.alarm is not None and summary.alarm.doubted == ("n-c", "n-d")
    assert [text for text in ladder.asked if text != "canary"] == list("abcd")
    assert [result.name for result in summary.results] == ["n-a", "n-b"]
    (mark,) = lines(tmp_path / "r", "ResultsDoubted")
    assert len(mark["keys"]) == 2 and mark["code"] == lie.code
    again = Played()
    assert (await run(tmp_path / "r", again, items(*"abcdef"))).accepted == 6
    assert [text for text in again.asked if text != "canary"] == list("cdef")


async def test_results_of_a_killed_run_are_doubted_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "r"
    await run(path, Played(), items("a", "b"), canary_every=9)
    kept = list(path.read_bytes().splitlines(keepends=True))
    assert b"CanaryJudged" in kept[-1] and b"ItemJudged" in kept[-2]
    path.write_bytes(b"".join(kept[:-1]))
    summary = await run(path, Played({"canary": [verdicts.Proved()]}), items("a", "b"))
    assert summary.alarm is not None and set(summary.alarm.doubted) == {"n-a", "n-b"}


async def test_a_canary_that_says_nothing_confirms_nothing(tmp_path: Path) -> None:
    ladder = Played({"canary": [verdicts.Infrastructure("crashed")]})
    summary = await run(tmp_path / "r", ladder, items("a"))
    assert summary.canaries_held == 0 and summary.canaries_inconclusive == 2
    with Results(tmp_path / "r") as results:
        assert [result.name for result in results.unconfirmed] == ["n-a"]


async def test_stopping_keeps_what_is_done(tmp_path: Path) -> None:
    stop = asyncio.Event()
    seen: list[str] = []

    def observe(event: ItemJudged | CanaryJudged) -> None:
        seen.append(event.name)
        if len(seen) == 3:
            stop.set()

    docket = items(*"abcdef")
    summary = await run(tmp_path / "r", Played(), docket, stop=stop, observe=observe)
    assert summary.interrupted and 1 <= summary.judged < 6
    again = Played()
    assert (await run(tmp_path / "r", again, docket)).accepted == 6
    assert len([text for text in again.asked if text != "canary"]) == 6 - summary.judged


async def test_a_broken_environment_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        await run(tmp_path / "r", Played({"b": [SetupError("no Lean")]}), items("a", "b"), jobs=2)
    assert (await run(tmp_path / "r", Played(), items("a", "b"))).accepted == 2


async def test_a_second_run_over_one_file_is_refused(tmp_path: Path) -> None:
    with Results(tmp_path / "r"), pytest.raises(UserError) as caught:
        Results(tmp_path / "r")
    assert caught.value.code == "run_in_use"


def test_the_order_keeps_imports_and_references_together(tmp_path: Path) -> None:
    def docket(texts: Sequence[str]) -> Docket:
        return Docket(tuple(Item(text, text, text.split("|")[0]) for text in texts))

    ladder = Played()
    texts = ["import B\n|1", "A|1", "import B\n|2", "C|1", "A|2"]
    asyncio.run(run(tmp_path / "r", ladder, docket(texts), canaries=()))
    assert ladder.asked == ["A|1", "A|2", "C|1", "import B\n|1", "import B\n|2"]


async def test_a_run_that_is_done_judges_nothing(tmp_path: Path) -> None:
    await run(tmp_path / "r", Played(), items("a", "b"), jobs=2)
    again = Played()
    summary = await run(tmp_path / "r", again, items("a", "b"))
    assert again.asked == [] and (summary.resumed, summary.judged, summary.accepted) == (2, 0, 2)
