"""The generator that needs no model: tactics chosen by the shape of the goal and its hypotheses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prover.core.candidate import Candidate
from prover.generate.closers import close
from prover.generate.datatypes import extend, take_apart
from prover.generate.divisibility import bound_gcd, find_quotient
from prover.generate.enumeration import enumerate_all, enumerate_negation
from prover.generate.fitting import fit
from prover.generate.generalization import generalize
from prover.generate.identities import cancel, use_identities
from prover.generate.induction import induct, without_subtraction
from prover.generate.mathlib import use_mathlib
from prover.generate.nonlinear import bound_products, climb
from prover.generate.obstructions import find_modulus, find_roots
from prover.generate.predicates import use_predicates
from prover.generate.premises import use_premises
from prover.generate.priors import DEFAULT, default_priors
from prover.generate.proposal import Idea
from prover.generate.recurrences import follow_recurrence
from prover.generate.recursion import follow_function
from prover.generate.refutation import counterexample, explodes
from prover.generate.request import Request
from prover.generate.residues import power_residues, split_residues
from prover.generate.rewriting import apply_facts, rewrite
from prover.generate.structure import by_cases, introduce, split_goal, split_hypotheses
from prover.generate.unfolding import split_cases, unfold
from prover.generate.view import View
from prover.generate.witnesses import exhibit

#: Every idea of the portfolio. The order does not matter: candidates are ranked by belief.
IDEAS: tuple[Idea, ...] = (
    close,
    introduce,
    split_goal,
    exhibit,
    split_hypotheses,
    take_apart,
    extend,
    by_cases,
    induct,
    follow_function,
    use_predicates,
    generalize,
    without_subtraction,
    rewrite,
    apply_facts,
    unfold,
    split_cases,
    split_residues,
    power_residues,
    enumerate_all,
    enumerate_negation,
    bound_gcd,
    find_quotient,
    use_identities,
    cancel,
    find_roots,
    find_modulus,
    bound_products,
    climb,
    follow_recurrence,
    use_premises,
)


class Portfolio:
    """Tactics of core Lean by the shape of the goal, each with a prior log-probability. Deterministic.

    Proposes nothing for a goal that a small counterexample refutes or that would make automation compute a huge
    power, and nothing on a second draw. `mathlib`: Mathlib's tactics too, for files that import it. `priors`:
    log-probabilities by family, instead of those of the package.
    """

    def __init__(
        self, ideas: Iterable[Idea] = IDEAS, *, mathlib: bool = False, priors: Mapping[str, float] | None = None
    ) -> None:
        self.ideas = (*ideas, use_mathlib) if mathlib else tuple(ideas)
        self._priors = priors

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        return [self.propose(request) for request in requests]

    def propose(self, request: Request) -> list[Candidate]:
        """Up to `request.n` candidates, best first."""
        if request.draw > 0:
            return []
        view = View(request.focused, request.premises)
        if explodes(view) or counterexample(view) is not None:
            return []
        priors = self._priors if self._priors is not None else default_priors()
        best: dict[str, Candidate] = {}
        for proposal, shift in fit(view, (p for idea in self.ideas for p in idea(view))):
            belief = priors.get(proposal.family, DEFAULT) + shift
            known = best.get(proposal.text)
            if known is None or known.log_probability < belief:
                source = f"portfolio/{proposal.family}"
                best[proposal.text] = Candidate(proposal.text, belief, source, effort=proposal.effort)
        ranked = sorted(best.values(), key=lambda c: -c.log_probability)
        return ranked[: request.n]
