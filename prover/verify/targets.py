"""Which constants are to be judged: names as people write them, looked up in the reference."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prover.core import verdict as verdicts
from prover.core.errors import UserError
from prover.core.verdict import Verdict
from prover.verify.elaborated import Elaborated, find
from prover.verify.footing import SORRY
from prover.verify.name import Name, parse, show, user_part


def chosen_targets(
    original: Elaborated | None, targets: Sequence[str] | None, *, definitions: bool = False
) -> dict[str, Name | Verdict]:
    """The targets by the name they were asked for: the reference's constant, or why there is none to prove.
    `definitions`: also those that are open (a proof inside them is)."""
    if original is None:
        return {text: parse(text) for text in targets or ()}
    if targets is None:
        theorems = [n for n in original.declared if original.tables.constants[n].kind == "theorem"]
        chosen = list(dict.fromkeys(_stated_by(original, n) for n in theorems if n in original.open)) or theorems
        if not chosen:
            raise UserError("the reference states no theorem", code="no_target")
        targets = [show(name) for name in chosen]
    return {text: _target(original, text, definitions) for text in targets}


def _stated_by(original: Elaborated, name: Name) -> Name:
    """The theorem in whose text a theorem stands (`where`, `let rec`): its proof, of which only the statement around it
    is asked; any other itself."""
    places = {parse(d.name): (d.start, d.end) for d in original.elaboration.declarations}
    own = places.get(user_part(name))
    around = [
        other
        for other in original.declared
        if own is not None
        and other != name
        and original.tables.constants[other].kind == "theorem"
        and (place := places.get(user_part(other))) is not None
        and place[0] < own[0]
        and own[1] <= place[1]
    ]
    return around[0] if around else name


def _target(original: Elaborated, text: str, definitions: bool) -> Name | Verdict:
    tables = original.tables
    name = find(list(tables.constants), text)
    if name is None:
        return verdicts.BadTarget(what="missing", detail=f"the reference declares no {text}")
    constant = tables.constants[name]
    if constant.kind != "theorem" and not (definitions and constant.kind == "def" and name in original.open):
        return verdicts.BadTarget(what="kind", detail=f"{text} is no theorem in the reference but: {constant.kind}")
    if SORRY in tables.constants_in([constant.type]):
        return verdicts.BadTarget(what="hole_in_statement", detail=f"the statement of {text} has a hole")
    return name


def filled_definitions(original: Elaborated | None, names: Collection[str]) -> frozenset[Name]:
    """The open definitions that a submission may complete. Raises `UserError` (`bad_fill`) for any other name."""
    if not names:
        return frozenset()
    constants = {} if original is None else original.tables.constants
    open_names = [] if original is None else [name for name in original.open if constants[name].kind == "def"]
    found = {text: find(open_names, text) for text in names}
    unknown = [text for text, name in found.items() if name is None]
    if unknown:
        raise UserError(f"the reference leaves no definition {unknown[0]} open", code="bad_fill")
    return frozenset(name for name in found.values() if name is not None)


def own_targets(file: Elaborated, targets: Sequence[str] | None) -> dict[str, Name | Verdict]:
    """Targets where there is no reference: those asked for, or all theorems of the submission."""
    constants = file.tables.constants
    if targets is not None:
        return {text: find(list(constants), text) or parse(text) for text in targets}
    theorems = [name for name in file.declared if constants[name].kind == "theorem"]
    if not theorems:
        raise UserError("the file states no theorem", code="no_target")
    return {show(name): name for name in theorems}
