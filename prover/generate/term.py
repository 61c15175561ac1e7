"""Terms as Lean prints them, read well enough to choose tactics by their shape.

Nothing depends on this reader being right: what it cannot read gives fewer candidates, and what it reads wrongly gives
candidates that Lean refuses. Lean source text is never read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Term:
    """A node. `head`: an operator, a binder (`∀`, `∃`, `fun`), `@` for an application, or, without `args`, a leaf's
    text.

    An application's first argument is the function. A binder's arguments are the bound name, its type (`_` where none
    is printed) and the body; `∀ x < n, p` is read as `∀ x, x < n → p`.
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
_INFIX: dict[str, tuple[int, int]] = {
    "↔": (21, 21), "→": (26, 25), "∨": (31, 30), "||": (31, 30), "∧": (36, 35), "&&": (36, 35), "×": (36, 35),
    "=": (51, 51), "≠": (51, 51), "<": (51, 51), "≤": (51, 51), ">": (51, 51), "≥": (51, 51), "∣": (51, 51),
    "∈": (51, 51), "∉": (51, 51), "==": (51, 51), "!=": (51, 51), "⊆": (51, 51), "++": (65, 66), "::": (68, 67),
    "+": (65, 66), "-": (65, 66), "*": (70, 71), "/": (70, 71), "%": (70, 71), "^": (76, 75), "∘": (91, 90),
}  # fmt: skip
_PREFIX: dict[str, int] = {"¬": 40, "!": 40, "-": 75, "↑": 1024}
_BINDERS = {"∀", "∃", "fun", "λ", "Σ", "∃!"}
_OPAQUE = {"match", "if", "let", "have", "show", "do", "with", "then", "else", "sorry", "⋯", "?"}
_BOUNDS = {"<", "≤", ">", "≥", "∈", "≠"}
_MAX = 1024

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<projection>\.(?:[^\W\d]|«)[\w'!?₀-₉✝]*|\.\d+)
      | (?P<name>(?:@?(?:[^\W\d]|«[^»]*»)(?:[\w'!?₀-₉✝]|\.(?=[^\W\d]|\d|«)|«[^»]*»)*)|\?[\w.₀-₉✝]+)
      | (?P<number>\d+)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')
      | (?P<op>∃!|::|\+\+|==|!=|&&|\|\||:=|=>|↦|⟨|⟩|\|>\.|\S)""",
    re.VERBOSE,
)


class _Unreadable(Exception):
    pass


@lru_cache(maxsize=8192)
def read_term(text: str) -> Term | None:
    """The term that `text` prints, or None when its syntax is not known here."""
    if len(text) > 4000:
        return None
    try:
        return _Reader(text).whole()
    except (_Unreadable, RecursionError):
        return None


class _Reader:
    """Precedence climbing over Lean's notations for logic and arithmetic."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, bool]] = []
        spaced = True
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind == "space":
                spaced = True
                continue
            if kind == "name" and match.group() in _OPAQUE:
                raise _Unreadable
            self.tokens.append((kind, match.group(), spaced))
            spaced = False
        self.at = 0

    def whole(self) -> Term:
        term = self.term(0)
        if self.at != len(self.tokens):
            raise _Unreadable
        return term

    def peek(self) -> tuple[str, str, bool]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", True)

    def take(self, expected: str = "") -> str:
        kind, text, _ = self.peek()
        if kind == "end" or (expected and text != expected):
            raise _Unreadable
        self.at += 1
        return text

    def term(self, power: int) -> Term:
        left = self.prefix()
        while True:
            operator = self.peek()[1]
            powers = _INFIX.get(operator)
            if powers is None or self.peek()[0] != "op" or powers[0] <= power:
                return left
            self.take()
            left = Term(operator, (left, self.term(powers[1])))

    def prefix(self) -> Term:
        kind, text, _ = self.peek()
        if kind == "op" and text in _PREFIX:
            self.take()
            if text == "↑":
                return Term("↑", (self.atom(),))
            return Term("neg" if text == "-" else text, (self.term(_PREFIX[text]),))
        if text in _BINDERS:
            return self.binder()
        return self.application()

    def application(self) -> Term:
        function = self.atom()
        arguments: list[Term] = []
        while True:
            kind, text, _ = self.peek()
            if (kind in ("name", "number", "string") and text not in _BINDERS) or text in ("(", "[", "⟨", "↑"):
                arguments.append(self.atom())
            elif text in _BINDERS and arguments:
                arguments.append(self.binder())
            else:
                break
        if not arguments:
            return function
        if function.head == "@" and function.args[0].head.startswith("."):
            return Term("@", (*function.args, *arguments))
        return Term("@", (function, *arguments))

    def atom(self) -> Term:
        kind, text, _ = self.peek()
        if text == "↑":
            self.take()
            return Term("↑", (self.atom(),))
        if kind in ("name", "number", "string"):
            self.take()
            term = Term(text)
        elif text == "(":
            term = self.parenthesis()
        elif text in ("[", "⟨"):
            self.take()
            term = Term(text, tuple(self.listed("]" if text == "[" else "⟩")))
        else:
            raise _Unreadable
        while self.peek()[0] == "projection" and not self.peek()[2]:
            term = Term("@", (Term(self.take()), term))
        return term

    def parenthesis(self) -> Term:
        self.take("(")
        items = [self.term(0)]
        if self.peek()[1] == ":":
            self.take()
            kind = self.term(0)
            self.take(")")
            return Term(":", (items[0], kind))
        while self.peek()[1] == ",":
            self.take()
            items.append(self.term(0))
        self.take(")")
        return items[0] if len(items) == 1 else Term(",", tuple(items))

    def listed(self, closing: str) -> Iterator[Term]:
        while self.peek()[1] != closing:
            yield self.term(0)
            if self.peek()[1] != closing:
                self.take(",")
        self.take(closing)

    def binder(self) -> Term:
        quantifier = self.take()
        bound: list[tuple[str, Term]] = []
        guard: Term | None = None
        while self.peek()[1] not in (",", "=>", "↦"):
            if self.peek()[1] in ("(", "{", "[", "⦃"):
                closing = {"(": ")", "{": "}", "[": "]", "⦃": "⦄"}[self.take()]
                names = self.names()
                self.take(":")
                kind = self.term(0)
                self.take(closing)
            else:
                names = self.names()
                kind = Term("_")
                sign = self.peek()[1]
                if sign == ":":
                    self.take()
                    kind = self.term(0)
                elif sign in _BOUNDS:
                    self.take()
                    guard = Term(sign, (Term(names[-1]), self.term(51)))
            bound.extend((name, kind) for name in names)
        self.take()
        if not bound:
            raise _Unreadable
        body = self.term(0)
        if guard is not None:
            body = Term("∧" if quantifier == "∃" else "→", (guard, body))
        head = "fun" if quantifier == "λ" else quantifier
        for name, kind in reversed(bound):
            body = Term(head, (Term(name), kind, body))
        return body

    def names(self) -> list[str]:
        found: list[str] = []
        while self.peek()[0] == "name":
            found.append(self.take())
        if not found:
            raise _Unreadable
        return found


def _show(term: Term, power: int) -> str:
    """Text that Lean reads back as `term`, in a place that binds with `power`."""
    head, args = term.head, term.args
    if not args:
        return head if head not in ("[", "⟨") else {"[": "[]", "⟨": "⟨⟩"}[head]
    if head in _INFIX:
        left, right = _INFIX[head]
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
    if head in ("[", "⟨", ","):
        opening, closing = {"[": "[]", "⟨": "⟨⟩", ",": "()"}[head]
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
