"""Values of a sequence at large indices: one after the other from the first ones, or by the period of the sequence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prover.generate.evaluation import Unevaluable
from prover.generate.proposal import Proposal
from prover.generate.sequence import Recurrence, indices, initial_values, literal, recurrences
from prover.generate.term import Term
from prover.generate.view import View

_MAX_CHAIN = 40
_MAX_PERIOD = 30
_MAX_INDEX = 10_000


def follow_recurrence(view: View) -> Iterator[Proposal]:
    """The values that the target asks for, stated and proved one by one, or period by period."""
    if view.target is None:
        return
    for recurrence in recurrences(view):
        proofs = initial_values(view, recurrence.function)
        wanted = indices(view.target, recurrence.function)
        if not proofs or not wanted or wanted[-1] > _MAX_INDEX:
            continue
        initial = {i: value for i, (value, _) in proofs.items()}
        if wanted[-1] <= _MAX_CHAIN:
            values = recurrence.values(initial, wanted[-1])
            if all(i in values for i in wanted):
                chain = "\n".join(_chain(view, recurrence, {i: p for i, (_, p) in proofs.items()}, values, wanted[-1]))
                yield Proposal("recurrence", f"{chain}\nomega", effort=1)
                yield Proposal("recurrence", f"{chain}\nsimp_all", -0.5, effort=1)
        period = _find_period(recurrence, initial)
        if period is not None:
            yield Proposal(
                "recurrence", "\n".join([*period.claim(view), *period.reach(view, wanted), "omega"]), effort=1
            )


def _chain(
    view: View, recurrence: Recurrence, proofs: dict[int, str], values: Mapping[int, int], last: int
) -> Iterator[str]:
    """`have` lines for the values up to `last`, each from those before it."""
    for base in range(recurrence.first, last + 1):
        index = base + recurrence.shift
        if index in proofs or index not in values or index > last:
            continue
        label = view.fresh(f"v{index}", f"v{index}_")
        earlier = [recurrence.index_at(call, base) for call in recurrence.calls]
        body, proof = recurrence.instance(
            Term(str(base)), lambda call, base=base: Term(str(recurrence.index_at(call, base)))
        )
        used = ", ".join(dict.fromkeys(proofs[i] for i in earlier))
        yield f"have {label} : {recurrence.function} {index} = {literal(values[index])} := by"
        yield f"  have : {recurrence.function} {index} = {body} := {proof}"
        yield "  omega" if recurrence.is_linear else f"  rw [this, {used}]"
        proofs[index] = label


@dataclass(frozen=True, slots=True)
class _Period:
    """From index `start` on the values of `recurrence` repeat `values`; each needs `order` values before it."""

    recurrence: Recurrence
    start: int
    order: int
    values: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.values)

    def value(self, offset: int) -> Term:
        return literal(self.values[offset % self.length])

    def state(self, index: Term | int, offset: int) -> str:
        """`u index = ...` for the index `offset` after a start of a period."""
        shown = f"({index})" if isinstance(index, Term) and index.args else str(index)
        return f"{self.recurrence.function} {shown} = {self.value(offset)}"

    def claim(self, view: View) -> list[str]:
        """The first values of every period, by induction on the number of the period."""
        k = view.fresh("k", "j")

        def place(index: int) -> Term:
            return Term("+", (Term("*", (Term(str(self.length)), Term(k))), Term(str(index))))

        block = " ∧ ".join(self.state(place(self.start + i), i) for i in range(self.order))
        lines = [
            f"have hperiod : ∀ {k} : Nat, {block} := by",
            f"  intro {k}",
            f"  induction {k} with",
            "  | zero => simp_all",
            f"  | succ {k} ih =>",
            f"    obtain {_tuple(f's{i}' for i in range(self.order))} := ih",
        ]
        for i in range(self.order, self.length + self.order):
            index = self.start + i
            body, proof = self.recurrence.instance(
                place(index - self.recurrence.shift),
                lambda call, index=index: place(index - self.recurrence.back(call)),
            )
            used = ", ".join(dict.fromkeys(f"s{i - self.recurrence.back(c)}" for c in self.recurrence.calls))
            lines += [
                f"    have s{i} : {self.state(place(index), i)} :=",
                f"      (show {self.recurrence.function} ({place(index)}) = {body}",
                f"        from {proof}).trans (by rw [{used}] <;> rfl)",
            ]
        return [*lines, f"    exact {_tuple(f's{self.length + i}' for i in range(self.order))}"]

    def reach(self, view: View, wanted: list[int]) -> Iterator[str]:
        """The wanted values, each from the first ones of its period."""
        for index in wanted:
            turn, offset = divmod(index - self.start, self.length)
            begin = self.length * turn + self.start
            if turn < 0:
                continue
            pattern = _tuple(f"b{i}" for i in range(self.order))
            block = " ∧ ".join(self.state(begin + i, i) for i in range(self.order))
            yield f"have {view.fresh(f'u{index}', f'u{index}_')} : {self.state(index, offset)} := by"
            yield f"  obtain {pattern} : {block} := hperiod {turn}"
            for at in range(begin + self.order, index + 1):
                body, proof = self.recurrence.instance(
                    Term(str(at - self.recurrence.shift)),
                    lambda call, at=at: Term(str(at - self.recurrence.back(call))),
                )
                yield f"  have : {self.recurrence.function} {at} = {body} := {proof}"
            yield "  omega"


def _tuple(items: Iterable[str]) -> str:
    """The anonymous constructor of several items; one item is itself."""
    found = list(items)
    return f"⟨{', '.join(found)}⟩" if len(found) > 1 else found[0]


def _find_period(recurrence: Recurrence, initial: Mapping[int, int]) -> _Period | None:
    """The period of a sequence that repeats itself from its first known value on."""
    try:
        backs = [recurrence.back(call) for call in recurrence.calls]
    except Unevaluable:
        return None
    if not backs or min(backs) < 1 or not recurrence.is_autonomous or not recurrence.is_linear:
        return None
    order, start = max(backs), min(initial)
    if start + order < recurrence.first + recurrence.shift:
        return None
    values = recurrence.values(initial, start + _MAX_PERIOD + order)
    first = [values.get(start + i) for i in range(order)]
    for length in range(1, _MAX_PERIOD + 1):
        if None not in first and [values.get(start + length + i) for i in range(order)] == first:
            return _Period(recurrence, start, order, tuple(values[start + i] for i in range(length)))
    return None
