"""What `prove repl` asks of a Bridge beyond what the search does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from prover.core.errors import ProtocolError
from prover.core.message import Severity
from prover.core.position import Span
from prover.lean import Elaboration, Worker
from prover.lean.wire import read_elaboration
from prover.lean.worker import GRACE_SECONDS
from prover.repl.protocol import Command


@dataclass(frozen=True, slots=True)
class TacticNode:
    """A tactic of a command, or the beginning of a proof (`text` empty): where it stands and the state before it."""

    span: Span
    text: str
    goals: tuple[str, ...]
    uses: tuple[str, ...]
    state: int


@dataclass(frozen=True, slots=True)
class Elaborated:
    """What a command gave. `trees`: information trees in the repl's own form."""

    elaboration: Elaboration
    tactics: tuple[TacticNode, ...]
    roots: tuple[TacticNode, ...]
    trees: list[Any]


@dataclass(frozen=True, slots=True)
class Stepped:
    """A tactic ran, with or without errors. `holes`: states at the `sorry`s in it; `proof`: what the kernel says."""

    state: int
    goals: tuple[str, ...]
    holes: tuple[int, ...]
    messages: tuple[tuple[Severity, str], ...]
    traces: tuple[str, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A tactic did not run through. `limit`: the limit that ended it, if one did (`wall`, `heartbeats`)."""

    text: str
    limit: str = ""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


_Model = TypeVar("_Model", bound=_Wire)


class _Node(_Wire):
    span: tuple[int, int] | None = None
    text: str = ""
    goals: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    state: int

    def value(self) -> TacticNode:
        return TacticNode(Span(*(self.span or (0, 0))), self.text, self.goals, self.uses, self.state)


class _Nodes(_Wire):
    tactics: tuple[_Node, ...] = ()
    roots: tuple[_Node, ...] = ()
    trees: list[Any] = []


class _Said(_Wire):
    severity: Severity
    text: str


class _Step(_Wire):
    status: str
    error: str = ""
    reason: str = ""
    state: int = 0
    goals: tuple[str, ...] = ()
    holes: tuple[int, ...] = ()
    messages: tuple[_Said, ...] = ()
    traces: tuple[str, ...] = ()
    proof: str = ""


class _Goals(_Wire):
    goals: tuple[str, ...]


def _checked(model: type[_Model], answer: dict[str, Any]) -> _Model:
    try:
        return model.model_validate(answer)
    except ValidationError as wrong:
        raise ProtocolError(f"the Bridge's answer does not fit the protocol: {wrong}") from wrong


async def elaborate(
    worker: Worker, env: int, command: Command, *, start: int, seconds: float, constructs: bool = False
) -> Elaborated:
    """Elaborates a command's text from byte `start` on, as `lean` reads a file: linters run, traces are messages.

    `constructs`: what each command is made of is told too.
    """
    worker.clean = False
    answer = await worker.process.call(
        "elaborate",
        env=env,
        text=command.text,
        **{"from": start},
        holes=True,
        tactics=command.all_tactics or command.root_goals,
        roots=command.root_goals,
        trees=command.infotree,
        constructs=constructs,
        complete=True,
        keep=True,
        wall_ms=max(1, int(seconds * 1000)),
        seconds=seconds + GRACE_SECONDS,
    )
    nodes = _checked(_Nodes, answer)
    tactics = tuple(node.value() for node in nodes.tactics) if command.all_tactics else ()
    return Elaborated(read_elaboration(answer), tactics, tuple(node.value() for node in nodes.roots), nodes.trees)


async def step(worker: Worker, state: int, tactic: str, *, seconds: float) -> Stepped | StepFailed:
    """Runs one tactic with error recovery, as the repl does."""
    worker.clean = False
    limits = {"wall_ms": max(1, int(seconds * 1000)), "seconds": seconds + GRACE_SECONDS}
    s = _checked(_Step, await worker.process.call("step", state=state, tactic=tactic, **limits))
    if s.status == "done":
        return Stepped(s.state, s.goals, s.holes, tuple((m.severity, m.text) for m in s.messages), s.traces, s.proof)
    return StepFailed(s.error, s.reason)


async def print_goals(worker: Worker, state: int, *, seconds: float = 30.0) -> tuple[str, ...]:
    """A state's goals as Lean prints them."""
    return _checked(_Goals, await worker.process.call("print", state=state, seconds=seconds)).goals
