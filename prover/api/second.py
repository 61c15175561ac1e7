"""The judge of proofs that an existing repl found: the ladder on the embedded Lean, where that can say something."""

from __future__ import annotations

from collections.abc import Sequence

from prover.agent.ladder_judge import LadderJudge
from prover.core.errors import SetupError
from prover.core.verdict import NotVerified, Verdict
from prover.lean import Pool, PoolLimits
from prover.lean.bundled import bundled
from prover.lean.embedded import EmbeddedEngine
from prover.repl import ReplEngine


class SecondJudge:
    """Verdicts on what was found through `engine`, which cannot give any itself.

    The finished file is verified from the beginning on the embedded engine when that is the same version of Lean and
    has all that the file imports; the verdict's report names it. Otherwise a proof is `NotVerified`, with the reason.
    """

    def __init__(self, engine: ReplEngine, limits: PoolLimits) -> None:
        self._engine = engine
        self._limits = limits

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        try:
            embedded = EmbeddedEngine.open(bundled("lean_project"))
        except SetupError as error:
            return dict.fromkeys(names, NotVerified(detail=f"the embedded Lean cannot be used: {error.message}"))
        if _release(self._engine.version) != _release(embedded.lean_version):
            versions = f"the repl's Lean is {self._engine.lean_version}, the embedded one {embedded.lean_version}"
            return dict.fromkeys(names, NotVerified(detail=versions))
        async with Pool(embedded, self._limits) as pool:
            header = await pool.read_header(submission)
            absent = [module for module in header.modules if not embedded.has_module(module)]
            if absent:
                detail = f"the embedded Lean does not have {', '.join(absent)}"
                return dict.fromkeys(names, NotVerified(detail=detail))
            return await LadderJudge(pool).proofs(submission, reference, names, filled)

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        return NotVerified(detail="refutations are not looked for through a repl")


def _release(version: str) -> str:
    """The release a version belongs to: `4.28.0` of `4.28.0-rc1`."""
    return version.partition("-")[0]
