"""One event as one line of JSON: the format of `events.jsonl` and of the command's event stream."""

from __future__ import annotations

import json

from prover.events.codec import DecodeError, as_object, decode, encode
from prover.events.event import Event
from prover.events.json_text import read_json
from prover.events.payload import from_fields, to_fields


def to_line(event: Event) -> bytes:
    """UTF-8, ended by the only newline in it."""
    record = {
        "search": event.search,
        "seq": event.sequence,
        "time": encode(event.time),
        "parent": event.parent,
        "kind": event.kind,
        "version": event.version,
        "payload": to_fields(event.payload),
    }
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate: only JSON's own escapes can carry it
        return json.dumps(record, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def from_line(line: bytes) -> Event:
    """The event of one line. Raises `DecodeError` if it is none."""
    try:
        record = as_object(read_json(line, parse_constant=_no_number))
        kind, version = decode(str, record["kind"]), decode(int, record["version"])
        return Event(
            search=decode(str, record["search"]),
            sequence=decode(int, record["seq"]),
            time=decode(float, record["time"]),
            parent=decode(int | None, record["parent"]),
            kind=kind,
            version=version,
            payload=from_fields(kind, version, record["payload"]),
        )
    except DecodeError:
        raise
    except KeyError as error:
        raise DecodeError(f"lacks {error}") from None
    except (ValueError, RecursionError) as error:
        raise DecodeError(str(error)) from None


def _no_number(text: str) -> float:
    """What no JSON holds and nothing here writes: it could not be written again."""
    raise DecodeError(f"{text} is no number")
