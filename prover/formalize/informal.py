"""Problems in words, from a JSONL file, perhaps with statements that are already there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from prover.bench.composing import compose
from prover.bench.draft import Draft as Record
from prover.bench.fields import identifier
from prover.bench.files import DataFile
from prover.bench.manifest import Variant
from prover.core.errors import UserError
from prover.events.codec import DecodeError, as_object
from prover.events.json_text import NotJson, read_json
from prover.formalize.draft import Draft
from prover.generate.tokens import code_tokens
from prover.verify.name import parse, show

_ID = ("id", "problem_id", "name", "theorem_name", "uuid")
_WORDS = ("informal", "words", "problem", "informal_statement", "informal_problem", "nl_statement", "natural_language")
_STATEMENT = ("statement", "formal_statement", "formal", "autoformalization", "lean4_statement")
_DRAFTS = ("drafts", "statements", "formal_statements")
_CONTEXT = ("context", "header")
_DECLARED = frozenset(
    (
        *("theorem", "lemma", "example", "def", "abbrev", "instance", "structure", "inductive", "class", "mutual"),
        *("import", "open", "set_option", "noncomputable", "universe", "namespace", "section", "variable", "private"),
        *("protected", "local", "axiom", "@"),
    )
)


@dataclass(frozen=True, slots=True)
class InformalProblem:
    """`words`: what is to be stated; `context`: Lean text that goes before it (imports, definitions). `drafts`:
    statements that are there already. `line`: of the file, from 1."""

    id: str
    words: str = ""
    context: str = ""
    drafts: tuple[Draft, ...] = ()
    line: int = 0

    def key(self, stamp: str) -> str:
        """A hash of all that decides what becomes of it. `stamp`: who looks at it, and how."""
        drafts = [[d.name, d.statement, d.definitions, d.context] for d in self.drafts]
        return hashlib.sha256(json.dumps([self.id, self.words, self.context, drafts, stamp]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that holds no problem, and why."""

    line: int
    reason: str


def read_informal(path: Path) -> tuple[tuple[InformalProblem, ...], tuple[Unusable, ...]]:
    """The problems of a JSONL file in their order, and the lines that cannot be used.

    A record has an `id`, and words (`informal`, `problem`, ...), statements (`statement`, `formal_statement`, or a
    list `drafts`), or both; a `context` where the statements need one. Raises `UserError`: `unreadable`, `no_problems`.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}", code="unreadable") from None
    found = list(_read(lines))
    problems = tuple(one for one in found if isinstance(one, InformalProblem))
    unusable = tuple(one for one in found if isinstance(one, Unusable))
    if not problems:
        first = f": line {unusable[0].line}: {unusable[0].reason}" if unusable else ""
        hint = 'one JSON object a line: {"id": "...", "informal": "..."}, with "statement" where there is one already'
        raise UserError(f"{path} holds no problem{first}", code="no_problems", hint=hint)
    return problems, unusable


def _read(lines: Sequence[bytes]) -> Iterator[InformalProblem | Unusable]:
    taken: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            problem = _problem(as_object(read_json(line)), number)
        except NotJson as error:
            yield Unusable(number, f"{error}; one JSON object a line is expected")
            continue
        except DecodeError as error:
            yield Unusable(number, f"it is no JSON object: {error}")
            continue
        except ValueError as error:
            yield Unusable(number, str(error)[:300])
            continue
        earlier = taken.setdefault(problem.id.casefold(), number)
        if earlier != number:
            yield Unusable(number, f"the id {problem.id} is that of line {earlier}")
        else:
            yield problem


def _problem(fields: Mapping[str, Any], line: int) -> InformalProblem:
    """Raises `ValueError`."""
    id = re.sub(r"[\s:#/\\\x00-\x1f]+", "_", _text(fields, _ID)).strip("_.") or f"line_{line}"
    words, context = _text(fields, _WORDS).strip(), _text(fields, _CONTEXT)
    texts = [_text(fields, _STATEMENT), *_texts(fields)]
    drafts = tuple(ready_draft(text, identifier(id), context) for text in texts if text.strip())
    if not words and not drafts:
        raise ValueError(
            f"it has neither words ({', '.join(_WORDS[:3])}) nor a statement ({', '.join(_STATEMENT[:2])})"
        )
    return InformalProblem(id, words, context, drafts, line)


def _text(fields: Mapping[str, Any], names: Sequence[str]) -> str:
    value = next((fields[name] for name in names if fields.get(name) not in (None, "")), "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError(f"its {names[0]} is no text")
    _must_be_unicode(value)
    return value


def _texts(fields: Mapping[str, Any]) -> list[str]:
    value = next((fields[name] for name in _DRAFTS if fields.get(name) is not None), None)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("its drafts are no list of texts")
    found: list[str] = []
    for text in cast("list[object]", value):
        if not isinstance(text, str):
            raise ValueError("its drafts are no list of texts")
        _must_be_unicode(text)
        found.append(text)
    return found


def _must_be_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it has lone surrogates, which are no text") from None


def ready_draft(text: str, name: str, context: str = "", *, author: str = "given") -> Draft:
    """The statement at the end of a Lean text, as a draft; what comes before it, imports aside, is its definitions.

    `text` may also be a theorem's binders and type, or its type alone; then `name` is the theorem's. A proof is cut
    off. Raises `ValueError` where no theorem is found.
    """
    problem = compose(Record("draft", _declared(text, name), DataFile("", b""), name=name), Variant())
    if any(not line.strip().startswith("end") for line in problem.epilogue.splitlines() if line.strip()):
        raise ValueError("there is something after its theorem")
    before = "\n\n".join(part for part in (problem.header, context.strip()) if part)
    if problem.header and "import" in {token.text for token in code_tokens(context)[:1]}:
        before = f"{context.strip()}\n\n{_without_imports(problem.header)}".strip()
    own = show(parse(problem.name)) if problem.name else name
    return Draft(own, problem.statement, problem.preamble, before, author=author)


def _without_imports(header: str) -> str:
    return "\n".join(line for line in header.split("\n") if not line.strip().startswith("import "))


def _declared(text: str, name: str) -> str:
    first = next((token.text for token in code_tokens(text)), "")
    if first in _DECLARED:
        return text
    return f"theorem {name} {text}" if first in ("(", "{", "[", "⦃", ":") else f"theorem {name} : {text}"
