"""The registry of payloads: which dataclass stands for which kind and version of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

from prover.events.codec import as_object, decode, decoder, encode

Payload = TypeVar("Payload")

_classes: dict[tuple[str, int], type] = {}
_kinds: dict[type, tuple[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Opaque:
    """A payload of a kind or version this program does not know, kept as it was read."""

    kind: str
    version: int
    fields: Mapping[str, Any]


def payload(kind: str, *, version: int = 1) -> Callable[[type[Payload]], type[Payload]]:
    """Class decorator: instances of this dataclass are recorded under `kind` and `version`.

    New fields with a default keep the version. A change old files cannot be read with gets a new class
    with the next version; the old class stays registered for as long as its files are to be read.
    """

    def register(cls: type[Payload]) -> type[Payload]:
        if not is_dataclass(cls):
            raise TypeError(f"{cls.__name__} is no dataclass; put @payload above @dataclass")
        if (kind, version) in _classes:
            raise ValueError(f"version {version} of the event {kind!r} is registered already")
        _classes[kind, version] = cls
        _kinds[cls] = (kind, version)
        return cls

    return register


def kind_of(value: object) -> tuple[str, int]:
    """Kind and version under which `value` is recorded. Raises `TypeError` if its class is not registered."""
    if isinstance(value, Opaque):
        return value.kind, value.version
    try:
        return _kinds[type(value)]
    except KeyError:
        raise TypeError(f"{type(value).__name__} is not registered as a payload") from None


def to_fields(value: object) -> Any:
    """The payload as JSON data. Raises `TypeError` if it could not be read back."""
    if isinstance(value, Opaque):
        return encode(value.fields)
    decoder(type(value))
    return encode(value)


def from_fields(kind: str, version: int, fields: object) -> object:
    """The payload as its dataclass, or `Opaque` if none is registered. Raises `DecodeError` for bad data."""
    cls = _classes.get((kind, version))
    if cls is not None:
        return decode(cls, fields)
    return Opaque(kind, version, as_object(fields))
