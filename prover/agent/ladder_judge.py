"""The verification ladder as the judge of what was filled in."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prover.core.verdict import Verdict
from prover.lean import Pool
from prover.verify import Audit, Ladder, Limits


class LadderJudge:
    """The verification ladder as the filler's judge. `audit`: what is known of the user's own modules;
    `seconds`: limit of one check, starts included."""

    def __init__(
        self,
        pool: Pool,
        *,
        audit: Audit | None = None,
        seconds: float = 120.0,
        strict: bool = False,
        allowed_axioms: Collection[str] = (),
    ) -> None:
        self._ladder = Ladder(
            pool,
            audit=audit or Audit(),
            trusted_modules=pool.engine.trusted_modules,
            foundation=pool.foundation,
        )
        self._limits = Limits(seconds=seconds)
        self._strict = strict
        self._allowed = tuple(allowed_axioms)

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        return await self._ladder.check(
            submission,
            reference=reference,
            targets=names,
            strict=self._strict,
            preserve=True,
            filled=filled,
            allowed_axioms=self._allowed,
            limits=self._limits,
        )

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        return await self._ladder.check_refutation(
            submission,
            reference=reference,
            target=name,
            refutation=refutation,
            strict=self._strict,
            allowed_axioms=self._allowed,
            limits=self._limits,
        )
