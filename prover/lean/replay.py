"""Constants given to the kernel again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Replay:
    """What the kernel said of re-read constants: all accepted (and exported again), or which one not."""

    accepted: bool
    index: int | None
    code: str
    export: dict[str, Any] | None
    seconds: float
