"""How values of a file's own types are made: Lean is asked for their constructors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prover.agent.instances import STATEMENT, Table, Variable
from prover.agent.sampling import SPACE
from prover.core.outcome import Progress
from prover.core.state import Goal, Hypothesis
from prover.generate.domains import Constructor, Domains
from prover.generate.lean_type import LeanType

_BY = "by decide"
_CANDIDATES = 96
_SAMPLES = 8
#: Values on which more than deciding is tried, and seconds for finding those that fit.
_FEW = 8
_SECONDS = 2.5


class Makings:
    """Fills `domains` with the constructors of types that it does not know, as they are asked for."""

    def __init__(self, table: Table, domains: Domains) -> None:
        self._table = table
        self._domains = domains
        self._asked: set[LeanType] = set()

    async def learn(self, type_: LeanType) -> None:
        """Finds out how values of `type_` and of what it is made of are made; types without any stay empty."""
        while (unknown := self._domains.unknown(type_)) is not None:
            if unknown in self._asked:
                self._domains.add(unknown, [])
                continue
            self._asked.add(unknown)
            constructors, checked = await self._constructors(unknown)
            self._domains.add(unknown, constructors)
            for field in [f for c in constructors for f in c.fields]:
                await self.learn(field)
            if not checked:
                await self._keep_what_holds(unknown)

    async def choices(self, variable: Variable, count: int) -> list[str]:
        """Values for an argument that others depend on: types, instances, data."""
        if not variable.is_instance:
            await self.learn(variable.type)
            return [item.text for item in self._domains.values(variable.type, count)]
        found = await self._table.tell([f"have : {variable.type_text} := inferInstance"])
        if found and isinstance(found[0], Progress):
            return ["inferInstance"]
        await self.learn(variable.type)
        return [item.text for item in self._domains.values(variable.type, 4 * count)]

    def samples(self) -> Iterator[str]:
        """Commands that say which values of the learned types are sampled."""
        for type_ in sorted(self._asked, key=str):
            items = self._domains.values(type_, _SAMPLES)
            if items:
                listed = ", ".join(item.text for item in items)
                yield f"noncomputable scoped instance : {SPACE}.Sample ({type_}) := {SPACE}.of [{listed}]\n"

    async def _constructors(self, type_: LeanType) -> tuple[list[Constructor], bool]:
        """The constructors, and whether all of them make values whatever they are given."""
        found: list[Constructor] = []
        checked = True
        outcomes = await self._table.tell([f"refine (fun (x : {type_}) => (?_ : False)) ?_\ncases x"])
        for outcome in outcomes:
            if not isinstance(outcome, Progress):
                continue
            goals = [g for g in outcome.state.goals if g.is_prop]
            for goal in goals:
                checked = checked and not any(h.is_prop for h in _fields(goal))
                made = await self._constructor(type_, goal, only=len(goals) == 1)
                found += [] if made is None else [made]
        return found, checked

    async def _constructor(self, type_: LeanType, goal: Goal, *, only: bool) -> Constructor | None:
        fields = _fields(goal)
        data = [h for h in fields if not h.is_prop]
        label = goal.case.rpartition(".")[2]
        texts = [f"{type_.head}.{label}", f".{label}"]
        shapes: list[str] = []
        for kept in (fields, [h for h in fields if not any(h.name in f"{o.type}".split() for o in fields)]):
            slots = ["{}" if not h.is_prop else f"({_BY})" for h in kept]
            if only and label == "mk" and kept:
                shapes.append(f"⟨{', '.join(s.strip('()') for s in slots)}⟩")
            shapes += [" ".join([text, *slots]) for text in texts]
        if len(data) < len(fields):
            return Constructor(shapes[0], tuple(LeanType.read(h.type) for h in data))
        for shape in shapes:
            if shape.count("{}") != len(data):
                continue
            names = [f"a{i}" for i in range(len(data))]
            binders = "".join(f" ({n} : {h.type})" for n, h in zip(names, data, strict=True))
            opening = f"fun{binders} => " if binders else ""
            outcomes = await self._table.tell([f"have := {opening}({shape.format(*names)} : {type_})"])
            if outcomes and isinstance(outcomes[0], Progress):
                return Constructor(shape, tuple(LeanType.read(h.type) for h in data))
        return None

    async def _keep_what_holds(self, type_: LeanType) -> None:
        """Keeps the values for which Lean decides what their type asks of them."""
        items = self._domains.values(type_, _CANDIDATES)
        held: list[str] = []
        ways = (("by decide +kernel", _BY, len(items), _SECONDS), ("by grind", "by grind", _FEW, _SECONDS / 2))
        for tested, written, number, seconds in ways:
            outcomes = await self._table.tell(
                [f"have : {type_} := {item.text.replace(_BY, tested)}" for item in items[:number]],
                seconds=1.0,
                total=seconds,
            )
            texts = [item.text.replace(_BY, written) for item in items]
            held = [t for t, outcome in zip(texts, outcomes, strict=False) if isinstance(outcome, Progress)]
            if held:
                break
        self._domains.add(type_, [Constructor(text.replace("{", "{{").replace("}", "}}"), ()) for text in held])


def _fields(goal: Goal) -> Sequence[Hypothesis]:
    at = next((i for i, h in enumerate(goal.hypotheses) if h.name == STATEMENT), -1)
    return goal.hypotheses[at + 1 :]
