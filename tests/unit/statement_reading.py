"""What theorems say and rest on, read off an export by the shortest way: the yardstick of the fuzzed verdicts.

Nothing of `prover.verify` but the reading of tables and names is used.
"""

from __future__ import annotations

from typing import Any

from prover.verify.name import Name, canonical, is_auxiliary
from prover.verify.tables import Tables

STANDARD = {("propext",), ("Classical", "choice"), ("Quot", "sound")}
SORRY: Name = ("sorryAx",)


class Reading:
    """One export. Terms are written out with equal terms under one number, which `numbers` gives to both sides."""

    def __init__(self, tables: Tables, numbers: dict[Any, int]) -> None:
        self.tables = tables
        self._numbers = numbers
        self._terms: dict[tuple[int, tuple[Name, ...]], int] = {}

    def says(self, name: Name) -> frozenset[int] | None:
        """The statement of a theorem and the meaning of all it speaks of; None where there is no such theorem."""
        root = self.tables.like(name)
        if root is None or self.tables.constants[root].kind != "theorem":
            return None
        told: dict[Name, int] = {}
        pending = [root]
        while pending:
            own = pending.pop()
            if own in told:
                continue
            met: set[Name] = set()
            told[own] = self._number((canonical(own), self._constant(own, met, value=own != root)))
            pending += met
        return frozenset(told.values())

    def axioms(self, name: Name) -> set[Name]:
        """The axioms that a constant of the file rests on; `sorryAx` and unknown imports are among them."""
        root = self.tables.like(name)
        seen: set[Name] = set() if root is None else {root}
        pending = list(seen)
        found: set[Name] = set()
        while pending:
            own = pending.pop()
            if self.tables.constants[own].kind == "axiom":
                found.add(own)
            for used in self.tables.uses(own):
                imported = self.tables.imported.get(used)
                if self.tables.is_local(used):
                    pending += [] if used in seen else [used]
                    seen.add(used)
                elif imported is None or imported.kind in ("axiom", "unknown"):
                    found.add(used)
        return found

    def _constant(self, name: Name, met: set[Name], *, value: bool) -> Any:
        constant = self.tables.constants[name]
        met |= {part for part in (*constant.family, *constant.constructors) if self.tables.is_local(part)}
        shown = constant.value is not None and value and constant.kind != "theorem"
        return (
            constant.kind,
            constant.safe,
            len(constant.params),
            self._term(constant.type, constant.params, met),
            self._term(constant.value, constant.params, met) if shown and constant.value is not None else None,
            tuple(canonical(part) for part in (*constant.family, *constant.constructors)),
            constant.index,
            constant.num_params,
        )

    def _term(self, root: int, params: tuple[Name, ...], met: set[Name]) -> int:
        tables = self.tables
        for row in sorted(tables.reachable([root])):
            expr = tables.exprs[row]
            head = tables.exprs[tables.heads[row]]
            part: Any = expr
            if head[0] == "c" and self._is_proof(row, tables.named(head)):
                part = "a proof"
            elif expr[0] == "c":
                part = self._mention(tables.named(expr), tuple(self._level(at, params) for at in expr[2]), met)
            elif expr[0] == "s":
                part = ("s", self._level(expr[1], params))
            elif expr[0] in ("a", "l", "p", "t", "j"):
                start, end = {"a": (1, 3), "l": (2, 4), "p": (2, 4), "t": (2, 5), "j": (3, 4)}[expr[0]]
                below = tuple(self._terms[at, params] for at in expr[start:end])
                part = (expr[0], below, (canonical(tables.named(expr)), expr[2]) if expr[0] == "j" else None)
            self._terms[row, params] = self._number(part)
        self._note(root, met)
        return self._terms[root, params]

    def _note(self, root: int, met: set[Name]) -> None:
        """What a term mentions, proofs aside."""
        pending, seen = [root], {root}
        while pending:
            row = pending.pop()
            expr, head = self.tables.exprs[row], self.tables.exprs[self.tables.heads[row]]
            if head[0] == "c" and self._is_proof(row, self.tables.named(head)):
                continue
            if expr[0] in ("c", "j"):
                name = self.tables.named(expr)
                if self.tables.is_local(name) and not self._is_named_by_lean(name):
                    met.add(name)
            start, end = {"a": (1, 3), "l": (2, 4), "p": (2, 4), "t": (2, 5), "j": (3, 4)}.get(expr[0], (0, 0))
            for child in expr[start:end]:
                if child not in seen:
                    seen.add(child)
                    pending.append(child)

    def _mention(self, name: Name, levels: tuple[Any, ...], met: set[Name]) -> Any:
        # What Lean named itself is written out in its place.
        if self._is_named_by_lean(name):
            return ("made", levels, self._constant(name, met, value=True))
        return ("c", canonical(name), levels)

    def _is_named_by_lean(self, name: Name) -> bool:
        constant = self.tables.constants.get(name)
        return constant is not None and constant.kind == "def" and is_auxiliary(name)

    def _is_proof(self, row: int, head: Name) -> bool:
        constant, imported = self.tables.constants.get(head), self.tables.imported.get(head)
        if constant is not None:
            return constant.kind == "theorem"
        hole = head == SORRY and self.tables.exprs[self.tables.heads[row]][2] == (0,)
        return hole and self.tables.arguments[row] >= 2 if head == SORRY else (imported and imported.kind) == "theorem"

    def _level(self, at: int, params: tuple[Name, ...]) -> Any:
        row = self.tables.levels[at]
        if row[0] == "p":
            return ("p", params.index(self.tables.named(row)))
        return (row[0], *(self._level(part, params) for part in row[1:]))

    def _number(self, part: Any) -> int:
        return self._numbers.setdefault(part, len(self._numbers))
