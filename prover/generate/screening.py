"""Which texts are not worth a call to Lean, and why. What passes may still be wrong: that the verifier judges."""

from __future__ import annotations

import re

from prover.generate.tokens import Token, balanced, code_tokens

#: Words that no proof may contain, wherever they stand.
_FORBIDDEN = frozenset({"sorry", "sorryAx", "axiom", "import", "unsafe", "by_elab"})
#: Forbidden as the name of a tactic; elsewhere they may be somebody's name for something.
_FORBIDDEN_TACTICS = frozenset({"admit", "stop", "run_tac", "run_cmd", "run_elab", "run_meta", "eval"})
#: Tactics that trust compiled code.
_NATIVE = frozenset({"native_decide", "bv_decide"})
_COMMANDS = frozenset({
    "check", "check_failure", "eval", "exit", "find", "guard", "guard_msgs", "help", "html", "import", "lint",
    "print", "reduce", "synth", "test", "time", "version", "where", "widget", "with_exporting",
})  # fmt: skip
#: After these a tactic begins.
_OPENERS = frozenset({";", "<;>", "·", "(", "by", "=>", "|", "then", "else", "first", "try", "repeat", "all_goals"})
#: First words of sentences; none is a tactic.
_SENTENCE = re.compile(
    r"(the|we|to|you|here|it|an|sure|since|now|however|therefore|thus|note|because|so|i'm|i'll|let's|let us)\b[\s,:]",
    re.IGNORECASE,
)
_STARTS_TACTIC = re.compile(r"[a-z_·.({⟨‹«\[]|[^\x00-\x7f]|#[a-z]")
_ENGLISH = frozenset({"the", "that", "is", "are", "we", "which", "should", "need", "can", "will", "goal", "tactic"})


def objection(text: str, *, longest: int, native: bool = False) -> str:
    """Why a tactic text is not tried: `empty`, `too_long`, `prose`, `forbidden`, `unbalanced`; empty when it is.

    `longest`: the most characters. `native`: whether tactics that trust compiled code may stand in it.
    """
    if not text.strip():
        return "empty"
    if len(text) > longest:
        return "too_long"
    if is_prose(text):
        return "prose"
    if is_forbidden(text, native=native):
        return "forbidden"
    return "" if balanced(text) else "unbalanced"


def is_prose(text: str) -> bool:
    """Whether a text begins as a sentence begins and no tactic does."""
    line = text.lstrip().split("\n", 1)[0]
    if not _STARTS_TACTIC.match(line) or _SENTENCE.match(line):
        return True
    return sum(word in _ENGLISH for word in line.lower().rstrip(".:").split()) >= 3


def is_forbidden(text: str, *, native: bool = False) -> bool:
    """Whether a proof with this text could never count, or would run code: `sorry`, `axiom`, `#eval`, `run_tac` ...

    By tokens: not inside strings, comments, parts of longer names and `«quoted»` names.
    """
    found = code_tokens(text)
    for index, token in enumerate(found):
        if token.kind == "word" and _forbidden_word(text, found, index, native):
            return True
        if token.text == "#" and (word := _adjoining(found, index)) is not None and word.text in _COMMANDS:
            return True
        if token.text == "+" and not native and (word := _adjoining(found, index)) and word.text == "native":
            return True
    return False


def _forbidden_word(text: str, found: list[Token], index: int, native: bool) -> bool:
    word = found[index].text
    before = found[index - 1] if index else None
    if before is not None and before.text == "." and before.end == found[index].start:
        return False  # a field: `x.sorry`
    if word in _FORBIDDEN or (word in _NATIVE and not native):
        return True
    if word in _FORBIDDEN_TACTICS:
        return before is None or before.text in _OPENERS or "\n" in text[before.end : found[index].start]
    following = found[index + 1] if index + 1 < len(found) else None
    return word == "set_option" and following is not None and following.text.split(".")[0] == "debug"


def _adjoining(found: list[Token], index: int) -> Token | None:
    """The word that follows without a space."""
    following = found[index + 1] if index + 1 < len(found) else None
    if following is None or following.kind != "word" or following.start != found[index].end:
        return None
    return following
