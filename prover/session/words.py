"""What a typed line asks for: a command of the session's, or else a tactic."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A command. `argument`: a pattern of what may follow it; a line that does not fit is a tactic.

    `usage` and `help`: for people.
    """

    name: str
    usage: str
    help: str
    argument: str = r""


_ANY = r".*"
_NUMBER = r"\d+"
_SECONDS = r"(\d+(\.\d+)?)?"

WORDS = (
    Word("goals", "goals", "the open goals"),
    Word("proof", "proof", "the proof so far"),
    Word("suggest", "suggest", "tactics that Lean accepts here, with what they leave"),
    Word("apply", "apply N", "take suggestion N", _NUMBER),
    Word("tactic", "tactic T", "run T as a tactic, whatever it begins with; other lines are tactics anyway", r".+"),
    Word("undo", "undo", "one step back; nothing is lost"),
    Word("redo", "redo", "forward again"),
    Word("versions", "versions", "all that was tried, as a tree"),
    Word("go", "go N", "to version N", _NUMBER),
    Word("focus", "focus N", "work on open goal N", _NUMBER),
    Word(
        "lemma",
        "lemma NAME : P",
        "state a helper before the theorem; use it at once, prove it any time",
        r".+",
    ),
    Word("lemmas", "lemmas", "what is to be proved in this session, and how far it is"),
    Word("work", "work NAME", "work on a lemma; without NAME on the theorem", _ANY),
    Word("auto", "auto [SECONDS]", "search a proof of this goal in the background", _SECONDS),
    Word("formalize", "formalize WORDS", "have the model state in Lean what the words say; several drafts", r".+"),
    Word(
        "accept",
        "accept [N]",
        "take what `auto` found; with N, state draft N before the theorem, frozen",
        r"(\d{1,6}!?)?",
    ),
    Word("wait", "wait", "until the search in the background has ended"),
    Word("stop", "stop", "end the search in the background"),
    Word("negate", "negate [SECONDS]", "try to refute the goal in focus", _SECONDS),
    Word("hint", "hint", "what the model would try"),
    Word("why", "why", "the model explains the last error, or the goal"),
    Word("find", "find WORDS", "theorems that fit words or a statement", r".+"),
    Word("check", "check", "the whole file through the verifier"),
    Word("save", "save", "write the file again (it is saved at every step)"),
    Word("save!", "save!", "write the file though somebody else changed it"),
    Word("transcript", "transcript", "write what was done as Markdown beside the file"),
    Word("help", "help", "this"),
    Word("quit", "quit", "end; `prove session FILE --resume` goes on"),
)
_BY_NAME = {word.name: word for word in WORDS}


@dataclass(frozen=True, slots=True)
class Line:
    """`name`: a command, `tactic` for what is none. `argument`: what follows it, or the tactic."""

    name: str
    argument: str = ""


def read_line(line: str) -> Line | None:
    """What is asked; None for an empty line. A colon before a command is taken (`:undo`)."""
    text = line.strip()
    if not text:
        return None
    first, _, rest = text.removeprefix(":").partition(" ")
    word = _BY_NAME.get(first)
    if word is not None and re.fullmatch(word.argument, rest.strip(), re.DOTALL):
        return Line(word.name, rest.strip())
    if text.startswith(":"):
        return Line("help")
    return Line("tactic", line.rstrip() if "\n" in line else text)


def help_lines() -> list[str]:
    """What can be typed, a line each."""
    width = max(len(word.usage) for word in WORDS)
    lines = [f"{word.usage:<{width}}  {word.help}" for word in WORDS]
    return [*lines, "", "Anything else is a tactic. \\nat gives ℕ, \\to →, \\< ⟨, \\alpha α, \\_1 ₁, and so on."]
