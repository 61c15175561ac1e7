"""Undo and redo without loss: every state of a session is kept, in a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

Snapshot = TypeVar("Snapshot")


@dataclass(frozen=True, slots=True)
class Version(Generic[Snapshot]):
    """What was the case after an action. `number` counts from 0 in the order of their making; `label`: the action."""

    number: int
    parent: int | None
    label: str
    snapshot: Snapshot


@dataclass
class Versions(Generic[Snapshot]):
    """All versions of a session. `current`: the number of the one that is worked on."""

    first: Snapshot
    current: int = field(default=0, init=False)
    _all: list[Version[Snapshot]] = field(init=False, repr=False)
    #: Of each version, the child that was worked on last.
    _last: dict[int, int] = field(default_factory=dict[int, int], init=False, repr=False)

    def __post_init__(self) -> None:
        self._all = [Version(0, None, "", self.first)]

    @property
    def now(self) -> Snapshot:
        return self._all[self.current].snapshot

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Version[Snapshot]]:
        return iter(self._all)

    def add(self, label: str, snapshot: Snapshot) -> Version[Snapshot]:
        """A new version after the current one, which becomes current. None that was there is lost."""
        made = Version(len(self._all), self.current, label, snapshot)
        self._all.append(made)
        self._go(made.number)
        return made

    def copy(self) -> Versions[Snapshot]:
        """The same versions, to go back to if what is tried next fails."""
        made = Versions(self.first)
        made.current, made._all, made._last = self.current, [*self._all], {**self._last}
        return made

    def amend(self, snapshot: Snapshot) -> None:
        """Puts `snapshot` in place of the current one, for what is not worth undoing (where one looks)."""
        self._all[self.current] = replace(self._all[self.current], snapshot=snapshot)

    def undo(self) -> Version[Snapshot] | None:
        """Back to what was before; what was undone, or None at the beginning."""
        version = self._all[self.current]
        if version.parent is None:
            return None
        self.current = version.parent
        return version

    def redo(self) -> Version[Snapshot] | None:
        """Forward again, where there are several ways into the one worked on last; None where there is none."""
        following = self._last.get(self.current)
        if following is None:
            return None
        self.current = following
        return self._all[following]

    def go_to(self, number: int) -> Version[Snapshot]:
        """Any version. `IndexError` where there is none of that number."""
        if not 0 <= number < len(self._all):
            raise IndexError(number)
        self._go(number)
        return self._all[number]

    def depth(self, number: int) -> int:
        """How many actions lie before a version."""
        found = 0
        while (parent := self._all[number].parent) is not None:
            found, number = found + 1, parent
        return found

    def _go(self, number: int) -> None:
        self.current = number
        # Redoing from anywhere above leads here again.
        while (parent := self._all[number].parent) is not None:
            self._last[parent] = number
            number = parent
