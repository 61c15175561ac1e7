"""Who does a server's work: `LeanWork`, or what stands in for it in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from prover.api import Proving
from prover.core.verdict import Verdict
from prover.serve.snippet import Snippet, Told
from prover.verify.docket import Item


@dataclass(frozen=True, slots=True)
class Description:
    """The Lean behind a server. `foundation`: what stands in for Mathlib, if anything does."""

    engine: str
    lean_version: str
    foundation: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be proved: the holes of `text` that `target` chooses (empty: all), or `statement` behind `text`. The
    rest: as in `prover.api.ProveOptions`."""

    text: str
    statement: str | None = None
    target: str = ""
    seconds: float = 60.0
    refute: bool = True
    assume_open: bool = False
    frontier: str = "best"


class Work(Protocol):
    """What a server can be asked for. Each raises `ProverError` for what cannot be done."""

    @property
    def description(self) -> Description: ...

    async def judge(self, item: Item) -> dict[str, Verdict]:
        """One verdict for each target of the item."""
        ...

    async def tell(self, snippet: Snippet) -> Told:
        """What Lean says of a snippet."""
        ...

    async def begin(self, wanted: Wanted) -> Proving:
        """A run under way."""
        ...

    def forget(self, run: Proving) -> None:
        """Nobody will ask for this run any more."""
        ...
