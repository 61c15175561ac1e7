"""Types as Lean prints them, read as far as values of them can be written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.generate.tokens import code_tokens

_INFIX = {"→": 1, "⊕": 2, "×": 3}
_SHORT = {"ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat", "ℝ": "Real"}
_WORD = re.compile(r"[^\W\d]|«|_")


@dataclass(frozen=True, slots=True)
class LeanType:
    """A type: `Nat`; `List (Option Nat)` with what it is applied to; `→`, `×` and `⊕` with two arguments.

    What is not read is one head, all of its text.
    """

    head: str
    args: tuple[LeanType, ...] = ()

    @classmethod
    def read(cls, text: str) -> LeanType:
        """Never fails."""
        plain = " ".join(text.split())
        reader = _Reader([token.text for token in code_tokens(plain)])
        found = reader.type(1)
        return found if found is not None and reader.done else cls(plain)

    @property
    def is_prop_valued(self) -> bool:
        """`Prop`, or functions to it."""
        return self.result.head == "Prop" and not self.result.args

    @property
    def is_sort(self) -> bool:
        """A type of types, or functions to types."""
        return self.result.head in ("Type", "Sort")

    @property
    def domains(self) -> tuple[LeanType, ...]:
        """What a function takes, one after the other."""
        return (self.args[0], *self.args[1].domains) if self.head == "→" else ()

    @property
    def result(self) -> LeanType:
        """What a function gives, all arguments given; of another type, itself."""
        return self.args[1].result if self.head == "→" else self

    def __str__(self) -> str:
        if self.head in _INFIX:
            left, right = self.args
            shown = f"({left})" if left.head in _INFIX and _INFIX[left.head] <= _INFIX[self.head] else str(left)
            other = f"({right})" if right.head in _INFIX and _INFIX[right.head] < _INFIX[self.head] else str(right)
            return f"{shown} {self.head} {other}"
        return " ".join([self.head, *(f"({a})" if a.args or " " in a.head else str(a) for a in self.args)])


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._tokens)

    def type(self, level: int) -> LeanType | None:
        """A type whose infix operators bind at least as tightly as `level`; all associate to the right."""
        left = self._application() if level > max(_INFIX.values()) else self.type(level + 1)
        if left is None or self.done or _INFIX.get(self._tokens[self._at]) != level:
            return left
        operator = self._tokens[self._at]
        self._at += 1
        right = self.type(level)
        return None if right is None else LeanType(operator, (left, right))

    def _application(self) -> LeanType | None:
        head = self._atom()
        if head is None:
            return None
        args: list[LeanType] = []
        while (arg := self._atom()) is not None:
            args.append(arg)
        return LeanType(head.head, (*head.args, *args))

    def _atom(self) -> LeanType | None:
        if self.done:
            return None
        token = self._tokens[self._at]
        if token == "(":
            before = self._at
            self._at += 1
            inner = self.type(1)
            if inner is not None and not self.done and self._tokens[self._at] == ")":
                self._at += 1
                return inner
            self._at = before
            return None
        if _WORD.match(token) or token.isdigit():
            self._at += 1
            return LeanType(_SHORT.get(token, token))
        return None
