"""`prove formalize --frozen FILE`: whether the statements of a file are as they were frozen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from rich.text import Text

from prover.api.frozen import Held, described, held
from prover.api.workplace import workplace
from prover.cli.engine import EngineChoice, open_engine, pool_limits
from prover.cli.terminal import output, plain_progress, safe
from prover.core.errors import UserError
from prover.lean.source import SourceFile

FROZEN_SCHEMA = "leap-prover/frozen/1"


def say_frozen(
    path: Path, choice: EngineChoice, memory: int, start_seconds: float, *, as_json: bool, quiet: bool
) -> int:
    """Prints what became of each mark of a file. 0 where all hold, else 1; `UserError` (`no_mark`) where there is
    none."""
    source = SourceFile.read(path)
    engine = open_engine(str(path), choice, quiet=quiet)

    async def look() -> list[Held]:
        limits = pool_limits(1, memory, start_seconds)
        async with workplace(engine, limits, source, plain_progress(quiet=quiet)) as place:
            return await held(place.pool, source.text)

    found = asyncio.run(look())
    if not found:
        raise UserError(f"{path} has no frozen statement", code="no_mark", hint="prove formalize ... -o FILE makes one")
    code = 0 if all(one.holds for one in found) else 1
    if as_json:
        marks = [
            {"name": m.mark.name, "line": m.mark.line, "key": m.mark.key, "standing": str(m.standing), "now": m.key}
            for m in found
        ]
        document = {"schema": FROZEN_SCHEMA, "exit_code": code, "file": str(path), "marks": marks}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    for one in found:
        output().print(Text(safe(described(one)), "green" if one.holds else "red"))
    return code
