"""The Bridge's answers, checked and turned into values."""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from prover.core.errors import ProtocolError
from prover.core.message import Message, Severity
from prover.core.outcome import Cost, Failed, Progress, Solved, TacticOutcome, TimedOut
from prover.core.position import Position, Span
from prover.core.state import Goal, Hypothesis, TacticState
from prover.lean.elaboration import Command, Construct, Declaration, Elaboration, Hole, Suggestion
from prover.lean.header import HeaderInfo, Import
from prover.lean.replay import Replay

PROTOCOL_VERSION = 1

_UNIVERSES = re.compile(r"\A([^\s:(){}\[\]]+)\.\{[^{}]*\}")


#: A number of Lean's, bounded so that arithmetic with it cannot fail here.
_Natural: TypeAlias = Annotated[int, Field(ge=0, lt=2**63)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


_Model = TypeVar("_Model", bound=_Wire)


class _Message(_Wire):
    severity: Severity
    kind: str = ""
    text: str
    start: tuple[_Natural, _Natural] | None = None
    end: tuple[_Natural, _Natural] | None = None

    def value(self) -> Message:
        return Message(self.severity, self.text, self.kind, _position(self.start), _position(self.end))


class _Hypothesis(_Wire):
    name: str
    type: str
    value: str | None = None
    prop: bool = False
    inaccessible: bool = False
    instance: bool = False

    def value_of(self) -> Hypothesis:
        return Hypothesis(self.name, self.type, self.value, self.prop, self.inaccessible, self.instance)


class _Goal(_Wire):
    case: str = ""
    target: str
    hyps: tuple[_Hypothesis, ...] = ()
    prop: bool = True
    group: _Natural = 0
    symbols: tuple[str, ...] = ()
    around: tuple[str, ...] = ()

    def value(self) -> Goal:
        hyps = tuple(h.value_of() for h in self.hyps)
        return Goal(self.target, hyps, self.case, self.group, self.prop, self.symbols, self.around)


class _Import(_Wire):
    module: str
    all: bool = False
    meta: bool = False


class _Header(_Wire):
    imports: tuple[_Import, ...]
    module: bool
    end: _Natural
    messages: tuple[_Message, ...] = ()


class _Command(_Wire):
    kind: str
    span: tuple[_Natural, _Natural] | None = None
    failed: bool
    sorry: bool = False
    example: _Natural | None = None
    variables: tuple[str, ...] = ()


class _Suggestion(_Wire):
    span: tuple[_Natural, _Natural]
    text: str


class _Hole(_Wire):
    span: tuple[_Natural, _Natural] | None = None
    tactic: bool
    original: bool
    declaration: str | None = None
    in_signature: bool = Field(default=False, alias="inSignature")
    prop: bool = True
    coupled: bool = False
    command: tuple[_Natural, _Natural] | None = None
    before: _Natural = 0
    state: _Natural | None = None
    goals: tuple[_Goal, ...] = ()
    fingerprint: str = ""
    error: str = ""


class _Declaration(_Wire):
    name: str
    kind: str
    start: tuple[_Natural, _Natural]
    end: tuple[_Natural, _Natural]
    uses: tuple[str, ...] = ()
    type_hole: bool = Field(default=False, alias="typeHole")
    hole: bool = False


class _Elaboration(_Wire):
    env: _Natural = 0
    messages: tuple[_Message, ...] = ()
    commands: tuple[_Command, ...] = ()
    holes: tuple[_Hole, ...] = ()
    declarations: tuple[_Declaration, ...] = ()
    stopped: bool = False
    suggestions: tuple[_Suggestion, ...] = ()
    constructs: tuple[tuple[tuple[str, str, str, tuple[_Natural, _Natural] | None], ...], ...] = ()
    ms: _Natural = 0


class _Outcome(_Wire):
    index: _Natural
    status: str
    reason: str = ""
    state: _Natural | None = None
    goals: tuple[_Goal, ...] = ()
    fingerprint: str = ""
    uses: tuple[str, ...] = ()
    messages: tuple[_Message, ...] = ()
    error: str = ""
    heartbeats: _Natural = 0
    ms: _Natural = 0


class _State(_Wire):
    state: _Natural
    goals: tuple[_Goal, ...]
    fingerprint: str


class _Signatures(_Wire):
    signatures: tuple[tuple[str, str], ...]


class _Replay(_Wire):
    accepted: bool
    index: _Natural | None = None
    code: str = ""
    export: dict[str, Any] | None = None
    ms: _Natural = 0


def _position(pair: tuple[int, int] | None) -> Position | None:
    return None if pair is None else Position(*pair)


def _span(pair: tuple[int, int] | None) -> Span | None:
    return None if pair is None else Span(*pair)


def _construct(row: tuple[str, str, str, tuple[int, int] | None]) -> Construct:
    return Construct(*row[:3], _span(row[3]))


def _checked(model: type[_Model], data: dict[str, Any]) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # Only the first: an answer may have as many faults as bytes.
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ProtocolError(f"the Bridge's answer does not fit the protocol: {place}: {first['msg']}") from None


class _Numbers(_Wire):
    """What names states and environments, or counts them."""

    env: _Natural = 0
    states: _Natural = 0
    envs: _Natural = 0


class _Export(_Wire):
    export: dict[str, Any]


def read_environment(data: dict[str, Any]) -> int:
    """The number of the environment that an answer is about."""
    if "env" not in data:
        raise ProtocolError("the Bridge made an environment without saying which")
    return _checked(_Numbers, data).env


def read_live(data: dict[str, Any]) -> tuple[int, int]:
    """How many states and environments live."""
    numbers = _checked(_Numbers, data)
    return numbers.states, numbers.envs


def read_export(data: dict[str, Any]) -> dict[str, Any]:
    """The tables of an export, not looked into: `prover.verify.tables` does that."""
    return _checked(_Export, data).export


def fingerprint(data: str) -> str:
    """128 bits over a state's canonical form, in hexadecimal."""
    return hashlib.blake2b(data.encode(), digest_size=16).hexdigest()


def _tactic_state(goals: Sequence[_Goal], print_: str) -> TacticState:
    return TacticState(tuple(g.value() for g in goals), fingerprint(print_))


def read_header(data: dict[str, Any]) -> HeaderInfo:
    header = _checked(_Header, data)
    imports = tuple(Import(i.module, i.all, i.meta) for i in header.imports)
    return HeaderInfo(imports, header.end, header.module, tuple(m.value() for m in header.messages))


def _read_hole(hole: _Hole) -> Hole:
    goals = _tactic_state(hole.goals, hole.fingerprint) if hole.state is not None else None
    return Hole(
        span=_span(hole.span),
        tactic=hole.tactic,
        original=hole.original,
        declaration=hole.declaration,
        in_signature=hole.in_signature,
        is_prop=hole.prop,
        coupled=hole.coupled,
        command=_span(hole.command),
        before=hole.before,
        state=hole.state,
        goals=goals,
        problem=hole.error,
    )


def read_elaboration(data: dict[str, Any]) -> Elaboration:
    e = _checked(_Elaboration, data)
    built = e.constructs or ((),) * len(e.commands)
    if len(built) != len(e.commands):
        raise ProtocolError("the Bridge told the constructs of other commands than it elaborated")
    return Elaboration(
        env=e.env,
        messages=tuple(m.value() for m in e.messages),
        commands=tuple(
            Command(c.kind, _span(c.span), c.failed, tuple(map(_construct, rows)), c.sorry, c.example, c.variables)
            for c, rows in zip(e.commands, built, strict=True)
        ),
        holes=tuple(_read_hole(h) for h in e.holes),
        declarations=tuple(
            Declaration(d.name, d.kind, Position(*d.start), Position(*d.end), d.uses, d.type_hole, d.hole)
            for d in e.declarations
        ),
        stopped=e.stopped,
        seconds=e.ms / 1000,
        suggestions=tuple(Suggestion(Span(*s.span), s.text) for s in e.suggestions),
    )


def read_outcome(data: dict[str, Any]) -> tuple[int, TacticOutcome[int]]:
    """One streamed outcome and the index of its tactic in the batch."""
    o = _checked(_Outcome, data)
    cost = Cost(o.ms / 1000, o.heartbeats)
    messages = tuple(m.value() for m in o.messages)
    match o.status:
        case "solved":
            return o.index, Solved(messages, o.uses, cost)
        case "progress" if o.state is not None:
            return o.index, Progress(_tactic_state(o.goals, o.fingerprint), o.state, messages, cost, o.uses)
        case "failed":
            return o.index, Failed(o.reason, o.error, messages, cost)
        case "timeout":
            return o.index, TimedOut(o.reason, cost)
        case _:
            raise ProtocolError(f"unknown outcome status {reprlib.repr(o.status)}")


def read_state(data: dict[str, Any]) -> tuple[int, TacticState]:
    s = _checked(_State, data)
    return s.state, _tactic_state(s.goals, s.fingerprint)


def read_signatures(data: dict[str, Any]) -> dict[str, str]:
    """Statements by name. Lean writes a theorem's universes after its name, which says nothing to a reader."""
    found = _checked(_Signatures, data).signatures
    return {name: _UNIVERSES.sub(r"\1", statement, count=1) for name, statement in found}


def read_replay(data: dict[str, Any]) -> Replay:
    r = _checked(_Replay, data)
    return Replay(r.accepted, r.index, r.code, r.export, r.ms / 1000)
