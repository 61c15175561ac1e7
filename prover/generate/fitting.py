"""How the goal as a whole changes the belief in what single ideas propose for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prover.generate.naming import own_names
from prover.generate.proposal import Proposal
from prover.generate.view import View

#: Steps that lose nothing: whatever else is to be done can be done after them.
_INVERTIBLE = {"intro", "obtain", "subst", "and", "iff", "cases_or"}
#: Families that close a goal or fail, however it stands.
_CLOSING = {
    "omega", "decide", "decide_kernel", "decide_bounded", "decide_fin", "decide_revert", "rfl", "assumption",
    "contradiction", "grind", "grind_defs", "simp", "grind_split", "exact?", "recurrence", "pinned", "values",
}  # fmt: skip
#: Automation that does not know the definitions, and so is not likely to be enough where they matter.
_IGNORANT = {"grind": -0.7, "simp_all": -0.4, "simp": -0.2, "simp_arith": -0.6, "simp_all_arith": -0.6}
_LATER = -0.8


def fit(view: View, proposals: Iterable[Proposal]) -> Iterator[tuple[Proposal, float]]:
    """Every proposal with what is to be added to its belief."""
    found = list(proposals)
    first = any(p.family in _INVERTIBLE for p in found)
    own = bool(own_names(view, view.statements[:1]).functions) if view.target is not None else False
    for proposal in found:
        shift = proposal.shift
        if first and proposal.family not in _INVERTIBLE and proposal.family not in _CLOSING:
            shift += _LATER
        if own:
            shift += _IGNORANT.get(proposal.family, 0.0)
        yield proposal, shift
