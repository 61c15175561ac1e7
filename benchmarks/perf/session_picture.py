"""The picture of a session in docs/session.md: what a real terminal of 80x24 shows, cell by cell, as SVG.

    python benchmarks/perf/session_picture.py docs/images/session.svg

`prove session` runs in a pseudo-terminal on a small example; a person's lines are typed, and once suggestions stand
there the cells are drawn, each with the colours that the program gave it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from html import escape
from itertools import groupby
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "unit"))
from terminal_screen import TerminalScreen

_ROWS, _COLUMNS = 24, 80
_COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
_EXAMPLE = "theorem swap (p q : Prop) : p ∧ q ↔ q ∧ p := by\n  sorry\n"
#: What is typed, and what has to stand on the screen before the next line.
_TYPED = (
    ("constructor\r", ("swap: 2 goals",)),
    ("intro h\r", ("h : p ∧ q", "closes the goal")),
    ("auto 60\r", ("is found; `accept` takes it",)),
    ("exact \\<h.2, h.1", ("exact ⟨h.2, h.1",)),
)
_SECONDS = 300.0
_WIDTH, _HEIGHT = 8.4, 18.0
_INK, _PAPER = "#d8dee9", "#1d2129"
_COLOURS = {31: "#e06c75", 32: "#98c379", 37: "#8a93a3", 90: "#8a93a3"}

#: Colour and whether it is bold and reversed.
Style = tuple[str, bool, bool]
_PLAIN: Style = (_INK, False, False)


class StyledScreen(TerminalScreen):
    """A screen that knows the style of each of its cells, of programs that scroll nothing."""

    def __init__(self) -> None:
        super().__init__(_ROWS, _COLUMNS)
        self._style = _PLAIN
        self._styles: dict[tuple[int, int], Style] = {}

    def _write(self, text: str) -> None:
        for character in text:
            if character.isprintable():
                self._styles[self.line, min(self.column, self.columns - 1)] = self._style
            super()._write(character)

    def _control(self, final: str, numbers: list[int]) -> None:
        if final == "m":
            self._style = _styled(self._style, numbers or [0])
        elif final in "JK":
            below = self.rows if final == "J" else self.line + 1
            first = 0 if final == "J" and numbers == [2] else self.line
            for row, column in list(self._styles):
                if first <= row < below and (row > self.line or column >= self.column or numbers == [2]):
                    del self._styles[row, column]
        super()._control(final, numbers)

    def cells(self, row: int) -> list[tuple[str, Style]]:
        line = self.text.split("\n")[row].ljust(self.columns)
        return [(character, self._styles.get((row, column), _PLAIN)) for column, character in enumerate(line)]


def _styled(style: Style, numbers: list[int]) -> Style:
    colour, bold, reverse = style
    for number in numbers:
        match number:
            case 0:
                colour, bold, reverse = _PLAIN
            case 1 | 22:
                bold = number == 1
            case 7 | 27:
                reverse = number == 7
            case 39:
                colour = _INK
            case _:
                colour = _COLOURS.get(number, colour)
    return colour, bold, reverse


def svg(screen: StyledScreen) -> str:
    """The cells as a picture; every run of equal style is one text of exactly its width."""
    width, height = _COLUMNS * _WIDTH + 24, _ROWS * _HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        'aria-label="A session in a terminal" font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" '
        'font-size="14">',
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{_PAPER}"/>',
    ]
    for row in range(_ROWS):
        column = 0
        for style, run in groupby(screen.cells(row), key=lambda cell: cell[1]):
            text = "".join(character for character, _ in run)
            parts += _run(text, row, column, style)
            column += len(text)
    return "\n".join([*parts, "</svg>", ""])


def _run(text: str, row: int, column: int, style: Style) -> list[str]:
    colour, bold, reverse = style
    x, y, wide = 12 + column * _WIDTH, 12 + row * _HEIGHT, len(text) * _WIDTH
    parts: list[str] = []
    if reverse:
        parts.append(f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{_HEIGHT:g}" fill="{colour}"/>')
    shown = text.rstrip()
    if shown:
        fill, weight = (_PAPER if reverse else colour), ' font-weight="bold"' if bold else ""
        parts.append(
            f'<text x="{x:g}" y="{y + 13.5:g}" fill="{fill}"{weight} xml:space="preserve" '
            f'textLength="{len(shown) * _WIDTH:g}" lengthAdjust="spacingAndGlyphs">{escape(shown)}</text>'
        )
    return parts


def _shown() -> StyledScreen:
    screen = StyledScreen()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Swap.lean"
        path.write_text(_EXAMPLE)
        child = pexpect.spawn(
            "nice",
            ["-n", "5", sys.executable, "-c", _COMMAND, "session", str(path)],
            env={**os.environ, "TERM": "xterm-256color"},
            encoding="utf-8",
            dimensions=(_ROWS, _COLUMNS),
        )
        _until(child, screen, ("swap: 1 goal",))
        for typed, wanted in _TYPED:
            child.send(typed)
            _until(child, screen, wanted)
        child.close(force=True)
    return screen


def _until(child: pexpect.spawn, screen: StyledScreen, texts: tuple[str, ...]) -> None:
    began = time.monotonic()
    while not all(text in screen.text for text in texts):
        if time.monotonic() - began > _SECONDS:
            raise TimeoutError(f"{texts} is not on\n{screen.text}")
        try:
            screen.feed(child.read_nonblocking(65536, timeout=0.5))
        except pexpect.TIMEOUT:
            continue


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(svg(_shown()), encoding="utf-8")
