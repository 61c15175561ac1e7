"""A lemma that a person states, as Lean understands it."""

from __future__ import annotations

from prover.agent.obligation import spelled
from prover.api import OpenProof
from prover.session.steps import Step, Verb

_SECONDS = 60.0
#: A misspelt name is an error, not a variable.
_STRICT = "set_option autoImplicit false in\n"
#: The end of a text is a command to Lean.
_END = "Lean.Parser.Command.eoi"


async def stated(proof: OpenProof, name: str, signature: str, preface: str = "") -> tuple[Step | None, str]:
    """The step that states `theorem NAME SIGNATURE` before an open proof; or None, and why Lean does not take it.

    `preface`: definitions and comments of its own, which have been looked at before.
    """
    text = f"{preface}\n" if preface else _STRICT
    text += f"theorem {name} {signature} := by\n  sorry\n"
    async with proof.lock:
        await proof.alive()
        worker = proof.bench.worker
        answer = await worker.elaborate(proof.before(), text, holes=True, declarations=True, wall_seconds=_SECONDS)
        await worker.release([hole.state for hole in answer.holes if hole.state is not None])
    if answer.errors:
        return None, answer.errors[0].text
    if answer.stopped:
        return None, f"Lean needs more than {_SECONDS:g} s for the statement"
    hole = answer.holes[0] if len(answer.holes) == 1 else None
    if hole is None or not hole.is_prop or hole.goals is None or hole.declaration is None or hole.in_signature:
        return None, "that is no statement of one theorem"
    if not answer.clean or (not preface and sum(command.kind != _END for command in answer.commands) != 1):
        return None, "that is more than a statement"
    return Step(Verb.LEMMA, signature, hole.goals, name, spelled(hole.declaration), preface=preface), ""
