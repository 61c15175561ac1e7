"""Whether a submission's constants are the reference's, decided on exported tables, outside any Lean process.

Two constants are equal when they agree structurally: kind, number of level parameters (matched by
position), type, value; and when all constants these mention, transitively, are equal too. Names and
kinds of binders do not count. What is imported is equal when it has the same name, since both sides
stand on the same imports.

Where it is more lenient than that, each step keeps the two sides equal for the kernel:

- A theorem's proof never counts.
- Inside other terms, a proof is not compared when one of the two sides is seen to be a proof and the place
  determines its type (an argument of equal functions, the value under an equal type): proofs of one
  proposition are equal by definition (proof irrelevance). "Seen" means: its head is a theorem, or it is a
  `sorry` at level zero. So a filled hole in a subtype is the same definition.
- A definition that Lean named itself (`match_1`, `_proof_1`, ...) is compared by content, since unfolding it
  gives equal terms. Types, axioms and opaque constants are never compared up to their names.

Where it is stricter than equality, it refuses: two definitions that unfold to the same thing, proofs that
are written out in a definition as anything but applied theorems (then both sides must agree), level
expressions that are equal but written differently, data put into a `def ... := sorry`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from prover.verify.name import Name, canonical, is_auxiliary, show
from prover.verify.tables import Constant, Row, Tables

#: A pair of constants to compare: the reference's, the candidate's, and whether values count.
_Pair = tuple[Name, Name, bool]
_SORRY: Name = ("sorryAx",)
_NOT: Name = ("Not",)
_FALSE: Name = ("False",)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference found. `what`: `statement`, `definition`, `kind` or `missing`; `name`: where."""

    what: str
    name: Name
    detail: str = ""


class Comparison:
    """Compares constants of `candidate` (what the kernel accepted) with those of `reference`.

    Both must stand on the same imports. What was found equal is remembered. `filled`: definitions of the
    reference whose value the candidate may choose.
    """

    def __init__(self, reference: Tables, candidate: Tables, filled: Collection[Name] = ()) -> None:
        self._reference = reference
        self._filled = frozenset(filled)
        self._candidate = candidate
        self._equal: set[_Pair] = set()
        self._partner: dict[Name, Name] = {}
        self._taken: dict[Name, Name] = {}

    def statement(self, name: Name) -> Difference | None:
        """Whether theorem `name` says the same on both sides, and of the same things."""
        return self._compare(name, values=False)

    def constant(self, name: Name) -> Difference | None:
        """Whether `name` is the same on both sides, its value included (a theorem's proof is not)."""
        return self._compare(name, values=True)

    def negation(self, name: Name, refutation: Name) -> Difference | None:
        """Whether the candidate's theorem `refutation` says `¬ T` or `T → False`, T the statement of `name`.

        Level parameters are matched in the order of their first use: a refutation at one instance refutes.
        """
        made = self._candidate.constants[refutation]
        row = _negated(self._candidate, made.type)
        if row is None:
            return Difference("statement", refutation, "it is not a negation")
        original = self._reference.constants[name]
        walk = _Walk(self._reference, self._candidate, _Levels(original.params, None))
        mismatch = walk.run((original.type, row))
        if mismatch is not None:
            return Difference("statement", refutation, mismatch)
        return self._run([(a, b, True) for a, b in walk.constants], refutation)

    def _compare(self, name: Name, *, values: bool) -> Difference | None:
        other = self._candidate.like(name)
        if other is None:
            return Difference("missing", name)
        return self._run([(name, other, values)], name)

    def _run(self, pairs: Sequence[_Pair], root: Name) -> Difference | None:
        seen: set[_Pair] = set()
        pending = list(pairs)
        while pending:
            pair = pending.pop()
            if pair in seen or pair in self._equal:
                continue
            seen.add(pair)
            difference = self._pair(pair, pending, root)
            if difference is not None:
                return difference
        self._equal |= seen
        return None

    def _pair(self, pair: _Pair, pending: list[_Pair], root: Name) -> Difference | None:
        left_name, right_name, values = pair
        left = self._reference.constants.get(left_name)
        right = self._candidate.constants.get(right_name)
        if left is None or right is None:
            if left is right and left_name == right_name:
                return None
            return Difference("definition", left_name, f"{show(right_name)}: imported on one side only")
        if left.kind != right.kind or left.safe != right.safe:
            return Difference("kind", left_name, f"{_kind(left)} in the reference, {_kind(right)} in the submission")
        what = "statement" if left_name == root and left.kind == "theorem" else "definition"
        naming = self._match_names(left, right)
        if naming is not None:
            return naming
        if len(left.params) != len(right.params):
            return Difference(what, left_name, "another number of universe parameters")
        compared = values and left.kind != "theorem" and left_name not in self._filled
        body = (left.value, right.value) if compared and left.value is not None and right.value is not None else None
        walk = _Walk(self._reference, self._candidate, _Levels(left.params, right.params))
        mismatch = walk.run((left.type, right.type), body)
        if mismatch is not None:
            return Difference(what, left_name, mismatch)
        pending.extend((a, b, True) for a, b in walk.constants)
        return self._family(left, right, pending)

    def _match_names(self, left: Constant, right: Constant) -> Difference | None:
        if canonical(left.name) != canonical(right.name):
            renamed = left.kind in ("def", "theorem") and is_auxiliary(left.name) and is_auxiliary(right.name)
            return None if renamed else Difference("definition", left.name, f"{show(right.name)} stands in its place")
        # Two private names of different modules must not both pass for one.
        one = self._partner.setdefault(left.name, right.name)
        other = self._taken.setdefault(right.name, left.name)
        return (
            None
            if one == right.name and other == left.name
            else Difference("definition", left.name, "two constants stand for one")
        )

    def _family(self, left: Constant, right: Constant, pending: list[_Pair]) -> Difference | None:
        same = (
            left.num_params == right.num_params
            and left.index == right.index
            and [canonical(n) for n in left.constructors] == [canonical(n) for n in right.constructors]
            and [canonical(n) for n in left.family] == [canonical(n) for n in right.family]
        )
        if not same:
            return Difference("definition", left.name, "other constructors, parameters or companions")
        pending.extend((a, b, True) for a, b in zip(left.constructors, right.constructors, strict=True))
        pending.extend((a, b, True) for a, b in zip(left.family, right.family, strict=True))
        return None


class _Levels:
    """Equality of universe levels, parameters matched by position, or (`right` None) by first use."""

    def __init__(self, left: Sequence[Name], right: Sequence[Name] | None) -> None:
        self._left = set(left)
        self._bound: dict[Name, Row | int] = {}
        self._target = None if right is None else dict(zip(left, right, strict=True))

    def equal(self, left: Tables, right: Tables, a: int, b: int) -> bool:
        pending = [(a, b)]
        while pending:
            a, b = pending.pop()
            x, y = left.levels[a], right.levels[b]
            if x[0] == "p":
                if not self._parameter(left.named(x), right, b):
                    return False
            elif x[0] != y[0]:
                return False
            else:
                pending.extend(zip(x[1:], y[1:], strict=True))
        return True

    def _parameter(self, name: Name, right: Tables, row: int) -> bool:
        if name not in self._left:
            return False
        if self._target is None:
            return self._bound.setdefault(name, row) == row
        level = right.levels[row]
        return level[0] == "p" and right.named(level) == self._target[name]


class _Walk:
    """Compares terms side by side; collects the pairs of constants that must be equal for it to hold."""

    def __init__(self, left: Tables, right: Tables, levels: _Levels) -> None:
        self._left = left
        self._right = right
        self._levels = levels
        self.constants: set[tuple[Name, Name]] = set()

    def run(self, type_: tuple[int, int], value: tuple[int, int] | None = None) -> str | None:
        """None when the types, and the values of these types, are equal, else the first difference in words."""
        seen: set[tuple[int, int, bool]] = set()
        pending = [(*type_, False)] if value is None else [(*value, True), (*type_, False)]
        while pending:
            self._right.step()
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            mismatch = self._step(*at, pending)
            if mismatch is not None:
                return mismatch
        return None

    def _step(self, a: int, b: int, typed: bool, pending: list[tuple[int, int, bool]]) -> str | None:
        """`typed`: the place determines the type, so that a proof here is as good as any other."""
        if typed and (is_proof(self._left, a) or is_proof(self._right, b)):
            return None
        x, y = self._left.exprs[a], self._right.exprs[b]
        if x[0] != y[0]:
            return self._words(a, b)
        match x[0]:
            case "a":
                return self._spine(a, b, pending)
            case "l":
                pending += [(x[3], y[3], typed), (x[2], y[2], False)]
            case "p":
                pending += [(x[3], y[3], False), (x[2], y[2], False)]
            case "t":
                pending += [(x[4], y[4], typed), (x[3], y[3], True), (x[2], y[2], False)]
            case "j":
                if x[2] != y[2]:
                    return self._words(a, b)
                pending.append((x[3], y[3], False))
                return None if self._same_name(x, y) else self._words(a, b)
            case "c":
                return None if self._same_name(x, y) and self._same_levels(x[2], y[2]) else self._words(a, b)
            case "s":
                return None if self._same_levels((x[1],), (y[1],)) else self._words(a, b)
            case _:
                return None if x[1] == y[1] else self._words(a, b)
        return None

    def _spine(self, a: int, b: int, pending: list[tuple[int, int, bool]]) -> str | None:
        if self._left.arguments[a] != self._right.arguments[b]:
            return self._words(a, b)
        while self._left.exprs[a][0] == "a":
            x, y = self._left.exprs[a], self._right.exprs[b]
            pending.append((x[2], y[2], True))
            a, b = x[1], y[1]
        pending.append((a, b, False))
        return None

    def _same_name(self, x: Row, y: Row) -> bool:
        """Notes the constants two rows name as to be equal, unless their names already tell them apart."""
        left, right = self._left.named(x), self._right.named(y)
        self.constants.add((left, right))
        return canonical(left) == canonical(right) or (is_auxiliary(left) and is_auxiliary(right))

    def _same_levels(self, xs: Sequence[int], ys: Sequence[int]) -> bool:
        return len(xs) == len(ys) and all(
            self._levels.equal(self._left, self._right, x, y) for x, y in zip(xs, ys, strict=True)
        )

    def _words(self, a: int, b: int) -> str:
        return f"{_words(self._left, a)} in the reference, {_words(self._right, b)} in the submission"


def is_proof(tables: Tables, row: int) -> bool:
    """Whether a term is seen to be a proof: a theorem applied, or a hole of a proposition."""
    head = tables.exprs[tables.heads[row]]
    if head[0] != "c":
        return False
    name = tables.named(head)
    constant = tables.constants.get(name)
    if constant is not None:
        return constant.kind == "theorem"
    if name == _SORRY:
        return head[2] == (0,) and tables.arguments[row] >= 2
    imported = tables.imported.get(name)
    return imported is not None and imported.kind == "theorem"


def _negated(tables: Tables, row: int) -> int | None:
    """The row of T when `row` is `Not T` or `T → False`."""
    expr = tables.exprs[row]
    if expr[0] == "a" and _is_imported(tables, expr[1], _NOT):
        return expr[2]
    return expr[2] if expr[0] == "p" and _is_imported(tables, expr[3], _FALSE) else None


def _is_imported(tables: Tables, row: int, name: Name) -> bool:
    expr = tables.exprs[row]
    return expr[0] == "c" and tables.named(expr) == name and not tables.is_local(name)


def _kind(constant: Constant) -> str:
    return constant.kind if constant.safe else f"unsafe {constant.kind}"


def _words(tables: Tables, row: int) -> str:
    head = tables.exprs[tables.heads[row]]
    many = tables.arguments[row]
    match head[0]:
        case "c":
            text = show(tables.named(head))
        case "n" | "r":
            text = f"the literal {head[1][:40]}"
        case _:
            text = {
                "b": "a variable",
                "s": "a universe",
                "l": "a function",
                "p": "an arrow",
                "t": "a let",
                "j": "a projection",
            }[head[0]]
    return f"{text} applied to {many}" if many else text
