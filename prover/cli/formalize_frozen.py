"""`prove formalize --frozen FILE`: whether the statements of a file are as they were frozen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from rich.text import Text

from prover.api.frozen import Held, described, held
from prover.api.lite import founded_on
from prover.api.workplace import workplace
from prover.cli.engine import EngineChoice, open_engine, pool_limits
from prover.cli.lite import LITE_NOTICE
from prover.cli.terminal import errors, output, plain_progress, safe
from prover.core.errors import UserError
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile

FROZEN_SCHEMA = "leap-prover/frozen/1"


def say_frozen(
    path: Path, choice: EngineChoice, memory: int, start_seconds: float, *, lite: bool, as_json: bool, quiet: bool
) -> int:
    """Prints what became of each mark of a file. 0 where all hold, else 1; `UserError`: `no_mark` where there is none,
    with `lite` `lite_unresolved` and `lite_auto_implicit`."""
    source = SourceFile.read(path)
    engine = open_engine(str(path), choice, quiet=quiet, lite=lite)

    async def look() -> tuple[list[Held], str | None]:
        limits, foundation = pool_limits(1, memory, start_seconds), CORE_MATH if lite else None
        async with workplace(engine, limits, source, plain_progress(quiet=quiet), foundation) as place:
            over = None if foundation is None else await founded_on(place.pool, source, finished=True)
            return await held(place.pool, source.text), over

    found, over = asyncio.run(look())
    if not found:
        raise UserError(f"{path} has no frozen statement", code="no_mark", hint="prove formalize ... -o FILE makes one")
    code = 0 if all(one.holds for one in found) else 1
    if as_json:
        marks = [
            {"name": m.mark.name, "line": m.mark.line, "key": m.mark.key, "standing": str(m.standing), "now": m.key}
            for m in found
        ]
        document = {"schema": FROZEN_SCHEMA, "exit_code": code, "file": str(path), "foundation": over, "marks": marks}
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    if over is not None:
        errors().print(Text(LITE_NOTICE, "dim"))
    for one in found:
        output().print(Text(safe(described(one)), "green" if one.holds else "red"))
    return code
