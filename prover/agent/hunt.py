"""What a search for a counterexample gives: the counterexample and its proof, or what was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The kind of event that tells of a hunt.
INSTANCES_TRIED = "InstancesTried"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Values for which a statement is false. `theorem`: the proof of its negation, plain Lean to stand after it (a
    hint until the ladder has judged it). `values`: names and values, types and data. `denied`: what holds instead of
    the conclusion. `universes`: whether the statement was taken at its lowest universes."""

    theorem: str
    values: tuple[tuple[str, str], ...]
    denied: str
    universes: bool = False

    @property
    def tactics(self) -> str:
        """The proof in `theorem`, tactic lines alone."""
        return "\n".join(line.removeprefix("  ") for line in self.theorem.split("\n")[1:])


@dataclass(slots=True)
class Tried:
    """What a search looked at. `settings`: types and other values that were fixed; `instances`: those in which the
    kernel found the statement to hold; `sampled`: the same with quantifiers only sampled; `single`: instances on which
    proofs were tried one by one; `stopped`: `found`, `exhausted`, `budget`, `unreadable`, `lost`; `ranges`: the values
    of each argument in the largest box."""

    settings: int = 0
    instances: int = 0
    sampled: int = 0
    single: int = 0
    stopped: str = "exhausted"
    seconds: float = 0.0
    ranges: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of a search for a counterexample."""

    found: Counterexample | None
    tried: Tried

    def told(self, name: str) -> dict[str, Any]:
        """It as an event (`INSTANCES_TRIED`) about the theorem `name`."""
        tried = self.tried
        return {
            "name": name,
            "found": self.found is not None,
            "values": [] if self.found is None else [list(pair) for pair in self.found.values],
            "instances": tried.instances + tried.sampled + tried.single,
            "stopped": tried.stopped,
            "seconds": tried.seconds,
        }
