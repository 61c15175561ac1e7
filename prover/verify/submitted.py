"""An elaborated submission with all that it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.verify.elaborated import Elaborated
from prover.verify.judgement import Judgement, Rules
from prover.verify.name import Name, canonical
from prover.verify.tables import Tables


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission: the file, the reference it is held against (None: none was given), and what counts."""

    file: Elaborated
    reference: Elaborated | None
    rules: Rules

    def judgement(self, accepted: Tables) -> Judgement:
        """Judges its targets. `accepted`: what the kernel took of it."""
        return Judgement(self.reference, self.file.tables, accepted, self.rules)

    def supports(self, targets: Sequence[Name]) -> list[Name]:
        """The constants that verdicts on `targets` rest on; under `strict` all that a kernel may be given."""
        constants = self.file.tables.constants
        if self.rules.strict:
            return [name for name, constant in constants.items() if constant.safe and constant.kind != "quot"]
        aims = {canonical(name) for name in (*targets, *self.rules.filled)}
        if self.rules.preserve and self.reference is not None:
            aims |= {canonical(name) for name in self.reference.declared}
        return [name for name, constant in constants.items() if canonical(name) in aims and constant.safe]
