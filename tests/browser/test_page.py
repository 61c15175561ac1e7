"""The page a person opens: keys, folding, filter, themes, narrow screens, large searches, hostile texts."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from prover.events import Event, Opaque

Open = Callable[..., Awaitable[Any]]
NARROW = {"width": 360, "height": 740}


def event(kind: str, **fields: Any) -> Event:
    return Event("1", 0, 1.0, None, kind, 1, Opaque(kind, 1, fields))


def large(states: int) -> list[Event]:
    """A search with that many states, some of them met again, and five failures for each that was worked on."""
    chance = random.Random(7)
    events = [event("FileOpened", file="Large.lean", targets=["t"]), event("SearchStarted", name="t", seconds=60.0)]
    events += [event("NodeOpened", node=n, goal=f"a b : Nat\nh{n} : a = {n}\n⊢ f {n} = b") for n in range(states)]
    at = 1
    while at < states:
        parent = chance.randint(max(0, at - 500), at - 1)
        children = list(range(at, min(states, at + chance.choice([1, 1, 2, 3]))))
        at += len(children)
        again = [chance.randint(parent + 1, children[0])] if chance.random() < 0.1 else []
        tried = {"node": parent, "tactic": f"cases h{at}", "source": "made", "log_probability": -1.0}
        for number in range(5):
            failed = {**tried, "tactic": f"simp [{number}]", "outcome": "Failed", "reason": "error"}
            events.append(event("TacticTried", **failed, text="no progress", seconds=0.01, heartbeats=9))
        events.append(event("TacticTried", **tried, outcome="Progress", seconds=0.02, heartbeats=20))
        events.append(event("EdgeAdded", **tried, children=[*children, *again]))
    return [*events, event("SearchEnded", stop="budget_seconds", seconds=60.0, proof=[])]


async def open_target(shown: Any, name: str) -> None:
    await shown.tab.locator("nav.targets a", has_text=name).click()
    await shown.tab.locator("h2", has_text=name).wait_for()


async def test_the_page_says_what_was_proved_and_shows_the_first_failure(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    assert await shown.tab.title() == "mixed.lean: 2 of 4 proved"
    assert await shown.tab.locator(".target:visible h2").all_inner_texts() == ["sub_add line 7"]
    await open_target(shown, "double_eq")
    assert "induction n with" in await shown.tab.locator(".target:visible pre").inner_text()
    assert shown.tab.url.endswith("#t0")
    await shown.tab.go_back()
    await shown.tab.locator("h2", has_text="sub_add").wait_for()


async def test_the_tree_opens_at_the_proof(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    proof = await shown.tab.locator(".row.proof").all_inner_texts()
    said = " ".join(proof)
    assert all(step in said for step in ("induction n", "decide", "simp [double]", "omega", "closes the goal"))
    assert await shown.tab.locator(".map svg path.line.proof").count() == 1
    await shown.press("o")
    assert len(await shown.rows()) == len(proof)
    await shown.press("o")
    assert len(await shown.rows()) > len(proof)


async def test_arrows_move_open_and_close(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    tree = shown.tab.locator("#tree")
    await tree.focus()
    root = shown.tab.locator("#row-root")
    assert "⊢ double n = 2 * n" in await shown.active() and await root.get_attribute("aria-expanded") == "true"
    await shown.press("ArrowLeft")
    assert await root.get_attribute("aria-expanded") == "false" and len(await shown.rows()) == 1
    await shown.press("ArrowRight", "ArrowRight")
    assert "induction n with" in await shown.active()
    await shown.press("ArrowDown", "ArrowDown", "ArrowUp")
    assert "double 0 = 2 * 0" in await shown.active()
    await shown.press("ArrowLeft", "ArrowLeft")
    assert "induction n with" in await shown.active()
    await shown.press("Enter")
    last = (await shown.rows())[-1]
    assert "double 0" not in " ".join((await shown.rows())[:3])
    await shown.press("End")
    assert (await shown.active()).replace("\n", " ") == last
    await shown.press("Home")
    assert "⊢ double n = 2 * n" in await shown.active()
    await shown.press("p", "p")
    assert await shown.tab.locator(".row.active.proof").count() == 1


async def test_rows_say_their_place_to_a_screen_reader(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    assert await shown.tab.locator("[role=tree] > :not([role=treeitem])").count() == 0
    places = "['level', 'posinset', 'setsize'].map(name => +row.getAttribute(`aria-${name}`))"
    rows = await shown.tab.evaluate(f"[...document.querySelectorAll('.row')].map(row => {places})")
    assert rows[0] == [1, 1, 1]
    for (level, _, _), (below, position, size) in pairwise(rows):
        assert below <= level + 1 and 1 <= position <= size
        assert below != level + 1 or position == 1
    assert await shown.tab.locator(".row[aria-selected=true]").count() == 1


async def test_a_state_met_again_links_to_where_it_is_shown(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    await shown.press("e")
    link = shown.tab.locator(".row .jump").first
    number = (await link.inner_text()).removeprefix("↪ ")
    await link.click()
    assert number in await shown.active() and await shown.tab.locator(".row.active .jump").count() == 0
    ways = shown.tab.locator("#detail .ways button")
    assert await ways.count() >= 2
    await ways.last.click()
    assert await shown.tab.locator("#detail h3").first.is_visible()


async def test_failures_are_folded_and_give_their_reason(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "no_root_of_three")
    folded = shown.tab.locator(".row.is-tries").first
    assert "failed" in await folded.inner_text() and await shown.tab.locator(".row.is-try").count() == 0
    await folded.click()
    tried = shown.tab.locator(".row.is-try").first
    assert "failed: error" in await tried.inner_text()
    await tried.click()
    assert "What Lean says" in await shown.tab.locator("#detail").inner_text()
    assert "out of time" in await shown.tab.locator(".stats").inner_text()


async def test_the_filter_shows_matches_and_the_way_to_them(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    before = await shown.rows()
    await shown.press("/")
    await shown.tab.keyboard.type("OMEGA")
    await shown.tab.locator("#found:not(:empty)").wait_for()
    marks = await shown.tab.locator(".row mark").all_inner_texts()
    assert marks and {mark.lower() for mark in marks} == {"omega"}
    count = int((await shown.tab.locator("#found").inner_text()).split()[0])
    assert count == await shown.tab.locator(".row.match").count() < len(await shown.rows())
    await shown.press("Enter")
    assert "omega" in await shown.active()
    await shown.press("/", "Escape")
    assert await shown.rows() == before
    await shown.press("/")
    await shown.tab.keyboard.type("nothing like it")
    await shown.tab.locator("#found", has_text="0 matches").wait_for()
    assert await shown.rows() == []
    await shown.press("Enter", "ArrowDown", "Enter", "*", "p", "e", "c", "/", "Escape", "e")
    assert len(await shown.rows()) >= len(before)


async def test_searches_of_a_target_are_tabs(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "no_root_of_three")
    tabs = shown.tab.get_by_role("tab")
    assert await tabs.count() == 3 and "negation" in await tabs.nth(1).inner_text()
    # The longest search for the statement itself is the one to begin with.
    assert await tabs.nth(2).get_attribute("aria-selected") == "true"
    await tabs.nth(2).focus()
    await shown.press("ArrowLeft")
    assert await tabs.nth(1).get_attribute("aria-selected") == "true"
    assert "¬" in await shown.tab.locator("#row-root").inner_text()
    await shown.press("]")
    await shown.tab.locator("h2", has_text="swap_iff").wait_for()
    assert await tabs.count() == 2


async def test_themes_follow_the_system_and_the_button(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = await shown.tab.evaluate(paper)
    await shown.tab.emulate_media(color_scheme="light")
    light = await shown.tab.evaluate(paper)
    assert dark != light
    button = shown.tab.locator("#theme")
    await button.click()
    assert await button.get_attribute("aria-label") == "Theme: light"
    await shown.press("t")
    assert await shown.tab.evaluate(paper) == dark
    await shown.tab.reload()
    assert await shown.tab.evaluate(paper) == dark
    await shown.press("t")
    assert await shown.tab.evaluate(paper) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read(show: Open, recorded: list[Event], contrast: str, scheme: str) -> None:
    shown = await show(recorded, color_scheme=scheme)
    for name in ("double_eq", "no_root_of_three"):
        await open_target(shown, name)
        await shown.press("e", "p")
        await shown.tab.locator(".row.is-tries").first.click()
        seen = await shown.tab.evaluate(contrast)
        assert len(seen) > 60 and seen[0][0] >= 4.5, seen[:5]


# Parts of rows that do not fit into their row's height.
CUT_OFF = """
[...document.querySelectorAll(".row > *:not(.unseen)")]
  .filter((part) => part.getBoundingClientRect().height > 0)
  .filter((part) => part.getBoundingClientRect().bottom > part.parentElement.getBoundingClientRect().bottom + 0.5)
  .map((part) => part.textContent)
"""


async def test_a_narrow_screen_scrolls_down_only(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded, viewport=NARROW, has_touch=True)
    for name in ("double_eq", "sub_add", "no_root_of_three", "swap_iff"):
        await open_target(shown, name)
        await shown.tab.locator("#expand").click()
        assert await shown.width() == NARROW["width"], name
        assert await shown.tab.evaluate(CUT_OFF) == [], name
    await open_target(shown, "double_eq")
    detail = shown.tab.locator("#detail")
    assert not await detail.is_visible()
    await shown.tab.locator(".row", has_text="decide").first.tap()
    assert await detail.is_visible() and await shown.width() == NARROW["width"]
    assert "portfolio" in await detail.inner_text()
    await detail.locator(".close").tap()
    assert not await detail.is_visible()
    await shown.tab.locator("#help-open").tap()
    assert await shown.tab.locator("#help").is_visible() and await shown.width() == NARROW["width"]


async def test_a_long_headline_fits_a_narrow_screen(show: Open, recorded: list[Event]) -> None:
    last = recorded[-1]
    assert isinstance(last.payload, Opaque) and last.kind == "Result"
    told = replace(last, payload=Opaque("Result", 1, {**last.payload.fields, "foundation": "CoreMath"}))
    shown = await show([*recorded[:-1], told], viewport=NARROW)
    assert await shown.tab.title() == "mixed.lean: 2 of 4 proved over CoreMath"
    assert await shown.width() == NARROW["width"]


async def test_help_opens_and_closes(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await shown.press("?")
    assert await shown.tab.locator("#help").is_visible()
    await shown.press("t", "Escape")
    assert not await shown.tab.locator("#help").is_visible()
    assert await shown.tab.locator("#theme").get_attribute("aria-label") == "Theme: auto"


async def test_the_map_leads_to_the_tree(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded)
    await open_target(shown, "double_eq")
    box = await shown.tab.locator(".map svg").bounding_box()
    assert box is not None and await shown.tab.locator(".map .tip").is_hidden()
    await shown.tab.locator(".map .ring").wait_for()
    await shown.press("c")
    ring = await shown.tab.locator(".map .ring").bounding_box()
    await shown.tab.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    assert "double n = 2 * n" in await shown.tab.locator(".map .tip").inner_text()
    await shown.press("p")
    assert await shown.tab.locator(".map .ring").is_visible()


async def test_twenty_thousand_states_are_drawn_as_they_come_into_sight(show: Open) -> None:
    shown = await show(large(20_000))
    assert "20,000" in await shown.tab.locator(".stats").inner_text()
    await shown.tab.locator("#tree").focus()
    await shown.press("e", "End")
    assert await shown.tab.locator(".row").count() < 120
    height = await shown.tab.evaluate("document.getElementById('tree').offsetHeight")
    assert height > 20_000 * 32
    assert await shown.tab.locator(".row.active").is_visible()
    await shown.press("/")
    await shown.tab.keyboard.type("f 19999 =")
    await shown.tab.locator("#found", has_text="1 match").wait_for()
    assert await shown.tab.locator(".row.match").is_visible()
    await shown.press("Enter", "Home", "/", "Escape", "c")
    assert len(await shown.rows()) == 1


async def test_a_chain_of_thousands_of_steps_is_no_trouble(show: Open) -> None:
    length = 5000
    events = [event("SearchStarted", name="t"), event("NodeOpened", node=0, goal="⊢ p 0")]
    for n in range(length):
        events.append(event("NodeOpened", node=n + 1, goal=f"⊢ p {n + 1}"))
        events.append(event("EdgeAdded", node=n, tactic="step", children=[n + 1]))
    shown = await show([*events, event("Solved", node=length, tactic="rfl")])
    await shown.tab.locator("#tree").focus()
    await shown.press("e", "End")
    assert "rfl" in await shown.active()
    assert await shown.width() == 1440


HOSTILE = "</script><img src=x onerror=hacked=1><b id=hacked>\u202e⊢ `${hacked=1}` \x1b[2J <!-- "


async def test_hostile_texts_stay_texts(show: Open) -> None:
    tried = {"tactic": HOSTILE, "source": HOSTILE, "reason": HOSTILE, "text": HOSTILE, "outcome": "Failed"}
    result = {"name": HOSTILE, "verdict": {"code": HOSTILE, "detail": HOSTILE}, "scripts": [HOSTILE]}
    shown = await show(
        [
            event("FileOpened", file=HOSTILE, targets=[HOSTILE]),
            event("SearchStarted", name=HOSTILE),
            event("NodeOpened", node=0, goal=f"{HOSTILE}\n⊢ {HOSTILE}"),
            event("NodeOpened", node=1, goal=f"h : {HOSTILE}\n⊢ {HOSTILE}"),
            event("NodeOpened", node=2, goal="case «<b>»\n⊢ p"),
            event("TacticTried", node=0, **tried),
            event("EdgeAdded", node=0, tactic=HOSTILE, source=HOSTILE, children=[1, 2, 1]),
            event("SearchEnded", stop=HOSTILE, detail=HOSTILE),
            event("Result", file=HOSTILE, engine=HOSTILE, lean_version=HOSTILE, targets=[result]),
        ]
    )
    await shown.press("e")
    await shown.tab.locator(".row.is-tries").click()
    await shown.press("Home")
    for _ in await shown.rows():
        await shown.press("ArrowDown")
        assert await shown.tab.locator("#detail h3, #detail .note").first.is_visible()
    await shown.press("/")
    await shown.tab.keyboard.type("<img src=x")
    await shown.tab.locator(".row mark").first.wait_for()
    assert await shown.tab.evaluate("typeof hacked") == "undefined"
    assert await shown.tab.locator("img, b#hacked").count() == 0
    text = await shown.tab.locator("body").inner_text()
    assert "</script><img src=x" in text and "\\u{202e}" in text and "\u202e" not in text and "\x1b" not in text


async def test_without_scripts_verdicts_and_proofs_are_there(show: Open, recorded: list[Event]) -> None:
    shown = await show(recorded, java_script_enabled=False)
    text = await shown.tab.locator("body").inner_text()
    assert "2 of 4 proved" in text and "induction n with" in text and "not proved" in text
    assert await shown.tab.locator("h2:visible").count() == 4 and not await shown.tab.locator("#explorer").is_visible()


async def test_a_run_that_was_cut_off_has_a_page(show: Open, recorded: list[Event]) -> None:
    end = next(at for at, happened in enumerate(recorded) if happened.kind == "SearchEnded")
    shown = await show(recorded[:end])
    assert "the run did not end" in await shown.tab.locator(".headline").inner_text()
    assert "did not end" in await shown.tab.locator(".stats").inner_text()
    await show([])
