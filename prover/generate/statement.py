"""A goal stated as a theorem of its own, for models that prove whole theorems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from prover.core.state import Goal, Hypothesis

#: What a printed term cannot say: unnamed metavariables, and parts that the printer left out.
_UNREADABLE = re.compile(r"✝|\?m[\w.✝]*|(?<![\w?])\?[^\W\d_][\w']*|⋯|…|\bsorry\b")
_UNIVERSE = re.compile(r"\b(?:[uvw](?:_\d+)?)\b")
_SORT = re.compile(r"\b(?:Type|Sort)\b[^,→)}\]]*")
_WORD = re.compile(r"[^\W\d][\w'!?]*")
_MARKED = re.compile(r"([^\W\d][\w'!?]*(?:\.[^\W\d][\w'!?]*)*)✝[⁰¹²³⁴⁵⁶⁷⁸⁹]*")


@dataclass(frozen=True, slots=True)
class Statement:
    """`text`: the declaration without the `:=` of its proof. `before`: tactics that bring the goal into the form of
    the statement after its binders; they stand before the steps of a proof of it."""

    text: str
    before: tuple[str, ...] = ()


def stated(goal: Goal, name: str = "goal") -> Statement | None:
    """The goal as a theorem; None where what Lean printed of it does not say all of it, or it is no proposition.

    Hypotheses are binders in their order. From the first one with a value on, they stand in the statement (`let`, `∀`)
    and `revert` brings them there. Names that a script cannot write get one that it can, by `rename_i`; instances that
    nothing mentions need none.
    """
    named = _with_names(goal.hypotheses, goal.target) if goal.is_prop else None
    if named is None:
        return None
    hypotheses, target, renamed = named
    texts = [target, *(text for h in hypotheses for text in (h.type, h.value or ""))]
    if any(_UNREADABLE.search(text) for text in texts):
        return None
    first = next((i for i, h in enumerate(hypotheses) if h.value is not None), len(hypotheses))
    reverted = hypotheses[first:]
    if any(h.name == "_" for h in reverted):
        return None
    binders = "".join(f" {binder}" for binder in _binders(hypotheses[:first]))
    universes = list(dict.fromkeys(_universes(texts)))
    suffix = f".{{{', '.join(universes)}}}" if universes else ""
    conclusion = "".join(_prefix(h) for h in reverted) + _one_line(target)
    before = [f"rename_i {' '.join(renamed)}"] if renamed else []
    if reverted:
        before.append(f"revert {' '.join(h.name for h in reverted)}")
    return Statement(f"theorem {name}{suffix}{binders} : {conclusion}", tuple(before))


def _with_names(hypotheses: tuple[Hypothesis, ...], target: str) -> tuple[list[Hypothesis], str, list[str]] | None:
    """Hypotheses and target with names that can be written, and the arguments of `rename_i` that give them.

    A hypothesis without a name is called `_`. None where a printed name may mean one of several: Lean prints `x✝` for
    every `x` that cannot be written, be it that a macro made it or that a later `x` hides it.
    """
    bases = [re.sub(r"✝.*", "", h.name) for h in hypotheses]
    last = {h.name: i for i, h in enumerate(hypotheses) if not h.inaccessible}
    hidden = [i for i, h in enumerate(hypotheses) if h.inaccessible or last[h.name] != i]
    texts = [f"{h.type} {h.value or ''}" for h in hypotheses] + [target]
    mentioned = {found[1] for text in texts for found in _MARKED.finditer(text)}
    hidden_bases = [bases[i] for i in hidden]
    if any(hidden_bases.count(base) != 1 for base in mentioned):
        return None
    taken = set(bases) | {word for text in texts for word in _WORD.findall(text)}
    new: dict[int, str] = {}
    for i in hidden:
        silent = hypotheses[i].is_instance and bases[i] not in mentioned
        new[i] = "_" if silent else _fresh(bases[i], taken)
        taken.add(new[i])
    marks = {bases[i]: name for i, name in new.items()}

    def unmarked(text: str) -> str:
        return _MARKED.sub(lambda found: marks[found[1]], text)

    written = [
        replace(h, name=new.get(i, h.name), type=unmarked(h.type), value=None if h.value is None else unmarked(h.value))
        for i, h in enumerate(hypotheses)
    ]
    names = list(new.values())
    while names and names[0] == "_":
        del names[0]
    return written, unmarked(target), names


def _fresh(base: str, taken: set[str]) -> str:
    stem = base if re.fullmatch(r"[^\W\d][\w'!?]*", base) else "h"
    return next(name for i in range(1, 10_000) if (name := f"{stem}_{i}") not in taken)


def _binders(hypotheses: list[Hypothesis]) -> Iterator[str]:
    """Binders, neighbours of one type together."""
    for (type_, instance), neighbours in groupby(hypotheses, key=lambda h: (_one_line(h.type), h.is_instance)):
        names = [h.name for h in neighbours]
        if instance:
            yield from (f"[{type_}]" if name == "_" else f"[{name} : {type_}]" for name in names)
        else:
            yield f"({' '.join(names)} : {type_})"


def _prefix(hypothesis: Hypothesis) -> str:
    type_ = _one_line(hypothesis.type)
    if hypothesis.value is not None:
        return f"let {hypothesis.name} : {type_} := {_one_line(hypothesis.value)}; "
    return f"∀ {next(_binders([hypothesis]))}, "


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _universes(texts: list[str]) -> Iterator[str]:
    """Universe variables in `Type u_1` and the like, in order of appearance."""
    for text in texts:
        for sort in _SORT.findall(text):
            yield from _UNIVERSE.findall(sort)
