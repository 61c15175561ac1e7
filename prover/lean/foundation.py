"""What stands in for imports that an engine does not have, on request: CoreMath for Mathlib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foundation:
    """A library of ours that is imported in place of others.

    `name`: the module, trusted in verdicts as those that come with Lean are. `replaces`: the first components
    of the names of the modules it stands in for; `instead_of`: the one of them that people know. `preface`:
    commands that come before a file's own.
    """

    name: str
    instead_of: str
    replaces: frozenset[str]
    preface: str

    def carries(self, modules: Sequence[str]) -> bool:
        """Whether a file with these imports is elaborated over this library."""
        return any(self.provides(module) for module in modules)

    def provides(self, module: str) -> bool:
        """Whether it is this library, or one of those it stands in for; modules below its own name are not."""
        return module == self.name or module.split(".")[0] in self.replaces

    def resolve(self, modules: Sequence[str]) -> tuple[str, ...]:
        """The modules to import for a file that asks for `modules`; the same ones where none is replaced."""
        if not self.carries(modules):
            return tuple(modules)
        kept = [module for module in modules if not self.provides(module)]
        return (*kept, self.name)

    @property
    def label(self) -> str:
        """What is said beside every result."""
        return f"over {self.name}, not {self.instead_of}"


#: A name that is not there must stay an error: with `autoImplicit`, `ℝ` would become a variable.
CORE_MATH = Foundation(
    name="CoreMath",
    instead_of="Mathlib",
    replaces=frozenset({"Mathlib", "Aesop", "Batteries", "Qq", "Plausible", "ProofWidgets", "ImportGraph"}),
    preface="set_option autoImplicit false\nset_option relaxedAutoImplicit false\n",
)
