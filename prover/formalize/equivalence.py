"""Which of several drafts say the same: equal down to their definitions, or each proved from the other by Lean."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations

from prover.api.workplace import Workplace
from prover.core.errors import LeanProcessError, UserError
from prover.core.verdict import Proved
from prover.formalize.agreement import Agreement, Pair
from prover.formalize.doubt import Concern
from prover.formalize.examined import Examined
from prover.formalize.implication import Implications
from prover.formalize.joint import Joint, implied, join

_READ_SECONDS = 60.0


async def compare(place: Workplace, drafts: Sequence[Examined], *, seconds: float = 20.0) -> Agreement:
    """What is known of every two of the drafts; `seconds`: of Lean, for all of them together.

    Drafts with equal keys say the same. Of others with the same context Lean tries to prove each from the other, and
    the verifier judges what it finds; a draft that automation proves by itself is compared by its form alone. That
    nothing is shown of two is `undecided`, never that they differ: only a counterexample to one of them that the other
    withstands tells them apart.
    """
    comparison = _Comparison(place, drafts, time.monotonic() + seconds)
    comparison.join_equal()
    await comparison.prove()
    return comparison.agreement()


@dataclass(slots=True)
class _Comparison:
    place: Workplace
    drafts: Sequence[Examined]
    deadline: float
    proofs: dict[Pair, str] = field(default_factory=dict[Pair, str])
    by_themselves: list[int] = field(default_factory=list[int])
    texts: list[str] = field(default_factory=list[str])
    rests_on: str = ""
    _parents: dict[int, int] = field(default_factory=dict[int, int])

    def join_equal(self) -> None:
        first: dict[str, int] = {}
        for number, examined in enumerate(self.drafts):
            if examined.elaborates:
                self._parents[number] = first.setdefault(examined.key, number)

    async def prove(self) -> None:
        """Proofs between drafts that differ, those with one context together."""
        groups: dict[str, dict[int, Examined]] = {}
        for number in sorted(set(self._parents.values())):
            examined = self.drafts[number]
            if not any(doubt.concern is Concern.FALSE for doubt in examined.doubts):
                groups.setdefault(examined.draft.context, {})[number] = examined
        for group in groups.values():
            if len(group) > 1:
                try:
                    await self._prove(group)
                except (LeanProcessError, UserError):
                    continue  # what is not shown is undecided

    async def _prove(self, group: Mapping[int, Examined]) -> None:
        header = await self.place.pool.read_header(next(iter(group.values())).draft.context)
        found: dict[Pair, str] = {}
        async with self.place.pool.lease(header.modules) as worker:
            worker.clean = False
            joint = await join(worker, header, group, seconds=_READ_SECONDS)
            if joint is None:
                return
            implications = Implications(worker, joint, self.deadline)
            with suppress(LeanProcessError):  # what was found before counts
                await self._search(implications, sorted(joint.names), found)
            self.by_themselves += implications.by_themselves
        if found:
            await self._judge(joint, found)

    async def _search(self, implications: Implications, numbers: Sequence[int], found: dict[Pair, str]) -> None:
        """Fills `found`. Of drafts shown to say the same, one is compared with the others."""
        kept: list[int] = []
        for j in numbers:
            for i in kept:
                for pair in ((i, j), (j, i)):
                    if implications.over:
                        return
                    tactics = await implications.prove(*pair)
                    if tactics:
                        found[pair] = tactics
                if (i, j) in found and (j, i) in found:
                    break
            else:
                kept.append(j)

    async def _judge(self, joint: Joint, found: Mapping[Pair, str]) -> None:
        """Keeps what the verifier accepts, the whole file elaborated anew."""
        asked = {implied(*pair): pair for pair in found}
        stated = {pair: joint.implication(*pair) for pair in found}
        reference = joint.text + "".join(f"\n{stated[pair]} := by\n  sorry\n" for pair in found)
        submission = joint.text + "".join(f"\n{stated[pair]} := by\n  {found[pair]}\n" for pair in found)
        verdicts = await self.place.judge.proofs(submission, reference, list(asked))
        shown = [(pair, v) for name, pair in asked.items() if isinstance(v := verdicts.get(name), Proved)]
        for pair, verdict in shown:
            self.proofs[pair] = found[pair]
            self.rests_on = f"proved on {verdict.report.get('engine_description', 'this Lean')}, judged by the verifier"
        if shown:
            proofs = "".join(f"\n{stated[pair]} := by\n  {found[pair]}\n" for pair, _ in shown)
            self.texts.append(joint.text + proofs)
        for i, j in list(self.proofs):
            if (j, i) in self.proofs:
                self._unite(i, j)

    def agreement(self) -> Agreement:
        members: dict[int, list[int]] = {}
        for number in sorted(self._parents):
            members.setdefault(self._root(number), []).append(number)
        classes = sorted(map(tuple, members.values()), key=lambda one: (-len(one), one[0]))
        equal = {(i, j): "" for one in classes for i in one for j in one if i != j and self._key(i) == self._key(j)}
        told = self._told_apart()
        apart: dict[Pair, str] = {}
        undecided: list[Pair] = []
        for i, j in combinations(sorted(self._parents), 2):
            here, there = self._root(i), self._root(j)
            if here == there:
                continue
            why = told.get((here, there)) or told.get((there, here))
            if why:
                apart[i, j] = why
            elif (i, j) not in self.proofs and (j, i) not in self.proofs:
                undecided.append((i, j))
        return Agreement(
            tuple(classes),
            {**equal, **self.proofs},
            tuple(sorted(pair for pair in self.proofs if self._root(pair[0]) != self._root(pair[1]))),
            apart,
            tuple(sorted(undecided)),
            tuple(sorted(set(self.by_themselves))),
            "\n".join(self.texts),
            self.rests_on,
        )

    def _told_apart(self) -> dict[Pair, str]:
        """What tells classes apart, by the first drafts of these: what holds of one holds of all in its class."""
        found: dict[Pair, str] = {}
        for i, j in combinations(sorted(self._parents), 2):
            why = _told_apart(self.drafts[i], self.drafts[j], i, j)
            if why and self._root(i) != self._root(j):
                found.setdefault((self._root(i), self._root(j)), why)
        return found

    def _key(self, number: int) -> str:
        return self.drafts[number].key

    def _root(self, number: int) -> int:
        while self._parents[number] != number:
            number = self._parents[number]
        return number

    def _unite(self, i: int, j: int) -> None:
        first, second = sorted((self._root(i), self._root(j)))
        self._parents[second] = first


def _told_apart(one: Examined, other: Examined, i: int, j: int) -> str:
    """Why two drafts do not say the same: one is false, and the other is proved or withstands small instances."""
    for false, true, number, against in ((one, other, i, j), (other, one, j, i)):
        refuted = next((d for d in false.doubts if d.concern is Concern.FALSE), None)
        if refuted is None or any(d.concern is Concern.FALSE for d in true.doubts):
            continue
        if any(d.concern is Concern.TRIVIAL for d in true.doubts):
            return f"draft {number + 1} is false ({refuted.detail}), and draft {against + 1} is proved"
        if true.instances:
            held = f"held in the {true.instances:,} small instances looked at"
            return f"draft {number + 1} is false ({refuted.detail}), and draft {against + 1} {held}"
    return ""
