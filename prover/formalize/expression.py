"""A statement as data: what it binds, its hypotheses, its conclusion, and every place in it with what holds there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from prover.core.state import Hypothesis
from prover.formalize.scope import Scope, mentions, plain_name
from prover.verify.name import Name
from prover.verify.tables import Tables


@dataclass(frozen=True, slots=True)
class Argument:
    """One binder before the conclusion. `scope`: what is bound before it; `prop`: whether it is a hypothesis,
    `instance`: whether it is found by itself. `line`: the binder in text for Lean."""

    name: str
    exact: str
    type: int
    scope: Scope
    line: str
    prop: bool
    instance: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An application of a constant in a statement. `where`: in words; `facts`: what holds there, all hypotheses
    included, as binders in text for Lean."""

    head: str
    arguments: tuple[int, ...]
    row: int
    scope: Scope
    where: str
    facts: tuple[str, ...]

    def exact(self, number: int) -> str:
        """An argument in text for Lean; from the end where `number` is negative."""
        return self.scope.exact(self.arguments[number])

    def shown(self, number: int) -> str:
        return self.scope.shown(self.arguments[number])

    @property
    def text(self) -> str:
        return self.scope.shown(self.row)

    def asked(self, claim: str) -> str:
        """That a claim holds here, as a proposition in text for Lean."""
        return f"∀ {' '.join(self.facts)}, {claim}" if self.facts else claim


@dataclass(frozen=True, slots=True)
class Expression:
    """A theorem's statement. `scope`: with all arguments bound; `conclusion`: a row in it."""

    tables: Tables
    arguments: tuple[Argument, ...]
    scope: Scope
    conclusion: int

    @classmethod
    def read(cls, tables: Tables, name: Name, hypotheses: tuple[Hypothesis, ...]) -> Expression:
        """`hypotheses`: those that Lean shows once everything is introduced; they tell propositions apart.

        Raises `TooLarge`.
        """
        scope, row = Scope(tables), tables.constants[name].type
        found: list[Argument] = []
        while (expr := tables.exprs[row])[0] == "p":
            _, at, domain, body, kind = expr
            inner = scope.bind(plain_name(tables, at), domain, "x")
            bound = inner.variables[-1]
            found.append(Argument(bound.shown, bound.exact, domain, scope, inner.lines[-1], False, kind == 3))
            scope, row = inner, body
        return cls(tables, tuple(_told_apart(found, hypotheses)), scope, row)

    @property
    def hypotheses(self) -> tuple[Argument, ...]:
        return tuple(a for a in self.arguments if a.prop)

    @property
    def claims_anything(self) -> bool:
        """Whether the conclusion is any proposition, a variable."""
        return self.scope.variable(self.conclusion) is not None

    @property
    def claims_a_predicate(self) -> bool:
        """Whether the conclusion is a variable, or a variable predicate of something."""
        head, _ = self.scope.spine(self.conclusion)
        return head[0] == "b"

    @property
    def claims_the_same_of_all(self) -> bool:
        """Whether the conclusion is about none of the arguments, as `1 = 2` is."""
        count = len(self.arguments)
        return not any(mentions(self.tables, self.conclusion, index) for index in range(count))

    def mentioned_later(self, number: int) -> bool:
        """Whether an argument occurs in a later one or in the conclusion."""
        later = self.arguments[number + 1 :]
        if any(mentions(self.tables, a.type, len(a.scope.variables) - 1 - number) for a in later):
            return True
        return mentions(self.tables, self.conclusion, len(self.arguments) - 1 - number)

    def without(self, dropped: frozenset[int], claim: str | None = None) -> str:
        """The statement without some arguments, which nothing mentions, in text for Lean; `claim`: instead of the
        conclusion."""
        lines = [a.line for number, a in enumerate(self.arguments) if number not in dropped]
        conclusion = self.scope.exact(self.conclusion) if claim is None else claim
        return f"∀ {' '.join(lines)}, {conclusion}" if lines else conclusion

    def places(self) -> Iterator[Place]:
        """Every application of a constant. Raises `TooLarge`."""
        lines = tuple(a.line for a in self.arguments)
        for argument in self.arguments:
            what = f"hypothesis {argument.name}" if argument.prop else f"the type of {argument.name}"
            if argument.prop and argument.name == "_":
                what = f"the hypothesis {argument.scope.shown(argument.type)}"
            yield from _walk(argument.type, replace(argument.scope, lines=lines), what)
        yield from _walk(self.conclusion, self.scope, "the conclusion")


def _told_apart(found: list[Argument], hypotheses: tuple[Hypothesis, ...]) -> Iterator[Argument]:
    known = hypotheses if len(hypotheses) == len(found) else (None,) * len(found)
    for argument, hypothesis in zip(found, known, strict=True):
        if hypothesis is not None:
            yield replace(argument, prop=hypothesis.is_prop, instance=hypothesis.is_instance)
        else:
            yield replace(argument, prop=not argument.instance and not argument.scope.is_type(argument.type))


def _walk(row: int, scope: Scope, where: str, depth: int = 0) -> Iterator[Place]:
    scope.allowed.step(depth)
    expr = scope.tables.exprs[row]
    match expr:
        case ("a", _, _):
            _, arguments = scope.spine(row)
            head = scope.head(row)
            if head:
                yield Place(head, arguments, row, scope, where, scope.lines)
            else:
                yield from _walk(_function(scope, row), scope, where, depth + 1)
            for argument, inner in _inside(head, arguments, scope):
                yield from _walk(argument, inner, where, depth + 1)
        case ("l" | "p", name, domain, body, _):
            yield from _walk(domain, scope, where, depth + 1)
            yield from _walk(body, scope.bind(plain_name(scope.tables, name), domain), where, depth + 1)
        case ("t", name, type_, value, body):
            yield from _walk(value, scope, where, depth + 1)
            inner = scope.bind(plain_name(scope.tables, name), type_)
            same = f"{inner.variables[-1].exact} = {scope.exact(value)}"
            yield from _walk(body, inner.given(same), where, depth + 1)
        case ("j", _, _, inside):
            yield from _walk(inside, scope, where, depth + 1)
        case _:
            pass


def _function(scope: Scope, row: int) -> int:
    while scope.tables.exprs[row][0] == "a":
        row = scope.tables.exprs[row][1]
    return row


def _inside(head: str, arguments: tuple[int, ...], scope: Scope) -> Iterator[tuple[int, Scope]]:
    """The arguments of an application, each with what holds where it matters."""
    match head, arguments:
        case ("And", (left, right)):
            yield left, scope.given(scope.exact(right))
            yield right, scope.given(scope.exact(left))
        case ("Or", (left, right)):
            yield left, scope.given(f"¬ {scope.exact(right)}")
            yield right, scope.given(f"¬ {scope.exact(left)}")
        case ("ite", (_, condition, _, then, otherwise)):
            yield condition, scope
            yield then, scope.given(scope.exact(condition))
            yield otherwise, scope.given(f"¬ {scope.exact(condition)}")
        case _:
            for argument in arguments:
                yield argument, scope
