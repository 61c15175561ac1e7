"""Using the definitions of the file: given to automation, unfolded, their `if` and `match` taken apart."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.naming import own_names
from prover.generate.proposal import Proposal
from prover.generate.term import Term, leaves, subterms
from prover.generate.view import View

_MAX_NAMES = 6


def unfold(view: View) -> Iterator[Proposal]:
    """The definitions that the goal and its hypotheses mention, given to `simp`, `simp_all`, `grind`; unfolded."""
    target = own_names(view, view.statements[:1] if view.target is not None else [])
    everywhere = own_names(view, view.statements)
    if target.functions or target.members:
        yield from _automation(view, target.functions or target.members, 0.0)
        if target.functions and target.members:
            yield from _automation(view, target.all, -0.5)
        for name in target.all[:4]:
            yield Proposal("unfold", f"unfold {name}")
            yield Proposal("unfold_split", f"unfold {name}; unhygienic split", -0.3)
            if len(target.all) > 1:
                yield Proposal("simp_defs", f"simp [{name}]", -0.7)
    more = everywhere.functions if everywhere.functions else everywhere.members
    if more and more != target.functions:
        yield from _automation(view, more, -0.3)
    hidden = [n for n in everywhere.all if n not in target.all]
    for fact in view.facts[-4:]:
        if fact.statement.head not in ("∀", "→") and any(n in leaves(fact.statement) for n in more):
            used = [n for n in more if n in leaves(fact.statement)]
            yield Proposal("simp_defs_at", f"simp [{', '.join(used)}] at {fact.proof}", 0.0 if hidden else -0.5)


def _automation(view: View, names: tuple[str, ...], shift: float) -> Iterator[Proposal]:
    given = ", ".join(names[:_MAX_NAMES])
    yield Proposal("simp_defs", f"simp [{given}]", shift)
    yield Proposal("grind_defs", f"grind [{given}]", shift)
    if view.facts:
        yield Proposal("simp_all_defs", f"simp_all [{given}]", shift)
    yield Proposal("simp_defs_omega", f"simp_all [{given}]; omega" if view.facts else f"simp [{given}]; omega", shift)


def split_cases(view: View) -> Iterator[Proposal]:
    """`if` and `match` in goal and hypotheses: `split`, case distinctions on the conditions."""
    if view.target is None or _branches(view.target):
        yield Proposal("split", "unhygienic split")
        yield Proposal("split_all", "split <;> simp_all")
        yield Proposal("split_grind", "split <;> grind")
    for fact in view.facts:
        if _branches(fact.statement):
            yield Proposal("split_at", f"unhygienic split at {fact.proof}")
    conditions = dict.fromkeys(str(c) for s in view.statements for c in _conditions(s, view))
    for condition in list(conditions)[:3]:
        yield Proposal("by_cases_if", f"by_cases {view.fresh('hc')} : {condition}")
    for text in list(dict.fromkeys(str(m) for s in view.statements for m in _matched(s)))[:3]:
        yield Proposal("cases_match", f"unhygienic cases {view.fresh('he')} : {text}")


def _branches(statement: Term) -> bool:
    return any(t.head in ("if", "match") for t in subterms(statement))


def _conditions(statement: Term, view: View) -> Iterator[Term]:
    """Conditions that mention nothing bound further out."""
    bound = {t.args[0].head for t in subterms(statement) if t.head in ("∀", "∃", "fun")}
    for term in subterms(statement):
        if term.head == "if" and not leaves(term.args[0]) & bound and "match" not in leaves(term.args[0]):
            yield term.args[0]


def _matched(statement: Term) -> Iterator[Term]:
    bound = {t.args[0].head for t in subterms(statement) if t.head in ("∀", "∃", "fun")}
    for term in subterms(statement):
        if term.head == "match":
            yield from (a for a in term.args if a.args and not leaves(a) & bound)
