"""Dataclasses to JSON values and back, by their type hints.

Supported: None, bool, int, float, str, string enums, `Literal`, `Any`, tuples and lists, mappings with
string keys, dataclasses of these, and unions of them with at most one dataclass (a JSON object would
not say which one it was). Floats that JSON lacks travel as the strings `inf`, `-inf` and `nan`.
"""

from __future__ import annotations

import math
import reprlib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, cast

Decoder = Callable[[Any], Any]


class DecodeError(ValueError):
    """A JSON value does not fit the type it is read as."""


def encode(value: object) -> Any:
    """`value` as JSON data. Raises `TypeError` for types that cannot be recorded."""
    match value:
        case Enum():
            return encode(value.value)
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {_key(key): encode(item) for key, item in cast("Mapping[object, object]", value).items()}
        case tuple() | list():
            return [encode(item) for item in cast("Sequence[object]", value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be recorded")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"recorded mappings have string keys, not {type(key).__name__}")
    return key


def decode(kind: Any, data: object) -> Any:
    """`data` as an instance of the type `kind`.

    Fields a dataclass does not have are ignored and absent ones take their defaults, so payloads may
    grow without a new version. Raises `DecodeError`, and `TypeError` for unsupported types.
    """
    return decoder(kind)(data)


def as_object(data: object) -> dict[str, Any]:
    """`data` if it is a JSON object, else `DecodeError`."""
    if not isinstance(data, dict):
        raise DecodeError(f"{_shown(data)} is not an object")
    return cast("dict[str, Any]", data)


@cache
def decoder(kind: Any) -> Decoder:
    """The decoder for `kind`. Raises `TypeError` when values of that type cannot be read back."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or kind is object:
        return lambda data: data
    if kind is float:
        return _float
    if kind is None or kind in (types.NoneType, bool, int, str):
        return _exactly(types.NoneType if kind is None else kind)
    if origin is Literal:
        return _literal(arguments)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin in (list, Sequence):
        return _items(list if origin is list else tuple, decoder(arguments[0]))
    if origin in (dict, Mapping) and arguments[0] is str:
        return _mapping(decoder(arguments[1]))
    if is_dataclass(kind):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, str) and issubclass(kind, Enum):
        return _enum(kind)
    raise TypeError(f"{kind!r} cannot be read back from JSON")


def _shown(data: object) -> str:
    """For an error: what is there, cut where it is long or deep."""
    if type(data) in (str, list, dict):
        return reprlib.repr(data)
    return repr(data)


def _exactly(kind: type) -> Decoder:
    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise DecodeError(f"{_shown(data)} is not {kind.__name__}")
        return data

    return read


def _float(data: Any) -> float:
    if type(data) in (int, float):
        try:
            return float(data)
        except OverflowError:
            raise DecodeError("a whole number that no float holds") from None
    if data in ("inf", "-inf", "nan"):
        return float(data)
    raise DecodeError(f"{_shown(data)} is not a number")


def _literal(values: tuple[Any, ...]) -> Decoder:
    def read(data: Any) -> Any:
        for value in values:
            if type(value) is type(data) and value == data:
                return value
        raise DecodeError(f"{_shown(data)} is none of {values}")

    return read


def _enum(kind: type[Enum]) -> Decoder:
    def read(data: Any) -> Any:
        try:
            return kind(data)
        except ValueError as error:
            raise DecodeError(str(error)) from None

    return read


def _union(members: tuple[Any, ...]) -> Decoder:
    if sum(is_dataclass(member) for member in members) > 1:
        raise TypeError(f"a union of dataclasses cannot be told apart in JSON: {members}")
    decoders = [decoder(member) for member in members]

    def read(data: Any) -> Any:
        for attempt in decoders:
            try:
                return attempt(data)
            except DecodeError:
                continue
        raise DecodeError(f"{_shown(data)} is none of {members}")

    return read


def _items(build: Callable[[list[Any]], Any], item: Decoder) -> Decoder:
    def read(data: Any) -> Any:
        if not isinstance(data, list):
            raise DecodeError(f"{_shown(data)} is not a list")
        return build([item(value) for value in cast("list[Any]", data)])

    return read


def _tuple(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _items(tuple, decoder(arguments[0]))
    decoders = [decoder(argument) for argument in arguments]

    def read(data: Any) -> Any:
        if not isinstance(data, list) or len(cast("list[Any]", data)) != len(decoders):
            raise DecodeError(f"{_shown(cast(object, data))} is not a list of {len(decoders)}")
        return tuple(item(value) for item, value in zip(decoders, cast("list[Any]", data), strict=True))

    return read


def _mapping(item: Decoder) -> Decoder:
    return lambda data: {key: item(value) for key, value in as_object(data).items()}


class _Record:
    """Reads one dataclass."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.fields: list[tuple[Field[Any], Decoder]] = []

    def __call__(self, data: object) -> Any:
        given = as_object(data)
        values: dict[str, Any] = {}
        for field, read in self.fields:
            if field.name in given:
                values[field.name] = read(given[field.name])
            elif field.default is MISSING and field.default_factory is MISSING:
                raise DecodeError(f"{self.kind.__name__} lacks {field.name!r}")
        return self.kind(**values)


_records: dict[Any, _Record] = {}


def _record(kind: Any) -> _Record:
    # Entered before its fields are looked at, so that a dataclass may contain itself.
    if kind not in _records:
        record = _records[kind] = _Record(kind)
        try:
            hints = typing.get_type_hints(kind)
            record.fields = [(field, decoder(hints[field.name])) for field in fields(kind) if field.init]
        except BaseException:
            del _records[kind]
            raise
    return _records[kind]
