"""A session as Markdown: what was typed, what was answered, and the proof in the end."""

from __future__ import annotations

from prover.events import Event
from prover.session.journal import Past, Said
from prover.session.steps import Step, Verb


def markdown(past: Past) -> str:
    """The session that a journal tells of."""
    began = past.began
    lines = [f"# Session on `{began.label}`", "", f"{began.file}; Lean {began.lean} ({began.engine})", ""]
    lines += _block("lean", past.document.source.slice(past.document.command))
    for event in past.events:
        lines += _lines(event)
    lines += ["## The file in the end", ""]
    lines += _block("lean", past.document.written(past.versions.now).text.strip("\n"))
    return "\n".join(lines)


def _lines(event: Event) -> list[str]:
    match event.payload:
        case Said(line=line, answer=answer, accepted=accepted):
            mark = "" if accepted else " (refused)"
            return [f"- typed `{line}`{mark}" if "`" not in line else f"- typed{mark}", "", *_block("text", answer)]
        case Step(verb=Verb.TACTIC, text=text, state=left):
            after = "no goals left there" if left is None else "\n\n".join(str(goal) for goal in left.goals)
            return ["- tactic", "", *_block("lean", text), *_block("text", after)]
        case Step(verb=Verb.LEMMA, name=name, text=signature, preface=preface):
            before = f"{preface}\n" if preface else ""
            return ["- lemma", "", *_block("lean", f"{before}theorem {name} {signature}")]
        case Step(verb=Verb.UNDO | Verb.REDO as verb):
            return [f"- {verb}", ""]
        case Step(verb=Verb.GO, number=number):
            return [f"- to version {number}", ""]
        case _:
            return []


def _block(language: str, text: str) -> list[str]:
    """A fenced block; the fence is longer than any in the text."""
    if not text:
        return []
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}{language}", *text.split("\n"), fence, ""]
