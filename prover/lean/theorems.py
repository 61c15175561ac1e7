"""The theorems a worker knows: those of its imports, and those of the file it has elaborated."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from prover.core.errors import ProtocolError
from prover.core.premise import Premise
from prover.lean.worker import Worker

#: Milliseconds after which a call gives what it has; the next one goes on from there.
_CALL_MS = 300
_SECONDS = 60.0

#: Last components of names that Lean gives by itself.
_GENERATED = re.compile(
    r"sizeOf_spec|inj|injEq|congr_simp|eq_def|(?:congr_)?eq_\d+|(?:induct|fun_cases|mutual_induct)(?:_unfolding)?"
    r"|brecOn(?:_\d+)?|recOn|casesOn|below(?:_\d+)?|noConfusion|inst[A-Z].*"
)

_Row = tuple[int, int, int, int, int, tuple[int, ...], tuple[int, ...]]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    names: tuple[tuple[int, str | int], ...]


class _Own(_Answer):
    rows: tuple[_Row, ...]


class _Imported(_Answer):
    modules: tuple[tuple[int, tuple[_Row, ...]], ...]
    next: int
    done: bool


class _Modules(BaseModel):
    modules: tuple[tuple[str, int], ...]


async def imported_modules(worker: Worker) -> tuple[tuple[str, int], ...]:
    """Every module that the worker has imported, with the number of its constants, in the order of import."""
    answer = await worker.process.call("premises", env=worker.env, what="modules", seconds=_SECONDS)
    return _checked(_Modules, answer).modules


async def imported_theorems(worker: Worker, modules: Sequence[str]) -> AsyncIterator[tuple[int, list[Premise]]]:
    """The theorems of the imported modules that people would name, a few modules at a time.

    `modules`: the names of `imported_modules`. With each portion comes the number of modules done. Auxiliaries,
    private and deprecated theorems and instances are left out. Tens of thousands take seconds; other calls may be made
    between two portions. A theorem that several modules brought forth is given once.
    """
    start, done, seen = 0, False, set[str]()
    while not done:
        answer = await worker.process.call(
            "premises", env=worker.env, what="imported", wall_ms=_CALL_MS, **{"from": start}, seconds=_SECONDS
        )
        portion = _checked(_Imported, answer)
        names = _names(portion.names)
        found: list[Premise] = []
        for number, rows in portion.modules:
            new = [row for row in rows if row[0] and _is_named(names[row[0]]) and names[row[0]] not in seen]
            seen.update(names[row[0]] for row in new)
            found += [Premise.of_row(row, names, modules[number]) for row in new]
        yield portion.next, found
        start, done = portion.next, portion.done


def _is_named(name: str) -> bool:
    return _GENERATED.fullmatch(name.rpartition(".")[2]) is None


async def own_theorems(worker: Worker, env: int) -> list[Premise]:
    """The theorems that `env` adds to its imports; those whose own proof has a hole are left out."""
    own = _checked(_Own, await worker.process.call("premises", env=env, what="own", seconds=_SECONDS))
    names = _names(own.names)
    return [Premise.of_row(row, names, "") for row in own.rows]


_Model = TypeVar("_Model", bound=BaseModel)


def _checked(model: type[_Model], data: Mapping[str, Any]) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ProtocolError(f"the Bridge's answer does not fit the protocol: {error}") from error


def _names(rows: Sequence[tuple[int, str | int]]) -> list[str]:
    """The names of a table (`lean_project/Bridge/Encode.lean`); row 0 is the empty one."""
    names = [""]
    for parent, part in rows:
        above = names[parent]
        text = str(part) if isinstance(part, int) else quoted(part)
        names.append(f"{above}.{text}" if above else text)
    return names


def quoted(part: str) -> str:
    """A component of a name as the Bridge writes it elsewhere (`nameText`)."""
    plain = all((c.isascii() and c.isalnum()) or c in "_'!?@" or (ord(c) >= 128 and c not in "«»") for c in part)
    return part if part and plain and not (part[0].isascii() and part[0].isdigit()) else f"«{part}»"
