"""What can be done to a session, as values: written to the journal, and done again from it without Lean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from prover.core.errors import UserError
from prover.core.state import TacticState
from prover.events import payload
from prover.session.proof_tree import Location, begun, node_at
from prover.session.snapshot import Part, Snapshot
from prover.session.versions import Versions


class Verb(StrEnum):
    """`begin`: `state` is that of the hole. `tactic`: `text` at the focus, `state` is what it left (None: nothing).
    `lemma`: `name`, `full`, `text` its signature, `preface` what stands before it, `state` its goal. `work`: on the
    part with the number `number`. `focus`: on the node at `at`. `go`: to the version `number`."""

    BEGIN = "begin"
    TACTIC = "tactic"
    LEMMA = "lemma"
    WORK = "work"
    FOCUS = "focus"
    UNDO = "undo"
    REDO = "redo"
    GO = "go"


@payload("SessionStep")
@dataclass(frozen=True, slots=True)
class Step:
    """One accepted action. Which fields mean something: see `Verb`."""

    verb: Verb
    text: str = ""
    state: TacticState | None = None
    name: str = ""
    full: str = ""
    number: int = 0
    at: tuple[int, ...] = ()
    preface: str = ""


def first(state: TacticState) -> Versions[Snapshot]:
    """A session at its beginning, at the goals of the file's hole."""
    return Versions(Snapshot((Part(begun(state)),)))


def take(versions: Versions[Snapshot], step: Step) -> bool:
    """Does `step`; False where it changes nothing (there is nothing to undo, say).

    Raises `UserError` (`bad_step`) for one that cannot be done here, as no journal of ours has it.
    """
    now = versions.now
    try:
        match step.verb:
            case Verb.TACTIC:
                if now.focus is None:
                    raise ValueError("no goal is open")
                versions.add(step.text, now.after(step.text, step.state))
            case Verb.LEMMA:
                if step.state is None:
                    raise ValueError("a lemma has a goal")
                lemma = Part(begun(step.state), step.name, step.full, step.text, step.preface)
                versions.add(f"lemma {step.name}", now.with_lemma(lemma))
            case Verb.WORK:
                versions.amend(now.at_part(step.number))
            case Verb.FOCUS:
                versions.amend(now.focused(_open_node(now, step.at)))
            case Verb.UNDO:
                return versions.undo() is not None
            case Verb.REDO:
                return versions.redo() is not None
            case Verb.GO:
                versions.go_to(step.number)
            case Verb.BEGIN:
                raise ValueError("a session begins once")
    except (ValueError, IndexError) as error:
        raise UserError(f"the step {step.verb} cannot be done here: {error}", code="bad_step") from None
    return True


def _open_node(now: Snapshot, at: Location) -> Location:
    if not node_at(now.part.tree, at).open:
        raise ValueError("that goal is closed")
    return at
