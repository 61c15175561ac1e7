"""Finished files judged, their frozen statements kept to: what `prove check`, of one and of many, and servers ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.api.frozen import Standing, held, require_held, with_marks
from prover.core.verdict import TimedOut, Verdict
from prover.lean import Pool
from prover.verify.batch import Checker
from prover.verify.docket import Item
from prover.verify.elaborated import normalised


@dataclass
class MarkedLadder:
    """A ladder that reads the marks of what it judges. `reference`: how messages call what is to be proved.

    A file with marks is elaborated once more for them, within the time that its check may take.
    """

    pool: Pool
    ladder: Checker
    reference: str = "the reference"
    #: The last reference whose marks hold: many submissions of one come together.
    _holds: str | None = field(default=None, init=False, repr=False)

    async def judge(self, item: Item) -> dict[str, Verdict]:
        """The ladder's verdicts; a frozen theorem of the submission whose statement is another now is a `Mismatch`.

        Raises `UserError`: `statement_changed` for such a theorem of the reference, and what the ladder raises.
        """
        seconds = item.limits.seconds
        if item.reference is not None and item.reference != self._holds:
            told = await held(self.pool, normalised(item.reference, self.reference), seconds=seconds)
            if any(one.standing is Standing.UNREAD for one in told):
                return dict.fromkeys(item.targets or ("*",), TimedOut("reference"))
            require_held(told, self.reference)
            self._holds = item.reference
        found = await self.ladder.judge(item)
        submission = normalised(item.submission, "the submission")
        return await with_marks(self.pool, submission, found, item.targets or (), seconds=seconds)
