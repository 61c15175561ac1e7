"""Goals made more general: what an induction hypothesis was used for is forgotten, subterms become variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prover.generate.induction import hypotheses_of_induction
from prover.generate.naming import own_names
from prover.generate.proposal import Proposal
from prover.generate.term import Term, leaves, subterms
from prover.generate.view import View

_MAX_TERMS = 4


def generalize(view: View) -> Iterator[Proposal]:
    """`generalize e = y` for calls that stand twice in the goal or as an argument of another call."""
    target = view.target
    if target is None:
        return
    names = own_names(view, [target]).all
    local = {h.name for h in view.shown if not h.is_prop}
    bound = {t.args[0].head for t in subterms(target) if t.head in ("∀", "∃", "fun")}
    calls = [t for t in subterms(target) if t.head == "@" and _own(t, names) and leaves(t) & local]
    counts = Counter(str(t) for t in calls if not leaves(t) & bound)
    inner = {str(a) for t in subterms(target) if t.head == "@" for a in t.operands if a.head == "@"}
    found = [text for text in counts if counts[text] > 1 or text in inner]
    # What the equations of the context speak of can go once they were used.
    spoken = {str(side) for f in view.facts if f.statement.head == "=" for side in f.statement.args}
    applied = [t for t in subterms(target) if t.head == "@" and leaves(t) & local and not leaves(t) & bound]
    yield from _forget(view, list(dict.fromkeys(map(str, applied))))
    for rank, text in enumerate(found[:_MAX_TERMS]):
        name = view.fresh("e", "u", "v")
        shift = -0.3 * rank + (0.5 if counts[text] > 1 else 0.0) + (0.3 if text in spoken else 0.0)
        yield Proposal("generalize", f"generalize {text} = {name}", shift)
        yield Proposal("generalize", f"generalize {text} = {name} at *", shift - 0.4)


def _forget(view: View, calls: list[str]) -> Iterator[Proposal]:
    """An induction hypothesis used for the last time, and what it spoke of made any value: what is left is a lemma
    (the fertilisation and generalisation of Boyer and Moore, A Computational Logic, 1979)."""
    hypotheses = {f.proof: f.statement for f in view.facts if f.proof in hypotheses_of_induction(view)}
    name, label = view.fresh("e", "u", "v"), view.fresh("hg")
    for proof, statement in hypotheses.items():
        if statement.head == "∀":
            continue
        inside = {str(t) for t in subterms(statement) if t.head == "@"}
        shared = [c for c in calls if c in inside]
        # Of the calls that both speak of, the innermost is the likeliest to be what the lemma is about.
        for rank, text in enumerate(sorted(shared, key=len)[:3]):
            shift = -0.5 * rank
            if statement.head == "=" and text in {str(t) for t in subterms(statement.args[0])}:
                yield Proposal("forget", f"rw [← {proof}]\nclear {proof}\ngeneralize {text} = {name}", shift)
            yield Proposal("forget", f"revert {proof}\ngeneralize {text} = {name}\nintro {label}", shift - 0.3)


def _own(term: Term, names: tuple[str, ...]) -> bool:
    name = term.function
    return name in names or (name.startswith(".") and any(n.endswith(name) for n in names))
