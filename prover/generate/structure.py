"""Taking goals and hypotheses apart by their outermost shape."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.evaluation import NAT, kind_of
from prover.generate.proposal import Proposal
from prover.generate.term import Term, conjuncts
from prover.generate.view import Fact, View


def introduce(view: View) -> Iterator[Proposal]:
    """`intro` for ∀, → and ¬, with the names Lean prints."""
    names: list[str] = []
    term = view.target
    taken = set(view.names)
    while term is not None:
        if term.head == "∀":
            name = term.args[0].head.removesuffix("✝")
            names.append(view.fresh(name, name + "'") if name in {h.name for h in view.goal.hypotheses} else name)
            term = term.args[2]
        elif term.head in ("→", "¬"):
            names.append(_free("h", taken))
            term = term.args[1] if term.head == "→" else None
        else:
            break
        taken.add(names[-1])
    if names:
        yield Proposal("intro", "intro " + " ".join(names))
    if len(names) > 1:
        yield Proposal("intro_one", "intro " + names[0])
    if view.target is None:
        yield Proposal("intro", "intros")


def _free(stem: str, taken: set[str]) -> str:
    if stem not in taken:
        return stem
    return next(f"{stem}{i}" for i in range(1, 1000) if f"{stem}{i}" not in taken)


def split_goal(view: View) -> Iterator[Proposal]:
    """∧, ↔, ∨, contradiction."""
    target = view.target
    if target is None:
        yield Proposal("constructor", "constructor")
        return
    if target.head == "∧":
        holes = ", ".join("?_" for _ in conjuncts(target))
        yield Proposal("and", f"refine ⟨{holes}⟩")
    elif target.head == "↔":
        yield Proposal("iff", "constructor")
    elif target.head == "∨":
        yield Proposal("or", "left")
        yield Proposal("or", "right")
        yield Proposal("or_not", "refine Classical.or_iff_not_imp_left.mpr ?_")
    if target.head in ("∃", "∨") or (target.head in ("=", "≠", "<", "≤", ">", "≥", "∣") and view.facts):
        yield Proposal("by_contra", f"apply Classical.byContradiction; intro {view.fresh('hn')}")
    if target.head == "False":
        for fact in view.facts:
            if fact.statement.head in ("¬", "≠"):
                yield Proposal("absurd", f"apply {fact.proof}")


def split_hypotheses(view: View) -> Iterator[Proposal]:
    """∧, ∃, ∨ and equations among the hypotheses. What loses nothing is done at once, so that its order does not
    matter."""
    taken = {h.name for h in view.goal.hypotheses}
    opened = [
        f"obtain {_pattern(fact, taken)} := {fact.proof}" for fact in view.facts if fact.statement.head in ("∧", "∃")
    ]
    if opened:
        yield Proposal("obtain", "\n".join(opened))
    divisions = [f for f in view.facts if f.statement.head == "∣" and not _is_number(f.statement.args[0])]
    if divisions and view.target is not None and view.target.head == "∣":
        names: list[str] = []
        for _ in divisions:
            names.append(_free("k", taken | set(names)))
        lines = [f"obtain ⟨{k}, h{k}⟩ := {f.proof}" for k, f in zip(names, divisions, strict=True)]
        yield Proposal("dvd_open", "\n".join(lines))
    if any(_substitutable(fact.statement, view) for fact in view.facts):
        yield Proposal("subst", "subst_vars")
    for fact in view.facts:
        statement = fact.statement
        if statement.head == "∨":
            bars = " | ".join([fact.proof] * _alternatives(statement))
            yield Proposal("cases_or", f"rcases {fact.proof} with {bars}")
        elif statement.head == "↔":
            yield Proposal("obtain", f"obtain ⟨{fact.proof}_mp, {fact.proof}_mpr⟩ := {fact.proof}", -1.0)
        elif statement.head == "∣" and not (_is_number(statement.args[0]) and _is_number(statement.args[1])):
            name = view.fresh("k", "c", "d")
            yield Proposal("dvd_cases", f"obtain ⟨{name}, {view.fresh('hk')}⟩ := {fact.proof}")


def _substitutable(statement: Term, view: View) -> bool:
    if statement.head != "=":
        return False
    return any(
        side.head in {h.name for h in view.shown} and not side.args and side.head not in set(_leaves(other))
        for side, other in (statement.args, statement.args[::-1])
    )


def _leaves(term: Term) -> Iterator[str]:
    if not term.args:
        yield term.head
    for argument in term.args:
        yield from _leaves(argument)


def _is_number(term: Term) -> bool:
    return term.number is not None


def _alternatives(statement: Term) -> int:
    return 1 + _alternatives(statement.args[1]) if statement.head == "∨" else 1


def _pattern(fact: Fact, taken: set[str]) -> str:
    """An anonymous-constructor pattern with names for every part, which become `taken`."""
    items: list[str] = []

    def name(wanted: str) -> None:
        items.append(_free(wanted, taken))
        taken.add(items[-1])

    term, count = fact.statement, 0
    while term.head in ("∃", "∧"):
        if term.head == "∃":
            name(term.args[0].head.removesuffix("✝"))
            term = term.args[2]
        else:
            count += 1
            name(f"{fact.proof}_{count}")
            term = term.args[1]
    name(f"{fact.proof}_{count + 1}" if count else f"{fact.proof}'")
    return "⟨" + ", ".join(items) + "⟩"


def by_cases(view: View) -> Iterator[Proposal]:
    """Case distinctions that the goal suggests: equality or order of two of its variables, a variable being zero."""
    names = [name for name in view.variables if name in view.mentioned]
    for name in names[:4]:
        yield Proposal("by_cases_zero", f"by_cases {view.fresh('hz')} : {name} = 0")
    for i, a in enumerate(names[:3]):
        for b in names[i + 1 : 3]:
            if kind_of(Term(a), view.variables) == kind_of(Term(b), view.variables):
                yield Proposal(
                    "by_cases_le",
                    f"rcases Nat.le_total {a} {b} with {view.fresh('hle')} | {view.fresh('hle')}"
                    if view.variables[a] == NAT
                    else f"rcases Int.le_total {a} {b} with {view.fresh('hle')} | {view.fresh('hle')}",
                )
                yield Proposal("by_cases_eq", f"by_cases {view.fresh('he')} : {a} = {b}")
    for fact in view.facts:
        if fact.statement.head == "→":
            yield Proposal("by_cases_premise", f"by_cases {view.fresh('hp')} : {fact.statement.args[0]}")
