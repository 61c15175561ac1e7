"""Drafts to problems: cut into parts, header and names seen to, with a note for whatever was done."""

from __future__ import annotations

import re
from dataclasses import replace

from prover.bench.binding import binder_names, bound, is_type, unbound
from prover.bench.draft import Draft
from prover.bench.header import sets_auto_implicit, with_auto_implicit, with_imports, with_noncomputable
from prover.bench.manifest import Fix, Variant
from prover.bench.parts import Parts, plain_comment, signature, split_text, type_colon
from prover.bench.problem import Origin, Problem
from prover.bench.syntax import modern_sums
from prover.generate.commands import Command, commands, heads
from prover.generate.tokens import code_tokens, depth_zero

_BEFORE = r"(?:@\[[^\]]*\]\s*)*(?:\w+\s+)*?"
_VALUED = re.compile(rf"{_BEFORE}(?:def|abbrev|instance)\b")
_DATATYPE = re.compile(rf"{_BEFORE}(?:inductive|structure|class)\b")
#: An answer that is left open, and the comment after it that tells it.
_PLACE = re.compile(
    r":=[ \t\n]*(?P<hole>sorry)[ \t]*\n(?P<told>(?:[ \t]*--[^\n]*\n?)+|[ \t]*/-(?!-).*?-/[ \t]*\n?)", re.DOTALL
)


def compose(draft: Draft, variant: Variant, *, modern: bool = False) -> Problem:
    """The problem that a draft holds. `modern`: notation that newer libraries read no more is rewritten.

    Raises `ValueError`: why there is none.
    """
    parts = split_text(draft.text)
    notes = [*draft.notes, *parts.notes]
    statement, name = _statement(parts, draft.name, notes)
    preamble, answer = _answered(_with_theorems(parts.preamble, notes), variant, notes)
    preamble, header = _bound(preamble, statement, parts.header, variant, notes)
    if "answer-inlined" in notes:
        header = with_noncomputable(header)  # an answer may be a number that cannot be computed
    if variant.imports and "import" in {token.text for token in code_tokens(header)}:
        replaced = with_imports(header, variant.imports)
        notes += ["imports-replaced"] if replaced.split() != header.split() else []
        header = replaced
    if parts.proof == "proof":
        notes.append("proof-removed")
    if modern and (modern_sums(preamble), modern_sums(statement)) != (preamble, statement):
        preamble, statement = modern_sums(preamble), modern_sums(statement)
        notes.append("sums-rewritten")
    notes += _remarks(preamble, statement)
    return Problem(
        id=draft.id,
        name=f"{parts.scope}.{name}" if parts.scope else name,
        statement=statement,
        origin=Origin(draft.file.name, draft.file.sha256, draft.record),
        header=header,
        preamble=preamble,
        epilogue=parts.epilogue,
        informal=draft.informal or parts.comment,
        split=draft.split,
        topic=draft.topic,
        difficulty=draft.difficulty,
        answer=draft.answer or answer,
        notes=tuple(dict.fromkeys(notes)),
    )


def put_right(problem: Problem, fix: Fix, overlay: str) -> Problem | None:
    """The problem with a statement put right; None where the text does not hold what is to be replaced, and where
    the new statement is of another theorem."""
    statement, preamble = fix.statement.strip() or problem.statement, problem.preamble
    for old, new in fix.replace:
        if old not in statement and old not in preamble:
            return None
        statement, preamble = statement.replace(old, new), preamble.replace(old, new)
    if _name(statement) != _name(problem.statement):
        return None
    return replace(problem, statement=statement, preamble=preamble, correction=overlay, bad="")


def _name(statement: str) -> tuple[str, ...]:
    return tuple(token.text for token in code_tokens(statement)[:2])


def _statement(parts: Parts, name: str, notes: list[str]) -> tuple[str, str]:
    """The statement as `theorem NAME ...`, and the name."""
    if len(code_tokens(parts.statement)) < 2:
        raise ValueError("its theorem has no statement")
    colon = type_colon(parts.statement)
    kind = parts.statement[colon + 1 :].strip() if colon is not None else ""
    if not kind:
        raise ValueError("its theorem has no type")
    if parts.keyword == "theorem" and parts.name:
        return parts.statement, parts.name
    if parts.keyword in ("def", "abbrev", "instance"):
        notes.append("definition")
        kind = f"Nonempty ({kind})"
    if not parts.name:
        notes.append("unnamed")
    named = "" if parts.name else f" {name}"
    head = parts.statement[len(parts.keyword) : colon].rstrip()
    return f"theorem{named}{head} : {kind}", parts.name or name


def _with_theorems(preamble: str, notes: list[str]) -> str:
    """The preamble with `theorem` for `lemma`, which is Mathlib's word for the same."""
    at = [head.keyword for head in heads(preamble) if head.word == "lemma"]
    for start in reversed(at):
        preamble = f"{preamble[:start]}theorem{preamble[start + len('lemma') :]}"
    notes += ["lemma"] if at else []
    return preamble


def _answered(preamble: str, variant: Variant, notes: list[str]) -> tuple[str, str]:
    """The definitions with the answers that comments tell put in, or left open; and these answers."""
    answers: list[str] = []
    if not variant.answers:
        notes += ["hole-before"] if _has_hole(preamble) else []
        return preamble, ""

    def put(found: re.Match[str]) -> str:
        answer = plain_comment(found["told"])
        answers.append(answer)
        answer = answer.replace("\n", "\n  ")
        return f":= {answer}\n" if variant.answers == "inline" else f":= {found['hole']}\n"

    preamble = _PLACE.sub(put, f"{preamble}\n").strip("\n")
    if answers:
        notes.append("answer-inlined" if variant.answers == "inline" else "answer-open")
    notes += ["hole-before"] if _has_hole(preamble) else []
    return preamble, "\n".join(answers)


def _has_hole(text: str) -> bool:
    return any(token.text == "sorry" for token in code_tokens(text))


def _bound(preamble: str, statement: str, header: str, variant: Variant, notes: list[str]) -> tuple[str, str]:
    """The preamble with types bound that only `autoImplicit` would, and the header with this option set."""
    before = commands(preamble)
    variables = [command.text for command in before if command.text.startswith("variable")]
    taken = frozenset(command.name for command in before if command.name).union(*map(bound, variables))
    # Only signatures: nothing is bound by itself in a proof or a value.
    signed = [_signature(command) for command in before]
    free = dict.fromkeys(name for piece in (*variables, *signed, statement) for name in unbound(piece, taken))
    types = [name for name in free if is_type(name)]
    others = [name for name in free if not is_type(name)]
    released = sets_auto_implicit(header)
    if types and released is None:
        preamble = f"variable {{{' '.join(types)} : Type _}}\n\n{preamble}".rstrip()
        notes.append("types-bound")
    notes += [f"unbound:{name}" for name in others]
    needed = variant.auto_implicit and bool(others)
    if needed or released is True:
        notes.append("auto-implicit")
    return preamble, with_auto_implicit(header, needed)


def _signature(command: Command) -> str:
    """What of a command may bind names by itself: of a type that it defines, what comes before the constructors."""
    if command.kind == "theorem" or _VALUED.match(command.text):
        return command.signature
    found = _DATATYPE.match(command.text)
    if found is None:
        return ""
    ends = (token.start for _, token in depth_zero(code_tokens(command.text)) if token.text in ("where", "|", ":="))
    return command.text[: next(ends, None)]


def _remarks(preamble: str, statement: str) -> list[str]:
    """What a reader of scores should know of a text."""
    found = {head.word for head in heads(preamble)}
    notes = ["declares-axiom"] if "axiom" in found else []
    names = binder_names(signature(statement)[0])
    if len(names) != len(set(names)):
        notes.append("repeated-name")
    return notes
