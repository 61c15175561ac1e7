"""What docs/api.md and the README's section on the library show is run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)
def test_the_guide_to_the_library() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "api.md"), module_relative=False, encoding="utf-8")
    assert tried > 20 and not failed


@pytest.mark.timeout(900)
def test_the_example_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    shown = re.findall(r"#  ?(.*)$", example, re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == shown
