"""Tactics that close a goal by themselves or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import kind_of
from prover.generate.proposal import Proposal
from prover.generate.term import Term, subterms
from prover.generate.view import View

_ARITHMETIC = {"+", "-", "*", "/", "%", "^", "<", "≤", ">", "≥", "∣"}


def close(view: View) -> Iterator[Proposal]:
    """The automation of core Lean, cheap and likely first."""
    target = view.target
    arithmetic = any(_is_arithmetic(s, view) for s in view.statements)
    if arithmetic:
        yield Proposal("omega", "omega")
    if target is not None and is_closed(target, view):
        yield Proposal("decide", "decide")
        yield Proposal("decide_kernel", "decide +kernel")
    if (target is not None and target.head in ("=", "↔", "≤")) or target is None:
        yield Proposal("rfl", "rfl")
    targets = view.goal.target
    if any(h.is_prop and h.type == targets for h in view.goal.hypotheses):
        yield Proposal("assumption", "assumption")
    if any(h.is_prop for h in view.goal.hypotheses):
        yield Proposal("contradiction", "contradiction")
        yield Proposal("simp_all", "simp_all")
    yield Proposal("simp", "simp")
    yield Proposal("grind", "grind")
    if arithmetic:
        yield Proposal("simp_arith", "simp +arith")
        if view.facts:
            yield Proposal("simp_all_arith", "simp_all +arith")
            yield Proposal("simp_omega", "simp at *; omega")
            yield Proposal("simp_all_omega", "simp_all; omega")
        if any(t.head == "^" for s in view.statements for t in subterms(s)):
            yield Proposal(
                "pow_omega", "simp only [Nat.pow_succ, Nat.pow_zero, Int.pow_succ, Int.pow_zero] at *; omega"
            )
            yield Proposal(
                "pow_grind", "simp only [Nat.pow_succ, Nat.pow_zero, Int.pow_succ, Int.pow_zero] at *; grind"
            )
    yield Proposal("grind_split", "grind (splits := 30) (ematch := 12) (gen := 12)")
    yield Proposal("ac_rfl", "ac_rfl")
    yield Proposal("exact?", "exact?")


def is_closed(target: Term, view: View) -> bool:
    """Whether the target mentions nothing of the context."""
    return not (view.mentioned & {h.name for h in view.goal.hypotheses})


def _is_arithmetic(statement: Term, view: View) -> bool:
    return any(
        t.head in _ARITHMETIC or (t.head in ("=", "≠") and kind_of(t.args[0], view.kinds) is not None)
        for t in subterms(statement)
    )
