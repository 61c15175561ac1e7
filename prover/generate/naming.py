"""Which names of a goal are the file's own, as far as printing tells.

Lean's library lives in a few namespaces; what else a goal mentions was most likely defined in the file. A wrong guess
gives a candidate that Lean refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prover.generate.term import Term, subterms
from prover.generate.view import View

_LIBRARY = {
    "And", "Array", "Bool", "BitVec", "Char", "Classical", "Decidable", "Empty", "Eq", "Except", "Exists", "False",
    "Fin", "Function", "HEq", "Id", "Iff", "Int", "List", "Nat", "Not", "Option", "Or", "Ordering", "PUnit", "Prod",
    "Prop", "Rat", "Set", "Sort", "String", "Subtype", "Substring", "Sum", "True", "Type", "UInt16", "UInt32", "UInt64",
    "UInt8", "USize", "Unit", "Vector", "Std", "Lean",
}  # fmt: skip
_FAMILIAR = {
    "min", "max", "some", "none", "true", "false", "decide", "id", "default", "compare", "pure", "bind", "ite", "dite",
    "absurd", "cond", "not", "and", "or", "xor", "panic", "outParam", "inferInstance", "ℕ", "ℤ", "ℚ", "ℝ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Names that a goal mentions and the file seems to define: `functions` by themselves, `members` of a namespace
    (constructors too), each in order of appearance."""

    functions: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.functions + self.members


def own_names(view: View, statements: list[Term]) -> Names:
    """The file's own names in some statements of a view."""
    local = {h.name for h in view.goal.hypotheses}
    bound = {t.args[0].head for s in statements for t in subterms(s) if t.head in ("∀", "∃", "fun")}
    functions: dict[str, None] = {}
    members: dict[str, None] = {}
    for statement in statements:
        for text in _mentioned(statement, view):
            name = text.lstrip("@")
            first, _, rest = name.partition(".")
            if name in local or name in bound or first in _LIBRARY or name in _FAMILIAR or first in local:
                continue
            if rest:
                members.setdefault(name)
            elif not first[0].isupper():
                functions.setdefault(name)
    return Names(tuple(functions), tuple(members))


def _mentioned(statement: Term, view: View) -> Iterator[str]:
    """Identifiers, and what `t.size` is short for where the type of t is known to the context."""
    for term in subterms(statement):
        if term.head == "@" and term.function.startswith(".") and len(term.args) > 1:
            member = term.function
            subject = term.args[1]
            owner = own_type(view, subject.head) if not subject.args else ""
            owners = [owner] if owner else [own_type(view, h.name) for h in view.shown] if subject.args else []
            yield from dict.fromkeys(o + member for o in owners if o and not member[1:].isdecimal())
        elif not term.args and is_identifier(term.head):
            yield term.head


def is_identifier(text: str) -> bool:
    """Whether a leaf is a name that can be written, no numeral, string, operator, hole or universe."""
    return bool(text) and (text[0].isalpha() or text[0] in "_«@") and "✝" not in text and text != "_"


def type_head(view: View, name: str) -> str:
    """The name of the type former of a hypothesis' type; empty for propositions, functions and what is not read."""
    return view.type_heads.get(name, "")


def own_type(view: View, name: str) -> str:
    """The file's own inductive type that a hypothesis belongs to, as far as its name tells; else empty."""
    head = type_head(view, name)
    types = {h.name for h in view.goal.hypotheses}
    if not head or head in types or head.split(".")[0] in _LIBRARY or head in _FAMILIAR or not head[0].isupper():
        return ""
    return head


def predicate(view: View, statement: Term) -> str:
    """The file's own predicate that a statement applies; empty for every other statement."""
    name = statement.function
    local = {h.name for h in view.goal.hypotheses}
    if not is_identifier(name) or name in local or name in _FAMILIAR or name.split(".")[0] in _LIBRARY:
        return ""
    return name
