"""A proved target with its lemmas, as text to be put into the user's file."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.draft import Draft, Piece
from prover.agent.leap.lemma import Lemma
from prover.agent.leap.look import look
from prover.agent.leap.plan import Plan
from prover.agent.leap.stage import Faults, Stage, closed


@dataclass(frozen=True, slots=True)
class Assembly:
    """`before`: declarations in an order in which each stands after those it needs, none that nothing needs; to stand
    directly before the target's. `script`: the target's proof, tactic lines."""

    before: tuple[str, ...]
    script: str


def script_of(lemma: Lemma) -> str:
    """The tactic lines that prove a lemma. Raises `ValueError` where it is not proved."""
    if lemma.proof is not None:
        return lemma.proof.script
    if lemma.by is None:
        raise ValueError(f"{lemma.name} is not proved")
    return lemma.by.sketch.script


async def assemble(plan: Plan, target: Lemma, stage: Stage, *, seconds: float = 120.0) -> Assembly | Faults:
    """Puts the proof of `target` together; Lean says what of it is needed. Faults where Lean refuses the whole."""
    lemmas = plan.graph.order(target)
    pieces = [Piece(f"definitions {i}", text) for i, text in enumerate(plan.definition_blocks())]
    pieces += [Piece(lemma.name, closed(_documented(lemma), script_of(lemma))) for lemma in lemmas[:-1]]
    goal = Piece(target.name, closed(target.statement.text, script_of(target)))
    seen = await look(stage.pool, Draft.of(stage.before, [*pieces, goal]), seconds=seconds, allowed=stage.allowed)
    if seen.complaints:
        return Faults(seen.complaints, seen.seconds)
    needed = {name for full in seen.declared.get(target.name, ()) for name in seen.reach(full)}
    # A piece that declares nothing, an attribute say, may matter to those after it.
    kept = [p for p in pieces if not seen.declared.get(p.name) or needed & set(seen.declared[p.name])]
    return Assembly(tuple(piece.text.strip() for piece in kept), script_of(target))


def _documented(lemma: Lemma) -> str:
    """A lemma's statement, with what it is for before it."""
    words = " ".join(lemma.statement.informal.split()).replace("-/", "- /").replace("/-", "/ -")
    text = lemma.statement.text.strip()
    return f"/-- {words} -/\n{text}" if words and not text.startswith("/--") else text
