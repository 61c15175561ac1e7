"""Prior log-probabilities of the families of proposals: set by hand, corrected by what runs have shown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Natural logarithms of the belief that a proposal of the family is on a proof, discounted by what it costs to try.
HAND_SET: Mapping[str, float] = {
    # closers
    "omega": -0.2,
    "decide": -0.2,
    "rfl": -0.6,
    "assumption": -0.1,
    "contradiction": -0.7,
    "simp_all": -0.7,
    "simp": -0.6,
    "grind": -1.1,
    "simp_arith": -1.6,
    "simp_all_arith": -1.9,
    "simp_omega": -1.7,
    "simp_all_omega": -1.9,
    "decide_kernel": -0.9,
    "pow_omega": -1.8,
    "pow_grind": -2.6,
    "grind_split": -3.5,
    "ac_rfl": -3.5,
    "exact?": -4.5,
    # structure
    "intro": -0.4,
    "intro_one": -3.5,
    "funext": -1.5,
    "and": -0.8,
    "iff": -0.9,
    "or": -1.8,
    "or_not": -3.0,
    "split": -1.2,
    "split_all": -1.4,
    "split_grind": -1.9,
    "split_at": -1.6,
    "by_cases_if": -1.8,
    "cases_match": -1.8,
    "ext": -3.5,
    "decide_revert": -1.5,
    "cases_simp_all": -1.6,
    "generalize": -2.6,
    "forget": -1.3,
    "constructor": -2.5,
    "by_contra": -2.6,
    "absurd": -2.2,
    "exists": -1.6,
    "exists_computed": -0.7,
    "cases_or": -1.0,
    "obtain": -0.8,
    "dvd_cases": -2.6,
    "subst": -0.9,
    "cases_value": -1.8,
    "by_cases_zero": -3.6,
    "by_cases_le": -3.6,
    "by_cases_eq": -3.8,
    "by_cases_premise": -3.0,
    # induction
    "induction": -1.5,
    "induction_generalizing": -2.2,
    "strong_induction": -3.2,
    "nat_cases": -2.3,
    "list_induction": -1.3,
    "list_induction_generalizing": -1.9,
    "list_strong_induction": -3.2,
    "list_cases": -2.3,
    "own_induction": -1.3,
    "own_induction_generalizing": -1.9,
    "own_cases": -2.1,
    "fun_induction": -1.5,
    "fun_induction_generalizing": -2.1,
    "fun_cases": -2.3,
    "predicate_cases": -1.7,
    "predicate_induction": -1.4,
    "predicate_rule": -1.3,
    "predicate_solve": -1.8,
    "predicate_grind": -1.2,
    "no_subtraction": -1.5,
    # rewriting
    "rw": -1.6,
    "rw_back": -2.8,
    "rw_two": -2.4,
    "simp_with": -1.8,
    "simp_only_with": -2.6,
    "pow_succ": -1.8,
    "pow_succ_all": -2.2,
    "apply": -2.0,
    "instance": -3.0,
    "simp_defs": -1.4,
    "simp_all_defs": -1.5,
    "grind_defs": -1.1,
    "simp_defs_omega": -1.9,
    "simp_defs_at": -1.9,
    "unfold": -2.6,
    "unfold_split": -2.2,
    # residues
    "simp_mod": -1.2,
    "residues_simp": -1.3,
    "residues_simp_all": -1.9,
    "residues_omega": -1.6,
    "residues": -2.6,
    "residues_two": -2.0,
    "power_residues_omega": -1.2,
    "power_residues": -2.2,
    "power_residues_split": -1.3,
    # enumeration
    "bounds_omega": -1.2,
    "bounds": -2.4,
    "bounds_facts": -1.6,
    "decide_bounded": -1.3,
    "decide_fin": -2.2,
    "pinned": -1.2,
    "values": -2.2,
    "values_omega": -1.5,
    "values_simp": -1.9,
    "walk_omega": -2.0,
    # divisibility
    "gcd_bound": -1.5,
    "gcd_simp": -1.5,
    "gcd_any": -1.7,
    "gcd_grind": -1.9,
    "gcd_step": -2.6,
    "gcd_divides": -1.5,
    "gcd_antisymm": -2.6,
    "pow_rules": -1.9,
    "pow_rules_grind": -2.1,
    "pow_positive": -2.6,
    "dvd_witness": -1.5,
    "recurrence": -1.5,
    # retrieved theorems
    "premise_apply": -1.9,
    "premise_apply_equation": -2.4,
    "premise_rw": -2.2,
    "premise_rw_back": -3.3,
    "premise_simp": -2.5,
    "premise_simp_many": -2.6,
    "premise_grind": -2.4,
    "premise_simp_at": -3.2,
    # nonlinear
    "roots": -1.0,
    "cancel": -1.4,
    "power_moduli": -1.3,
    "squares": -1.6,
    "multiplied": -2.0,
    "difference": -2.8,
    "climb": -2.2,
    "dvd_open": -1.4,
    # where Mathlib is imported
    "norm_num": -0.7,
    "norm_num_at": -1.5,
    "aesop": -2.2,
    "tauto": -2.4,
    "push_cast": -2.2,
    "push_neg": -2.2,
    "ring": -0.6,
    "ring_nf": -2.4,
    "field_simp": -1.6,
    "linarith": -0.6,
    "nlinarith": -0.9,
    "nlinarith_squares": -1.1,
    "nlinarith_products": -1.3,
    "positivity": -0.7,
    "gcongr": -1.9,
    "bound": -2.4,
    "antisymmetry": -3.0,
    "interval_cases": -1.3,
}

DEFAULT = -4.0

#: Attempts that the hand-set belief counts for, beside those seen.
_STRENGTH = 30.0
_HIGHEST, _LOWEST = -0.1, -6.0
#: How far counts may move a belief: rare families worked on the problems they were tried on for.
_REACH = 0.8


@dataclass(frozen=True, slots=True)
class Count:
    """Attempts of a family, those that closed a goal or are steps of a proof, and heartbeats (unit of
    `maxHeartbeats`) spent on all of them."""

    tried: int = 0
    worked: int = 0
    heartbeats: int = 0

    def plus(self, other: Count) -> Count:
        return Count(self.tried + other.tried, self.worked + other.worked, self.heartbeats + other.heartbeats)


def read_counts(text: str) -> dict[str, Count]:
    """The counts of a data file made by `benchmarks/perf/learn_priors.py`."""
    document: dict[str, Any] = json.loads(text)
    return {family: Count(**count) for family, count in document["families"].items()}


def blended(counts: Mapping[str, Count]) -> dict[str, float]:
    """The hand-set table corrected by counts.

    A family's success rate has a Beta prior whose mean is the hand-set belief, brought to the scale of rates by one
    factor for all families, and which counts as 30 attempts. The logarithm of the posterior mean is brought back, and
    differs from the hand-set one by 0.8 at most.
    """
    expected = sum(c.tried * math.exp(_by_hand(family)) for family, c in counts.items())
    worked = sum(c.worked for c in counts.values())
    if not expected or not worked:
        return dict(HAND_SET)
    scale = worked / expected
    table = dict(HAND_SET)
    for family, count in counts.items():
        believed = min(1.0, scale * math.exp(_by_hand(family)))
        rate = (count.worked + _STRENGTH * believed) / (count.tried + _STRENGTH)
        hand = _by_hand(family)
        seen = min(hand + _REACH, max(hand - _REACH, math.log(rate / scale)))
        table[family] = min(_HIGHEST, max(_LOWEST, seen))
    return table


def _by_hand(family: str) -> float:
    return HAND_SET.get(family, DEFAULT)


@cache
def default_priors() -> Mapping[str, float]:
    """The table the portfolio uses when it is given none. Reads a data file of the package, once."""
    return blended(read_counts(files("prover.generate").joinpath("priors.json").read_text("utf-8")))
