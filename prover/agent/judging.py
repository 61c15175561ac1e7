"""Verdicts on what was found: all proofs in one file, and those that fail left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from prover.agent.judge import Judge
from prover.agent.naming import NamedSource
from prover.agent.refutation import refutation_name
from prover.agent.task import Task
from prover.core.position import Span
from prover.core.verdict import Incomplete, Infrastructure, NotProved, Proved, ProvedModulo, Refuted, Verdict
from prover.lean.source import Edit, SourceFile

Observer = Callable[[str, dict[str, Any]], None]


class Judging:
    """Judges the tasks of a run over `named`. `interrupted`: the searches were ended from outside."""

    def __init__(self, named: NamedSource, judge: Judge, observe: Observer, *, interrupted: bool) -> None:
        self.named = named
        self.judge = judge
        self.observe = observe
        self.interrupted = interrupted

    async def judge_all(self, tasks: list[Task]) -> SourceFile:
        """Asks the ladder about everything found; gives the file with the verified proofs, and only those."""
        candidates = [t for t in tasks if t.edits and t.verdict is None]
        if candidates:
            self.observe("Verifying", {"targets": [t.obligation.label for t in candidates]})
            kept = await self._accepted(candidates)
        else:
            kept = []
        for task in tasks:
            await self._settle(task)
        return self.named.original.with_edits([Edit(self.named.back(e.span), e.text) for t in kept for e in t.edits])

    async def _accepted(self, candidates: list[Task]) -> list[Task]:
        """The tasks whose proofs pass, all in one file; sets every verdict."""
        verdicts = await self._verdicts(candidates)
        if not _all_pass(candidates, verdicts):
            # One refused proof can spoil the others' verdicts (a file with an error in it): one after the other.
            kept: list[Task] = []
            verdicts: dict[str, Verdict] = {}
            for task in candidates:
                seen = await self._verdicts([*kept, task])
                if task.fallback is not None and not _all_pass([*kept, task], seen):
                    # The proof was made shorter after it was found: it is judged as it was found.
                    shorter = task.scripts, task.edits
                    task.scripts, task.edits = task.fallback
                    first = await self._verdicts([*kept, task])
                    if _all_pass([*kept, task], first):
                        seen = first
                    else:
                        task.scripts, task.edits = shorter
                if _all_pass([*kept, task], seen):
                    kept.append(task)
                    verdicts.update(seen)
                else:
                    verdicts[task.name] = seen[task.name]
        else:
            kept = candidates
        for task in candidates:
            task.verdict = verdicts[task.name]
        return kept

    async def _verdicts(self, tasks: list[Task]) -> dict[str, Verdict]:
        text = self.named.working.with_edits([e for t in tasks for e in t.edits]).text
        chosen = [t.name for t in tasks if any(g.is_data for g in t.gaps) and t.obligation.kind == "def"]
        return await self.judge.proofs(text, self.named.working.text, [t.name for t in tasks], chosen)

    async def _settle(self, task: Task) -> None:
        """The last word on a target: where a part was filled, what is left; where nothing was found, why."""
        if task.edits and isinstance(task.verdict, Incomplete):
            left = [g.span for g in task.obligation.gaps if g not in task.gaps]
            task.verdict = replace(task.verdict, holes=tuple(self.named.back(s) for s in left))
        if task.verdict is not None:
            return
        if task.refutation:
            at = task.obligation.command.end
            text = self.named.working.with_edits([Edit(Span(at, at), f"\n\n{task.refutation}\n")])
            verdict = await self.judge.refutation(
                text.text, self.named.working.text, task.name, refutation_name(task.name)
            )
            if isinstance(verdict, Refuted | Infrastructure):
                task.scripts = [task.refutation] if isinstance(verdict, Refuted) else []
                task.verdict = verdict
                return
            task.stopped = "refutation_refused"
        task.verdict = NotProved(stopped="interrupted" if self.interrupted else task.stopped)


def _all_pass(tasks: Sequence[Task], verdicts: dict[str, Verdict]) -> bool:
    return all(_passes(task, verdicts) for task in tasks)


def _passes(task: Task, verdicts: dict[str, Verdict]) -> bool:
    """Whether a proof may stay: verified, or a part of one in a declaration whose other holes are left."""
    return isinstance(verdicts[task.name], Proved | ProvedModulo if task.whole else Incomplete)
