"""Keys of statements: what they say, down to the definitions they stand on, and nothing of how it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from prover.verify.name import Name, show
from prover.verify.tables import Constant, Row, Tables, children


class Keys:
    """Keys of the constants of one elaborated file.

    Two theorems have equal keys when their types are equal up to names and kinds of bound variables, once every
    constant that the file itself declares is replaced by its content: for a definition its type and value, for all
    else its name and type (an opaque constant's value too), an inductive type with its whole family. Imported
    constants count by name. `scope` is part of every key.
    """

    def __init__(self, tables: Tables, scope: str = "") -> None:
        self._tables = tables
        self._scope = scope
        self._contents: dict[Name, str] = {}
        self._rows: dict[frozenset[Name], dict[int, str]] = {}

    def of(self, name: Name) -> str:
        """The key of a statement, 64 hexadecimal digits. `KeyError` for a constant that is not the file's."""
        return _digest("statement", self._scope, *self._type(self._tables.constants[name], frozenset()))

    def _content(self, name: Name, inside: frozenset[Name]) -> str:
        """All that matters of a constant to those that mention it. `inside`: families that are being looked at; their
        members go by name there."""
        constant = self._tables.constants.get(name)
        if constant is None or name in inside:
            return f"name {show(name)}"
        known = self._contents.get(name)
        if known is None:
            known = self._contents[name] = self._made(constant, frozenset(self._family(constant)))
        return known

    def _made(self, constant: Constant, family: frozenset[Name]) -> str:
        parts = [constant.kind, show(constant.name), *self._type(constant, family)]
        if constant.kind == "def" and constant.value is not None:
            parts = [constant.kind, *self._type(constant, family), self._row(constant.value, family)]
        elif constant.kind == "opaque" and constant.value is not None:
            # Two of one type and value are two all the same: nothing says that they are equal.
            parts.append(self._row(constant.value, family))
        for name in sorted(family - {constant.name}, key=show):
            member = self._tables.constants.get(name)
            if member is not None:
                parts += [show(name), member.kind, *self._type(member, family)]
        return _digest(*parts)

    def _family(self, constant: Constant) -> set[Name]:
        """A constant and those that are declared together with it."""
        found = {constant.name, *constant.family}
        for name in tuple(found):
            member = self._tables.constants.get(name)
            if member is not None:
                found.update(member.family)
                found.update(member.constructors)
        return found

    def _type(self, constant: Constant, inside: frozenset[Name]) -> list[str]:
        return [str(len(constant.params)), *map(show, constant.params), self._row(constant.type, inside)]

    def _row(self, row: int, inside: frozenset[Name]) -> str:
        """A digest of an expression; the stack is our own, since terms may be deep."""
        exprs, known = self._tables.exprs, self._rows.setdefault(inside, {})
        stack = [row]
        while stack:
            at = stack[-1]
            open_before = len(stack)
            for child in children(exprs[at]):
                if child not in known:
                    stack.append(child)
            if len(stack) == open_before:
                stack.pop()
                if at not in known:
                    known[at] = self._digest(exprs[at], known, inside)
        return known[row]

    def _digest(self, expr: Row, known: Mapping[int, str], inside: frozenset[Name]) -> str:
        """`known`: digests of what is under it, which are hexadecimal and need no escapes."""
        match expr:
            case ("a", function, argument):
                return _hashed(f"a\x1f{known[function]}\x1f{known[argument]}")
            case ("l" | "p" as tag, _, domain, body, _):
                return _hashed(f"{tag}\x1f{known[domain]}\x1f{known[body]}")
            case ("t", _, type_, value, body):
                return _hashed(f"t\x1f{known[type_]}\x1f{known[value]}\x1f{known[body]}")
            case ("c", _, levels):
                return _digest("c", self._content(self._tables.named(expr), inside), *map(self._level, levels))
            case ("s", level):
                return _digest("s", self._level(level))
            case ("j", _, index, structure):
                content = self._content(self._tables.named(expr), inside)
                return _digest("j", str(index), known[structure], content)
            case (tag, plain):
                return _digest(tag, str(plain))
            case _:
                raise AssertionError(f"no expression: {expr[0]}")

    def _level(self, row: int) -> str:
        level = self._tables.levels[row]
        if level[0] == "p":
            at: int = level[1]
            return show(self._tables.names[at])
        return _digest(level[0], *(self._level(part) for part in level[1:]))


def _digest(*parts: str) -> str:
    return _hashed("\x1f".join(map(_escaped, parts)))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("\x1f", "\\u")
