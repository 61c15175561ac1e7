"""How many problems and drafts each stage leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.formalize.outcome import Outcome, Stage

_ORDER = list(Stage)
_WORDS = {
    Stage.DRAFTED: "a statement is there",
    Stage.ELABORATES: "elaborates",
    Stage.MEANINGFUL: "hypotheses do not contradict",
    Stage.NOT_REFUTED: "negation not proved",
    Stage.UNDOUBTED: "nothing else to doubt",
    Stage.AGREED: "drafts agree",
    Stage.FAITHFUL: "read back, it says the same",
    Stage.KEPT: "kept",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What passed a stage. `problems`: those with a draft that did; `fell`: problems that fell there; `drafts`: those
    that did, -1 where it is about problems alone. `words`: the stage for a person."""

    stage: Stage
    words: str
    problems: int
    fell: int
    drafts: int = -1


def funnel(outcomes: Sequence[Outcome]) -> list[Row]:
    """A row for each stage, in their order; broken ones count nowhere."""
    told = [outcome for outcome in outcomes if not outcome.broken]
    drafts = [draft for outcome in told for draft in outcome.drafts if not draft.lost]
    rows: list[Row] = []
    for place, stage in enumerate(_ORDER):
        passed = sum(_place(outcome.stage) > place or outcome.kept for outcome in told)
        fell = sum(outcome.stage is stage and not outcome.kept for outcome in told)
        left = len(drafts) if stage is Stage.DRAFTED else sum(_place(draft.stage) > place for draft in drafts)
        of_drafts = place < _place(Stage.AGREED)
        rows.append(Row(stage, _WORDS[stage], passed, fell, left if of_drafts else -1))
    return rows


def _place(stage: Stage) -> int:
    return _ORDER.index(stage)
