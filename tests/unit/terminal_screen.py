"""What a terminal would show: as many of its control sequences as full-screen programs of ours use."""

from __future__ import annotations

import re

_SEQUENCE = re.compile(r"\x1b\[(?P<mark>\??)(?P<numbers>[0-9;]*)(?P<final>[A-Za-z])|\x1b[=>()][0B]?|\x1b\][^\x07]*\x07")
_CUT = re.compile(r"\x1b(?:\[[?0-9;]*)?\Z")


class TerminalScreen:
    """A grid of characters that `feed` writes to; `text` is what stands there, `line` the cursor's row."""

    def __init__(self, rows: int = 24, columns: int = 80) -> None:
        self.rows, self.columns = rows, columns
        self.line = self.column = 0
        self._grid = [[" "] * columns for _ in range(rows)]
        self._rest = ""

    @property
    def text(self) -> str:
        return "\n".join("".join(row).rstrip() for row in self._grid)

    def feed(self, data: str) -> None:
        data = self._rest + data
        cut = _CUT.search(data)
        self._rest = data[cut.start() :] if cut else ""
        data = data[: cut.start()] if cut else data
        at = 0
        for match in _SEQUENCE.finditer(data):
            self._write(data[at : match.start()])
            if match["final"] and not match["mark"]:
                self._control(match["final"], [int(n) for n in match["numbers"].split(";") if n])
            at = match.end()
        self._write(data[at:])

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\r":
                self.column = 0
            elif character == "\n":
                self._down()
            elif character == "\b":
                self.column = max(0, self.column - 1)
            elif character.isprintable():
                self._grid[self.line][min(self.column, self.columns - 1)] = character
                self.column += 1

    def _down(self) -> None:
        if self.line == self.rows - 1:
            self._grid = [*self._grid[1:], [" "] * self.columns]
        else:
            self.line += 1

    def _control(self, final: str, numbers: list[int]) -> None:
        count = numbers[0] if numbers else 1
        match final:
            case "A":
                self.line = max(0, self.line - count)
            case "B":
                self.line = min(self.rows - 1, self.line + count)
            case "C":
                self.column = min(self.columns - 1, self.column + count)
            case "D":
                self.column = max(0, self.column - count)
            case "G":
                self.column = count - 1
            case "H":
                self.line, self.column = (numbers[0] - 1, numbers[1] - 1) if len(numbers) == 2 else (0, 0)
            case "K":
                self._grid[self.line][self.column :] = [" "] * (self.columns - self.column)
            case "J":
                from_row = 0 if numbers == [2] else self.line
                if from_row == self.line:
                    self._grid[self.line][self.column :] = [" "] * (self.columns - self.column)
                    from_row += 1
                for row in range(from_row, self.rows):
                    self._grid[row] = [" "] * self.columns
            case _:
                pass
