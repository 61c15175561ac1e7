"""A draft put before Lean: whether it states one theorem over definitions that are there, and under which key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.agent.leap.keys import Keys
from prover.core.errors import CallTimeout, LeanProcessError
from prover.core.message import Message, Severity
from prover.formalize.draft import Draft
from prover.lean import Pool
from prover.lean.elaboration import Command
from prover.lean.source import SourceFile
from prover.verify.elaborated import Elaborated, elaborate
from prover.verify.footing import SORRY, own_holes
from prover.verify.name import Name, parse, show
from prover.verify.policy import Allowance, forbidden
from prover.verify.tables import JudgeTooSlow, MalformedExport

SECONDS = 60.0
_COMMAND = "Lean.Parser.Command."
#: What may come with a statement. Nothing that gives known notation another meaning for the rest of the file.
_DECLARES = frozenset({_COMMAND + "declaration", _COMMAND + "mutual"})
_NEUTRAL = frozenset({_COMMAND + "open", _COMMAND + "in"})
_END = _COMMAND + "eoi"
#: What makes Lean find a definition by itself.
_INSTANCES = frozenset({_COMMAND + "instance", "instance", "default_instance", "coe", "unification_hint"})
#: Constants that stand for something of which nothing is known.
_ASSUMED = frozenset({"axiom", "opaque"})


@dataclass(frozen=True, slots=True)
class Inspection:
    """`errors`: why it is no statement, Lean's and ours, empty where it is one; then `full` is the theorem's name with
    its namespaces and `key` that of its statement (`prover.agent.leap.keys`)."""

    errors: tuple[Message, ...] = ()
    full: str = ""
    key: str = ""


async def inspect(pool: Pool, draft: Draft, *, seconds: float = SECONDS) -> Inspection:
    """Has Lean read a draft in its context. What is wrong with the context itself is not told.

    A draft is refused for Lean's errors, for what the policy `proof` forbids, and where it declares anything but one
    theorem and whole definitions: axioms, opaque constants, holes in definitions or in the statement, notations.
    Where Lean is lost over it, that is an error of the draft.
    """
    source = draft.file()
    try:
        header = await pool.read_header(source.text)
        if header.errors:
            return Inspection(tuple(header.errors))
        async with pool.lease(header.modules) as worker:
            try:
                file = await elaborate(worker, source.text, header, heartbeats=0, seconds=seconds)
            except MalformedExport:
                worker.discard()
                return _refused("Lean's account of it cannot be read", "unreadable")
    except (CallTimeout, JudgeTooSlow):
        return _refused(f"it takes Lean longer than {seconds:g} s", "slow")
    except LeanProcessError as error:
        return _refused(f"Lean was lost over it ({error.code})", error.code)
    return _read(file, draft, source)


def beginning(draft: Draft) -> int:
    """The byte of the draft's file where its own part begins, behind the context."""
    context = draft.context.rstrip()
    return len(f"{context}\n\n".encode()) if context else 0


def _read(file: Elaborated, draft: Draft, source: SourceFile) -> Inspection:
    start = beginning(draft)
    elaboration = file.elaboration
    errors = [m for m in elaboration.errors if m.start is None or source.offset(m.start) >= start]
    if elaboration.stopped:
        errors.append(_error("it takes Lean too long", "slow"))
    if errors:
        return Inspection(tuple(errors))
    commands = [c for c in elaboration.commands if c.span is not None and c.span.start >= start]
    before = [c for c in elaboration.commands if c not in commands]
    own = _Own(file, source, [c for c in commands if c.kind != _END], Allowance(draft.context, before))
    wrong = next(own.faults(_statement_start(draft)), None)
    if wrong is not None:
        return Inspection((wrong,))
    name = own.declared(own.commands[-1])[0]
    return Inspection((), show(name), Keys(file.tables).of(name))


def _statement_start(draft: Draft) -> int:
    """The byte at which the draft's last part begins."""
    proved = f"{draft.statement.rstrip()} := by\n  sorry\n"
    return len(draft.text.encode()) - len(proved.lstrip().encode())


class _Own:
    """What a draft itself declares. `allowed`: what stands in its context."""

    def __init__(self, file: Elaborated, source: SourceFile, commands: Sequence[Command], allowed: Allowance) -> None:
        self.commands = commands
        self._allowed = allowed
        self._file = file
        self._tables = file.tables
        named = {show(name): name for name in file.declared}
        self._places = [
            (source.offset(d.start), named[label])
            for d in sorted(file.elaboration.declarations, key=lambda d: d.start)
            if (label := show(parse(d.name))) in named
        ]

    def declared(self, command: Command) -> list[Name]:
        assert command.span is not None
        return [name for at, name in self._places if command.span.start <= at < command.span.end]

    def faults(self, start: int) -> Iterator[Message]:
        """Why it is no draft, the statement of which begins at the byte `start`."""
        statement = self.commands[-1] if self.commands else None
        if statement is None or statement.span is None or statement.span.start != start:
            yield _error("after the definitions there is to be one theorem, without a proof", "shape")
            return
        refused = forbidden(self.commands, self._file.text, self._allowed)
        if refused is not None:
            yield _error(f"`{refused.construct}` may not stand here", "forbidden")
        for command in self.commands:
            if command.kind not in _DECLARES | _NEUTRAL:
                yield _error(f"`{command.kind.removeprefix(_COMMAND)}` may not come with a statement", "forbidden")
        yield from self._of_statement(self.declared(statement))
        for command in self.commands[:-1]:
            for name in self.declared(command):
                yield from self._of_definition(name, command)

    def _of_statement(self, declared: Sequence[Name]) -> Iterator[Message]:
        constants = [self._tables.constants[name] for name in declared]
        if len(constants) != 1 or constants[0].kind != "theorem":
            yield _error("what is stated is not one theorem", "shape")
        elif SORRY in self._tables.constants_in([constants[0].type]):
            yield _error("`sorry` stands in the statement itself", "hole")
        elif not own_holes(self._tables, declared[0]):
            yield _error("the statement comes with a proof", "shape")

    def _of_definition(self, name: Name, command: Command) -> Iterator[Message]:
        kind = self._tables.constants[name].kind
        if kind in _ASSUMED:
            yield _error(f"{show(name)} is an {kind}: nothing is known of what it stands for", "assumed")
        elif own_holes(self._tables, name):
            yield _error(f"{show(name)} is left open", "hole")
        elif self._is_instance(command) and not self._is_about_own(name):
            yield _error(f"{show(name)} is an instance for types that are there already", "instance")

    def _is_instance(self, command: Command) -> bool:
        return any(c.name in _INSTANCES for c in command.constructs)

    def _is_about_own(self, name: Name) -> bool:
        own = {declared for command in self.commands for declared in self.declared(command)}
        mentioned = set(self._tables.constants_in([self._tables.constants[name].type]))
        return bool(mentioned & (own - {name}))


def _error(text: str, kind: str) -> Message:
    return Message(Severity.ERROR, text, kind)


def _refused(text: str, kind: str) -> Inspection:
    return Inspection((_error(text, kind),))
