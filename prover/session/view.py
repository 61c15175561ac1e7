"""What a person is shown of a session, as lines of text; the terminal decides where they go."""

from __future__ import annotations

from collections.abc import Sequence

from prover.core.outcome import Failed, Lost, Rejected, TacticOutcome, TimedOut
from prover.core.verdict import Incomplete, Proved, ProvedModulo, Refuted, Verdict
from prover.core.visible import visible
from prover.session.proof_tree import node_at, text
from prover.session.snapshot import Snapshot
from prover.session.suggestions import Suggestions
from prover.session.versions import Versions

_EVIDENCE = ("open_names", "detail", "what", "construct", "names", "error", "stopped")
_REFUSALS = {
    "forbidden": "no proof may contain this; what is open is written as `sorry` by itself",
    "killed_worker": "this tactic ended the Lean process before; it is not run again",
}


def part_title(snapshot: Snapshot, label: str) -> str:
    """What is worked on, in a few words."""
    here = snapshot.part.name or label
    return f"{here} (lemma)" if snapshot.part.name else here


def goals(snapshot: Snapshot, label: str) -> list[str]:
    """Every open goal of the part that is worked on: the one in focus whole, of the others the target."""
    title = visible(part_title(snapshot, label))
    opened = snapshot.open_goals
    if not opened:
        left = [part.name or label for part in snapshot.parts if not part.done]
        if left:
            return [f"{title}: no goals left here. Open: {visible(', '.join(left))} (`work NAME`)"]
        return [f"{title}: no goals left. `check` has the whole file verified"]
    lines = [f"{title}: {counted(len(opened), 'goal')}"]
    for number, location in enumerate(opened, start=1):
        node = node_at(snapshot.part.tree, location)
        if location == snapshot.focus:
            lines += _focused(number, len(opened), [str(goal) for goal in node.state.goals])
        else:
            case = f"case {node.goal.case} " if node.goal.case else ""
            lines.append(f"goal {number}: {visible(f'{case}⊢ {node.goal.target}')}".split("\n")[0])
    return lines


def _focused(number: int, of: int, texts: Sequence[str]) -> list[str]:
    lines = [f"goal {number} (in focus):"] if of > 1 else []
    for at, goal in enumerate(texts):
        lines += ["  and, sharing unknowns with it:"] if at else []
        lines += [f"  {line}" for line in visible(goal).split("\n")]
    return lines


def proof(snapshot: Snapshot) -> list[str]:
    """The script of the part that is worked on, with `sorry` for what is open."""
    return [f"  {line}" for line in visible(text(snapshot.part.tree)).split("\n")]


def suggestions(found: Suggestions) -> list[str]:
    """Numbered, best first, each with what it leaves."""
    lines: list[str] = []
    for suggestion in found.ranked:
        first, *more = visible(suggestion.tactic).split("\n")
        lines.append(f"{suggestion.number:>2}. {first}   -- {visible(suggestion.leaves)}")
        lines += [f"    {line}" for line in more]
    if found.trouble:
        lines.append(f"({visible(found.trouble)})")
    return lines


def versions(past: Versions[Snapshot]) -> list[str]:
    """The tree of versions, a line each."""
    lines: list[str] = []
    for version in past:
        mark = "*" if version.number == past.current else " "
        indent = "  " * min(past.depth(version.number), 12)
        label = visible(version.label).split("\n")[0] if version.label else "beginning"
        lines.append(f"{mark}{version.number:>3} {indent}{label}")
    return lines


def refusal(outcome: TacticOutcome[object]) -> str:
    """Why a tactic was not taken."""
    match outcome:
        case Failed():
            return visible(
                outcome.text or next((m.text for m in outcome.messages), "") or f"refused ({outcome.reason})"
            )
        case TimedOut():
            limit = "heartbeats" if outcome.limit == "heartbeats" else "time"
            return f"it takes too long: the limit of {limit} was reached"
        case Lost():
            return f"Lean was lost over it ({outcome.code}) and was started again; nothing of the proof is lost"
        case Rejected():
            return _REFUSALS.get(outcome.reason, f"not tried: {outcome.reason}")
        case _:
            return ""


def verdict(found: Verdict) -> str:
    """A verdict in a few words."""
    words = found.code.replace("_", " ")
    match found:
        case Proved():
            axioms = ", ".join(found.axioms) or "none"
            return f"proved; axioms: {axioms}"
        case ProvedModulo():
            return f"proved, as soon as these are: {visible(', '.join(found.open_names))}"
        case Incomplete():
            return f"incomplete: {counted(len(found.holes), 'hole')} left" if found.holes else "incomplete"
        case Refuted():
            return "refuted: the statement is false"
        case _:
            pass
    messages = getattr(found, "messages", ())
    if messages:
        return visible(f"{words}: {messages[0].text}")
    for name in _EVIDENCE:
        value: object = getattr(found, name, None)
        if value:
            return visible(f"{words}: {value}")
    return words


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
