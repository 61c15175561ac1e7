"""Lean code a model wrote for a theorem, and the tactics of that theorem's proof in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.generate.commands import Command, commands, words
from prover.generate.layout import tidy
from prover.generate.tokens import without_comments

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
    code = without_comments(code.replace("\r\n", "\n").replace("\t", "  "))
    found = commands(code)
    if re.search(r"\bset_option\s+debug\.", code):
        return Proof(code, "forbidden")
    theorems = [index for index, command in enumerate(found) if command.kind == "theorem"]
    if not theorems:
        # `open ... in` may be the first tactic.
        others = [command for command in found if command.kind == "definition"]
        return Proof(code, "other_declarations") if others else _checked(tidy(code))
    asked = [index for index in theorems if _same_name(found[index], name)]
    at = (asked or theorems)[-1]
    helpers: list[str] = []
    known = words(context)
    for command in found[:at]:
        if command.kind == "setting" or words(command.text) in known:
            continue
        helper = _as_have(command)
        if helper is None:
            return Proof(code, "other_declarations")
        helpers.append(helper)
    body = tidy(found[at].proof)
    return _checked("\n".join([*helpers, body]) if body else "")


def _checked(text: str) -> Proof:
    return Proof(text, "" if text else "empty")


def _same_name(command: Command, name: str) -> bool:
    return bool(name) and command.name.split(".{")[0].split(".")[-1] == name.split(".")[-1]


def _as_have(command: Command) -> str | None:
    """A lemma as a step of a proof; None where it cannot be one."""
    if command.kind != "theorem" or not command.proof.startswith(":=") or not _LOCAL_NAME.match(command.name):
        return None
    return f"have {command.statement.removeprefix('theorem').strip()} {without_comments(command.proof)}"
