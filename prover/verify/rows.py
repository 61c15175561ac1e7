"""The rows of an export: what each part must look like, checked before anything is made of it."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

Row: TypeAlias = tuple[Any, ...]

_MAX_NUMBER = 2**64
#: Of the kinds of expression rows that are not checked in place.
_EXPR_LENGTH = {"b": 2, "s": 2, "c": 3, "t": 5, "n": 2, "r": 2, "j": 4}


class MalformedExport(Exception):
    """An export that no honest process writes."""


def children(expr: Row) -> tuple[int, ...]:
    """The expression rows directly under a row."""
    tag = expr[0]
    if tag == "a":
        return expr[1:]
    if tag == "l" or tag == "p":
        return expr[2:4]
    if tag == "t":
        return expr[2:]
    return expr[3:] if tag == "j" else ()


def frozen(tag: str, row: list[Any]) -> Row:
    """A checked row of an expression as a value, numerals in their shortest form."""
    if tag == "c":
        return (tag, row[1], tuple(row[2]))
    return (tag, row[1].lstrip("0") or "0") if tag == "n" else tuple(row)


def require(condition: bool, what: str) -> None:
    """Raises `MalformedExport` unless the condition holds."""
    if not condition:
        raise MalformedExport(f"expected {what}")


def list_of(value: Any, length: int | None = None) -> list[Any]:
    """A list, of that length where one is given."""
    if not isinstance(value, list):
        raise MalformedExport("expected a list")
    row = cast("list[Any]", value)
    require(length is None or len(row) == length, "a row of another length")
    return row


def object_of(value: Any) -> dict[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise MalformedExport("expected an object")
    return cast("dict[str, Any]", value)


def text_of(value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise MalformedExport("expected a text")
    return value


def is_unicode(value: Any) -> bool:
    """A text that UTF-8 can carry. JSON's escapes can spell halves of surrogate pairs, which no Lean text has."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_natural(value: Any) -> bool:
    """Whether it is a natural number that fits into 64 bits."""
    # bool is an int to Python, and no number to us.
    return type(value) is int and 0 <= value < _MAX_NUMBER


def natural(value: Any) -> int:
    """A natural number that fits into 64 bits."""
    require(is_natural(value), "a number")
    return value


def row_number(value: Any, bound: int) -> int:
    """A number below `bound`."""
    if type(value) is not int or not 0 <= value < bound:
        raise no_row()
    return value


def no_row() -> MalformedExport:
    """The error for what names no earlier row."""
    return MalformedExport("expected the number of an earlier row")


def expression_of(value: Any) -> tuple[str, list[Any]]:
    """The tag and all parts of a row of an expression that is neither an application nor a binder."""
    row = list_of(value)
    tag = text_of(row[0]) if row else ""
    require(_EXPR_LENGTH.get(tag) == len(row), "an expression without free or meta variables")
    return tag, row


def hints_of(value: Any) -> int | str:
    """Hints for unfolding a definition: its height, `opaque` or `abbrev`."""
    return natural(value) if value not in ("opaque", "abbrev") else value
