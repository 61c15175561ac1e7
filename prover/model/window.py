"""How many calls a server bears at a time."""

from __future__ import annotations

_FIRST = 8


class Window:
    """A number of calls, at most `most`. Fixed, or adaptive: one more for every answer until there is trouble; from
    then on one more for every window of answers, and half after trouble (slow start, additive increase,
    multiplicative decrease: Jacobson 1988)."""

    def __init__(self, most: int, *, adaptive: bool) -> None:
        self._most = max(1, most)
        self._adaptive = adaptive
        self._size = float(min(_FIRST, self._most) if adaptive else self._most)
        self._untroubled = True

    @property
    def size(self) -> int:
        return int(self._size)

    def grow(self) -> None:
        """A call was answered."""
        if self._adaptive:
            self._size = min(float(self._most), self._size + (1 if self._untroubled else 1 / self._size))

    def shrink(self) -> None:
        """The server said that it is busy."""
        if self._adaptive:
            self._untroubled = False
            self._size = max(1.0, self._size / 2)
