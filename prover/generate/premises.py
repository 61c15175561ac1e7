"""Using theorems that were retrieved for the goal: rewriting both ways, applying, handing them to automation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from prover.core.premise import Premise
from prover.generate.proposal import Proposal
from prover.generate.view import View

_REWRITES = 8
_BACKWARD = 4
_APPLIED = 8
_SINGLE = 4
#: How many automation is given at once; each list begins with the best.
_TOGETHER = (3, 8)
#: How much less is believed in each next premise.
_NEXT = 0.12
#: Arithmetic and logic: where a goal speaks of nothing else, procedures for them know more than single theorems.
_PLAIN = frozenset(
    {
        "Eq", "Ne", "Not", "And", "Or", "Iff", "Exists", "True", "False", "LE.le", "LT.lt", "GE.ge", "GT.gt", "Dvd.dvd",
        "HAdd.hAdd", "HSub.hSub", "HMul.hMul", "HDiv.hDiv", "HMod.hMod", "HPow.hPow", "Neg.neg", "OfNat.ofNat",
        "Nat", "Int", "Nat.succ", "Nat.cast", "IntCast.intCast", "NatCast.natCast",
    }
)  # fmt: skip
_PLAIN_SHIFT = -0.4


def use_premises(view: View) -> Iterator[Proposal]:
    """The retrieved theorems, best first, each used as its shape allows."""
    if not view.premises:
        return
    plain = all(s in _PLAIN or s.rpartition(".")[2].startswith("inst") for s in view.goal.symbols)
    yield from _by_itself(view)
    for proposal in _with_automation(view):
        yield replace(proposal, shift=proposal.shift + (_PLAIN_SHIFT if plain else 0.0))


def _by_itself(view: View) -> Iterator[Proposal]:
    """Each applied, or rewritten with, or handed to `simp` alone."""
    symbols = set(view.goal.symbols)
    yield from _apply(view)
    rewriting = [p for p in view.premises if p.rewrites]
    for rank, premise in enumerate(_that_fit(rewriting, symbols, "left")[:_REWRITES]):
        yield Proposal("premise_rw", f"rw [{premise.name}]", _shift(rank, premise))
    for rank, premise in enumerate(_that_fit(rewriting, symbols, "right")[:_BACKWARD]):
        yield Proposal("premise_rw_back", f"rw [← {premise.name}]", _shift(rank, premise))
    for rank, premise in enumerate(rewriting[:_SINGLE]):
        yield Proposal("premise_simp", f"simp [{premise.name}]", -_NEXT * rank)


def _with_automation(view: View) -> Iterator[Proposal]:
    """Several at once handed to `simp` and `grind`."""
    names = [p.name for p in view.premises]
    for count in _TOGETHER:
        listed = ", ".join(names[:count])
        yield Proposal("premise_simp_many", f"simp [{listed}]", -0.05 * count)
        yield Proposal("premise_grind", f"grind [{listed}]", -0.05 * count)
    if view.facts:
        yield Proposal("premise_simp_at", f"simp [{', '.join(names[: _TOGETHER[0]])}] at *")


def _apply(view: View) -> Iterator[Proposal]:
    """Theorems that conclude what the goal states, by the constant that is at its head."""
    head = view.goal.symbols[0] if view.goal.symbols else ""
    fitting = [p for p in view.premises if p.head == head or (head == "Not" and p.head == "False")]
    for rank, premise in enumerate(fitting[:_APPLIED]):
        family = "premise_apply_equation" if premise.rewrites else "premise_apply"
        yield Proposal(family, f"apply {premise.name}", _shift(rank, premise))


def _that_fit(premises: list[Premise], symbols: set[str], side: str) -> list[Premise]:
    """Those with a side (`left`, `right`) whose head the target mentions; of the file's own, also those with none."""
    return [p for p in premises if getattr(p, side) in symbols or not (p.module or getattr(p, side))]


def _shift(rank: int, premise: Premise) -> float:
    return -_NEXT * rank - 0.2 * min(premise.hypotheses, 3)
