"""The page of a plan: the map, the list, keys, the filter, hostile texts, thousands of lemmas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from plan_logs import large, small

from prover.agent.leap.account import account
from prover.report import plan_page

Open = Callable[..., Awaitable[Any]]


@pytest.fixture
def show_plan(show: Open) -> Open:
    async def opened(events: Any, **options: Any) -> Any:
        return await show(
            events, render=lambda found: plan_page({"inputs": {"F.lean": ""}, **account(found)}), **options
        )

    return opened


async def names(shown: Any) -> list[str]:
    return await shown.tab.locator("#list .row .name").all_inner_texts()


async def chosen(shown: Any) -> str:
    return await shown.tab.locator("#detail h3 bdi").first.inner_text()


async def test_the_plan_is_shown(show_plan: Open) -> None:
    shown = await show_plan(small())
    assert await shown.tab.title() == "F.lean: 1 of 1 proved"
    assert await names(shown) == ["gauss", "left", "shared", "deep", "old", "bold", "new", "later"]
    assert await shown.tab.locator(".map svg text").count() == 8
    said = await shown.tab.locator("#detail").inner_text()
    assert "TOO_HARD: go by induction" in said and "given up: refuted" in said and "proves it" in said


async def test_keys(show_plan: Open) -> None:
    shown = await show_plan(small())
    await shown.tab.locator("#list").focus()
    await shown.press("ArrowDown", "ArrowDown", "ArrowDown")
    assert await chosen(shown) == "deep"
    said = await shown.tab.locator("#detail").inner_text()
    assert "hint: think" in said and "1. prove: failure (3 calls, 120 tokens, 2.0 s)" in said and "$0.0250" in said
    await shown.tab.locator("#detail summary").first.click()
    assert "onerror=alert(1)" in await shown.tab.locator("#detail details").first.inner_text()
    assert await shown.tab.locator("img").count() == 0
    await shown.tab.locator("#list").focus()
    await shown.press("End")
    assert await chosen(shown) == "later"
    await shown.press("Home", "o")
    assert await chosen(shown) == "new"
    await shown.press("?")
    assert await shown.tab.locator("dialog[open]").count() == 1
    await shown.press("Escape", "t")
    assert await shown.tab.locator("html").get_attribute("data-theme") == "light"


async def test_the_filter(show_plan: Open) -> None:
    shown = await show_plan(small())
    await shown.press("/")
    await shown.tab.keyboard.type("onerror")
    assert await names(shown) == ["deep", "bold"]
    await shown.press("Enter", "ArrowDown")
    assert await chosen(shown) == "bold"
    await shown.tab.locator("#detail .link", has_text="gauss").click()
    assert await chosen(shown) == "gauss" and len(await names(shown)) == 8


async def test_a_click_on_the_map(show_plan: Open) -> None:
    shown = await show_plan(small())
    ring = shown.tab.locator(".map .ring")
    before = await ring.bounding_box()
    label = await shown.tab.locator(".map svg text", has_text="deep").bounding_box()
    await shown.tab.mouse.click(label["x"] + label["width"] / 2, label["y"] - 6)
    assert await chosen(shown) == "deep"
    after = await ring.bounding_box()
    assert after["y"] > before["y"]
    middle = after["x"] + after["width"] / 2
    assert abs(middle - (label["x"] + label["width"] / 2)) < 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_narrow_screens_and_themes(show_plan: Open, scheme: str) -> None:
    shown = await show_plan(small(), viewport={"width": 360, "height": 740}, color_scheme=scheme)
    assert await shown.width() <= 360


async def test_five_thousand_lemmas(show_plan: Open) -> None:
    shown = await show_plan(large(5000))
    assert await shown.tab.locator("#list").evaluate("e => e.querySelectorAll('.row').length") < 60
    await shown.tab.locator("#list").focus()
    await shown.press(*["ArrowDown"] * 20, "End", "Home")
    assert await chosen(shown) == "l0"
    await shown.press("End")
    assert await shown.tab.locator("#list .row.active").count() == 1
