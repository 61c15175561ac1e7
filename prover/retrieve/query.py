"""What is asked of an index: words, and the constants of a goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prover.core.state import Goal
from prover.retrieve.words import name_words, query_words, symbol

#: What the constants of the hypotheses count for beside those of the target.
_AROUND = 0.6


@dataclass(frozen=True, slots=True)
class Query:
    """`words` for BM25, `symbols` (constants, each with a weight) for the overlap of statements."""

    words: tuple[str, ...]
    symbols: Mapping[str, float]

    @property
    def about_lean(self) -> bool:
        """Whether it speaks of Lean's own programs."""
        return "lean" in self.words or any(name.startswith("Lean.") for name in self.symbols)

    @classmethod
    def of_words(cls, text: str) -> Query:
        """Free words, or a statement that Lean does not read: names are taken apart, operators become words."""
        return cls(tuple(query_words(text)), {})

    @classmethod
    def of_goal(cls, goal: Goal) -> Query:
        """The constants of a goal and the words of their names."""
        return cls.of_symbols(goal.symbols, goal.around)

    @classmethod
    def of_symbols(cls, symbols: tuple[str, ...], around: tuple[str, ...] = ()) -> Query:
        """Constants of a target, and of what stands around it."""
        weights = dict.fromkeys(around, _AROUND) | dict.fromkeys(symbols, 1.0)
        words = [symbol(name) for name in symbols]
        words += [word for name in symbols for word in name_words(name.rsplit(".", 1)[-1])]
        return cls(tuple(words), weights)
