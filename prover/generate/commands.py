"""Lean code that a model wrote, cut into its declarations; Lean decides later whether they are any."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from prover.generate.layout import tidy
from prover.generate.tokens import Token, code_tokens, depth_zero, tokens, without_comments

Kind = Literal["theorem", "definition", "setting"]

_MODIFIERS = r"(?:(?:private|protected|public|noncomputable|nonrec|partial|unsafe|local|scoped)[ \t\n]+)*"
_ATTRIBUTES = r"(?:@\[[^\]]*\][ \t\n]*)*"
_THEOREMS = "theorem|lemma|example"
_DEFINITIONS = (
    "def|abbrev|instance|structure|inductive|coinductive|class|axiom|opaque|attribute|macro_rules|macro|notation3?|"
    "infix[lr]?|prefix|postfix|syntax|elab_rules|elab|mutual|deriving|initialize|simproc|declare_\\w+|run_cmd"
)
_SETTINGS = "import|open|set_option|namespace|section|end|variables?|universes?|export|include|omit|noncomputable"
_START = re.compile(
    rf"^{_ATTRIBUTES}{_MODIFIERS}(?:(?P<theorem>{_THEOREMS})|(?P<definition>{_DEFINITIONS})|(?P<setting>{_SETTINGS}"
    r"|#[a-z]\w*))(?![\w.'!?])",
    re.MULTILINE,
)
_VALUED = re.compile(rf"{_ATTRIBUTES}{_MODIFIERS}(?:def|abbrev|instance|opaque)\b")
_SORRY = frozenset({"sorry", "admit"})


@dataclass(frozen=True, slots=True)
class Command:
    """A declaration, or a command that sets something.

    `text`: as written, without the comment before it; `comment`: that one's words. `name`: as declared, empty where
    none is. Of a theorem: `statement` (`theorem name binders : type`), `proof`, what comes after it, and `script`, the
    same as tactic lines, empty where it has none.
    """

    kind: Kind
    text: str
    name: str = ""
    comment: str = ""
    statement: str = ""
    script: str = ""
    proof: str = ""

    @property
    def signature(self) -> str:
        """It without its proof or value; types, and what has no value, whole."""
        if self.kind == "theorem":
            return self.statement
        if self.kind == "definition" and _VALUED.match(self.text):
            at = proof_start(self.text, code_tokens(self.text))
            return self.text if at is None else self.text[:at].rstrip()
        return self.text

    @property
    def open(self) -> bool:
        """Whether it is a theorem without a whole proof."""
        if self.kind != "theorem":
            return False
        return not self.script or any(t.text in _SORRY for t in code_tokens(self.script) if t.kind == "word")


def commands(code: str) -> list[Command]:
    """The commands of a piece of code, in order; what stands before the first one is left out."""
    return list(_commands(code))


@dataclass(frozen=True, slots=True)
class Head:
    """Where a command begins. `start`: at its attributes or modifiers, `keyword`: at its keyword, named `word`."""

    kind: Kind
    start: int
    keyword: int
    word: str


def heads(code: str) -> list[Head]:
    """Where the commands of a code begin that stand in the first column, comments before them aside."""
    bare = blanked(code)
    made: list[Head] = []
    for found in _START.finditer(bare):
        kind: Kind = "theorem" if found["theorem"] else "definition" if found["definition"] else "setting"
        made.append(Head(kind, found.start(), found.start(kind), found[kind]))
    return made


@lru_cache(maxsize=32)  # what stands before in a file is read for every prompt
def _commands(code: str) -> tuple[Command, ...]:
    code = textwrap.dedent(code.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  "))
    bare = blanked(code)
    starts = heads(code)
    ends = [*(found.start for found in starts), len(code)][1:]
    made: list[Command] = []
    before = 0
    for found, end in zip(starts, ends, strict=True):
        keyword, kind = found.keyword, found.kind
        end = keyword + len(found.word) + len(bare[keyword + len(found.word) : end].rstrip())
        comment = _comment(code[before : found.start])
        text = code[found.start : end].strip()
        made.append(_theorem(code[keyword:end], comment) if kind == "theorem" else _other(kind, text, comment))
        before = end
    return tuple(made)


def words(text: str) -> str:
    """A text with one space wherever it has any: equal for texts that differ in layout alone."""
    return " ".join(text.split())


@lru_cache(maxsize=64)  # one text is asked about several times
def blanked(code: str) -> str:
    """The code with spaces for its comments and strings: everything else where it was."""
    pieces: list[str] = []
    at = 0
    for token in tokens(code):
        if token.kind in ("comment", "string"):
            pieces += [code[at : token.start], re.sub(r"[^\n]", " ", token.text)]
            at = token.end
    return "".join([*pieces, code[at:]])


def _comment(gap: str) -> str:
    """The words of the last comment in a gap between declarations; of lines of comments, of all."""
    found = [token.text for token in tokens(gap) if token.kind == "comment"]
    if not found:
        return ""
    if found[-1].startswith("/-!"):
        return ""
    if found[-1].startswith("/-"):
        return found[-1].lstrip("/-").removesuffix("-/").strip()
    last = next((i for i in range(len(found), 0, -1) if found[i - 1].startswith("/-")), 0)
    return "\n".join(line.lstrip("-").strip() for line in found[last:]).strip()


def _other(kind: Kind, text: str, comment: str) -> Command:
    name = ""
    if kind == "definition":
        found = [token for token in code_tokens(text) if token.kind == "word"]
        keyword = next((i for i, t in enumerate(found) if re.fullmatch(_DEFINITIONS, t.text)), len(found))
        name = found[keyword + 1].text if keyword + 1 < len(found) else ""
    return Command(kind, text, name, comment)


def _theorem(text: str, comment: str) -> Command:
    text = text.strip()
    found = code_tokens(text)
    named = len(found) > 1 and found[1].kind == "word" and found[0].text != "example"
    name = found[1].text if named else ""
    at = proof_start(text, found)
    statement = text if at is None else text[:at]
    rest = statement[found[0].end :] if found else ""
    statement = without_comments(f"theorem{rest}".strip())
    proof = "" if at is None else text[at:]
    script = tidy(proof) if proof.startswith(":=") else (f"exact fun\n{textwrap.indent(proof, '  ')}" if proof else "")
    bare = [t.text for t in code_tokens(script)]
    if bare in (["sorry"], ["exact", "sorry"], ["admit"]):
        script = ""
    return Command("theorem", text, name, comment, statement, script, proof)


def proof_start(text: str, found: list[Token]) -> int | None:
    """Where a theorem's proof begins: at the first `:=` outside brackets that belongs to no `let` before it, or at the
    alternative (`|` at the beginning of a line) before that."""
    values, matched = 0, False
    outside = [token for _, token in depth_zero(found)]
    arrow = max((token.start for token in outside if token.text == "=>"), default=-1)
    for token in outside:
        if token.text in ("let", "have", "letI", "haveI"):
            values += 1
        elif token.text == ":=":
            if values == 0:
                return token.start
            values -= 1
        elif token.text == "match":
            matched = True  # its alternatives are no proof
        elif token.text == "|" and not matched and token.start < arrow and _begins_line(text, token):
            return token.start
    return None


def _begins_line(text: str, token: Token) -> bool:
    return not text[text.rfind("\n", 0, token.start) + 1 : token.start].strip()


def without_imports(code: str) -> str:
    """The code without its imports; all else as it stands."""
    return "\n".join(line for line in code.split("\n") if not re.match(r"\s*import\b", line)).strip("\n")
