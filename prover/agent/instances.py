"""A statement tried with many values at once: what Lean's kernel says of all instances in a box."""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from prover.agent.sampling import ARITY, SPACE
from prover.core.outcome import Progress, TacticOutcome
from prover.core.state import Hypothesis
from prover.generate.domains import Item
from prover.generate.lean_type import LeanType
from prover.lean import Worker

#: Heartbeats for one look at a box, in the unit of `maxHeartbeats`, and its wall limit.
HEARTBEATS = 200_000
BOX_SECONDS = 6.0
#: The name of the statement as a hypothesis.
STATEMENT = "h"
_NUMBERS = ("Nat", "Int")


@dataclass(frozen=True, slots=True)
class Variable:
    """An argument of a statement. `type_text`: its type with the arguments before it called `x0`, `x1`, ..."""

    index: int
    name: str
    type_text: str
    is_prop: bool
    is_instance: bool

    @property
    def type(self) -> LeanType:
        return LeanType.read(self.type_text)


@dataclass(frozen=True, slots=True)
class Setting:
    """A statement with some of its arguments fixed: types, instances, what other types depend on."""

    variables: tuple[Variable, ...]
    fixed: Mapping[int, str]

    @property
    def inner(self) -> list[Variable]:
        """The data that are still free."""
        return [v for v in self.variables if not v.is_prop and v.index not in self.fixed]

    def first_outer(self) -> Variable | None:
        """The first free argument that has to be fixed before the others' types are known."""
        for variable in self.inner:
            word = re.compile(rf"\bx{variable.index}\b")
            later = (v for v in self.variables if v.index > variable.index and not v.is_prop)
            if variable.type.is_sort or variable.is_instance or any(word.search(v.type_text) for v in later):
                return variable
        return None


@dataclass(slots=True)
class Table:
    """A goal `False` on a worker with a statement as the hypothesis `h`; what is tried there leaves no states behind.

    `kept`: states to be released in the end. `deadline`: in the time of `time.monotonic`. `avoid`: constants that no
    proof may use.
    """

    worker: Worker
    state: int
    deadline: float
    kept: list[int] = field(default_factory=list[int])
    avoid: tuple[str, ...] = ()

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    async def tell(
        self,
        tactics: Sequence[str],
        *,
        state: int | None = None,
        seconds: float = BOX_SECONDS,
        total: float = math.inf,
        heartbeats: int = HEARTBEATS,
        stop_at_solved: bool = False,
    ) -> list[TacticOutcome[int]]:
        """What becomes of each tactic at the goal, as far as time (`total` seconds) allows. The states they leave are
        released."""
        outcomes: list[TacticOutcome[int]] = []
        if self.left <= 0:
            return outcomes
        async for _, outcome in self.worker.apply(
            self.state if state is None else state,
            tactics,
            heartbeats=heartbeats,
            wall_seconds=max(0.2, min(seconds, self.left)),
            total_seconds=max(0.2, min(total, self.left)),
            stop_at_solved=stop_at_solved,
            avoid=self.avoid,
        ):
            outcomes.append(outcome)
        states = [o.handle for o in outcomes if isinstance(o, Progress)]
        if states:
            await self.worker.release(states)
        return outcomes

    async def open(self, tactic: str, *, state: int | None = None) -> Progress[int] | None:
        """The state a tactic leads to, kept until the end."""
        if self.left <= 0:
            return None
        found: Progress[int] | None = None
        async for _, outcome in self.worker.apply(
            self.state if state is None else state, [tactic], wall_seconds=BOX_SECONDS
        ):
            if isinstance(outcome, Progress):
                found = outcome
                self.kept.append(outcome.handle)
        return found

    async def setting(self) -> Setting | None:
        """The arguments of the statement; None where Lean does not show them."""
        opening = _opening("", [])
        first = await self._arguments(f"{opening}unhygienic intros")
        if not first:
            return None if first is None else Setting((), {})
        found = await self._arguments(f"{opening}intro {' '.join(f'x{i}' for i in range(len(first)))}")
        if found is None:
            return None
        named = zip(first, found, strict=True)
        return Setting(tuple(_variable(i, a.name, h) for i, (a, h) in enumerate(named)), {})

    async def narrowed(self, setting: Setting, fixed: Mapping[int, str]) -> Setting | None:
        """The same arguments once these are fixed; None where Lean does not take them."""
        last = max(fixed)
        bound = [i for i in range(last) if i not in fixed]
        opening = _opening(" ".join(f"x{i}" for i in bound), [fixed.get(i, f"x{i}") for i in range(last + 1)])
        order = [*bound, *range(last + 1, len(setting.variables))]
        found = await self._arguments(f"{opening}intro {' '.join(f'x{i}' for i in order)}" if order else opening)
        if found is None or len(found) < len(order):
            return None
        known = list(setting.variables)
        for i, hypothesis in zip(order, found, strict=False):
            known[i] = _variable(i, known[i].name, hypothesis)
        return Setting(tuple(known), dict(fixed))

    async def _arguments(self, tactic: str) -> list[Hypothesis] | None:
        for outcome in await self.tell([tactic]):
            if isinstance(outcome, Progress):
                goal = outcome.state.goals[0]
                at = next((i for i, h in enumerate(goal.hypotheses) if h.name == STATEMENT), 0)
                return list(goal.hypotheses[at + 1 :])
        return None


def _variable(index: int, name: str, shown: Hypothesis) -> Variable:
    return Variable(index, name, shown.type, shown.is_prop, shown.is_instance)


def _opening(bound: str, args: Sequence[str]) -> str:
    """A tactic after which the first goal is the statement with these arguments, those `bound` still before it."""
    binder = f"∀ {bound}, " if bound else ""
    return f"refine (fun (_ : {binder}type_of% ({applied(args)})) => ?_) ?t\nrotate_left\n"


def applied(args: Sequence[str]) -> str:
    """The statement with all these arguments."""
    return " ".join([f"@{STATEMENT}", *args])


Box = dict[int, list[Item]]


class Boxes:
    """Boxes of instances of one setting, decided on one table. `sampling`: quantifiers are sampled there."""

    def __init__(self, table: Table, setting: Setting, *, sampling: bool) -> None:
        self._table = table
        self._setting = setting
        self.sampling = sampling

    @property
    def writable(self) -> bool:
        """Whether all free arguments can be written in a box."""
        coded = [len(v.type.domains) for v in self._setting.inner if v.type.is_prop_valued]
        return all(n == 0 or (self.sampling and n <= ARITY) for n in coded)

    async def holds(self, box: Box) -> bool | None:
        """Whether the statement holds for all instances in a box; None where Lean cannot tell."""
        if await self._proved(box):
            return True
        outcomes = await self._table.tell([f"have : ¬ ({self._statement(box)}) := by decide +kernel"])
        if outcomes and isinstance(outcomes[0], Progress):
            return False
        return None

    async def failing(self, box: Box) -> AsyncIterator[dict[int, Item]]:
        """The instances in a box that does not hold in which the statement does not hold, the first values first.

        Half of a box of which Lean does not prove that it holds is taken apart further: the instances are to be proved.
        """
        wide = [i for i, items in box.items() if len(items) > 1]
        if not wide:
            yield {i: items[0] for i, items in box.items()}
            return
        items = box[wide[0]]
        middle = len(items) // 2
        first, second = {**box, wide[0]: items[:middle]}, {**box, wide[0]: items[middle:]}
        holds = await self._proved(first)
        if not holds:
            async for point in self.failing(first):
                yield point
        if holds or not await self._proved(second):
            async for point in self.failing(second):
                yield point

    async def _proved(self, box: Box) -> bool:
        outcomes = await self._table.tell([f"have : {self._statement(box)} := by decide +kernel"])
        return bool(outcomes) and isinstance(outcomes[0], Progress)

    def _statement(self, box: Box) -> str:
        setting = self._setting
        last = max([*box, *setting.fixed], default=-1)
        args: list[str] = []
        text = ""
        known = {v.index: v for v in setting.variables}
        for i in range(last + 1):
            if i in setting.fixed:
                args.append(setting.fixed[i])
                continue
            variable = known[i]
            args.append(f"x{i}")
            if variable.is_prop:
                text += f"∀ x{i}, "
            elif variable.type.is_prop_valued:
                domains = variable.type.domains
                kind = " → ".join([*(f"({d})" for d in domains), "Bool"])
                text += f"∀ x{i} ∈ ([{', '.join(item.coded for item in box[i])}] : List ({kind})), "
                args[-1] = f"({SPACE}.holds{len(domains)} x{i})" if domains else f"(x{i} = true)"
            else:
                text += f"∀ x{i} ∈ {_listed(variable.type_text, box[i])}, "
        return f"{text}type_of% ({applied(args)})"


def volume(box: Box) -> int:
    """How many instances there are in a box."""
    size = 1
    for items in box.values():
        size *= len(items)
    return size


def boxed(values: Mapping[int, list[Item]], most: int) -> Box:
    """The first values of each argument, as many as make up at most `most` instances together."""
    counts = dict.fromkeys(values, 1)
    while True:
        grown = False
        for i in sorted(counts, key=lambda i: counts[i]):
            size = volume({j: values[j][: counts[j]] for j in counts}) // counts[i] * (counts[i] + 1)
            if counts[i] < len(values[i]) and size <= most:
                counts[i] += 1
                grown = True
                break
        if not grown:
            return {i: values[i][: counts[i]] for i in counts}


def _listed(type_text: str, items: Sequence[Item]) -> str:
    """A list of values; numbers that follow each other as a range, which Lean reads faster."""
    plain = LeanType.read(type_text)
    if plain.head in _NUMBERS and not plain.args and len(items) > 4:
        numbers = sorted(int(item.text) for item in items)
        runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
        parts = [_run(plain.head, run) for run in runs]
        return f"(({' ++ '.join(parts)}) : List {plain.head})"
    return f"([{', '.join(item.text for item in items)}] : List ({type_text}))"


def _run(kind: str, run: Sequence[int]) -> str:
    if len(run) < 4:
        return f"[{', '.join(map(str, run))}]"
    if kind == "Nat":
        return f"List.range' {run[0]} {len(run)}"
    return f"(List.range {len(run)}).map (fun i : Nat => (i : Int) + ({run[0]}))"
