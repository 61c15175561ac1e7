"""The fields of an event, read with a default for what is not there or of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard, cast

from prover.core.visible import visible
from prover.events import Event, Opaque
from prover.events.payload import to_fields

#: What a browser's numbers hold exactly.
_LARGEST = 2**53


class Fields:
    """Fields of a payload. Logs outlive programs: what an old or a foreign one lacks reads as nothing, never raises.

    Texts come out with invisible characters spelled out, cut after `LONGEST` characters.
    """

    LONGEST = 20_000

    def __init__(self, data: object) -> None:
        self._data: Mapping[str, Any] = cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}

    @classmethod
    def of(cls, event: Event) -> Fields:
        payload = event.payload
        return cls(payload.fields if isinstance(payload, Opaque) else to_fields(payload))

    def text(self, name: str, longest: int = LONGEST) -> str:
        return shown(self._data.get(name), longest)

    def number(self, name: str, default: float = 0.0) -> float:
        found = self._data.get(name)
        # The bounds keep out what is infinite and what is no number, too.
        return found if _is_number(found) and -_LARGEST < found < _LARGEST else default

    def whole(self, name: str, default: int = -1) -> int:
        found = self._data.get(name)
        return found if _is_whole(found) else default

    def flag(self, name: str) -> bool:
        return self._data.get(name) is True

    def wholes(self, name: str) -> tuple[int, ...]:
        """Those that are not negative."""
        return tuple(n for n in self._items(name) if _is_whole(n) and n >= 0)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(shown(text, self.LONGEST) for text in self._items(name) if isinstance(text, str))

    def inner(self, name: str) -> Fields:
        return Fields(self._data.get(name))

    def inners(self, name: str) -> Iterator[Fields]:
        return (Fields(item) for item in self._items(name))

    def _items(self, name: str) -> list[Any] | tuple[Any, ...]:
        found = self._data.get(name)
        return cast("list[Any] | tuple[Any, ...]", found) if isinstance(found, list | tuple) else ()


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST


def shown(value: object, longest: int) -> str:
    """A text as a person may see it; what is no text is empty."""
    if not isinstance(value, str):
        return ""
    if len(value) > longest:
        value = f"{value[:longest]} … ({len(value) - longest} more characters)"
    return visible(value)


def shown_data(value: Any, longest: int = Fields.LONGEST) -> Any:
    """JSON data with all its texts as a person may see them."""
    if isinstance(value, str):
        return shown(value, longest)
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return {visible(name): shown_data(item, longest) for name, item in named.items()}
    if isinstance(value, list):
        return [shown_data(item, longest) for item in cast("list[Any]", value)]
    return value
