"""Terms as Lean prints them, read well enough to choose tactics by their shape.

Nothing depends on this reader being right: what it cannot read gives fewer candidates, and what it reads wrongly gives
candidates that Lean refuses. Lean source text is never read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from prover.generate.term import INFIX, Term

_PREFIX: dict[str, int] = {"¬": 40, "!": 40, "-": 75, "↑": 1024}
_BINDERS = {"∀", "∃", "fun", "λ", "Σ", "∃!"}
_OPAQUE = {"let", "have", "show", "do", "sorry", "⋯", "?"}
_KEYWORDS = {"then", "else", "with", "match", "if"}
_OPENING = ("(", "[", "⟨", "↑", "#", "{")
_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⦃": "⦄"}
_BOUNDS = {"<", "≤", ">", "≥", "∈", "≠"}

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<projection>\.(?:[^\W\d]|«)[\w'!?₀-₉✝]*|\.\d+)
      | (?P<name>(?:@?(?:[^\W\d]|«[^»]*»)(?:[\w'!?₀-₉✝]|\.(?=[^\W\d]|\d|«)|«[^»]*»)*)|\?[\w.₀-₉✝]+)
      | (?P<number>\d+)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')
      | (?P<op>∃!|::|\+\+|==|!=|\|\|\||&&&|&&|\|\||:=|=>|↦|⟨|⟩|\|>\.|<\+:|<:\+|<\+|<\|>|<\$>|>>=|<<<|>>>|\^\^\^|\S)""",
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


def _named(text: str) -> Term:
    """A name; `xs.length`, printed of a variable, as the application it is."""
    first, *rest = text.split(".") if "«" not in text else [text]
    if not rest or first[0].isupper() or first[0] in "_@?":
        return Term(text)
    term = Term(first)
    for part in rest:
        term = Term("@", (Term("." + part), term))
    return term


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
            powers = INFIX.get(operator)
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
        if text == "if":
            return self.conditional()
        if text == "match":
            return self.match()
        return self.application()

    def conditional(self) -> Term:
        """`if c then a else b`, with or without a name for what is known of c."""
        self.take("if")
        if self.tokens[self.at + 1 : self.at + 2] and self.tokens[self.at + 1][1] == ":" and self.peek()[0] == "name":
            self.at += 2
        condition = self.term(0)
        self.take("then")
        yes = self.term(0)
        self.take("else")
        return Term("if", (condition, yes, self.term(0)))

    def match(self) -> Term:
        """What is matched on; the alternatives are passed over."""
        self.take("match")
        matched: list[Term] = []
        while self.peek()[1] != "with":
            matched.append(self.term(0))
            if self.peek()[1] == ":":
                self.take()
                matched[-1] = self.term(0)
            if self.peek()[1] != "with":
                self.take(",")
        self.take("with")
        self.skip()
        return Term("match", tuple(matched))

    def skip(self) -> None:
        """Passes over everything up to a bracket that was opened before, or the end."""
        depth = 0
        while self.peek()[0] != "end":
            text = self.peek()[1]
            if text in _CLOSING:
                depth += 1
            elif text in _CLOSING.values():
                if depth == 0:
                    return
                depth -= 1
            self.at += 1

    def application(self) -> Term:
        function = self.atom()
        arguments: list[Term] = []
        while True:
            kind, text, _ = self.peek()
            if text in _KEYWORDS:
                break
            if (kind in ("name", "number", "string") and text not in _BINDERS) or text in _OPENING:
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
        if text in _KEYWORDS:
            raise _Unreadable
        if kind in ("name", "number", "string"):
            self.take()
            term = _named(text) if kind == "name" else Term(text)
        elif text == "(":
            term = self.parenthesis()
        elif text in ("[", "⟨"):
            self.take()
            term = Term(text, tuple(self.listed("]" if text == "[" else "⟩")))
        elif text == "#" and self.tokens[self.at + 1 : self.at + 2] and self.tokens[self.at + 1][1] == "[":
            self.at += 2
            term = Term("#[", tuple(self.listed("]")))
        elif text == "{":
            self.take()
            self.skip()
            self.take("}")
            term = Term("{")
        else:
            raise _Unreadable
        return self.selected(term)

    def selected(self, term: Term) -> Term:
        """`term` with the projections and indices that follow it without a space."""
        while not self.peek()[2]:
            kind, text, _ = self.peek()
            if kind == "projection":
                term = Term("@", (Term(self.take()), term))
            elif text == "[":
                self.take()
                index = self.term(0)
                self.take("]")
                mark = self.take() if self.peek()[1] in ("?", "!", "'") and not self.peek()[2] else ""
                term = Term("[]" + mark, (term, index))
            else:
                break
        return term

    def parenthesis(self) -> Term:
        self.take("(")
        if self.peek()[1] == ")":
            self.take()
            return Term("()")
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
