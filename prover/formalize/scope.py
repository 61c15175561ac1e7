"""What is bound around a place in a statement, and the text of what stands there: for Lean exactly, for people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from prover.verify.name import Name, is_private, show
from prover.verify.tables import Row, Tables

#: Types of core Lean and of Mathlib that hold data.
TYPES = frozenset(
    (
        *("Nat", "Int", "Rat", "Real", "Complex", "Bool", "String", "Char", "Unit", "PUnit", "Fin", "BitVec", "Float"),
        *("List", "Array", "Vector", "Option", "Prod", "PProd", "Sum", "Set", "Finset", "Multiset", "Subtype", "Sigma"),
        *("UInt8", "UInt16", "UInt32", "UInt64", "USize", "Int8", "Int16", "Int32", "Int64", "Empty", "Except"),
        *("NNReal", "ENNReal", "ENat", "Matrix", "Polynomial", "ZMod", "Equiv", "Std.HashMap", "Std.HashSet"),
    )
)
_MOST_NODES = 30_000
_DEEPEST = 160

#: Name of an operator to its sign, how tightly it binds, which arguments are written, and on which side it nests.
_INFIX: dict[str, tuple[str, int, int, str]] = {
    "Iff": ("↔", 20, 2, ""),
    "Or": ("∨", 30, 2, "r"),
    "And": ("∧", 35, 2, "r"),
    "Eq": ("=", 50, 3, ""),
    "Ne": ("≠", 50, 3, ""),
    "LE.le": ("≤", 50, 4, ""),
    "LT.lt": ("<", 50, 4, ""),
    "GE.ge": ("≥", 50, 4, ""),
    "GT.gt": (">", 50, 4, ""),
    "Dvd.dvd": ("∣", 50, 4, ""),
    "HAdd.hAdd": ("+", 65, 6, "l"),
    "HSub.hSub": ("-", 65, 6, "l"),
    "HAppend.hAppend": ("++", 65, 6, "l"),
    "List.cons": ("::", 67, 3, "r"),
    "HMul.hMul": ("*", 70, 6, "l"),
    "HDiv.hDiv": ("/", 70, 6, "l"),
    "HMod.hMod": ("%", 70, 6, "l"),
    "HPow.hPow": ("^", 75, 6, "r"),
}
_CASTS = frozenset({"Nat.cast", "Int.cast", "Rat.cast", "IntCast.intCast", "NatCast.natCast", "Int.ofNat"})
_ATOM, _APPLIED, _LOOSE = 100, 99, 0


class TooLarge(Exception):
    """A statement that is larger than anybody writes; nothing is read off it."""


@dataclass(slots=True)
class Allowed:
    """How many nodes may still be looked at."""

    nodes: int = _MOST_NODES

    def step(self, depth: int) -> None:
        self.nodes -= 1
        if self.nodes < 0 or depth > _DEEPEST:
            raise TooLarge


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound variable. `exact`: its name in text for Lean, like no other's; `shown`: as it was written; `type`: a row,
    in which the variables before it are bound."""

    exact: str
    shown: str
    type: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables bound around a place, outermost first. `lines`: binders in text for Lean, in their order: the
    variables, and what holds there (`(h : ...)`)."""

    tables: Tables
    variables: tuple[Bound, ...] = ()
    lines: tuple[str, ...] = ()
    allowed: Allowed = field(default_factory=Allowed)

    def bind(self, name: str, type_: int, letter: str = "y") -> Scope:
        """With one more variable."""
        exact = f"{letter}{len(self.variables)}'"
        line = f"({exact} : {self.exact(type_)})"
        return replace(self, variables=(*self.variables, Bound(exact, name or "_", type_)), lines=(*self.lines, line))

    def given(self, fact: str) -> Scope:
        """With one more thing that holds, in text for Lean."""
        return replace(self, lines=(*self.lines, f"(g{len(self.lines)}' : {fact})"))

    def spine(self, row: int) -> tuple[Row, tuple[int, ...]]:
        """The head of an application, and its arguments."""
        exprs = self.tables.exprs
        arguments: list[int] = []
        while exprs[row][0] == "a":
            arguments.append(exprs[row][2])
            row = exprs[row][1]
        return exprs[row], tuple(reversed(arguments))

    def head(self, row: int) -> str:
        """The name of the constant at the head of an application, empty where there is none."""
        found, _ = self.spine(row)
        return show(self.tables.named(found)) if found[0] == "c" else ""

    def variable(self, row: int) -> Bound | None:
        """The variable that a row is."""
        expr = self.tables.exprs[row]
        return self.bound(expr[1]) if expr[0] == "b" and expr[1] < len(self.variables) else None

    def bound(self, index: int) -> Bound:
        """The variable that many binders out."""
        return self.variables[len(self.variables) - 1 - index]

    def is_type(self, row: int) -> bool:
        """Whether this is seen to be a type of data, a sort, or functions to these; unknown is False."""
        expr = self.tables.exprs[row]
        if expr[0] == "s":
            return True
        if expr[0] == "p":
            return self.bind("", expr[2]).is_type(expr[3])
        head, _ = self.spine(row)
        if head[0] == "c":
            name = self.tables.named(head)
            return show(name) in TYPES or self._declares_type(name)
        if head[0] == "b" and head[1] < len(self.variables):
            return self._ends_in_type(self.bound(head[1]).type)
        return False

    def _declares_type(self, name: Name) -> bool:
        constant = self.tables.constants.get(name)
        return constant is not None and constant.kind == "inductive" and self._ends_in_type(constant.type)

    def _ends_in_type(self, row: int) -> bool:
        exprs = self.tables.exprs
        while exprs[row][0] == "p":
            row = exprs[row][3]
        expr: Row = exprs[row]
        level: int = expr[1] if expr[0] == "s" else 0
        return level != 0  # the table of levels begins with zero: `Prop`

    # -- text for Lean -----------------------------------------------------------------------------

    def exact(self, row: int, depth: int = 0) -> str:
        """Text that Lean reads as this very expression, universes aside: every argument written out."""
        self.allowed.step(depth)
        expr = self.tables.exprs[row]
        match expr:
            case ("b", index):
                return self.bound(index).exact
            case ("c", _, _):
                return self._constant(self.tables.named(expr))
            case ("s", level):
                return _sort(self.tables.levels, level)
            case ("a", _, _):
                head, arguments = self.spine(row)
                row_of_head = self._head_row(row)
                written = (
                    self.exact(row_of_head, depth + 1) if head[0] != "c" else self._constant(self.tables.named(head))
                )
                return f"({' '.join([written, *(self.exact(a, depth + 1) for a in arguments)])})"
            case ("l", _, domain, body, _):
                inner = self.bind("", domain)
                return f"(fun {inner.lines[-1]} => {inner.exact(body, depth + 1)})"
            case ("p", _, domain, body, _):
                inner = self.bind("", domain)
                return f"(∀ {inner.lines[-1]}, {inner.exact(body, depth + 1)})"
            case ("t", _, type_, value, body):
                inner = self.bind("", type_)
                name = inner.variables[-1].exact
                return f"(let {name} : {self.exact(type_)} := {self.exact(value)}; {inner.exact(body, depth + 1)})"
            case ("n", number):
                return f"(nat_lit {number})"
            case ("r", text):
                return json.dumps(text, ensure_ascii=False)
            case ("j", _, index, inside):
                return f"({self.exact(inside, depth + 1)}).{index + 1}"
            case _:
                raise AssertionError(f"no expression: {expr[0]}")

    def _head_row(self, row: int) -> int:
        exprs = self.tables.exprs
        while exprs[row][0] == "a":
            row = exprs[row][1]
        return row

    def _constant(self, name: Name) -> str:
        return f"@{show(name)}" if is_private(name) else f"@_root_.{show(name)}"

    # -- text for people ---------------------------------------------------------------------------

    def shown(self, row: int) -> str:
        """The expression as one would write it, what can be inferred left out."""
        return self._shown(row, 0)[0]

    def _shown(self, row: int, depth: int) -> tuple[str, int]:
        """The text, and how tightly it binds."""
        self.allowed.step(depth)
        expr = self.tables.exprs[row]
        match expr:
            case ("b", index):
                return self.bound(index).shown, _ATOM
            case ("c", _, _):
                return _short(show(self.tables.named(expr))), _ATOM
            case ("a", _, _):
                return self._application(row, depth)
            case ("l", name, domain, body, _):
                inner = self.bind(self._name(name), domain)
                return f"fun {inner.variables[-1].shown} => {inner._shown(body, depth + 1)[0]}", _LOOSE
            case ("p", name, domain, body, _):
                return self._pi(name, domain, body, depth), _LOOSE
            case ("s", level):
                return _sort(self.tables.levels, level).replace(" _", ""), _ATOM
            case ("n", number):
                return str(number), _ATOM
            case ("r", text):
                return json.dumps(text, ensure_ascii=False), _ATOM
            case ("j", _, index, inside):
                return f"{self._tight(inside, depth)}.{index + 1}", _ATOM
            case _:
                return "let ...", _LOOSE

    def _pi(self, name: int, domain: int, body: int, depth: int) -> str:
        inner = self.bind(self._name(name), domain)
        if not mentions(self.tables, body, 0):
            return f"{self._at(domain, 26, depth)} → {inner._shown(body, depth + 1)[0]}"
        return f"∀ {inner.variables[-1].shown}, {inner._shown(body, depth + 1)[0]}"

    def _application(self, row: int, depth: int) -> tuple[str, int]:
        head, arguments = self.spine(row)
        name = show(self.tables.named(head)) if head[0] == "c" else ""
        infix = _INFIX.get(name)
        if infix is not None and len(arguments) == infix[2]:
            sign, level, _, side = infix
            left = self._at(arguments[-2], level + (side != "l"), depth)
            right = self._at(arguments[-1], level + (side != "r"), depth)
            return f"{left} {sign} {right}", level
        match name, arguments:
            case ("OfNat.ofNat", (_, number, _)):
                return self._shown(number, depth + 1)
            case ("Not", (inside,)):
                return f"¬{self._tight(inside, depth)}", 40
            case ("Neg.neg", (_, _, inside)):
                return f"-{self._at(inside, 75, depth)}", 75
            case ("Membership.mem", (_, _, _, many, one)):
                return f"{self._at(one, 51, depth)} ∈ {self._at(many, 51, depth)}", 50
            case ("Exists", (_, inside)) if self.tables.exprs[inside][0] == "l":
                _, at, domain, body, _ = self.tables.exprs[inside]
                inner = self.bind(self._name(at), domain)
                return f"∃ {inner.variables[-1].shown}, {inner._shown(body, depth + 1)[0]}", _LOOSE
            case _:
                pass
        if name in _CASTS:
            return f"↑{self._tight(arguments[-1], depth)}", _APPLIED
        written = [a for a in arguments if not self._left_out(a)]
        first = self._tight(self._head_row(row), depth)
        return " ".join([first, *(self._tight(a, depth) for a in written)]), _APPLIED if written else _ATOM

    def _left_out(self, row: int) -> bool:
        """Whether an argument looks like one that is inferred: a type, an instance."""
        return self.head(row).rpartition(".")[2].startswith("inst") or self.is_type(row)

    def _tight(self, row: int, depth: int) -> str:
        return self._at(row, _ATOM, depth)

    def _at(self, row: int, level: int, depth: int) -> str:
        text, binds = self._shown(row, depth + 1)
        return text if binds >= level else f"({text})"

    def _name(self, at: int) -> str:
        return plain_name(self.tables, at)


def plain_name(tables: Tables, at: int) -> str:
    """The name of a bound variable as it was written."""
    name = show(tables.names[at])
    return "_" if name == "[anonymous]" or "_@" in name or "✝" in name else name


def mentions(tables: Tables, row: int, index: int) -> bool:
    """Whether an expression mentions the variable that many binders out."""
    seen: set[tuple[int, int]] = set()
    pending = [(row, index)]
    while pending:
        at, index = pending.pop()
        if (at, index) in seen:
            continue
        seen.add((at, index))
        expr = tables.exprs[at]
        match expr:
            case ("b", found):
                if found == index:
                    return True
            case ("a", function, argument):
                pending += [(function, index), (argument, index)]
            case ("l" | "p", _, domain, body, _):
                pending += [(domain, index), (body, index + 1)]
            case ("t", _, type_, value, body):
                pending += [(type_, index), (value, index), (body, index + 1)]
            case ("j", _, _, inside):
                pending.append((inside, index))
            case _:
                pass
    return False


def _sort(levels: list[Row], level: int) -> str:
    found = levels[level]
    if found[0] == "z":
        return "Prop"
    if found[0] == "s":
        return "Type" if levels[found[1]][0] == "z" else "(Type _)"
    return "(Sort _)"


def _short(name: str) -> str:
    return {"Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "List.nil": "[]"}.get(name, name)
