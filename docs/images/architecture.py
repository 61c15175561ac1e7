"""Draws docs/images/architecture.svg, the rooms of `prover/` as the import contract in pyproject.toml orders them, and
writes the table of rooms in docs/architecture.md.

    python docs/images/architecture.py

A room may import what stands below it, and nothing beside or above it. Purposes are the first lines of docstrings.
"""

from __future__ import annotations

import ast
import tomllib
from html import escape
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).parents[2]
PICTURE = Path(__file__).with_suffix(".svg")
PAGE = ROOT / "docs" / "architecture.md"
_BEGIN, _END = "<!-- rooms: python docs/images/architecture.py -->\n", "<!-- end of rooms -->\n"
_WIDTH, _GAP, _MARGIN = 960, 12, 16
#: The width of a character, roughly.
_CHARACTER = 5.3
_TONES = ("#dbeafe", "#e0e7ff", "#ede9fe", "#fae8ff", "#fce7f3", "#ffe4e6", "#ffedd5", "#fef3c7", "#dcfce7", "#d1fae5")


def layers(root: Path = ROOT) -> list[list[str]]:
    """The rooms from above to below; those of one layer do not import each other."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (contract,) = [found for found in contracts if found["type"] == "layers"]
    return [[room.strip(" ()") for room in layer.split("|")] for layer in contract["layers"]]


def purpose(room: str, root: Path = ROOT) -> str:
    """What a room is for: the first line of its docstring."""
    text = (root / "prover" / room / "__init__.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]


def drawn(root: Path = ROOT) -> str:
    """The picture, as the text of an SVG file."""
    rows = layers(root)
    shown = [[_lines(purpose(room, root), _box(rooms)) for room in rooms] for rooms in rows]
    heights = [32 + 13 * max(map(len, lines)) for lines in shown]
    height = _MARGIN * 2 + sum(heights) + (len(rows) - 1) * _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="system-ui, sans-serif" role="img" aria-label="Rooms of prover, each above what it may import">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    top = _MARGIN
    for number, rooms in enumerate(rows):
        width = _box(rooms)
        for place, room in enumerate(rooms):
            left = _MARGIN + place * (width + _GAP)
            middle = left + width / 2
            parts.append(
                f'<rect x="{left:.0f}" y="{top}" width="{width:.0f}" height="{heights[number]}" rx="6" '
                f'fill="{_TONES[number % len(_TONES)]}" stroke="#475569"/>'
            )
            parts.append(
                f'<text x="{middle:.0f}" y="{top + 18}" text-anchor="middle" font-size="15" '
                f'font-weight="600">{room}</text>'
            )
            for line, words in enumerate(shown[number][place]):
                parts.append(
                    f'<text x="{middle:.0f}" y="{top + 34 + 13 * line}" text-anchor="middle" font-size="10" '
                    f'fill="#334155">{escape(words)}</text>'
                )
        top += heights[number] + _GAP
    return "\n".join([*parts, "</svg>"]) + "\n"


def _box(rooms: list[str]) -> float:
    """The width of one of these rooms."""
    return (_WIDTH - 2 * _MARGIN - _GAP * (len(rooms) - 1)) / len(rooms)


def _lines(text: str, width: float) -> list[str]:
    return wrap(text.rstrip(".").replace("`", ""), int(width / _CHARACTER) - 1, break_on_hyphens=False)


def written(page: str, root: Path = ROOT) -> str:
    """The page with its table of rooms made anew."""
    before, rest = page.split(_BEGIN)
    _, after = rest.split(_END)
    rows = [f"| `{room}` | {purpose(room, root)} |\n" for layer in layers(root) for room in layer]
    return f"{before}{_BEGIN}\n| room | |\n|---|---|\n{''.join(rows)}\n{_END}{after}"


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
