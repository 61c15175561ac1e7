"""Pages are played: their commands run as they stand, and print what the page shows."""

from __future__ import annotations

import doctest
import re
import shutil

import pytest
from doc_blocks import DOCS, ROOT, Block, blocks, blocks_of, commands_of
from doc_plan import PLAYED
from doc_stage import Stage, agrees

from prover.core.message import Severity
from prover.lean import Pool, PoolLimits
from prover.lean.embedded import EmbeddedEngine

EXPLOITS = ROOT / "tests" / "exploits"


def test_what_a_transcript_leaves_open() -> None:
    assert agrees("a\n  ...\nd", "a\nb\nc\nd\n") and agrees("a\n...", "a\n")
    assert agrees("x … y, 1.2 s", "x 1 2 y, 14 s\n") and not agrees("1.2", "1.3")
    assert not agrees("a\nd", "a\nb\nd\n") and not agrees("a\n...\nd", "a\nb\n")


def _pages() -> list[object]:
    marks = {page: [pytest.mark.slow] if slow else [] for page, slow in PLAYED.items()}
    return [pytest.param(page, id=page, marks=marks[page]) for page in PLAYED]


@pytest.mark.lean
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", _pages())
def test_a_page(page: str, stage: Stage) -> None:
    if "curl" in (ROOT / page).read_text(encoding="utf-8") and shutil.which("curl") is None:
        pytest.skip("there is no curl")
    batch = stage.folder / "batch"
    for block in blocks_of(ROOT / page):
        if block.not_run and not block.file:
            continue
        if block.file:
            path = stage.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            _exec(block, stage)
        elif block.language in ("sh", "console"):
            for name in re.findall(r"^(\w+): ", block.text, re.MULTILINE):
                if "check batch" in block.text and (EXPLOITS / name).is_dir():
                    shutil.copytree(EXPLOITS / name, batch / name)
            stage.play(block)


def _exec(block: Block, stage: Stage) -> None:
    """Runs a Python block; where comments show what it prints, that has to be so."""
    stage.capture.readouterr()
    exec(compile(block.text, str(block), "exec"), {})
    shown = re.findall(r"#  ?(.*)$", block.text, re.MULTILINE)
    printed = stage.capture.readouterr().out
    assert not shown or printed.splitlines() == shown


def test_a_transcript_shown_twice_is_the_same() -> None:
    """Those of refute.md are the README's, which is played."""
    played = [
        command
        for block in blocks_of(ROOT / "README.md")
        if block.language == "console"
        for command in commands_of(block)
    ]
    (block,) = [block for block in blocks_of(DOCS / "refute.md") if block.language == "console"]
    assert {c.shown.strip() for c in commands_of(block)} <= {c.shown.strip() for c in played}


@pytest.mark.lean
@pytest.mark.timeout(900)
def test_the_guide_to_the_library() -> None:
    """docs/api.md, line by line."""
    failed, tried = doctest.testfile(str(DOCS / "api.md"), module_relative=False, encoding="utf-8")
    assert tried > 20 and not failed


@pytest.mark.lean
@pytest.mark.anyio
async def test_lean_blocks_are_accepted(embedded: EmbeddedEngine) -> None:
    """All in one process; holes are no errors, mistakes that a page is about are marked."""
    texts = [b for b in blocks() if b.language == "lean" and not b.not_run]
    assert texts
    async with Pool(embedded, PoolLimits(size=1, spares=0)) as pool:
        for block in texts:
            async with pool.lease(["Init"]) as worker:
                header = await worker.read_header(block.text)
                found = await worker.elaborate(worker.env, block.text, start=header.end)
            assert not [m.text for m in found.messages if m.severity is Severity.ERROR], str(block)
