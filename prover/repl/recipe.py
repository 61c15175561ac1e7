"""Environments and proof states in files: not themselves, but the requests that make them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from prover.core.errors import UserError
from prover.repl.protocol import Command, ProofStep

FORMAT = "leap-prover/repl-recipe/1"


@dataclass(frozen=True, slots=True)
class Stage:
    """A request, and which of what the request before it made it begins with (the first: its own imports)."""

    request: Command | ProofStep
    base: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Requests in order, each on something the one before it made; `wanted`: which of what the last one makes.

    `kind`: `env` or `proofState`.
    """

    kind: str
    header: tuple[str, ...]
    stages: tuple[Stage, ...]
    wanted: int


class _Stage(BaseModel):
    model_config = ConfigDict(extra="forbid")
    command: dict[str, Any] | None = None
    step: str | None = None
    base: int = 0

    def value(self) -> Stage:
        if self.step is not None:
            return Stage(ProofStep(self.step, 0), self.base)
        return Stage(Command(**(self.command or {})), self.base)


class _Recipe(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: str
    kind: str
    header: tuple[str, ...]
    stages: tuple[_Stage, ...]
    wanted: int


def write(path: Path, recipe: Recipe) -> None:
    """Writes a recipe. `UserError` (`not_writable`) where that cannot be done."""
    data = {
        "format": FORMAT,
        "kind": recipe.kind,
        "header": recipe.header,
        "stages": [_stage(stage) for stage in recipe.stages],
        "wanted": recipe.wanted,
    }
    try:
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} could not be written: {error.strerror}", code="not_writable") from None


def read(path: Path, kind: str) -> Recipe:
    """Reads a recipe for an `env` or a `proofState`. `UserError`: `no_file`, `unreadable`, `no_recipe`."""
    try:
        data = _Recipe.model_validate_json(path.read_bytes())
        stages = tuple(stage.value() for stage in data.stages)
    except FileNotFoundError:
        raise UserError(f"there is no file {path}", code="no_file") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", code="unreadable") from None
    except (ValidationError, TypeError):
        raise _no_recipe(path) from None
    if data.format != FORMAT or data.kind != kind or not stages:
        raise _no_recipe(path)
    return Recipe(data.kind, data.header, stages, data.wanted)


def _stage(stage: Stage) -> dict[str, Any]:
    if isinstance(stage.request, ProofStep):
        return {"step": stage.request.tactic, "base": stage.base}
    return {"command": asdict(stage.request), "base": stage.base}


def _no_recipe(path: Path) -> UserError:
    return UserError(
        f"{path} was not written by `prove repl` for this: a file of leanprover-community/repl itself cannot be read",
        code="no_recipe",
    )
