"""One text put to Lean, and what it says, in the words of leanprover-community/repl."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prover.core.errors import CallTimeout
from prover.lean import Elaboration, Pool, Worker
from prover.repl import Command, Refused, Session, TookTooLong
from prover.verify.policy import runs_code

_MIB = 2**20
_PROCESSES = uuid.UUID("6c1f0f0e-64a0-4a49-9f0e-2f1a1a5f0d55")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text, and how it is put. `infotree`: which nodes of the information trees are told, empty: none. `reuse`: a
    process that has served others may be used, and used again."""

    code: str
    seconds: float
    infotree: str = ""
    reuse: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """`response`: the repl's answer; None where the time was over. `seconds`: what the text took, its imports not
    counted. `diagnostics`: process, CPU (percent of a core), memory (bytes)."""

    response: Mapping[str, Any] | None
    seconds: float
    diagnostics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Split:
    """A text's imports and the rest. `lines`: how many lines of the text come before the rest."""

    header: str
    body: str
    lines: int


def split(code: str) -> Split:
    """Parts a text as Kimina's server does: lines of imports and empty lines at the top, each import once.

    Modules of Mathlib are asked for as Mathlib itself, and first.
    """
    lines = code.replace("\r\n", "\n").split("\n")
    count = next((at for at, line in enumerate(lines) if not _is_header(line)), len(lines))
    imports = dict.fromkeys(line.strip() for line in lines[:count] if line.strip())
    mathlib = [line for line in imports if line.startswith("import Mathlib")]
    others = [line for line in imports if not line.startswith("import Mathlib")]
    return Split("\n".join([*(["import Mathlib"] if mathlib else []), *others]), "\n".join(lines[count:]), count)


async def tell(pool: Pool, snippet: Snippet) -> Told:
    """What Lean says of a snippet, in a process that keeps nothing of it.

    A process that may have run the snippet's own code is used for nothing else. Raises `ProverError` for imports that
    cannot be had and for broken machinery.
    """
    parts = split(snippet.code)
    harmless = _harmless if snippet.reuse else None
    async with Session(pool, seconds=snippet.seconds, harmless=harmless, clean=not snippet.reuse) as session:
        began = time.monotonic()
        used: Mapping[int, float] = {}
        try:
            env = None
            if parts.header:
                env = (await session.ask(Command(parts.header)))["env"]
            used, began = _cpu_seconds(session.workers), time.monotonic()
            response = await session.ask(Command(parts.body, env, infotree=snippet.infotree))
        except (TookTooLong, CallTimeout):
            return Told(None, snippet.seconds, _diagnostics(session.workers, used, began))
        except Refused as refused:
            response = {"message": str(refused)}
        return Told(
            shifted(response, parts.lines),
            round(time.monotonic() - began, 6),
            _diagnostics(session.workers, used, began),
        )


def shifted(response: Mapping[str, Any], lines: int) -> dict[str, Any]:
    """The answer with messages and holes so many lines further down; trees stay as they are, as at Kimina's."""
    moved = {**response}
    for name in ("messages", "sorries"):
        if name in moved:
            moved[name] = [
                {key: _down(value, lines) if key in ("pos", "endPos") else value for key, value in item.items()}
                for item in moved[name]
            ]
    return moved


def _down(place: Mapping[str, int] | None, lines: int) -> Mapping[str, int] | None:
    return None if place is None else {**place, "line": place["line"] + lines}


def _is_header(line: str) -> bool:
    return not line.strip() or line.strip().startswith("import ")


def _harmless(elaboration: Elaboration, text: str) -> bool:
    return not runs_code(elaboration.commands, text)


def _cpu_seconds(workers: tuple[Worker, ...]) -> dict[int, float]:
    return {id(worker): usage for worker, usage, _ in _usages(workers)}


def _usages(workers: tuple[Worker, ...]) -> Iterator[tuple[Worker, float, float]]:
    for worker in workers:
        usage = worker.process.usage
        usage.look()
        yield worker, usage.cpu_seconds, usage.peak_mb


def _diagnostics(workers: tuple[Worker, ...], before: Mapping[int, float], began: float) -> dict[str, Any]:
    wall = max(time.monotonic() - began, 1e-6)
    for worker, cpu_seconds, peak_mb in _usages(workers):
        share = (cpu_seconds - before.get(id(worker), cpu_seconds)) / wall
        return {
            "repl_uuid": str(uuid.uuid5(_PROCESSES, f"{id(worker)} {worker.born}")),
            "cpu_max": round(100 * share, 1),
            "memory_max": peak_mb * _MIB,
        }
    return {}
