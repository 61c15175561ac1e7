from __future__ import annotations

from prover.core.position import Position, Span


def test_positions_order_by_line_then_column() -> None:
    assert sorted([Position(2, 0), Position(1, 9), Position(1, 2)]) == [
        Position(1, 2),
        Position(1, 9),
        Position(2, 0),
    ]
    assert str(Position(3, 4)) == "3:4"


def test_spans_end_before_their_end() -> None:
    span = Span(2, 5)
    assert [span.contains(offset) for offset in (1, 2, 4, 5)] == [False, True, True, False]
