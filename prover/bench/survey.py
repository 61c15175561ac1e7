"""Which statements of a benchmark can be asked of the Lean at hand."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.bench.problem import Problem
from prover.bench.validation import Validity, validate
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
    """Elaborates every statement, `jobs` at once."""
    queue = deque(enumerate(problems))
    found: dict[int, Validity] = {}
    replaced: set[int] = set()

    async def work() -> None:
        while queue:
            number, problem = queue.popleft()
            found[number] = await validate(problem, pool)
            observe(found[number])
            if found[number].elaborates and pool.foundation is not None:
                header = await pool.read_header(problem.text)
                if pool.foundation.carries(header.modules):
                    replaced.add(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(work())
    kept = tuple(problem for number, problem in enumerate(problems) if found[number].elaborates)
    left = tuple(found[number] for number in range(len(problems)) if not found[number].elaborates)
    return Survey(kept, left, bool(replaced))
