"""What a theorem rests on: axioms, holes and modules, found by walking over re-read constants.

The rule for axioms is an allowed set, never a forbidden list. A constant imported from Lean's own modules counts
as an axiom when the worker that holds nothing but the imports says it was declared as one, or does not know. A
constant imported from a module of the user's rests on what the module's audit record says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prover.verify.name import Name, owner
from prover.verify.record import NO_IMPORTS, Audit, Grounds, Record
from prover.verify.tables import Tables

SORRY: Name = ("sorryAx",)

#: The axioms of Lean's logic, allowed by default.
STANDARD_AXIOMS = frozenset({"propext", "Classical.choice", "Quot.sound"})
#: What `native_decide` and `bv_decide` add: trust in the compiler.
NATIVE_AXIOMS = frozenset({"Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler"})
#: The axioms of native computation, and what each is about: a constant that the kernel unfolds by running compiled
#: code, with no axiom said. In Lean's library that stands on `Lean.trustCompiler`, out of sight of a walk that ends at
#: imports. No proof may rest on it, `native` or not: what may be computed is computed before (`prover.verify.native`),
#: and then the kernel runs nothing.
RUN_BY_THE_KERNEL: Mapping[Name, Name] = {
    ("Lean", "ofReduceBool"): ("Lean", "reduceBool"),
    ("Lean", "ofReduceNat"): ("Lean", "reduceNat"),
}
#: What stands for the axioms of native computation where axioms are allowed by name.
NATIVE = "native"
#: First components of the names of modules that come with Lean.
TOOLCHAIN_MODULES = frozenset({"Init", "Std", "Lean", "Lake"})


@dataclass(slots=True)
class Footing:
    """What constants rest on.

    `axioms`: each axiom met, with the constants from a root to the one that uses it. `holes`: those that
    use `sorryAx` themselves, with the way to them. `modules`: the modules of all imported constants met.
    """

    axioms: dict[Name, tuple[Name, ...]] = field(default_factory=dict[Name, tuple[Name, ...]])
    holes: dict[Name, tuple[Name, ...]] = field(default_factory=dict[Name, tuple[Name, ...]])
    modules: set[str] = field(default_factory=set[str])

    def unaudited(self, trusted: frozenset[str], audit: Audit = NO_IMPORTS) -> tuple[str, ...]:
        """Modules that neither come with Lean, nor lie under a trusted name, nor have an audit record.

        Those whose audit was refused count wherever they are imported, used or not.
        """
        strange = {m for m in self.modules if m not in audit.records and not is_under(m, TOOLCHAIN_MODULES)}
        return tuple(sorted(m for m in strange | audit.refused.keys() if not is_under(m, trusted)))


def footing(tables: Tables, *roots: Name, audit: Audit = NO_IMPORTS) -> Footing:
    """Walks over everything `roots` mention in types and values, transitively (breadth first).

    `audit`: what is known of the user's own modules among the imports.
    """
    found = Footing()
    parents: dict[Name, Name | None] = dict.fromkeys(roots)
    pending = deque(roots)
    while pending:
        name = pending.popleft()
        if tables.constants[name].kind == "axiom":
            found.axioms[name] = _way(parents, name)
        for used in tables.uses(name):
            if used == SORRY and not tables.is_local(used):
                found.holes[name] = _way(parents, name)
            elif not tables.is_local(used):
                _note_import(tables, used, found, parents, name, audit)
            elif used not in parents:
                parents[used] = name
                pending.append(used)
    return found


def allowed_names(names: Iterable[str]) -> tuple[str, ...]:
    """Axioms allowed by name, with those of native computation for the word `native`."""
    return tuple(sorted({axiom for name in names for axiom in (NATIVE_AXIOMS if name == NATIVE else (name,))}))


def open_declarations(tables: Tables, names: Iterable[Name]) -> set[Name]:
    """Those of `names` that have a hole of their own, in themselves or in an auxiliary made for them."""
    return {name for name in names if own_holes(tables, name)}


def own_holes(tables: Tables, name: Name) -> bool:
    """Whether a constant, or an auxiliary that Lean made for it, uses `sorryAx` itself."""
    seen = {name}
    pending = [name]
    while pending:
        for used in tables.uses(pending.pop()):
            if used == SORRY and not tables.is_local(used):
                return True
            if used not in seen and tables.is_local(used) and owner(used) == owner(name):
                seen.add(used)
                pending.append(used)
    return False


def grounds_of_import(tables: Tables, name: Name, records: Mapping[str, Record]) -> Grounds:
    """What an imported constant (other than `sorryAx`) rests on, as far as it is to be told."""
    imported = tables.imported.get(name)
    unknown = Grounds(axioms=(name,))
    if imported is None or name in RUN_BY_THE_KERNEL.values():
        return unknown
    if imported.module in records:
        return records[imported.module].constants.get(name, unknown)
    return unknown if imported.kind in ("axiom", "unknown") else Grounds()


def _note_import(
    tables: Tables, used: Name, found: Footing, parents: dict[Name, Name | None], name: Name, audit: Audit
) -> None:
    imported = tables.imported.get(used)
    if imported is not None:
        found.modules.add(imported.module)
    rests_on = grounds_of_import(tables, used, audit.records)
    for axiom in rests_on.axioms:
        if axiom not in found.axioms:
            found.axioms[axiom] = (*_way(parents, name), used) if axiom != used else _way(parents, name)
    for hole in rests_on.holes:
        if hole not in found.holes:
            found.holes[hole] = (*_way(parents, name), used, *((hole,) if hole != used else ()))


def _way(parents: dict[Name, Name | None], name: Name) -> tuple[Name, ...]:
    way = [name]
    while (parent := parents[way[-1]]) is not None:
        way.append(parent)
    return tuple(reversed(way))


def is_under(module: str, roots: frozenset[str]) -> bool:
    """Whether a module is one of `roots` or lies below one."""
    return any(module == root or module.startswith(root + ".") for root in roots)
