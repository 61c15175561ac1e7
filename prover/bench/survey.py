"""Which statements of a benchmark can be asked of the Lean at hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from prover.bench.problem import Problem
from prover.bench.validation import Validity, validate_all
from prover.events import write_atomically
from prover.lean import Pool

LEFT_OUT = "left_out.jsonl"


@dataclass(frozen=True, slots=True)
class Survey:
    """`problems`: those that elaborate, in their order; `left_out`: what Lean says of the others. `replaced`: whether
    any of them is elaborated over what stands in for its imports."""

    problems: tuple[Problem, ...]
    left_out: tuple[Validity, ...]
    replaced: bool

    @property
    def subset(self) -> str:
        """What the rates are to be named after: empty where all statements are asked, and as released."""
        return "core-lite" if self.left_out or self.replaced else ""

    def save(self, folder: Path) -> None:
        """Says in a run folder why a statement is not asked, a line each."""
        lines = [
            json.dumps({"problem": v.problem, "status": v.status.value, "detail": v.detail}, ensure_ascii=False)
            for v in self.left_out
        ]
        write_atomically(folder / LEFT_OUT, "".join(f"{line}\n" for line in lines))


async def survey(
    problems: Sequence[Problem],
    pool: Pool,
    *,
    jobs: int = 1,
    observe: Callable[[Validity], None] = lambda validity: None,
) -> Survey:
    """Elaborates every statement, `jobs` at once; their ids differ."""
    found: dict[str, Validity] = {}
    async with aclosing(validate_all(problems, pool, jobs=jobs)) as validities:
        async for validity in validities:
            found[validity.problem] = validity
            observe(validity)
    kept = tuple(problem for problem in problems if found[problem.id].elaborates)
    left = tuple(found[problem.id] for problem in problems if not found[problem.id].elaborates)
    return Survey(kept, left, await any_replaced(kept, pool))


async def any_replaced(problems: Sequence[Problem], pool: Pool) -> bool:
    """Whether one of them is elaborated over what stands in for its imports."""
    if pool.foundation is None:
        return False
    headers = {problem.header: problem for problem in problems}
    read = [await pool.read_header(problem.text) for problem in headers.values()]
    return any(pool.foundation.carries(header.modules) for header in read)
