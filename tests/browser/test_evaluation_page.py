"""The page of evaluations: plots, table, drill-down, searches, comparison, hostile texts, thousands of attempts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench_runs import failed, outcomes, problem, proved, record

from prover.bench import AttemptEnded, AttemptSpoilt
from prover.bench.document import evaluation_document, pairing_document
from prover.bench.pairing import pair
from prover.bench.record import Record
from prover.bench.trees import search_file, trees
from prover.events import Event, EventLog
from prover.events.payload import to_fields
from prover.report.evaluation import evaluation_page

Open = Callable[..., Awaitable[Any]]
NARROW = {"width": 360, "height": 740}


@pytest.fixture
def show_runs(show: Open) -> Open:
    async def opened(*records: Record, **options: Any) -> Any:
        def render(_: object) -> str:
            documents = [evaluation_document(one) for one in records]
            pairings = [pairing_document(pair(records[0], other)) for other in records[1:]]
            return evaluation_page(documents, pairings, trees(records))

        return await show([], render=render, **options)

    return opened


def many(path: Path, problems: int = 220, attempts: int = 2, *, better: int = 0) -> Record:
    """Each third problem is solved, and `better` more; topics, difficulties and causes in turn."""
    asked = [problem(n, topic=("algebra", "lists")[n % 2], difficulty=str(n % 12 + 1)) for n in range(problems)]
    ends: list[AttemptEnded | AttemptSpoilt] = [AttemptSpoilt("p1", 1, "crashed")]
    for n in range(problems):
        for attempt in range(1, attempts + 1):
            if attempt == attempts and (n % 3 == 0 or n < better):
                tactics = ("omega",) if n % 2 else ("simp", "grind")
                ends.append(proved(f"p{n}", attempt, seconds=0.05 * (n + 1), tactics=tactics, script=f"-- {n}\nomega"))
            else:
                ends.append(failed(f"p{n}", attempt, stopped=("budget_seconds", "exhausted")[n % 2]))
    return record(path, asked, ends, attempts=attempts)


def keep_searches(run: Record, events: Sequence[Event], units: dict[tuple[str, int], str]) -> None:
    """Searches of a recorded run, by the number they have there, as those of attempts."""
    for (name, attempt), search in units.items():
        file = search_file(run.path, name, attempt)
        file.parent.mkdir(exist_ok=True)
        with EventLog(file) as log:
            for event in events:
                if event.search == search:
                    log.append(event)


async def problems(shown: Any) -> list[str]:
    return await shown.tab.locator("#problems tbody tr th a").all_inner_texts()


async def test_rates_and_plots_are_there(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base"))
    assert await shown.tab.title() == "toy-test: 74 of 220 solved"
    assert "74 of 220 solved" in await shown.tab.locator(".run .solved").inner_text()
    rates = await shown.tab.locator(".rates tr").all_inner_texts()
    assert rates[0].startswith("pass@1\t16.8 % [") and rates[1].startswith("pass@2\t33.6 % [")
    assert "within seconds 60, 2 attempts" in await shown.tab.locator(".run .within").inner_text()
    assert await shown.tab.locator("#curve path.curve").count() == 1
    bars = await shown.tab.locator("#causes svg text.name").all_text_contents()
    assert bars == ["out of time", "nothing left to try", "made again: crashed"]
    assert await shown.tab.locator("#uses svg text.name").all_text_contents() == ["grind", "omega", "simp"]
    await shown.tab.get_by_role("button", name="lemmas", exact=True).click()
    assert await shown.tab.locator("#uses svg text.name").all_text_contents() == ["Nat.add_zero"]


async def test_plots_are_walked_with_keys_and_have_tables(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base"), many(tmp_path / "more", better=40))
    curve = shown.tab.locator("#curve")
    await curve.locator("svg").focus()
    await shown.press("End")
    words = await curve.locator(".tip").inner_text()
    assert "base: 74 of 220, 33.6 %" in words and "more: 100 of 220, 45.5 %" in words
    assert "base: 74 of 220" in await curve.locator(".said").inner_text()
    await shown.press("Home", "ArrowRight", "ArrowLeft")
    assert "base: 1 of 220" in await curve.locator(".tip").inner_text()
    await shown.press("Escape")
    assert await curve.locator(".tip").is_hidden()
    for name in ("curve", "times", "causes", "uses"):
        plot = shown.tab.locator(f"#{name}")
        assert await plot.locator("svg").get_attribute("aria-label")
        await plot.locator("summary").click()
        rows = await plot.locator("table tbody tr").all_inner_texts()
        assert rows and all(len(row.split("\t")) == 3 for row in rows)
    assert (await curve.locator("table tbody tr").all_inner_texts())[-1].endswith("74 (33.6 %)\t100 (45.5 %)")
    before = await curve.locator("path.curve").first.get_attribute("d")
    await shown.tab.get_by_role("button", name="expansions").click()
    assert await curve.locator("path.curve").first.get_attribute("d") != before
    assert "expansions" in await curve.locator("svg").get_attribute("aria-label")


async def test_what_the_pointer_is_at_is_told(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base"))
    for name in ("curve", "times", "causes", "uses"):
        svg = shown.tab.locator(f"#{name} svg")
        await svg.scroll_into_view_if_needed()
        box = await svg.bounding_box()
        await shown.tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
        tip = shown.tab.locator(f"#{name} .tip")
        assert await tip.is_visible() and len((await tip.inner_text()).split("\n")) == 2
        inside = await tip.bounding_box()
        assert inside["x"] >= box["x"] and inside["x"] + inside["width"] <= box["x"] + box["width"] + 1
    await shown.tab.mouse.move(5, 5)
    assert await shown.tab.locator("#uses .tip").is_hidden()


async def test_bars_keep_to_their_problems(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base"))
    await shown.tab.locator("#uses svg").focus()
    await shown.press("ArrowDown", "ArrowDown", "Enter")
    matches = shown.tab.locator("#matches")
    assert await matches.inner_text() == "37 of 220 problems"
    chip = shown.tab.locator(".pick")
    assert await chip.inner_text() == "proved with omega ×"
    await shown.tab.locator("#causes svg").focus()
    await shown.press("Home", "Enter")
    assert await shown.tab.locator(".pick").count() == 2 and await matches.inner_text() == "0 of 220 problems"
    # What is no failure of the prover leads nowhere.
    await shown.press("End", "Enter")
    assert await shown.tab.locator(".pick").count() == 2
    await chip.first.click()
    await chip.first.click()
    assert await matches.inner_text() == "220 problems"
    await shown.tab.locator("#times svg").focus()
    await shown.press("End", "Enter")
    assert int((await matches.inner_text()).split()[0]) == await shown.tab.locator("#problems tbody tr").count() > 0


async def test_the_table_sorts_and_filters(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base"))
    assert (await problems(shown))[:3] == ["p0", "p1", "p2"] and len(await problems(shown)) == 220
    await shown.tab.get_by_role("button", name="difficulty").click()
    assert await shown.tab.locator("th[aria-sort=ascending]").inner_text() == "difficulty"
    levels = await shown.tab.locator("#problems tbody td:nth-child(3)").all_inner_texts()
    assert levels == sorted(levels, key=int) and levels[-1] == "12"
    await shown.tab.locator("#problems thead").get_by_role("button", name="base").click()
    await shown.tab.locator("#problems thead").get_by_role("button", name="base").click()
    assert (await problems(shown))[-1] == "p0"
    await shown.tab.locator("#outcome").select_option("unsolved")
    assert await shown.tab.locator("#matches").inner_text() == "146 of 220 problems"
    await shown.tab.locator("#outcome").select_option("all")
    await shown.tab.locator("#problems").get_by_role("button", name="problem").click()
    await shown.tab.locator("h1").click()
    await shown.press("/")
    await shown.tab.keyboard.type("p21")
    await shown.tab.locator("#matches", has_text="11 of 220").wait_for()
    assert {mark.lower() for mark in await shown.tab.locator("#problems mark").all_inner_texts()} == {"p21"}
    await shown.press("Enter", "ArrowDown")
    assert await shown.tab.evaluate("document.activeElement.textContent") == "p210"
    await shown.press("Enter")
    assert await shown.tab.locator("#problem h2").inner_text() == "p210"
    await shown.press("[", "Escape")
    assert await shown.tab.evaluate("document.activeElement.textContent") == "p21"
    await shown.press("/", "Escape")
    assert await shown.tab.locator("#matches").inner_text() == "220 problems"


async def test_a_problem_with_its_attempts_proof_and_search(
    show_runs: Open, tmp_path: Path, recorded: list[Event]
) -> None:
    run = many(tmp_path / "base", 6)
    sizes = Counter(event.search for event in recorded)
    ended = {event.search: to_fields(event.payload)["stop"] for event in recorded if event.kind == "SearchEnded"}
    largest = {
        stop: max((name for name in ended if ended[name] == stop), key=sizes.__getitem__) for stop in ended.values()
    }
    keep_searches(run, recorded, {("p3", 2): largest["proved"], ("p3", 1): largest["budget_seconds"]})
    shown = await show_runs(run)
    await shown.tab.locator("#problems tbody a", has_text="p3").click()
    assert await shown.tab.title() == "p3: toy-test: 2 of 6 solved" and shown.tab.url.endswith("#p3")
    text = await shown.tab.locator("#problem").inner_text()
    assert "theorem p3 : 3 + 0 = 3" in text and "-- 3\nomega" in text and "set.jsonl:1" in text
    # The attempt that proved it comes first to sight.
    assert await shown.tab.locator(".choose[aria-pressed=true]").inner_text() == "#2"
    rows = [row.split("\t") for row in await shown.tab.locator(".attempts tbody tr").all_inner_texts()]
    assert [row[1] for row in rows] == ["– nothing left to try", "✓ proved, rung 4"]
    assert rows[1][2:] == ["200 ms", "100 ms", "200", "3", "7"]
    assert await shown.tab.locator("#tree .row").count() > 0
    await shown.tab.locator("#explorer .map path").first.wait_for(state="attached")
    await shown.press("p")
    assert await shown.tab.locator(".row.active.proof").count() == 1
    root = await shown.tab.locator("#row-root").inner_text()
    await shown.tab.get_by_role("button", name="#1").click()
    assert await shown.tab.locator("#row-root").inner_text() != root
    await shown.tab.go_back()
    assert await shown.tab.locator("#overview").is_visible() and await shown.tab.locator("#problem").is_hidden()
    await shown.tab.go_forward()
    await shown.press("]")
    assert await shown.tab.locator("#problem h2").inner_text() == "p4"
    assert await shown.tab.locator("#explorer").is_hidden()
    assert "is not on this page" in await shown.tab.locator(".attempt").inner_text()


async def test_runs_are_compared(show_runs: Open, tmp_path: Path) -> None:
    a = outcomes(tmp_path / "a", {"p1": "+", "p2": "-", "p3": "+", "p4": "-"})
    b = outcomes(tmp_path / "b", {"p1": "+", "p2": "+", "p3": "-", "p4": "."}, budget={"seconds": 9.0})
    shown = await show_runs(a, b)
    cells = [text.split("\n") for text in await shown.tab.locator(".cell").all_inner_texts()]
    assert cells == [["1", "both"], ["1", "only a"], ["1", "only b"], ["0", "neither"], ["1", "not known yet"]]
    said = await shown.tab.locator(".pairing ul").inner_text()
    assert "differs: budget.seconds: 60 | 9" in said and "while attempts are pending" in said and "McNemar" not in said
    await shown.tab.locator(".cell.only_b").click()
    assert await problems(shown) == ["p2"]
    assert await shown.tab.locator(".cell.neither").is_disabled()
    await shown.tab.locator(".pick").click()
    await shown.tab.locator("#outcome").select_option("differs")
    assert await problems(shown) == ["p2", "p3"]
    await shown.tab.locator("#outcome").select_option("pending")
    assert await problems(shown) == ["p4"]
    row = (await shown.tab.locator("#problems tbody tr").inner_text()).split("\t")
    assert row == ["p4", "– out of time", "… pending"]


async def test_five_thousand_attempts_stay_usable(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base", 2500))
    assert "834 of 2500" in await shown.tab.locator(".run .solved").inner_text()
    assert 0 < len(await problems(shown)) < 800
    await shown.tab.locator("#problems tbody a").first.focus()
    await shown.press("End")
    shown_before = len(await problems(shown))
    await shown.tab.locator("#more").scroll_into_view_if_needed()
    await shown.tab.locator("#problems tbody tr").nth(shown_before).wait_for(state="attached")
    await shown.tab.locator("#find").fill("p2499")
    await shown.tab.locator("#matches", has_text="1 of 2,500").wait_for()
    await shown.tab.locator("#problems tbody a").click()
    assert await shown.tab.locator("#problem h2").inner_text() == "p2499"
    await shown.tab.locator("#back").click()
    await shown.tab.locator("#curve svg").focus()
    await shown.press("End")
    assert "834 of 2500" in await shown.tab.locator("#curve .tip").inner_text()
    assert await shown.width() == 1440


HOSTILE = "</script><img src=x onerror=hacked=1><b id=hacked>\u202e`${hacked=1}` \x1b[2J <!-- "


async def test_hostile_texts_stay_texts(show_runs: Open, tmp_path: Path) -> None:
    told = {"topic": HOSTILE, "difficulty": HOSTILE, "informal": HOSTILE, "bad": HOSTILE, "preamble": HOSTILE}
    asked = replace(
        problem(1, **told, header=HOSTILE, correction=HOSTILE, statement=HOSTILE), id=HOSTILE, notes=(HOSTILE,)
    )
    end = proved(
        HOSTILE,
        script=HOSTILE,
        tactics=(HOSTILE,),
        lemmas=(HOSTILE,),
        axioms=(HOSTILE,),
        detail=HOSTILE,
        proof_file=HOSTILE,
    )
    bad = failed("p2", code=HOSTILE, stopped=HOSTILE, detail=HOSTILE)
    facts = {
        "benchmark": HOSTILE,
        "prover": {HOSTILE: HOSTILE},
        "budget": {HOSTILE: HOSTILE},
        "source": {HOSTILE: HOSTILE},
    }
    ends = [AttemptSpoilt("p2", 1, HOSTILE), end, bad]
    a = record(tmp_path / "a", [asked, problem(2)], ends, **facts)
    b = record(tmp_path / "<img src=x onerror=hacked=2>", [asked, problem(2)], ends, corrected=HOSTILE)
    shown = await show_runs(a, b)
    for name in ("curve", "times", "causes", "uses"):
        await shown.tab.locator(f"#{name} svg").focus()
        await shown.press("End", "Enter")
        await shown.tab.locator(f"#{name} summary").click()
    while await shown.tab.locator(".pick").count():
        await shown.tab.locator(".pick").first.click()
    await shown.tab.locator("#find").fill("<img src=x")
    await shown.tab.locator("#problems mark").first.wait_for()
    await shown.tab.locator("#problems tbody a").first.click()
    for one in await shown.tab.locator(".choose").all():
        await one.click()
    await shown.tab.locator("#problem details summary").click()
    assert await shown.tab.evaluate("typeof hacked") == "undefined"
    assert await shown.tab.locator("img, b#hacked").count() == 0
    text = await shown.tab.locator("body").inner_text()
    assert "</script><img src=x" in text and "\\u{202e}" in text and "\u202e" not in text and "\x1b" not in text


async def test_a_narrow_screen_scrolls_down_only(show_runs: Open, tmp_path: Path, recorded: list[Event]) -> None:
    run = many(tmp_path / "a-run-with-quite-a-long-name-that-has-to-be-broken-somewhere", 8)
    search = next(event.search for event in recorded if event.kind == "SearchStarted")
    keep_searches(run, recorded, {("p3", 2): search})
    shown = await show_runs(run, many(tmp_path / "b", 8, better=3), viewport=NARROW, has_touch=True)
    assert await shown.width() == NARROW["width"]
    for summary in await shown.tab.locator("#overview summary").all():
        await summary.click()
    assert await shown.width() == NARROW["width"]
    await shown.tab.locator("#problems tbody a", has_text="p3").tap()
    assert await shown.width() == NARROW["width"] and await shown.tab.locator("#tree").is_visible()
    await shown.tab.locator("#help-open").tap()
    assert await shown.tab.locator("#help").is_visible() and await shown.width() == NARROW["width"]


async def test_themes(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base", 9), color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = await shown.tab.evaluate(paper)
    await shown.press("t")
    assert await shown.tab.locator("#theme").get_attribute("aria-label") == "Theme: light"
    assert await shown.tab.evaluate(paper) != dark
    await shown.press("?", "t", "Escape")
    assert await shown.tab.locator("#theme").get_attribute("aria-label") == "Theme: light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(show_runs: Open, tmp_path: Path, contrast: str, scheme: str) -> None:
    a, b = many(tmp_path / "a", 12), many(tmp_path / "b", 12, better=6)
    shown = await show_runs(a, b, color_scheme=scheme)
    for summary in await shown.tab.locator("#overview .plot summary").all():
        await summary.click()
    seen = await shown.tab.evaluate(contrast)
    assert len(seen) > 100 and seen[0][0] >= 4.5, seen[:5]
    await shown.tab.locator("#problems tbody a").first.click()
    seen = await shown.tab.evaluate(contrast)
    assert len(seen) > 20 and seen[0][0] >= 4.5, seen[:5]


async def test_without_scripts_the_rates_are_there(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(many(tmp_path / "base", 12), java_script_enabled=False)
    text = await shown.tab.locator("body").inner_text()
    assert "4 of 12 solved" in text and "pass@1" in text and "without one it shows the rates" in text


async def test_a_run_in_which_nothing_has_ended_has_a_page(show_runs: Open, tmp_path: Path) -> None:
    shown = await show_runs(outcomes(tmp_path / "none", {"p1": "..", "p2": ".."}))
    assert await shown.tab.locator(".headline").inner_text() == "0 of 2 solved so far"
    assert "pending" in await shown.tab.locator(".rates").inner_text()
    assert "nothing is solved" in await shown.tab.locator("#curve svg").text_content()
    for name in ("curve", "times", "causes", "uses"):
        await shown.tab.locator(f"#{name} svg").focus()
        await shown.press("ArrowRight", "Enter")
    await shown.tab.locator("#problems tbody a").first.click()
    assert "No attempt has ended yet" in await shown.tab.locator(".attempt").inner_text()
