"""The file of a cassette: questions and their answers, a line each, found by key."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

from prover.core.errors import UserError
from prover.events.codec import DecodeError, as_object, decode, encode
from prover.events.json_text import read_json
from prover.model.answer import Answer
from prover.model.query import Query, Sampling

_VERSION = 1
#: How many recorded questions are looked at for one that resembles a question that is not there.
_LOOKED_AT = 1000
_SHOWN = 40


class Tape:
    """What is recorded in `path`; a last line that was cut is left out. Answers are read when they are asked for.

    Raises `UserError`: `no_cassette` where there is no such file, `corrupt_cassette` for a whole line that is no
    answer. Where a question was recorded twice, the first answer counts.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        self._alike: dict[str, list[str]] = {}
        #: Whether any question in it offers tools.
        self.tools = False
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise UserError(f"cannot read the recorded answers {path}: {error.strerror}", code="no_cassette") from None
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def answer(self, key: str) -> Answer | None:
        """The recorded answer, None where the question is not there. Raises `UserError` (`corrupt_cassette`)."""
        if key not in self._places:
            return None
        return self._decoded(Answer, key, "answer")

    def add(self, line: bytes, start: int) -> None:
        """A line that stands in the file from byte `start` on. Raises `DecodeError` for what is none."""
        try:
            record = as_object(read_json(line))
            key, version = decode(str, record["key"]), decode(int, record["version"])
            query = as_object(record["query"])
            asked = _text_digest(query.get("prompt"), query.get("turns"))
        except DecodeError:
            raise
        except KeyError as error:
            raise DecodeError(f"it lacks {error}") from None
        if version > _VERSION:
            raise DecodeError(f"version {version} of the format; this release reads up to {_VERSION}")
        if key not in self._places:
            self.tools = self.tools or bool(query.get("tools"))
            self._places[key] = (start, len(line))
            self._alike.setdefault(asked, []).append(key)

    def difference(self, query: Query) -> str:
        """What tells a question that is not there from the nearest one that is."""
        if not self._places:
            return "nothing is recorded there"
        encoded = encode(query)
        alike = self._alike.get(_text_digest(encoded["prompt"], encoded["turns"]), [])
        if alike:
            found = [_settings_apart(self._query(key), query) for key in alike[:_LOOKED_AT]]
            return "the same prompt is recorded with " + ", ".join(min(reversed(found), key=len))
        asked = _text(query)
        nearest = max((_text(other) for other in self._some()), key=lambda text: _common(text, asked))
        at = _common(nearest, asked)
        there, here = nearest[at : at + _SHOWN], asked[at : at + _SHOWN]
        return f"the nearest recorded prompt differs from character {at} on: {there!r} there, {here!r} here"

    def close(self) -> None:
        """Closing twice is harmless."""
        if self._file >= 0:
            descriptor, self._file = self._file, -1
            os.close(descriptor)

    def _read(self) -> None:
        start = 0
        with open(self._file, "rb", closefd=False) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    self.add(line, start)
                except DecodeError as error:
                    raise UserError(
                        f"{self.path}, line {number} is no recorded answer: {error}", code="corrupt_cassette"
                    ) from None
                start += len(line)

    def _some(self) -> Iterator[Query]:
        for key, _ in zip(self._places, range(_LOOKED_AT), strict=False):
            yield self._query(key)

    def _query(self, key: str) -> Query:
        return self._decoded(Query, key, "query")

    def _decoded(self, kind: Any, key: str, field: str) -> Any:
        start, size = self._places[key]
        try:
            return decode(kind, read_json(os.pread(self._file, size, start))[field])
        except (DecodeError, KeyError) as error:
            raise UserError(f"{self.path}, byte {start}: no {field}: {error}", code="corrupt_cassette") from None


def tape_line(model: str, query: Query, answer: Answer) -> bytes:
    """One line of a tape. `model` and the query are there for readers."""
    record = {
        "version": _VERSION,
        "key": query.key,
        "model": model,
        "query": encode(query),
        "answer": encode(answer),
    }
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate: only JSON's own escapes can carry it
        return json.dumps(record, allow_nan=False).encode() + b"\n"


def _text_digest(prompt: object, turns: object) -> str:
    said = [_said(turn) for turn in cast("list[object]", turns)] if isinstance(turns, list) else turns
    return hashlib.sha256(json.dumps([prompt, said]).encode()).hexdigest()


def _said(turn: object) -> object:
    """A turn without what it leaves empty: older tapes do not have all fields."""
    return {name: value for name, value in as_object(turn).items() if value}


def _text(query: Query) -> str:
    return query.prompt or "\n".join(f"{turn.role}: {turn.content}" for turn in query.turns)


def _common(one: str, other: str) -> int:
    """Length of the longest common beginning."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _settings_apart(there: Query, here: Query) -> list[str]:
    pairs = [(field.name, getattr(there.sampling, field.name), getattr(here.sampling, field.name))
             for field in fields(Sampling)]  # fmt: skip
    pairs += [(name, getattr(there, name), getattr(here, name)) for name in ("draw", "salt")]
    pairs.append(("tools", [tool.name for tool in there.tools], [tool.name for tool in here.tools]))
    found = [f"{name} {old!r} instead of {new!r}" for name, old, new in pairs if old != new]
    return found or ["tools that are told of in other words"]
