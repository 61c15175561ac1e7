"""What stands at one moment of a session: the proofs of the file's hole and of the lemmas stated before it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prover.core.state import TacticState
from prover.session.proof_tree import Location, Node, open_at, stepped


@dataclass(frozen=True, slots=True)
class Part:
    """Something to prove. `name`: empty for the hole of the file, else the lemma's as it was typed; `full`: with its
    namespace; `signature`: what stands between its name and `:=`; `preface`: what stands before it, its own definitions
    and comments."""

    tree: Node
    name: str = ""
    full: str = ""
    signature: str = ""
    preface: str = ""

    @property
    def done(self) -> bool:
        return not open_at(self.tree)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`parts`: in the order of the file, its own hole last. `active`: the one that is worked on; `focus`: where in it,
    None when nothing is open there."""

    parts: tuple[Part, ...]
    active: int = 0
    focus: Location | None = ()

    @property
    def part(self) -> Part:
        return self.parts[self.active]

    @property
    def main(self) -> Part:
        return self.parts[-1]

    @property
    def lemmas(self) -> tuple[Part, ...]:
        return self.parts[:-1]

    @property
    def done(self) -> bool:
        """Nothing is open anywhere: a hint, to be checked."""
        return all(part.done for part in self.parts)

    @property
    def open_goals(self) -> list[Location]:
        """Where the active part is open."""
        return open_at(self.part.tree)

    def after(self, tactic: str, left: TacticState | None) -> Snapshot:
        """With a tactic done at the focus; what it left, or else the next open goal, is in focus."""
        assert self.focus is not None
        tree = stepped(self.part.tree, self.focus, tactic, left)
        return replace(self.with_tree(tree), focus=_next(tree, self.focus))

    def with_tree(self, tree: Node) -> Snapshot:
        part = replace(self.part, tree=tree)
        return replace(self, parts=(*self.parts[: self.active], part, *self.parts[self.active + 1 :]))

    def focused(self, location: Location) -> Snapshot:
        return replace(self, focus=location)

    def at_part(self, number: int) -> Snapshot:
        """Working on another part, at its first open goal."""
        opened = open_at(self.parts[number].tree)
        return replace(self, active=number, focus=opened[0] if opened else None)

    def with_lemma(self, lemma: Part) -> Snapshot:
        """With a lemma stated before the part that is worked on, which stays so."""
        parts = (*self.parts[: self.active], lemma, *self.parts[self.active :])
        return replace(self, parts=parts, active=self.active + 1)


def _next(tree: Node, at: Location) -> Location | None:
    """The first open goal at or below `at`; else the next one in the text, and after the last the first."""
    opened = open_at(tree)
    below = [location for location in opened if location[: len(at)] == at]
    return next(iter([*below, *[location for location in opened if location > at], *opened]), None)
