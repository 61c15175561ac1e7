"""Which pages of docs/ are played by the tests, and which are run by tests of their own."""

from __future__ import annotations

#: Pages whose commands are run in order in one folder, what they print compared; True: in `make slow` alone.
PLAYED: dict[str, bool] = {
    "docs/guide-mathematician.md": True,
    "docs/guide-researcher.md": True,
    "docs/guide-engineer.md": True,
    "README.md": False,
    "docs/checking.md": False,
}
#: Pages with a test of their own.
ELSEWHERE: dict[str, str] = {
    "docs/api.md": "tests/docs/test_played.py",
    "docs/config.md": "tests/cli/test_config.py",
    "docs/evaluation.md": "tests/cli/test_docs_evaluation.py",
    "docs/refute.md": "tests/docs/test_played.py",
}
