"""What a draft may consist of: whole definitions, then one theorem that is left open, and nothing that runs code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prover.core.message import Message, Severity
from prover.formalize.draft import Draft
from prover.lean import Elaboration, Hole
from prover.lean.elaboration import Command
from prover.verify.footing import SORRY, own_holes
from prover.verify.name import Name, parse, show, user_part
from prover.verify.policy import Allowance, forbidden
from prover.verify.tables import Tables

_COMMAND = "Lean.Parser.Command."
#: What may come with a statement. Nothing that gives known notation another meaning for the rest of the file.
_DECLARES = frozenset({_COMMAND + "declaration", _COMMAND + "mutual"})
_NEUTRAL = frozenset({_COMMAND + "open", _COMMAND + "in"})
_END = _COMMAND + "eoi"
#: What makes Lean find a definition by itself.
_INSTANCES = frozenset({_COMMAND + "instance", "instance", "default_instance", "coe", "unification_hint"})
#: Constants that stand for something of which nothing is known.
_ASSUMED = frozenset({"axiom", "opaque"})


class Shape:
    """A draft as Lean has read it, without errors. `trusted`: modules whose commands are known."""

    def __init__(self, draft: Draft, read: Elaboration, trusted: Sequence[str]) -> None:
        self._draft = draft
        self._read = read
        self._trusted = frozenset(trusted)
        self._source = draft.file()
        start = _own_start(draft)
        placed = [c for c in read.commands if c.span is not None and c.kind != _END]
        self._before = [c for c in placed if c.span is not None and c.span.start < start]
        self._own = [c for c in placed if c.span is not None and c.span.start >= start]

    def faults(self) -> Iterator[Message]:
        """What is wrong with its commands and holes."""
        start = _statement_start(self._draft)
        last = self._own[-1].span if self._own else None
        if last is None or last.start != start:
            yield refusal("after the definitions there is to be one theorem, without a proof", "shape")
            return
        allowed = Allowance(self._draft.context, self._before)
        refused = forbidden(self._own, self._draft.text, allowed, trusted=self._trusted)
        if refused is not None:
            yield refusal(f"`{refused.construct}` may not stand in a draft", "forbidden")
        for command in self._own:
            if command.kind not in _DECLARES | _NEUTRAL:
                yield refusal(f"`{command.kind.removeprefix(_COMMAND)}` may not come with a statement", "forbidden")
        if any(construct.what == "attribute" for construct in self._own[-1].constructs):
            yield refusal("the theorem has attributes: what is assumed may not be used", "forbidden")
        yield from self._about_holes(start)

    def _about_holes(self, start: int) -> Iterator[Message]:
        if [h for h in self._read.holes if h.span is not None and h.span.start >= start and h is not self.hole]:
            yield refusal("`sorry` stands in the statement itself", "hole")
        elif self.hole is None or self.hole.goals is None:
            yield refusal("it does not end in one statement that is left open", "shape")
        elif not self.hole.is_prop:
            yield refusal(f"it asks for a value: {self.hole.goals.goals[0].target}", "no_proposition")

    @property
    def hole(self) -> Hole | None:
        """The one that stands for the proof."""
        at = len(self._draft.text.encode().rstrip()) - len(b"sorry")
        here = [hole for hole in self._read.holes if hole.span is not None and hole.span.start == at]
        return here[0] if len(here) == 1 else None

    def declared_faults(self, tables: Tables) -> Iterator[Message]:
        """What is wrong with its constants."""
        yield from self._of_statement(tables)
        for command in self._own[:-1]:
            for name in self._declared(command, tables):
                yield from self._of_definition(name, command, tables)

    def theorem(self, tables: Tables) -> Name:
        """What Lean calls the theorem. Only for a draft without faults."""
        return self._declared(self._own[-1], tables)[0]

    def _declared(self, command: Command, tables: Tables) -> list[Name]:
        """The constants that a command declares, in their order."""
        assert command.span is not None
        named = {user_part(name): name for name in tables.constants}
        found = sorted((self._source.offset(d.start), parse(d.name)) for d in self._read.declarations)
        return [named[name] for at, name in found if command.span.start <= at < command.span.end and name in named]

    def _of_statement(self, tables: Tables) -> Iterator[Message]:
        declared = self._declared(self._own[-1], tables)
        constants = [tables.constants[name] for name in declared]
        wanted = parse(self._draft.name)
        if len(constants) != 1 or constants[0].kind != "theorem":
            yield refusal("what is stated is not one theorem", "shape")
        elif SORRY in tables.constants_in([constants[0].type]):
            yield refusal("`sorry` stands in the statement itself", "hole")
        elif not own_holes(tables, declared[0]):
            yield refusal("the statement comes with a proof", "shape")
        elif not wanted or user_part(declared[0])[-len(wanted) :] != wanted:
            yield refusal(
                f"it is to state the theorem {self._draft.name}, and states {show(declared[0])}", "other_name"
            )

    def _of_definition(self, name: Name, command: Command, tables: Tables) -> Iterator[Message]:
        kind = tables.constants[name].kind
        if kind in _ASSUMED:
            yield refusal(f"{show(name)} is an {kind}: nothing is known of what it stands for", "assumed")
        elif own_holes(tables, name):
            yield refusal(f"{show(name)} is left open", "hole")
        elif self._is_instance(command) and not self._is_about_own(name, tables):
            yield refusal(f"{show(name)} is an instance for types that are there already", "instance")

    def _is_instance(self, command: Command) -> bool:
        return any(c.name in _INSTANCES for c in command.constructs)

    def _is_about_own(self, name: Name, tables: Tables) -> bool:
        own = {declared for command in self._own for declared in self._declared(command, tables)}
        return bool(set(tables.constants_in([tables.constants[name].type])) & (own - {name}))


def refusal(text: str, kind: str) -> Message:
    """Why a draft is not taken, beside what Lean says."""
    return Message(Severity.ERROR, text, kind)


def _own_start(draft: Draft) -> int:
    """The byte at which the draft's own part begins, behind the context."""
    context = draft.context.rstrip()
    return len(f"{context}\n\n".encode()) if context else 0


def _statement_start(draft: Draft) -> int:
    """The byte at which the statement begins."""
    proved = f"{draft.statement.rstrip()} := by\n  sorry\n"
    return len(draft.text.encode()) - len(proved.lstrip().encode())
