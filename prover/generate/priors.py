"""Prior log-probabilities of the families of proposals."""

from __future__ import annotations

from collections.abc import Mapping

#: Natural logarithms of the belief that a proposal of the family is on a proof, discounted by what it costs to try.
PRIORS: Mapping[str, float] = {
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
    "split": -2.0,
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
    "list_cases": -2.3,
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
    "simp_all_defs": -1.8,
    "grind_defs": -1.9,
    "unfold": -2.6,
    # residues
    "simp_mod": -1.2,
    "residues_simp": -1.3,
    "residues_simp_all": -1.9,
    "residues_omega": -1.6,
    "residues": -2.6,
    "residues_two": -2.0,
    "power_residues_omega": -1.2,
    "power_residues": -2.2,
    "power_residues_split": -1.7,
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
}

DEFAULT = -4.0


def prior(family: str) -> float:
    """The family's prior log-probability; a cautious one for families never seen."""
    return PRIORS.get(family, DEFAULT)
