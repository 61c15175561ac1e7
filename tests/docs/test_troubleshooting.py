"""docs/troubleshooting.md has an entry for every code in the source, and none for others."""

from __future__ import annotations

import re
from functools import cache

import pytest
from doc_blocks import DOCS, ROOT
from error_codes import error_codes, verdict_codes

PAGE = DOCS / "troubleshooting.md"
#: Codes that stand in the page and not in the syntax of the source, and where they are made.
ELSEWHERE = {
    "no_route": "prover/serve/app.py",
    "method": "prover/serve/app.py",
    "bad_request": "prover/serve/app.py",
    "blueprint_command": "prover/agent/leap/edits.py",
}


@cache
def entries() -> dict[str, list[str]]:
    """The other cells of each code's row."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        codes = re.findall(r"`(\w+)`", cells[0]) if line.startswith("| `") else []
        for code in codes:
            assert code not in found or code in ("disk", "no_target"), f"{code} has two entries"
            found[code] = cells[1:]
    return found


def test_the_source_has_the_codes_that_are_known_to_be_there() -> None:
    """The reading of the source itself: a keyword, a default, a place among the arguments, a variable, a prefix."""
    codes = error_codes()
    assert {"no_sorry", "call_timeout", "target_lost", "queue_full", "not_writable", "node_lost", "bad_agent"} <= set(
        codes
    )
    assert {"python", "containment", "worker", "native_worker"} <= set(codes)
    assert len(codes) > 200 and not [code for code in codes if not re.fullmatch(r"\w+", code)]


@pytest.mark.parametrize("code", sorted({*error_codes(), *verdict_codes()}))
def test_a_code_is_explained(code: str) -> None:
    assert code in entries(), f"{code} ({error_codes().get(code, 'a verdict')}) has no entry in docs/troubleshooting.md"
    meaning, remedy = entries()[code]
    assert len(meaning) >= 15 and len(remedy) >= 5


def test_no_entry_is_stale() -> None:
    assert not set(entries()) - set(error_codes()) - verdict_codes() - set(ELSEWHERE)
    for code, file in ELSEWHERE.items():
        assert f'"{code}"' in (ROOT / file).read_text(encoding="utf-8")
