"""How much trouble the agent takes over a lemma."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Effort:
    """How much trouble is taken. `revisions` of one proof, `plan_revisions` of one plan; seconds of the short and the
    long search; `review`: a reviewer is asked before a plan is committed."""

    revisions: int = 4
    plan_revisions: int = 4
    close_seconds: float = 8.0
    search_seconds: float = 60.0
    review: bool = True
    diagnose: bool = True

    def within(self, seconds: float | None) -> Effort:
        """With searches that leave most of so many seconds to others; None: no limit."""
        if seconds is None:
            return self
        close, search = min(self.close_seconds, seconds / 10), min(self.search_seconds, seconds / 6)
        return replace(self, close_seconds=max(1.0, close), search_seconds=max(1.0, search))

    def with_limits(self, revisions: int, plan_revisions: int) -> Effort:
        """With other numbers of revisions."""
        return replace(self, revisions=revisions, plan_revisions=plan_revisions)
