"""An accepted statement, frozen: written down with the words it stands for, and with a mark that holds it."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.remarks import harmless
from prover.api.frozen import Mark
from prover.core.errors import UserError
from prover.core.visible import visible
from prover.formalize.draft import Draft
from prover.formalize.inspection import inspect
from prover.lean import Pool
from prover.lean.source import SourceFile


@dataclass(frozen=True, slots=True)
class Sealed:
    """`mark` and `preface` (definitions, mark, words) are what stands before the theorem; `file`: all of it, behind
    its context, its proof a hole."""

    draft: Draft
    mark: Mark
    words: str

    @property
    def preface(self) -> str:
        comment = docstring(self.words)
        return "\n\n".join(part for part in (self.draft.definitions.strip(), f"{self.mark.text}\n{comment}") if part)

    @property
    def file(self) -> SourceFile:
        statement = f"{self.preface}\n{self.draft.statement.strip()} := by\n  sorry\n"
        text = "\n\n".join(part for part in (self.draft.context.rstrip(), statement) if part)
        return SourceFile("<frozen>", text.encode())


async def seal(pool: Pool, draft: Draft, words: str) -> Sealed:
    """Freezes a draft under its key, and has Lean read what is written: it says the same with the words before it.

    Raises `UserError` (`not_a_statement`) for a draft that states nothing.
    """
    seen = await inspect(pool, draft)
    if seen.errors:
        raise UserError(f"that is no statement: {seen.errors[0].text}", code="not_a_statement")
    sealed = Sealed(draft, Mark(seen.full, seen.key), words)
    commented = Draft(
        draft.name, f"{docstring(words)}\n{draft.statement.strip()}", draft.definitions, draft.context, "", draft.author
    )
    again = await inspect(pool, commented)
    if again.key != seen.key:
        raise UserError("the words cannot stand before the statement as a comment", code="bad_words")
    return sealed


def docstring(words: str) -> str:
    """Words as the comment of a theorem: nothing in them ends it, and nothing is hidden in it."""
    plain = harmless(visible("\n".join(line.strip() for line in words.strip().splitlines())))
    return f"/-- {plain} -/"
