"""The negation of a target, looked for in a part of its time: an instance that fails, else a proof."""

from __future__ import annotations

from prover.agent.counterexample import hunt, unfoldable
from prover.agent.goal_search import TRY_SECONDS, GoalSearch, only_here
from prover.agent.hunt import INSTANCES_TRIED
from prover.agent.judging import Observer
from prover.agent.refutation import refutation_header
from prover.core.errors import LeanProcessError
from prover.core.position import Span
from prover.lean.source import Edit

#: For looking at instances, before the negation is searched for: so much of that search's time.
_INSTANCES_SHARE = 0.6


async def disprove(search: GoalSearch, seconds: float, observe: Observer) -> bool:
    """Looks for a counterexample, then for a proof of the negated statement; whether there is one.

    It stands in `task.refutation` as a theorem to come after the target, and is judged later.
    """
    bench, task = search.bench, search.task
    await bench.restore()
    quoted = "«" in bench.source.text
    header = refutation_header(task.name, quoted=quoted)
    command = task.obligation.command
    text = bench.source.with_edits([Edit(Span(command.end, command.end), f"\n\n{header} by sorry\n")]).text
    after = await bench.worker.elaborate(
        bench.before(command), text, start=command.start, stop=command.end, keep=True, wall_seconds=TRY_SECONDS
    )
    instances = await hunt(
        bench.worker,
        after.env,
        task.name,
        definitions=unfoldable(bench.elaboration.declarations),
        quoted=quoted,
        avoid=search.avoid(),
        seconds=seconds * _INSTANCES_SHARE,
        stop=search.stop,
    )
    observe(INSTANCES_TRIED, instances.told(task.obligation.label))
    if instances.found is not None:
        task.refutation, task.stopped = instances.found.theorem, "refuted"
        return True
    if not bench.worker.alive or search.stop.is_set():
        return False
    script = await _proof(search, after.env, text, seconds)
    if script is None:
        return False
    indented = "\n".join("  " + line if line else line for line in script.split("\n"))
    task.refutation, task.stopped = f"{header} by\n{indented}", "refuted"
    return True


async def _proof(search: GoalSearch, env: int, text: str, seconds: float) -> str | None:
    """A script for the negation that stands in `text` after the target; `env`, the target's, is released."""
    bench, begun = search.bench, search.task.obligation.command.end
    opened = await bench.worker.elaborate(env, text, start=begun, stop=begun + 3, holes=True, wall_seconds=TRY_SECONDS)
    states = [h.state for h in opened.holes if h.state is not None]
    if len(states) != 1 or not opened.clean:
        return None
    worker = bench.worker
    try:
        solution = await search.solution(only_here(bench, worker, states[0]), seconds, refuting=True)
    except LeanProcessError:
        return None
    if worker.alive and bench.worker is worker:
        await worker.release(states=states, envs=[env])
    return solution.script
