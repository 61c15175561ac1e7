"""Which of a file's holes a run is about."""

from __future__ import annotations

from prover.agent.naming import NamedSource
from prover.agent.obligation import Obligation, obligations, spelled
from prover.agent.target import Target, choose_name
from prover.agent.task import Task
from prover.core.errors import UserError
from prover.core.position import Position, Span
from prover.core.verdict import BadTarget
from prover.lean import Elaboration
from prover.lean.source import SourceFile
from prover.verify.name import parse

_EXIT = "Lean.Parser.Command.exit"


class Selection:
    """What is open in an elaborated file, and the choice among it."""

    def __init__(self, source: SourceFile, named: NamedSource, elaboration: Elaboration) -> None:
        self.source = source
        self.named = named
        self.elaboration = elaboration
        self.every = [self._labelled(o) for o in obligations(named.working, elaboration)]
        self.open_names = {o.name for o in self.every} | {
            spelled(d.name) for d in self.elaboration.declarations if d.hole
        }

    def choose(self, target: Target) -> list[Task]:
        """The tasks that `target` asks for. Raises `UserError` where there is none."""
        if target.name is not None:
            return [Task(o, o.gaps) for o in self._named(target.name)]
        if not self.every:
            raise self._nothing_open()
        if target.line is not None:
            return self._on_line(target.line)
        return [Task(o, o.gaps) for o in self.every]

    def still_open(self, task: Task) -> int:
        """How many declarations of the command around a task stay open when it is done."""
        command = task.obligation.command
        return sum(o.command == command for o in self.every) - (1 if task.whole else 0)

    def _labelled(self, obligation: Obligation) -> Obligation:
        """Sets what people see of a declaration: its name and the line it begins on."""
        place = self.source.position(self.named.back(obligation.command).start)
        declared = self.named.working.offset(Position(obligation.line, 0))
        inside = self.source.position(self.named.back(Span(declared, declared)).start)
        obligation.line = max(place.line, inside.line)
        obligation.label = self.named.label(obligation.name)
        if parse(obligation.name)[-1:] == ("_example",):
            obligation.label = f"example (line {obligation.line})"
            obligation.problem = BadTarget(what="data_example", detail="an example that is no proposition; name it")
        return obligation

    def _named(self, wanted: str) -> list[Obligation]:
        names = [o.name for o in self.every] + [spelled(d.name) for d in self.elaboration.declarations]
        try:
            name = choose_name(wanted, names)
        except UserError as error:
            raise UserError(error.message, code=error.code, hint=self._aside() or error.hint) from None
        working = self.named.working
        chosen = [o for o in obligations(working, self.elaboration, wanted=name) if o.name == name]
        if chosen:
            return [self._labelled(o) for o in chosen]
        failed = [c.span for c in self.elaboration.commands if c.failed and c.span is not None]
        for declaration in self.elaboration.declarations:
            if spelled(declaration.name) == name and any(s.contains(working.offset(declaration.start)) for s in failed):
                raise self._errors()
        raise UserError(f"{name} has no sorry", code="no_sorry", hint="nothing to prove; see `prove check`")

    def _on_line(self, line: int) -> list[Task]:
        on: list[Task] = []
        around: list[Task] = []
        for obligation in self.every:
            here = [g for g in obligation.gaps if self.source.position(self.named.back(g.span).start).line == line]
            command = self.named.back(obligation.command)
            if here:
                on.append(Task(obligation, here))
            elif self.source.position(command.start).line <= line <= self.source.position(command.end).line:
                around.append(Task(obligation, obligation.gaps))
        if not on and not around:
            lines = sorted({o.line for o in self.every})
            raise UserError(
                f"there is no hole on or around line {line}",
                code="target_absent",
                hint=f"declarations with holes begin on lines {lines}",
            )
        return on or around

    def _nothing_open(self) -> UserError:
        if self.elaboration.errors:
            return self._errors()
        made = [spelled(d.name) for d in self.elaboration.declarations if d.hole or d.type_hole]
        if made:
            return UserError(
                f"{', '.join(made)}: open, but no hole is written there that could be replaced", code="macro_hole"
            )
        return UserError(
            f"{self.source.name} has no sorry",
            code="no_sorry",
            hint=self._aside() or "nothing to prove; `prove check` says whether a finished file holds",
        )

    def _errors(self) -> UserError:
        first = self.elaboration.errors[0]
        return UserError(
            f"{self.source.name} has no hole Lean could open, and has errors; the first: {first.text}",
            code="elaboration_errors",
            hint=f"line {self._line(first.start)}" if first.start else "",
        )

    def _line(self, place: Position) -> int:
        offset = self.named.working.offset(place)
        return self.source.position(self.named.back(Span(offset, offset)).start).line

    def _aside(self) -> str:
        """What may be why something is not found: an `#exit`, errors."""
        for command in self.elaboration.commands:
            if command.kind == _EXIT and command.span is not None:
                line = self.source.position(self.named.back(command.span).start).line
                return f"Lean does not read what follows `#exit` on line {line}"
        if self.elaboration.errors:
            first = self.elaboration.errors[0]
            where = f" on line {self._line(first.start)}" if first.start else ""
            return f"the file has errors; the first{where}: {first.text.splitlines()[0] if first.text else ''}"
        return ""
