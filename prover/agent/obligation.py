"""What a file leaves open: holes grouped by the declaration they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prover.core.position import Span
from prover.core.verdict import BadTarget
from prover.lean import Declaration, Elaboration, Hole
from prover.lean.source import SourceFile
from prover.verify.name import parse, show

_PROOF_KINDS = frozenset({"theorem"})


@dataclass(slots=True)
class Gap:
    """One `sorry` in the text and the goals elaboration met there; one script must serve them all."""

    span: Span
    tactic: bool
    visits: list[Hole]

    @property
    def is_data(self) -> bool:
        """Every goal met here asks for a value, not a proof."""
        return not any(visit.is_prop for visit in self.visits)

    @property
    def coupled(self) -> bool:
        return any(visit.coupled for visit in self.visits)


@dataclass(slots=True)
class Obligation:
    """A declaration with holes. `problem`: why it cannot be filled as it stands.

    `uses`: the constants that its statement and what is written of its proof mention.
    """

    name: str
    label: str
    kind: str
    line: int
    command: Span
    gaps: list[Gap] = field(default_factory=list[Gap])
    problem: BadTarget | None = None
    uses: tuple[str, ...] = ()


def obligations(source: SourceFile, elaboration: Elaboration, wanted: str = "") -> list[Obligation]:
    """The open declarations of an elaborated file, in its order; none when no hole could be opened.

    `wanted`: a definition whose data is asked for by name; elsewhere a hole that is data is a problem.
    """
    found: dict[tuple[int, str], Obligation] = {}
    declared = {spelled(d.name): d for d in elaboration.declarations}
    failed = {c.span for c in elaboration.commands if c.failed and c.span is not None}
    for hole in elaboration.holes:
        if hole.command is None:
            continue
        place = source.position(hole.command.start)
        name = spelled(hole.declaration) if hole.declaration else f"line {place.line}"
        key = (hole.command.start, name)
        if key not in found:
            own = declared.get(name)
            found[key] = Obligation(
                name=name,
                label=name,
                kind=own.kind if own else _kind_at(source, elaboration.declarations, hole),
                line=own.start.line if own else place.line,
                command=hole.command,
                uses=own.uses if own else (),
            )
            if hole.command in failed:
                found[key].problem = BadTarget(
                    what="errors_around", detail="Lean reports errors in this declaration beside its holes"
                )
            elif own and own.type_hole:
                found[key].problem = BadTarget(what="hole_in_statement", detail="the statement itself contains `sorry`")
        _add(found[key], hole, data=name == wanted)
    if found:
        for obligation in _unreadable(source, elaboration, {o.command for o in found.values()}):
            found[(obligation.command.start, obligation.name)] = obligation
    return sorted(found.values(), key=lambda o: o.command.start)


def spelled(name: str) -> str:
    """A name from the Bridge in the one spelling used here."""
    return show(parse(name))


def _unreadable(source: SourceFile, elaboration: Elaboration, known: set[Span]) -> Iterator[Obligation]:
    """Declarations that are open although no hole of theirs could be opened."""
    for command in elaboration.commands:
        if command.span is None or command.span in known:
            continue
        inside = [d for d in elaboration.declarations if command.span.contains(source.offset(d.start))]
        if command.failed and (command.writes_sorry or any(d.type_hole for d in inside)):
            problem = BadTarget(what="errors_around", detail="Lean reports errors in this declaration")
        elif not command.failed and any(d.hole or d.type_hole for d in inside):
            problem = BadTarget(what="macro_hole", detail="a hole is made by code; there is no text to replace")
        else:
            continue
        open_ones = [d for d in inside if d.hole or d.type_hole]
        line = open_ones[0].start.line if open_ones else source.position(command.span.start).line
        name = spelled(open_ones[0].name) if open_ones else f"line {line}"
        yield Obligation(name, name, open_ones[0].kind if open_ones else "", line, command.span, problem=problem)


def _kind_at(source: SourceFile, declarations: tuple[Declaration, ...], hole: Hole) -> str:
    """The kind of the innermost declaration around a hole whose own name is an auxiliary's."""
    if hole.span is None:
        return ""
    place = source.position(hole.span.start)
    around = [d for d in declarations if d.start <= place < d.end]
    return max(around, key=lambda d: d.start).kind if around else ""


def _add(obligation: Obligation, hole: Hole, *, data: bool) -> None:
    problem = _problem(obligation, hole, data=data)
    if problem is not None:
        obligation.problem = obligation.problem or problem
        return
    assert hole.span is not None
    for gap in obligation.gaps:
        if gap.span == hole.span:
            gap.visits.append(hole)
            return
    obligation.gaps.append(Gap(hole.span, hole.tactic, [hole]))


def _problem(obligation: Obligation, hole: Hole, *, data: bool) -> BadTarget | None:
    if hole.in_signature:
        return BadTarget(what="hole_in_statement", detail="the statement itself contains `sorry`")
    if hole.span is None or not hole.original:
        return BadTarget(what="macro_hole", detail="the hole is made by a macro; there is no text to replace")
    if hole.state is None:
        return BadTarget(what="unreadable_hole", detail=hole.problem or "no goal could be opened at the hole")
    if not hole.is_prop and not data and obligation.kind not in _PROOF_KINDS:
        return BadTarget(
            what="data_hole", detail="the hole is data, not a proof: any value of the type would fit, so none is chosen"
        )
    return None
