"""What elaborating a text gave: its commands, declarations, holes and messages."""

from __future__ import annotations

from dataclasses import dataclass

from prover.core.message import Message, Severity
from prover.core.position import Position, Span
from prover.core.state import TacticState


@dataclass(frozen=True, slots=True)
class Construct:
    """Something a command is made of: `what` is `command` or `kind` (a syntax node's kind: one that stands as a
    command, or any other), `attribute` or `option`. `origin`: the module that declared the kind's parser, `builtin`,
    or empty for the file itself. `span`: where it first stands, or where the macro that made it does."""

    what: str
    name: str
    origin: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a file: syntax kind, place, whether it logged an error.

    `constructs`: what it is made of, macros expanded, where that was asked for. `writes_sorry`: a `sorry` stands
    in its text, elaborated or not. `example`: byte offset of the word `example` where the command is one, and
    then `variables`: the names of the `variable`s in scope.
    """

    kind: str
    span: Span | None
    failed: bool
    constructs: tuple[Construct, ...] = ()
    writes_sorry: bool = False
    example: int | None = None
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a tactic such as `exact?` proposes in place of the text at `span`, laid out for that place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """One visit of a `sorry`: where it stands and its goal as a live state.

    `problem` says why no state could be opened (then `state` is None). `coupled`: the goal mentions
    the value of another hole. `original`: written by hand, not produced by a macro. `command` is the
    span of the command around it and `before` the environment that command was elaborated in.
    """

    span: Span | None
    tactic: bool
    original: bool
    declaration: str | None
    in_signature: bool
    is_prop: bool
    coupled: bool
    command: Span | None
    before: int
    state: int | None
    goals: TacticState | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A named declaration of a file. `uses`: constants it mentions; `hole`: its own value has a hole."""

    name: str
    kind: str
    start: Position
    end: Position
    uses: tuple[str, ...]
    type_hole: bool
    hole: bool


@dataclass(frozen=True, slots=True)
class Elaboration:
    """What elaborating a text gave. `env` is 0 unless it was to be kept; `stopped`: a limit ended it.

    `suggestions` are collected only when holes are.
    """

    env: int
    messages: tuple[Message, ...]
    commands: tuple[Command, ...]
    holes: tuple[Hole, ...]
    declarations: tuple[Declaration, ...]
    stopped: bool
    seconds: float
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def errors(self) -> tuple[Message, ...]:
        return tuple(m for m in self.messages if m.severity is Severity.ERROR)

    @property
    def clean(self) -> bool:
        """No command failed and none logged an error."""
        return not self.stopped and not self.errors and not any(c.failed for c in self.commands)
