"""A person's edits, put into the plan as far as Lean and the verifier accept them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prover.agent.leap.blueprint import Blueprint, blueprint_file, proof_of, write_blueprint
from prover.agent.leap.closing import Closer
from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.edits import Edits, Written, read_edits
from prover.agent.leap.lemma import Lemma, Standing
from prover.agent.leap.stage import Faults
from prover.core.verdict import Proved, ProvedModulo
from prover.lean.source import SourceFile

PERSON = "person"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one edit of a lemma. `what`: `restated`, `new`, `deleted`, `emptied`, `proved`, `planned`,
    `hint`, `definitions`; `refused` is why it was not taken, empty where it was."""

    what: str
    name: str
    refused: str = ""

    def __str__(self) -> str:
        return f"{self.name}: not {self.what}: {self.refused}" if self.refused else f"{self.name}: {self.what}"


async def take_edits(edits: Edits, blueprint: Blueprint, closer: Closer) -> tuple[Done, ...]:
    """Does what a person wants, and records it. Proofs count once Lean and the verifier accept them.

    Raises `LeanProcessError` when Lean is lost; what was done until then stands.
    """
    plan, done = blueprint.plan, list[Done]()
    if edits.definitions:
        plan.define(edits.definitions)
        done.append(Done("definitions", blueprint.target.name))
    shown = {lemma.key: proof_of(lemma)[1] for lemma in blueprint.lemmas}
    for lemma, statement in edits.restated:
        plan.restate(lemma, statement)
        done.append(Done("restated", lemma.name))
    plan.keep(edits.new)
    done += [Done("new", statement.name) for statement in edits.new]
    for lemma in edits.deleted:
        plan.drop(lemma)
        done.append(Done("deleted", lemma.name))
    for lemma in edits.emptied:
        _give_up(blueprint, lemma, shown.get(lemma.key))
        done.append(Done("emptied", lemma.name))
    for written in edits.proofs:
        done.append(await _take_proof(written, blueprint, closer, shown.get(written.statement.key)))
    for hint in edits.hints:
        lemma = plan.graph.find(hint.key)
        if lemma is not None:
            plan.hint(lemma, hint.text, withdrawn=hint.withdrawn)
            done.append(Done("hint", lemma.name))
    return tuple(done)


async def edit_from(folder: Path, blueprint: Blueprint, closer: Closer) -> tuple[Done, ...]:
    """Reads the blueprint beside a run, does what was changed in it and writes it anew; nothing where there is none.

    Raises `UserError` as `read_edits`; the file is then left as it is.
    """
    file = blueprint_file(folder, blueprint.plan, blueprint.target)
    if not file.exists():
        return ()
    edits = await read_edits(SourceFile.read(file).text, blueprint)
    done = await take_edits(edits, blueprint, closer) if edits else ()
    if edits and not any(d.refused for d in done):
        # What was refused stays in the file, to be mended there.
        write_blueprint(folder, Blueprint(blueprint.plan, blueprint.stage, blueprint.target, blueprint.after))
    return done


async def _take_proof(written: Written, blueprint: Blueprint, closer: Closer, old: Decomposition | None) -> Done:
    plan, stage, statement = blueprint.plan, blueprint.stage, written.statement
    lemma = plan.graph.find(statement.key)
    if lemma is None or lemma.standing is not Standing.OPEN:
        return Done("proved", statement.name, "there is nothing to prove")
    definitions = plan.definitions()
    checked = await stage.check(statement, written.lemmas, Sketch(written.script), definitions=definitions)
    if isinstance(checked, Faults):
        return Done("proved", statement.name, str(checked))
    if checked.lemmas:
        made = plan.commit(lemma, checked.lemmas, Sketch(written.script, plan="a person's"))
        if not isinstance(made, Decomposition):
            return Done("planned", statement.name, f"{made.reason}: {made.lemma}")
        _give_up(blueprint, lemma, old)
        return Done("planned", statement.name)
    verdict = await closer.verify(stage, statement, checked.name, written.script, definitions)
    if verdict is not None and not isinstance(verdict, Proved | ProvedModulo):
        return Done("proved", statement.name, f"the verifier refuses it: {verdict.code.replace('_', ' ')}")
    plan.prove(lemma, written.script, PERSON, "" if verdict is None else verdict.code)
    return Done("proved", statement.name)


def _give_up(blueprint: Blueprint, lemma: Lemma, shown: Decomposition | None) -> None:
    """The plan that stood in the file is replaced."""
    if shown is not None and not shown.dead and lemma.by is not shown:
        blueprint.plan.give_up(shown, PERSON)
