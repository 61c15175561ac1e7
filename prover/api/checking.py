"""A finished file judged in a workplace."""

from __future__ import annotations

from dataclasses import dataclass

from prover.api.check_options import CheckOptions
from prover.api.lite import founded_on, refuse_auto_implicit
from prover.api.marked import MarkedLadder
from prover.api.workplace import Workplace
from prover.core.verdict import Consistent, Proved, Verdict
from prover.lean.source import SourceFile
from prover.verify import Limits
from prover.verify.docket import Item


@dataclass(frozen=True, slots=True)
class Checked:
    """`verdicts`: by target. `stated`: whether a reference said what was to be proved. `foundation`: the library of
    ours that stood in for an import."""

    verdicts: dict[str, Verdict]
    stated: bool
    foundation: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether every verdict is as good as can be: `Proved`, without a reference `Consistent`."""
        return bool(self.verdicts) and all(self.good(verdict) for verdict in self.verdicts.values())

    def good(self, verdict: Verdict) -> bool:
        """Whether a verdict is as good as can be here."""
        return isinstance(verdict, Proved if self.stated else Consistent)


async def check_in(
    place: Workplace, submission: SourceFile, reference: SourceFile | None, options: CheckOptions
) -> Checked:
    """Judges `submission`, against `reference` where there is one. Raises `UserError` for what cannot be checked.

    A frozen theorem of the submission whose statement is another now is a `Mismatch`; one of the reference, a
    `UserError` (`statement_changed`).
    """
    foundation = None
    if place.foundation is not None:
        stated = submission if reference is None else reference
        finished = reference is None
        foundation = await founded_on(place.pool, stated, seconds=options.seconds, finished=finished)
        if foundation is not None:
            refuse_auto_implicit(submission)
    item = Item(
        submission.name,
        submission.text,
        reference=None if reference is None else reference.text,
        targets=options.targets or None,
        policy=options.policy,
        strict=options.strict,
        allowed_axioms=options.allow,
        limits=Limits(seconds=options.seconds),
    )
    ladder = MarkedLadder(place.pool, place.ladder, "the reference" if reference is None else reference.name)
    return Checked(await ladder.judge(item), reference is not None, foundation)
