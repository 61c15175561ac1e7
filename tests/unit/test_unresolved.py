"""The names that a text asks for in vain, read from Lean's errors."""

from __future__ import annotations

import pytest

from prover.core.message import Message, Severity
from prover.core.position import Position
from prover.lean.source import SourceFile
from prover.lean.unresolved import unknown_names

TEXT = "theorem t : α := by\n  ring_nf; split_ifs\n  · x +\n"


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        (2, 2, "ring_nf"),
        (2, 3, "ring_nf"),
        (2, 12, "split_ifs"),
        (2, 9, ";"),
        (3, 2, "·"),
        (3, 6, "+"),
        (1, 12, "α"),
        (4, 0, "(end of file)"),
    ],
)
def test_the_word_at_which_the_parser_stopped(line: int, column: int, word: str) -> None:
    message = Message(Severity.ERROR, "unexpected", start=Position(line, column))
    assert unknown_names(SourceFile("t.lean", TEXT.encode()), [message, message]) == (word,)
