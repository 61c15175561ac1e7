"""What is asked of a prover: statements chosen, looked through on the Lean at hand, and named for what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from prover.bench.entrant import Entrant, budget_of
from prover.bench.evaluation import Evaluation
from prover.bench.loading import Loaded
from prover.bench.problem import Problem
from prover.bench.record import Record
from prover.bench.survey import Survey
from prover.core.errors import UserError
from prover.events import RunSpec, installed_versions
from prover.lean import LeanEngine
from prover.lean.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Question:
    """What an evaluation is made from: `entrant` on the statements `asked` of `loaded`, on this Lean.

    `foundation`: what stands in for Mathlib there; `split`, `corrected`: as they were asked for.
    """

    entrant: Entrant
    loaded: Loaded
    asked: tuple[Problem, ...]
    engine: LeanEngine
    foundation: Foundation | None
    attempts: int = 1
    split: str = ""
    corrected: str = ""

    def evaluation(self, found: Survey) -> Evaluation:
        """Of the statements that `found` lets through. Raises `UserError` (`nothing_to_ask`) where there are none."""
        if not found.problems:
            raise UserError(
                f"none of {len(self.asked)} statements elaborates on {self.engine.description}",
                code="nothing_to_ask",
                hint="`prove bench validate` says why; Mathlib needs --engine native in a project that has it",
            )
        loaded = self.loaded
        chosen = "" if len(self.asked) == len(loaded.problems) else f"{len(self.asked)}-chosen"
        return Evaluation(
            benchmark=loaded.manifest.name,
            variant=loaded.told_variant,
            split=self.split,
            subset="-".join(part for part in (found.subset, chosen) if part),
            problems=len(found.problems),
            attempts=self.attempts,
            released=loaded.released,
            foundation=self.foundation.name if self.foundation is not None and found.replaced else "",
            corrected=self.corrected,
            excluded=loaded.excluded,
            prover=self.entrant.encoded(),
            budget=budget_of(self.entrant),
            source=loaded.sources,
            toolchain=loaded.form.toolchain,
            lean_version=self.engine.lean_version,
            engine=self.engine.description,
        )

    def spec(self) -> RunSpec:
        """What must be the same for its run to be taken up again."""
        return spec_of(self.entrant, self.loaded.manifest.name, self.asked, self.engine)


def spec_of(entrant: Entrant, benchmark: str, asked: Sequence[Problem], engine: LeanEngine) -> RunSpec:
    """The description of a run: this prover, asked these statements on this Lean."""
    facts = entrant.facts()
    statements = hashlib.sha256("".join(f"{problem.id}\0{problem.digest}\n" for problem in asked).encode())
    return RunSpec(
        arguments=("bench", benchmark),
        engine=engine.description,
        lean_version=engine.lean_version,
        versions=installed_versions("leap-prover"),
        inputs={"statements": statements.hexdigest()},
        limits={**budget_of(entrant), "frontier": entrant.frontier, "premises": entrant.premises},
        seed=entrant.seed,
        model=facts.get("reference", ""),
        prompts=facts.get("prompts", {}),
        sampling={name: value for name, value in facts.items() if name not in ("reference", "prompts")},
    )


def asked_again(record: Record, engine: LeanEngine, attempts: int | None) -> Evaluation:
    """The evaluation of an earlier run, to be made once more on this Lean. `attempts`: None: as many."""
    evaluation = record.evaluation
    return replace(
        evaluation,
        attempts=evaluation.attempts if attempts is None else attempts,
        lean_version=engine.lean_version,
        engine=engine.description,
    )
