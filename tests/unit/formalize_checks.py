"""In place of what Lean is asked about drafts, for tests of all that is around it: quick, and known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from prover.api.workplace import Workplace
from prover.formalize.checks import Checks
from prover.formalize.doubt import Concern, Doubt
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.formalize.inspection import inspect


def checks(*damned: str, same: Sequence[Sequence[str]] = ()) -> Checks:
    """Statements that are `damned` are false; those of one group in `same` say the same, no others do."""

    async def examine(place: Workplace, draft: Draft, words: str) -> Examined:
        assert words
        key = (await inspect(place.pool, draft)).key
        false = draft.statement in damned
        doubts = (Doubt(Concern.FALSE, "a = 0, b = 1", "by decide"),) if false else ()
        return Examined(draft, key=key, doubts=doubts, instances=0 if false else 9)

    async def compare(place: Workplace, drafts: Sequence[Examined]) -> Any:
        statements = [examined.draft.statement for examined in drafts]
        groups = [[i for i, text in enumerate(statements) if text in group] for group in same]
        alone = [[i] for i in range(len(drafts)) if not any(i in group for group in groups)]
        classes = sorted((tuple(one) for one in [*groups, *alone] if one), key=lambda one: -len(one))
        return SimpleNamespace(classes=tuple(classes), undecided=(), implies=())

    return Checks(examine, compare)
