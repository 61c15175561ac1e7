"""docs/security.md names what there is: no promise without a place where it is kept and a test that holds it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name in functions(file)


@pytest.mark.parametrize("row", ROWS, ids=[row[0].strip()[:60] for row in ROWS])
def test_every_promise_is_kept_somewhere_and_tested(row: list[str]) -> None:
    promise, kept, tests = row
    places = re.findall(r"`(prover/[\w/.]+)`", kept)
    assert promise.strip().endswith(".") and places and re.search(r"`tests/[\w/]+\.py::\w+`", tests)
    for place in places:
        assert (ROOT / place).exists(), place


def test_the_page_is_read() -> None:
    assert len(ROWS) >= 20 and len(TESTS) >= 70
