"""What became of one problem in words, and of each of its drafts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.fidelity import LOST


class Stage(StrEnum):
    """What a problem has to pass, in this order; one that falls is told with the stage at which it did.

    `drafted`: there is a statement. `elaborates`: Lean reads it as a proposition. `meaningful`: its hypotheses do not
    contradict each other, and do not hold the conclusion. `not_refuted`: its negation
    was not proved. `undoubted`: nothing else speaks against it. `agreed`: as many drafts as asked for say the same.
    `faithful`: a model that reads it back says that it is what the words say. `kept`: all of these.
    """

    DRAFTED = "drafted"
    ELABORATES = "elaborates"
    MEANINGFUL = "meaningful"
    NOT_REFUTED = "not_refuted"
    UNDOUBTED = "undoubted"
    AGREED = "agreed"
    FAITHFUL = "faithful"
    KEPT = "kept"


#: That automation proves a statement does not speak against it, that a hypothesis is not needed neither.
MILD = frozenset({Concern.TRIVIAL, Concern.UNUSED_HYPOTHESIS})


@dataclass(frozen=True, slots=True)
class DraftOutcome:
    """One draft: the stage at which it fell, `agreed` where it did not, why, and all that there is to doubt.

    `error`: Lean's first, where it does not elaborate. `lost`: Lean was, so that nothing is known."""

    draft: Draft
    stage: Stage
    reason: str = ""
    error: str = ""
    key: str = ""
    doubts: tuple[Doubt, ...] = ()
    instances: int = 0
    unexamined: tuple[str, ...] = ()
    lost: bool = False

    @property
    def survives(self) -> bool:
        return self.stage is Stage.AGREED

    @property
    def examined(self) -> Examined:
        """As it was looked at, errors aside."""
        return Examined(self.draft, (), self.key, self.doubts, self.instances, self.unexamined)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One problem. `key`: of what was asked (`InformalProblem.key`). `stage`: where it fell, `kept` where it did not;
    `reason`: why, in one line. `chosen`: the number of the draft that is kept, from 0; -1 for none. `classes`: drafts
    that say the same, by number. `broken`: machinery failed, so that it is to be done again."""

    id: str
    key: str
    words: str
    stage: Stage
    reason: str = ""
    drafts: tuple[DraftOutcome, ...] = ()
    chosen: int = -1
    classes: tuple[tuple[int, ...], ...] = ()
    shown: str = ""
    opinion: str = ""
    seconds: float = 0.0
    broken: bool = False

    @property
    def kept(self) -> bool:
        return self.stage is Stage.KEPT

    @property
    def statement(self) -> DraftOutcome | None:
        """The draft that is kept."""
        return self.drafts[self.chosen] if self.chosen >= 0 else None


def draft_outcome(examined: Examined, *, keep_doubtful: bool) -> DraftOutcome:
    """Where a draft falls."""
    made = DraftOutcome(
        examined.draft,
        Stage.AGREED,
        key=examined.key,
        doubts=examined.doubts,
        instances=examined.instances,
        unexamined=examined.unexamined,
    )
    return _fallen(made, examined, keep_doubtful)


def _fallen(made: DraftOutcome, examined: Examined, keep_doubtful: bool) -> DraftOutcome:
    if not examined.elaborates:
        first = examined.errors[0] if examined.errors else None
        error = "" if first is None else (first.text.splitlines() or [""])[0]
        lost = first is not None and first.kind == LOST
        return replace(made, stage=Stage.ELABORATES, reason=error, error=error, lost=lost)
    for stage, falls in ((Stage.MEANINGFUL, _meaningless), (Stage.NOT_REFUTED, _refuted), (Stage.UNDOUBTED, _doubtful)):
        found = next((doubt for doubt in examined.doubts if falls(doubt)), None)
        if found is not None and not (stage is Stage.UNDOUBTED and keep_doubtful):
            return replace(made, stage=stage, reason=f"{found.concern.value}: {found.detail}")
    return made


def _refuted(doubt: Doubt) -> bool:
    return doubt.concern is Concern.FALSE


def _meaningless(doubt: Doubt) -> bool:
    return doubt.damning and not _refuted(doubt)


def _doubtful(doubt: Doubt) -> bool:
    return doubt.concern not in MILD
