"""Lean code a model wrote for a theorem, and the tactics of that theorem's proof in it."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from prover.generate.layout import tidy
from prover.generate.tokens import code_tokens, depth_zero, without_comments

_COMMAND = re.compile(
    r"^(?=(?:theorem|lemma|example|def|abbrev|instance|structure|inductive|class|axiom|opaque|import|open|set_option|"
    r"namespace|section|end|variable|universe|noncomputable|private|protected|attribute|macro|notation|local|scoped|"
    r"syntax|elab|mutual|#[a-z]))",
    re.MULTILINE,
)
_ATTRIBUTE = re.compile(r"^@\[[^\]]*\]\s*", re.MULTILINE)
_SETTING = re.compile(r"(?:import|open|set_option|namespace|section|end|variable|universe|noncomputable section)\b")
_NAMED = re.compile(r"(?:(?:private|protected|nonrec)\s+)*(theorem|lemma|example)\b[ \t]*([^\s:({\[⦃]*)")
_LOCAL_NAME = re.compile(r"[^\W\d][\w'!?]*\Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """Tactics, or why there are none: `empty`, `other_declarations`, `forbidden`."""

    text: str = ""
    rejected: str = ""


def proof_in(code: str, name: str, context: str = "") -> Proof:
    """The proof of theorem `name` in a piece of code, as tactics; code without declarations is the proof itself.

    Lemmas before the theorem become `have` steps of its proof; other declarations cannot, unless `context`, which
    stands before the theorem anyway, has them. Where no theorem has the name, the last one counts.
    """
    code = textwrap.dedent(without_comments(code.replace("\r\n", "\n").replace("\t", "  ")))
    code = _ATTRIBUTE.sub("", code)
    commands = [piece.strip("\n") for piece in _COMMAND.split(code) if piece.strip()]
    if re.search(r"\bset_option\s+debug\.", code):
        return Proof(code, "forbidden")
    theorems = [index for index, command in enumerate(commands) if _NAMED.match(command)]
    if not theorems:
        others = [command for command in commands if _COMMAND.match(command) and not _setting(command)]
        # `open ... in` may be the first tactic.
        return Proof(code, "other_declarations") if others else _checked(tidy(code))
    asked = [index for index in theorems if _same_name(commands[index], name)]
    at = (asked or theorems)[-1]
    helpers: list[str] = []
    known = _words(context)
    for command in commands[:at]:
        if _setting(command) or _words(command) in known:
            continue
        helper = _as_have(command)
        if helper is None:
            return Proof(code, "other_declarations")
        helpers.append(helper)
    body = _body(commands[at])
    return _checked("\n".join([*helpers, body]) if body else "")


def _checked(text: str) -> Proof:
    return Proof(text, "" if text else "empty")


def _setting(command: str) -> bool:
    return bool(_SETTING.match(command))


def _same_name(command: str, name: str) -> bool:
    found = _NAMED.match(command)
    return found is not None and bool(name) and found[2].split(".{")[0].split(".")[-1] == name.split(".")[-1]


def _words(text: str) -> str:
    return " ".join(text.split())


def _as_have(command: str) -> str | None:
    """A lemma as a step of a proof; None where it cannot be one."""
    found = _NAMED.match(command)
    if found is None or not _LOCAL_NAME.match(found[2]) or _assignment(command) is None:
        return None
    return f"have {found[2]}{command[found.end() :]}"


def _body(command: str) -> str:
    """The tactics of a theorem's proof; of a proof term, `exact` with it."""
    at = _assignment(command)
    return "" if at is None else tidy(command[at:])


def _assignment(command: str) -> int | None:
    """Where the `:=` of a declaration's proof stands: the first outside brackets that belongs to no `let` before it."""
    values = 0
    for _, token in depth_zero(code_tokens(command)):
        if token.text in ("let", "have"):
            values += 1
        elif token.text == ":=":
            if values == 0:
                return token.start
            values -= 1
    return None
