"""The file of a session, written out: the lemmas before the declaration, the proof so far in its hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.core.position import Span
from prover.lean.source import Edit, SourceFile
from prover.lean.splice import layouts
from prover.session.proof_tree import text
from prover.session.snapshot import Part, Snapshot

_HOLE = "sorry"


@dataclass(frozen=True, slots=True)
class Document:
    """`source`: the file as it was when the session began. `hole`: the place of the `sorry` that is worked on, `tactic`
    where tactics stand; `command`: of the declaration around it."""

    source: SourceFile
    hole: Span
    tactic: bool
    command: Span

    def written(self, snapshot: Snapshot, *, structured: bool = True) -> SourceFile:
        """The file with all that is done in it, and `sorry` for what is open."""
        lemmas = [lemma(part, text(part.tree, structured=structured)) for part in snapshot.lemmas]
        return self._with(lemmas, text(snapshot.main.tree, structured=structured))

    def for_proof(self, snapshot: Snapshot, *, structured: bool = True) -> tuple[SourceFile, str]:
        """The file with its own hole left, and where that is (`#L12`); the lemmas as far as they are proved."""
        lemmas = [lemma(part, text(part.tree, structured=structured)) for part in snapshot.lemmas]
        return self._with(lemmas, _HOLE), self._line(lemmas)

    def stating(self, lemmas: Sequence[Part], own: Part) -> tuple[SourceFile, str]:
        """The file with these lemmas stated, to work on `own`, and where its hole is (`#L12`)."""
        before = [lemma(part, _HOLE) for part in lemmas]
        if not own.name:
            return self._with(before, _HOLE), self._line(before)
        line = self.source.position(self.command.start).line + "".join([*before, lemma(own, _HOLE)]).count("\n")
        return self._with([*before, lemma(own, _HOLE)], _HOLE), f"#L{line - 2}"

    def before(self, lemmas: Sequence[Part]) -> str:
        """What stands before the declaration, these lemmas stated in it."""
        head = self.source.slice(Span(0, self.command.start))
        return head + "".join(lemma(part, _HOLE) for part in lemmas)

    def _with(self, lemmas: Sequence[str], script: str) -> SourceFile:
        edits = [Edit(Span(self.command.start, self.command.start), written) for written in lemmas]
        if script != _HOLE:
            edits.append(layouts(self.source, self.hole, script, tactic=self.tactic)[0])
        return self.source.with_edits(edits)

    def _line(self, lemmas: Sequence[str]) -> str:
        return f"#L{self.source.position(self.hole.start).line + ''.join(lemmas).count(chr(10))}"


def lemma(part: Part, script: str) -> str:
    """A lemma as it stands in the file, and an empty line behind it."""
    lines = [f"  {line}" if line else line for line in script.split("\n")]
    before = [part.preface] if part.preface else []
    return "\n".join([*before, f"theorem {part.name} {part.signature} := by", *lines, "", ""])
