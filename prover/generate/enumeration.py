"""Finitely many cases: bounded variables tried one value after the other, by the kernel or by `omega`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prover.core.state import Goal, Hypothesis
from prover.generate.bounds import Bounds, find_bounds
from prover.generate.evaluation import NAT, Kind, Unevaluable, proposition
from prover.generate.proposal import Proposal
from prover.generate.term import Term, leaves
from prover.generate.view import View

#: Points the kernel is asked to look at (about half a millisecond each), and points looked at here first.
_MAX_POINTS = 20_000
_MAX_ONE = 130


@dataclass(frozen=True, slots=True)
class _Axis:
    """A variable with its finite range."""

    name: str
    kind: Kind
    low: int
    high: int

    @property
    def size(self) -> int:
        return self.high - self.low + 1

    def binder(self, alone: bool) -> str:
        """The range as a bounded ∀ binds it. Lean decides nested `∀ x < n` only when nothing stands between them."""
        if self.kind == NAT and self.low <= 2:
            return f"< {self.high + 1}" if alone else f"∈ List.range {self.high + 1}"
        if self.kind == NAT:
            return f"∈ List.range' {self.low} {self.size}"
        return f"∈ (List.range {self.size}).map (fun i : Nat => (({self.low}) : Int) + i)"

    def membership(self, alone: bool) -> str:
        """A proof that the variable is in its range."""
        if self.kind == NAT and self.low <= 2:
            return "(by omega)" if alone else "(List.mem_range.mpr (by omega))"
        if self.kind == NAT:
            return "(List.mem_range'_1.mpr (by omega))"
        return f"(List.mem_map.mpr ⟨({self.name} - ({self.low})).toNat, List.mem_range.mpr (by omega), by omega⟩)"


def enumerate_all(view: View) -> Iterator[Proposal]:
    """Every variable that matters has a finite range and every fact can be computed: the kernel decides."""
    bounds = find_bounds(view)
    if bounds.contradictory and bounds.facts:
        yield Proposal("bounds_omega", "\n".join([*bounds.facts, "omega"]))
    axes = _axes(view, bounds)
    if bounds.facts and any(a is not None for a in axes.values()):
        known = [f"{a.low} ≤ {a.name} ∧ {a.name} ≤ {a.high}" for a in axes.values() if a is not None]
        yield Proposal("bounds_facts", "\n".join([*bounds.facts, "omega"]), -0.5)
        hb = view.fresh("hb")
        proofs = "\n".join("  " + line.replace("\n", "\n  ") for line in bounds.facts)
        yield Proposal("bounds", f"have {hb} : {' ∧ '.join(known)} := by\n{proofs}\n  omega")
    yield from _decide(view, bounds, axes)
    yield from _cases(view, bounds, axes)


def enumerate_negation(view: View) -> Iterator[Proposal]:
    """An inequality by contradiction: its negation may be what bounds the variables."""
    target = view.target
    if target is None or target.head not in ("<", "≤", ">", "≥", "≠"):
        return
    label = view.fresh("hn")
    negated = Term("¬", (target,))
    goal = Goal("False", (*view.goal.hypotheses, Hypothesis(label, str(negated), is_prop=True)))
    for proposal in enumerate_all(View(goal)):
        if label in proposal.text or proposal.family != "bounds":
            text = f"apply Classical.byContradiction; intro {label}\n{proposal.text}"
            yield Proposal(proposal.family, text, proposal.shift - 0.3, proposal.effort)


def _axes(view: View, bounds: Bounds) -> dict[str, _Axis | None]:
    used = set(view.mentioned) | {leaf for f in view.facts for leaf in leaves(f.statement)}
    found: dict[str, _Axis | None] = {}
    for name, kind in view.variables.items():
        if name in used:
            known = bounds.of(name)
            found[name] = None if known.size is None else _Axis(name, kind, known.low or 0, known.high or 0)
    return found


def _decide(view: View, bounds: Bounds, axes: Mapping[str, _Axis | None]) -> Iterator[Proposal]:
    if view.target is None or not axes or not view.all_read:
        return
    chosen = [a for a in axes.values() if a is not None]
    points = 1
    for axis in chosen:
        points *= axis.size
    if len(chosen) != len(axes) or points > _MAX_POINTS or points == 0:
        return
    premises = [p for p in view.parts if _computable(p.statement, view)]
    if not _computable(view.target, view) or _counterexample(view, chosen, [p.statement for p in premises]):
        return
    lines = list(bounds.facts)
    statement, proof = _statement(view, chosen, [(p.proof, p.statement) for p in premises])
    lines.append(f"exact (by decide +kernel : {statement}) {proof}")
    # Half a millisecond a point, twice that on ℤ.
    effort = 0 if points <= 300 else 1
    yield Proposal("decide_bounded", "\n".join(lines), -0.0002 * points, effort)
    fin = "\n".join([*bounds.facts, *_as_fin(view, chosen), "decide +kernel"])
    yield Proposal("decide_fin", fin, -0.0003 * points, effort)


def _computable(statement: Term, view: View) -> bool:
    try:
        proposition(statement, view.variables)
    except Unevaluable:
        return False
    return True


def _counterexample(view: View, axes: list[_Axis], premises: list[Term]) -> bool:
    """Whether some point satisfies all premises and not the target; also when a point cannot be computed."""
    assert view.target is not None
    tests: list[Callable[[Mapping[str, int]], bool]] = [proposition(p, view.variables) for p in premises]
    goal = proposition(view.target, view.variables)
    names = [a.name for a in axes]
    try:
        for values in itertools.product(*(range(a.low, a.high + 1) for a in axes)):
            point = dict(zip(names, values, strict=True))
            if all(test(point) for test in tests) and not goal(point):
                return True
    except Unevaluable:
        return True
    return False


def _statement(view: View, axes: list[_Axis], premises: list[tuple[str, Term]]) -> tuple[str, str]:
    """The bounded statement, premises as early as their variables allow, and the arguments that apply it."""
    text, arguments = "", ""
    names = {a.name for a in axes}
    seen: set[str] = set()
    alone = len(axes) == 1
    left = list(premises)
    for axis in axes:
        text += f"∀ {axis.name} {axis.binder(alone)}, "
        arguments += f" {axis.name} {axis.membership(alone)}"
        seen.add(axis.name)
        ready = [p for p in left if (leaves(p[1]) & names) <= seen]
        left = [p for p in left if p not in ready]
        for proof, statement in ready:
            text += f"({statement}) → "
            arguments += f" {proof}"
    return text + f"({view.target})", arguments.strip()


def _as_fin(view: View, axes: list[_Axis]) -> Iterator[str]:
    fresh: list[str] = []
    for i, axis in enumerate(axes):
        name = view.fresh(f"i{i}", f"index{i}")
        fresh.append(name)
        if axis.kind == NAT:
            within = f"∃ i : Fin {axis.high + 1}, {axis.name} = i.val"
            yield f"obtain ⟨{name}, rfl⟩ : {within} := ⟨⟨{axis.name}, by omega⟩, rfl⟩"
        else:
            yield (
                f"obtain ⟨{name}, rfl⟩ : ∃ i : Fin {axis.size}, {axis.name} = ({axis.low}) + (i.val : Int) := "
                f"⟨⟨({axis.name} - ({axis.low})).toNat, by omega⟩, by simp; omega⟩"
            )
    yield f"revert {' '.join(fresh)}"


def _cases(view: View, bounds: Bounds, axes: Mapping[str, _Axis | None]) -> Iterator[Proposal]:
    """One variable tried value by value; `omega` does the rest."""
    for axis in axes.values():
        if axis is None or axis.size > _MAX_ONE:
            continue
        if axis.size == 1:
            value = axis.low
            yield Proposal("pinned", "\n".join([*bounds.facts, f"obtain rfl : {axis.name} = {value} := by omega"]))
            continue
        shift = -0.01 * axis.size
        if axis.size <= 10:
            values = " ∨ ".join(f"{axis.name} = {v}" for v in range(axis.low, axis.high + 1))
            bars = " | ".join(["rfl"] * axis.size)
            split = "\n".join([*bounds.facts, f"rcases (by omega : {values}) with {bars}"])
            yield Proposal("values", split, shift)
            yield Proposal("values_omega", f"{split} <;> omega", shift)
            yield Proposal("values_simp", f"{split} <;> simp_all", shift)
        else:
            yield Proposal(
                "walk_omega", "\n".join([*bounds.facts, *_walk(view, axis)]), shift, effort=1 if axis.size <= 30 else 2
            )


def _walk(view: View, axis: _Axis) -> Iterator[str]:
    """From the top value down, one step an iteration."""
    label = view.fresh("hw")
    name = axis.name
    if axis.kind != NAT or axis.low > 2:
        name = view.fresh("w")
        shown = f"{axis.low} + {name}" if axis.kind == NAT else f"({axis.low}) + ({name} : Int)"
        witness = f"{axis.name} - {axis.low}" if axis.kind == NAT else f"({axis.name} - ({axis.low})).toNat"
        yield f"obtain ⟨{name}, rfl⟩ : ∃ w : Nat, {axis.name} = {shown.replace(name, 'w')} := ⟨{witness}, by omega⟩"
        count = axis.size
    else:
        count = axis.high + 1
    yield f"have {label} : {name} < {count} := by omega"
    yield f"iterate {count}"
    yield f"  obtain {label} | rfl := Nat.lt_succ_iff_lt_or_eq.mp {label}"
    yield "  rotate_left"
    yield "  · omega"
    yield f"exact absurd {label} (Nat.not_lt_zero _)"
