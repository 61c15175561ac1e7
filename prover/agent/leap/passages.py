"""A Lean file cut into its commands, with the theorems in them and the comments before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prover.agent.leap.keys import Keys
from prover.agent.leap.remarks import comments, plain
from prover.agent.obligation import spelled
from prover.core.errors import CallTimeout, UserError
from prover.core.message import Severity
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.verify.code import code_of
from prover.verify.elaborated import Elaborated, elaborate
from prover.verify.footing import own_holes
from prover.verify.name import show
from prover.verify.tables import JudgeTooSlow, MalformedExport

_WORD = re.compile(r"\b(?:theorem|lemma)\s+")
_PART = r"(?:«[^»]*»|[^\s«».(\[{⦃:]+)"
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
_OPENERS, _CLOSERS = "([{⟨⦃", ")]}⟩⦄"


@dataclass(frozen=True, slots=True)
class Passage:
    """One command, or the file's header. `line`: where it begins, from 1. `above`: what stands before it.

    `declares`: names in full; `theorem`: whether that is one theorem, and then `key` is its statement's. `open`: names
    of those with a hole. `error`: the first error that Lean reports inside, empty for none.
    """

    line: int
    text: str
    above: str
    declares: tuple[str, ...] = ()
    theorem: bool = False
    key: str = ""
    open: frozenset[str] = frozenset()
    axioms: tuple[str, ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        """The theorem's name as it is written; empty where there is none."""
        blank = code_of(self.text)
        word = _WORD.search(blank)
        found = _NAME.match(self.text, word.end()) if word else None
        return found[0] if found else ""

    @property
    def plain(self) -> str:
        return plain(self.text)

    def split(self) -> tuple[str, str] | None:
        """The statement, without comment, and the proof as tactic lines; None where there is no `:=`."""
        blank = code_of(self.text)
        at = _opening(blank)
        if at < 0:
            return None
        statement = _without_opening_comments(self.text[:at])
        rest = self.text[at + 2 :]
        by = re.match(r"\s*by\b", code_of(rest))
        if by is None:
            term = rest.strip()
            return statement, "sorry" if plain(term) == "sorry" else f"exact (\n{_shifted(rest, 2)}\n)"
        return statement, _dedented(rest[by.end() :])


async def passages(pool: Pool, text: str, *, seconds: float) -> list[Passage]:
    """The commands of a file, as Lean elaborates it.

    Raises `UserError` (`blueprint_parse`) where a part of it cannot be read; `LeanProcessError` when Lean is lost.
    """
    header = await pool.read_header(text)
    if header.errors:
        raise UserError(f"the blueprint's imports cannot be read: {header.errors[0].text}", code="blueprint_parse")
    async with pool.lease(header.modules) as worker:
        try:
            file = await elaborate(worker, text, header, heartbeats=0, seconds=seconds)
        except (CallTimeout, JudgeTooSlow):
            raise UserError(f"the blueprint takes Lean longer than {seconds:g} s", code="blueprint_slow") from None
        except MalformedExport:
            worker.discard()
            raise UserError("Lean's account of the blueprint cannot be read", code="blueprint_parse") from None
    if file.elaboration.stopped:
        raise UserError(f"the blueprint takes Lean longer than {seconds:g} s", code="blueprint_slow")
    return list(_cut(file))


def _cut(file: Elaborated) -> Iterator[Passage]:
    source = SourceFile("blueprint", file.text.encode())
    tables, keys = file.tables, Keys(file.tables)
    declared = {show(name): name for name in file.declared}
    places = [(source.offset(d.start), spelled(d.name)) for d in file.elaboration.declarations]
    errors = [
        (source.offset(m.start), m.text)
        for m in file.elaboration.messages
        if m.severity is Severity.ERROR and m.start is not None
    ]
    at = file.header.end
    if source.data[:at].strip():
        yield Passage(1, source.data[:at].decode(), "")
    spans = sorted({c.span for c in file.elaboration.commands if c.span is not None})
    for span in spans:
        if span.start < at:
            continue
        above = source.data[at : span.start].decode()
        _check_gap(above, source.position(at).line)
        at = span.end
        labels = tuple(n for offset, n in sorted(places) if span.start <= offset < span.end and n in declared)
        theorem = len(labels) == 1 and tables.constants[declared[labels[0]]].kind == "theorem"
        yield Passage(
            source.position(span.start).line,
            source.slice(span),
            above,
            labels,
            theorem,
            keys.of(declared[labels[0]]) if theorem else "",
            frozenset(n for n in labels if own_holes(tables, declared[n])),
            tuple(n for n in labels if tables.constants[declared[n]].kind == "axiom"),
            next((text for offset, text in errors if span.start <= offset <= span.end), ""),
        )
    _check_gap(source.data[at:].decode(), source.position(at).line)


def _check_gap(text: str, line: int) -> None:
    """Between two commands there is nothing, unless Lean could not read it."""
    end = 0
    for start, stop in [*comments(text), (len(text), len(text))]:
        code = text[end:start]
        if code.strip():
            at = end + len(code) - len(code.lstrip())
            line += text.count("\n", 0, at)
            raise UserError(
                f"Lean cannot read the blueprint at line {line}: {text[at:].strip().splitlines()[0]}",
                code="blueprint_parse",
                hint="mend it there; nothing was changed",
            )
        end = stop


def _opening(blank: str) -> int:
    """Where the `:=` of a declaration stands, brackets passed over; -1 for none."""
    found: list[int] = []
    depth = 0
    for at, sign in enumerate(blank):
        depth += (sign in _OPENERS) - (sign in _CLOSERS)
        if depth == 0 and blank.startswith(":=", at):
            # A `let` in the statement has one too, but no proof behind it.
            if re.match(r":=\s*(by|sorry)\b", blank[at:]):
                return at
            found.append(at)
    return found[0] if found else -1


def _without_opening_comments(text: str) -> str:
    for start, end in comments(text):
        if text[:start].strip():
            break
        text = " " * end + text[end:]
    return text.strip()


def _dedented(text: str) -> str:
    """The lines after `by`, moved to the left margin."""
    first, *others = text.split("\n")
    lines = [line for line in others if line.strip()]
    least = min((len(line) - len(line.lstrip(" ")) for line in lines), default=0)
    rest = [line[least:].rstrip() for line in others]
    return "\n".join([first.strip(), *rest] if first.strip() else rest).strip("\n")


def _shifted(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in _dedented("\n" + text.strip("\n")).split("\n"))
