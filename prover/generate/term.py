"""Terms by their shape, and the text Lean reads them back from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A node. `head`: an operator, a binder (`∀`, `∃`, `fun`), `@` for an application, or, without `args`, a leaf's
    text.

    An application's first argument is the function (`xs.length`: `.length`, applied to `xs`). A binder's arguments are
    the bound name, its type (`_` where none is printed) and the body; `∀ x < n, p` is read as `∀ x, x < n → p`.
    `if` has three arguments, `match` what is matched on, `[]`, `[]?`, `[]!` (an element) two.
    """

    head: str
    args: tuple[Term, ...] = ()

    @property
    def number(self) -> int | None:
        """The value of a numeral, or None."""
        return int(self.head) if not self.args and self.head.isdecimal() else None

    @property
    def function(self) -> str:
        """The name an application applies, or the leaf itself; empty for operators and binders."""
        if self.head == "@":
            return self.args[0].head if not self.args[0].args else ""
        return self.head if not self.args else ""

    @property
    def operands(self) -> tuple[Term, ...]:
        """Arguments of an application without its function; the arguments of anything else."""
        return self.args[1:] if self.head == "@" else self.args

    def __str__(self) -> str:
        return _show(self, 0)


#: Binding powers: (left, right) of infix operators; the looser binds less.
INFIX: dict[str, tuple[int, int]] = {
    "↔": (21, 21), "→": (26, 25), "∨": (31, 30), "||": (31, 30), "∧": (36, 35), "&&": (36, 35), "×": (36, 35),
    "⊕": (31, 30), "=": (51, 51), "≠": (51, 51), "<": (51, 51), "≤": (51, 51), ">": (51, 51), "≥": (51, 51),
    "∣": (51, 51), "∈": (51, 51), "∉": (51, 51), "==": (51, 51), "!=": (51, 51), "⊆": (51, 51), "~": (51, 51),
    "<+": (51, 51), "<+:": (51, 51), "<:+": (51, 51), "++": (65, 66), "::": (68, 67), "+": (65, 66), "-": (65, 66),
    "*": (70, 71), "/": (70, 71), "%": (70, 71), "^": (76, 75), "∘": (91, 90),
}  # fmt: skip
_MAX = 1024


def _show(term: Term, power: int) -> str:
    """Text that Lean reads back as `term`, in a place that binds with `power`."""
    head, args = term.head, term.args
    if not args:
        return {"[": "[]", "⟨": "⟨⟩", "#[": "#[]", "{": "_", "match": "_"}.get(head, head)
    if head in INFIX:
        left, right = INFIX[head]
        # The left operand may only be as loose as the operator where it associates to the left.
        text = f"{_show(args[0], left - 1 if right > left else left)} {head} {_show(args[1], right)}"
        return f"({text})" if left <= power else text
    if head in ("∀", "∃", "fun"):
        name, kind, body = args
        typed = f"{name.head}" if kind.head == "_" else f"({name.head} : {_show(kind, 0)})"
        text = f"{head} {typed}{' =>' if head == 'fun' else ','} {_show(body, 0)}"
        return f"({text})" if power > 0 else text
    if head in ("neg", "¬", "!"):
        text = ("-" if head == "neg" else head) + _show(args[0], 75 if head == "neg" else 40)
        return f"({text})" if power >= 65 or (head != "neg" and power >= 40) else text
    if head == "↑":
        return f"↑{_show(args[0], _MAX)}"
    if head == ":":
        return f"({_show(args[0], 0)} : {_show(args[1], 0)})"
    if head == "if":
        condition, yes, no = (_show(a, 0) for a in args)
        text = f"if {condition} then {yes} else {no}"
        return f"({text})" if power > 0 else text
    if head == "match":
        # The alternatives were not read: this stands for text that Lean will not take for it.
        return "_"
    if head.startswith("[]"):
        return f"{_show(args[0], _MAX)}[{_show(args[1], 0)}]{head[2:]}"
    if head in ("[", "⟨", ",", "#["):
        opening, closing = {"[": "[]", "⟨": "⟨⟩", ",": "()", "#[": ("#[", "]")}[head]
        return opening + ", ".join(_show(a, 0) for a in args) + closing
    function = args[0]
    if function.head.startswith(".") and len(args) == 2:
        return f"{_show(args[1], _MAX)}{function.head}"
    if function.head.startswith("."):
        text = f"{_show(args[1], _MAX)}{function.head} " + " ".join(_show(a, _MAX) for a in args[2:])
    else:
        text = " ".join(_show(a, _MAX) for a in args)
    return f"({text})" if power >= _MAX else text


def subterms(term: Term) -> Iterator[Term]:
    """Every subterm, the term itself first, left to right."""
    stack = [term]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.args))


def leaves(term: Term) -> set[str]:
    """The texts of all leaves, bound names included."""
    return {t.head for t in subterms(term) if not t.args}


def conjuncts(term: Term) -> list[Term]:
    """The parts of nested `∧`, left to right."""
    return [*conjuncts(term.args[0]), *conjuncts(term.args[1])] if term.head == "∧" else [term]


def substitute(term: Term, values: dict[str, Term]) -> Term:
    """`term` with leaves replaced. Bound names are not renamed: meant for terms without binders over the replaced
    names."""
    if not term.args:
        return values.get(term.head, term)
    return Term(term.head, tuple(substitute(a, values) for a in term.args))
