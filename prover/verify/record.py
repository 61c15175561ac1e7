"""What is known of the user's compiled modules: the audit record of each, or why it has none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from prover.verify.name import Name


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one constant rests on, through all imports: its axioms, and the constants that have a hole themselves."""

    axioms: tuple[Name, ...] = ()
    holes: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The audit of one compiled module.

    `source` and `olean` are SHA-256 of the source and of the compiled file; `imports` names the local modules it
    imports, each with the digest of its record; `replayed`: declarations that passed through the kernel again.
    `constants` has every constant of the module that a proof may use.
    """

    module: str
    source: str
    olean: str
    imports: Mapping[str, str]
    lean: str
    version: str
    replayed: int
    constants: Mapping[Name, Grounds]

    @property
    def digest(self) -> str:
        """SHA-256 of all that the record says."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """The record as JSON data."""
        return {
            "module": self.module,
            "source": self.source,
            "olean": self.olean,
            "imports": dict(self.imports),
            "lean": self.lean,
            "version": self.version,
            "replayed": self.replayed,
            "constants": [
                [list(name), [list(a) for a in grounds.axioms], [list(h) for h in grounds.holes]]
                for name, grounds in self.constants.items()
            ],
        }

    def summary(self) -> dict[str, Any]:
        """The record without its constants, for the report of a verdict."""
        return {"source": self.source, "olean": self.olean, "record": self.digest, "replayed": self.replayed}


@dataclass(frozen=True, slots=True)
class Audit:
    """All local modules that a file imports, directly or not.

    `records`: of those that were audited; `refused`: of the others, a stable reason and what it is about.
    While any is refused nothing can be proved on top of them: a compiled file that no audit has accepted may do
    anything to a process that imports it.
    """

    records: Mapping[str, Record] = field(default_factory=dict[str, Record])
    refused: Mapping[str, str] = field(default_factory=dict[str, str])

    def without_proof(self, allowed: Collection[Name]) -> frozenset[Name]:
        """The audited constants that rest on a hole, or on an axiom that is not `allowed`."""
        return frozenset(
            name
            for record in self.records.values()
            for name, grounds in record.constants.items()
            if grounds.holes or not set(grounds.axioms) <= set(allowed)
        )

    def report(self) -> dict[str, Any]:
        """What goes into the report of a verdict; nothing where no local module is imported."""
        report: dict[str, Any] = {}
        if self.records:
            report["audited"] = {name: record.summary() for name, record in self.records.items()}
        if self.refused:
            report["unaudited"] = dict(self.refused)
        return report


NO_IMPORTS = Audit()
