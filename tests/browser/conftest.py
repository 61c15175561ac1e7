"""Pages in a real headless Chromium. Skipped, with the reason, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from prover.events import Event, read_events
from prover.report import page

RECORDED = Path(__file__).parent / "mixed.jsonl"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

Open = Callable[..., Awaitable["Shown"]]


class Shown:
    """A page in a tab, and everything the tab complained about or asked for."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.complaints: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.tab.keyboard.press(key)

    async def active(self) -> str:
        """The text of the active row."""
        number = await self.tab.locator("#tree").get_attribute("aria-activedescendant")
        return await self.tab.locator(f'[id="{number}"]').inner_text()

    async def rows(self) -> list[str]:
        return [text.replace("\n", " ") for text in await self.tab.locator(".row").all_inner_texts()]

    async def width(self) -> int:
        """How wide the content is."""
        return await self.tab.evaluate("document.documentElement.scrollWidth")


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program)
        yield browser
        await browser.close()


@pytest.fixture
async def show(chromium: Any, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the page of some events; at the end no page may have complained or loaded anything."""
    opened: list[tuple[Any, Shown, str]] = []

    async def open_page(
        events: Iterable[Event], *, render: Callable[[Iterable[Event]], str] = page, **options: Any
    ) -> Shown:
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(render(events), encoding="utf-8")
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = await chromium.new_context(**options)
        shown = Shown(await context.new_page())
        opened.append((context, shown, file.as_uri()))
        await shown.tab.goto(file.as_uri())
        return shown

    yield open_page
    for context, shown, address in opened:
        await context.close()
        assert shown.complaints == []
        assert [url for url in shown.requests if not url.startswith((address, "data:"))] == []


@pytest.fixture
def recorded() -> list[Event]:
    """A real run: `double_eq` proved with a transposition, `sub_add` refuted, `no_root_of_three` out of time,
    `swap_iff` proved in two holes."""
    return list(read_events(RECORDED))


@pytest.fixture
def contrast() -> str:
    """A script that gives the contrast of every text in sight, the lowest first."""
    return (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
