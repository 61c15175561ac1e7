"""Using hypotheses: rewriting both ways, applying, instantiating."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import NAT, kind_of_type
from prover.generate.proposal import Proposal
from prover.generate.term import Term, substitute, subterms
from prover.generate.view import Fact, View

_MAX_USED = 8


def rewrite(view: View) -> Iterator[Proposal]:
    """`rw` and `simp` with the equations of the context."""
    equations = [(f, conclusion(f.statement)) for f in view.facts]
    usable = [(f, c) for f, c in equations if c.head in ("=", "↔")][-_MAX_USED:]
    for fact, equation in usable:
        left, right = equation.args
        general = fact.statement.head in ("∀", "→")
        if general or left.args or left.head not in view.variables or left.head in view.mentioned:
            yield Proposal("rw", f"rw [{fact.proof}]", -0.3 if general else 0.0)
        if right.number is None:
            yield Proposal("rw_back", f"rw [← {fact.proof}]")
    for i, (first, _) in enumerate(usable):
        for second, _ in usable[i + 1 :]:
            if first.statement.head == "∀" or second.statement.head == "∀":
                yield Proposal("rw_two", f"rw [{first.proof}, {second.proof}]")
    if usable:
        names = ", ".join(f.proof for f, _ in usable)
        yield Proposal("simp_with", f"simp [{names}]")
        yield Proposal("simp_only_with", f"simp only [{names}]")
    if view.target is not None and any(t.head == "^" for s in view.statements for t in subterms(s)):
        lemmas = "Int.pow_succ" if _speaks_of_int(view) else "Nat.pow_succ"
        yield Proposal("pow_succ", f"rw [{lemmas}]")
        yield Proposal("pow_succ_all", f"simp only [{lemmas}] at *")


def _speaks_of_int(view: View) -> bool:
    return any(k != NAT for k in view.variables.values())


def conclusion(statement: Term) -> Term:
    """What remains after all leading ∀ and →."""
    while statement.head in ("∀", "→"):
        statement = statement.args[-1]
    return statement


def apply_facts(view: View) -> Iterator[Proposal]:
    """`apply` of implications, and instances of universal facts at the values in sight."""
    for fact in view.facts[-_MAX_USED:]:
        if fact.statement.head in ("∀", "→"):
            found = conclusion(fact.statement)
            fits = view.target is not None and (found.head == view.target.head or not found.args)
            yield Proposal("apply", f"apply {fact.proof}", 0.0 if fits else -2.0)
        if fact.statement.head == "∀":
            yield from _instances(fact, view)


def _instances(fact: Fact, view: View) -> Iterator[Proposal]:
    kind = fact.statement.args[1]
    values: list[str] = []
    if kind.head == "_" or kind_of_type(kind.head) is not None:
        values = [*view.variables, "0", "1"]
    else:
        values = [h.name for h in view.shown if h.type == str(kind)]
    name, body = fact.statement.args[0].head, fact.statement.args[2]
    known = {f.statement for f in view.facts}
    values = [v for v in values if substitute(body, {name: Term(v)}) not in known]
    for rank, value in enumerate(values[:5]):
        yield Proposal("instance", f"have {view.fresh('hi')} := {fact.proof} {value}", -0.3 * rank)
