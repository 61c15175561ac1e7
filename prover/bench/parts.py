"""Lean text cut into what comes before a theorem, its statement, and what comes after it.

Lexically: commands are found where they begin a line outside comments and strings. Lean itself decides later what the
text means (`prove bench validate`).
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from prover.generate.commands import Head, heads, proof_start
from prover.generate.tokens import Token, code_tokens, depth_zero, tokens, without_comments

_HEADER = frozenset({"import", "open", "set_option", "universe", "universes"})
_HOLES = frozenset({"sorry", "admit"})
_STATED = frozenset({"def", "abbrev", "instance"})
_UNIVERSES = re.compile(r"\.\{[^}]*\}")
_COMMENTED_LINE = re.compile(r"[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class Parts:
    """A text in four, as `Problem` has them. `keyword`: `theorem`, `lemma`, `example`, `def`, ... `name`: as it stands
    there, empty where it has none; `scope`: the namespaces around it. `comment`: the words of the comment before it.
    `proof`: what was cut off after the statement: empty, `hole` or `proof`."""

    header: str
    preamble: str
    statement: str
    epilogue: str
    keyword: str
    name: str
    scope: str = ""
    comment: str = ""
    proof: str = ""
    notes: tuple[str, ...] = ()


def split_text(text: str) -> Parts:
    """The parts of a text around its last theorem, lemma or example; where it has none, around its last definition
    without a value. Raises `ValueError` (why it cannot be cut)."""
    text, notes = _plain(text)
    found = heads(text)
    at = _target(text, found)
    target = found[at]
    end = found[at + 1].start if at + 1 < len(found) else len(text)
    start = _header_end(text, found[:at], target.start)
    before, comment = _without_comment(text[start : target.start])
    end = target.keyword + _code_length(text[target.keyword : end])
    statement, proof = without_proof(text[target.keyword : end])
    words = code_tokens(statement)
    named = target.word != "example" and len(words) > 1 and words[1].kind == "word"
    header = text[:start]
    epilogue = text[end:].strip()
    if not without_comments(epilogue):
        epilogue = ""
    return Parts(
        header=without_comments(header) if "--" in header or "/-" in header else header.strip(),
        preamble=before.strip("\n").rstrip() if without_comments(before) else "",
        statement=statement,
        epilogue=epilogue,
        keyword=target.word,
        name=words[1].text if named else "",
        scope=_scope(text, found[:at]),
        comment=comment or ("" if without_comments(before) else plain_comment(before)),
        proof=proof,
        notes=(*notes, *(("modifiers",) if target.start < target.keyword else ())),
    )


def without_proof(declaration: str) -> tuple[str, str]:
    """A declaration without what proves it, and what that was: `` (nothing), `hole` (`:= by sorry`, any part of it),
    `proof`. A comment after the statement is dropped: what is put there would become part of it."""
    found = code_tokens(declaration)
    rest = len(found)
    if rest and found[rest - 1].text in _HOLES and found[rest - 1].kind == "word":
        rest -= 1
    if rest and found[rest - 1].text == "by" and found[rest - 1].kind == "word":
        rest -= 1
    if rest and found[rest - 1].text == ":=":
        return _ended(declaration, found[: rest - 1]), "hole"
    at = proof_start(declaration, found)
    if at is None:
        return _ended(declaration, found), ""
    return _ended(declaration, [token for token in found if token.start < at]), "proof"


def signature(statement: str) -> tuple[str, str]:
    """What stands between the name of a declaration and its type, and the type; that is empty where it has none."""
    found = code_tokens(statement)
    colon = type_colon(statement)
    begin = found[1].end if len(found) > 1 and found[1].kind == "word" else found[0].end if found else 0
    universes = _UNIVERSES.match(statement, begin)
    begin = universes.end() if universes else begin
    if colon is None:
        return statement[begin:].strip(), ""
    return statement[begin:colon].strip(), statement[colon + 1 :].strip()


def type_colon(statement: str) -> int | None:
    """Where the colon stands before the type of a declaration."""
    return next((token.start for _, token in depth_zero(code_tokens(statement)) if token.text == ":"), None)


def plain_comment(text: str) -> str:
    """The words of a text's comments, or the text where it has none."""
    found = [token.text for token in tokens(text) if token.kind == "comment"]
    if not found:
        return text.strip()
    return "\n".join(
        re.sub(r"\A/-[-!]?|-/\Z", "", piece).strip() if piece.startswith("/-") else piece.lstrip("-").strip()
        for piece in found
    ).strip()


def _plain(text: str) -> tuple[str, list[str]]:
    """The text with newlines, blanks and first columns as Lean wants them, and what was done for it."""
    notes: list[str] = []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\t" in text:
        text, notes = text.replace("\t", "  "), ["tabs"]
    text = textwrap.dedent(text)
    pieces: list[str] = []
    at = 0
    # A command may share its line with the comment before it.
    for token in tokens(text):
        line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
        if token.kind == "comment" and token.text.startswith("/-") and _COMMENTED_LINE.match(line):
            following = re.compile(r"[ \t]*(?=[@a-z#])").match(text, token.end)
            if following:
                pieces += [text[at : token.end], "\n"]
                at = following.end()
    return "".join([*pieces, text[at:]]), notes


def _target(text: str, found: list[Head]) -> int:
    for index in range(len(found) - 1, -1, -1):
        if found[index].kind == "theorem":
            return index
    for index in range(len(found) - 1, -1, -1):
        head = found[index]
        end = found[index + 1].start if index + 1 < len(found) else len(text)
        if head.word in _STATED and without_proof(text[head.keyword : end])[1] == "hole":
            return index
    raise ValueError("it declares no theorem")


def _header_end(text: str, before: list[Head], target: int) -> int:
    """Where the commands end that only set something for a whole file; 0 where there are none."""
    end = 0
    ends = [*(head.start for head in before), target][1:]
    for head, following in zip(before, ends, strict=True):
        found = code_tokens(text[head.start : following])
        whole = head.word in _HEADER or [token.text for token in found] == ["noncomputable", "section"]
        if not whole or found[-1].text == "in":
            break
        end = head.start + found[-1].end
    return end


def _without_comment(text: str) -> tuple[str, str]:
    """What comes before a theorem without the doc comment at its end, and the words of that."""
    found = tokens(text)
    if not found or found[-1].kind != "comment" or not found[-1].text.startswith("/--"):
        return text, ""
    return text[: found[-1].start], plain_comment(found[-1].text)


def _code_length(text: str) -> int:
    """Where the code of a command ends, without the comments that follow it."""
    found = code_tokens(text)
    return found[-1].end if found else len(text)


def _ended(declaration: str, found: list[Token]) -> str:
    return declaration[: found[-1].end] if found else ""


def _scope(text: str, before: list[Head]) -> str:
    scopes: list[str] = []
    for head in before:
        words = [token.text for token in code_tokens(text[head.keyword :].split("\n", 1)[0])]
        if head.word == "namespace" and len(words) > 1:
            scopes.append(words[1])
        elif head.word == "section":
            scopes.append("")
        elif head.word == "end" and scopes:
            scopes.pop()
    return ".".join(scope for scope in scopes if scope)
