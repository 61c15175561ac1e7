"""Propositions put to Lean's small automation, many in one call, where a draft is declared."""

from __future__ import annotations

from collections.abc import Sequence

from prover.formalize.stated import Stated

_CALLS = "first | omega | grind | (simp_all; done)"
_HEARTBEATS = 40_000


async def proved(stated: Stated, propositions: Sequence[str], *, calls: str = _CALLS, seconds: float) -> list[bool]:
    """Which of these propositions (text for Lean) small automation proves; False where it gives up, and for text that
    Lean does not read. `seconds`: for all of them. Raises `LeanProcessError`."""
    text, starts = "", list[int]()
    for proposition in propositions:
        starts.append(len(text.encode()))
        text += f"example : {proposition} := by\n  intros\n  {calls}\n\n"
    if not text:
        return []
    read = await stated.worker.elaborate(stated.env, text, heartbeats=_HEARTBEATS, wall_seconds=seconds)
    good = {c.span.start for c in read.commands if c.span is not None and not c.failed and not c.writes_sorry}
    return [start in good for start in starts]
