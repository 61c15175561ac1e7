"""`prove formalize FILE.jsonl`: many problems, drafted by the same models."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from prover.agent.leap.choice import AgentChoice
from prover.cli.engine import EngineChoice
from prover.core.errors import UserError
from prover.formalize.face import drafting
from prover.formalize.formalizing import Limits


def run_many(
    path: Path,
    folder: Path | None,
    choice: AgentChoice | None,
    limits: Limits,
    memory: int,
    start_seconds: float,
    engine: EngineChoice,
    as_json: bool,
    quiet: bool,
) -> int:
    """Hands over to the command for many problems. `choice`: None: each problem brings its statements. `UserError`
    (`usage`) without a folder for the results."""
    if folder is None:
        raise UserError(f"{path} holds many problems: where are the results to go?", code="usage", hint="add --out DIR")
    many: Any = import_module("prover.cli.formalize_many")
    batch: Any = import_module("prover.formalize.batch")
    opened = None if choice is None else partial(drafting, choice=choice, limits=limits)
    folder.mkdir(parents=True, exist_ok=True)
    asked = many.Many(
        source=path,
        options=batch.BatchOptions(drafts=limits.drafts),
        out=folder / "formalized.jsonl",
        benchmark=folder,
        author="" if choice is None else choice.model,
        memory_mb=memory,
        start_seconds=start_seconds,
        engine=engine,
        as_json=as_json,
        quiet=quiet,
    )
    return int(many.run_many(asked, drafting=opened))
