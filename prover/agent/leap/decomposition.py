"""A decomposition: the AND node of the plan. All its lemmas are needed."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.lemma import Lemma, Statement
from prover.agent.leap.naming import with_names


@dataclass(frozen=True, slots=True)
class Sketch:
    """The proof of a lemma from others: tactic lines without a `sorry` of their own.

    `definitions`: declarations that are new with this sketch, to stand before the lemmas that mention them. `plan`:
    the idea in words.
    """

    script: str
    definitions: str = ""
    plan: str = ""


@dataclass(slots=True, eq=False)
class Decomposition:
    """`parent` follows from `lemmas` by `sketch`: Lean has checked that. `stated`: the lemmas as the sketch states and
    calls them; the graph may know them by other names. `dead`: why it is given up, empty while it stands."""

    number: int
    parent: Lemma
    lemmas: tuple[Lemma, ...]
    sketch: Sketch
    stated: tuple[Statement, ...] = ()
    dead: str = ""

    @property
    def script(self) -> str:
        """The sketch's tactic lines, lemmas called by the names that the graph knows them by."""
        known = {lemma.key: lemma.name for lemma in self.lemmas}
        return with_names(self.sketch.script, {s.name: known[s.key] for s in self.stated if s.name != known[s.key]})

    @property
    def complete(self) -> bool:
        """Whether all its lemmas are proved."""
        return not self.dead and all(lemma.proved for lemma in self.lemmas)

    def __repr__(self) -> str:
        return f"Decomposition({self.number}: {self.parent.name} from {[lemma.name for lemma in self.lemmas]})"
