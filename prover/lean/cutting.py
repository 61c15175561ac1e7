"""The Bridge's answer to a script that was to be cut: positions, turned into the text of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from prover.core.cut import Block, Cut, ScriptStep
from prover.core.errors import ProtocolError


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Block(_Wire):
    span: tuple[int, int] | None = None
    put: str
    tag: str = ""
    steps: tuple[_Step, ...] = ()


class _Step(_Wire):
    span: tuple[int, int] | None = None
    kind: str
    whole: bool
    words: tuple[str, ...] = ()
    bodies: tuple[_Block, ...] = ()


class _Cut(_Wire):
    steps: tuple[_Step, ...]
    problem: str = ""
    at: int = 0


def read_cut(data: Mapping[str, Any], script: str) -> Cut:
    """The steps of `script`. Raises `ProtocolError` for an answer that is none."""
    source = script.encode()
    try:
        cut = _Cut.model_validate(data)
        return Cut(_steps(source, cut.steps), cut.problem, cut.at)
    except (ValidationError, UnicodeDecodeError) as error:
        raise ProtocolError(f"the Bridge's answer does not fit the protocol: {error}") from error


def _steps(source: bytes, steps: Sequence[_Step]) -> tuple[ScriptStep, ...]:
    return tuple(_step(source, step, step.span) for step in steps if step.span is not None)


def _step(source: bytes, step: _Step, span: tuple[int, int]) -> ScriptStep:
    text = _written(source, span) if step.whole else ""
    bodies = [body for body in step.bodies if body.span is not None]
    if not bodies or len(bodies) != len(step.bodies):
        return ScriptStep(text, step.kind if step.kind in ("every", "any") else "tactic")
    blocks = tuple(Block(_steps(source, body.steps), body.tag) for body in bodies)
    if step.kind in ("focus", "next", "case"):
        return _focusing(text, step, blocks)
    return ScriptStep(text, step.kind, _opened(source, span, bodies), blocks)


def _focusing(text: str, step: _Step, blocks: tuple[Block, ...]) -> ScriptStep:
    """`case h x y => …` names what has no name in the goal `h`, `next x y => …` in the first one."""
    case, names = (step.words[0], step.words[1:]) if step.kind == "case" and step.words else ("", step.words)
    head = f"rename_i {' '.join(names)}" if names else ""
    kind = "case" if case not in ("", "_") else "focus"
    return ScriptStep(text, kind, head, (Block(blocks[0].steps, case if kind == "case" else ""),))


def _opened(source: bytes, span: tuple[int, int], bodies: Sequence[_Block]) -> str:
    """The step with its blocks left open."""
    text, at = "", span[0]
    for body in bodies:
        assert body.span is not None
        before = source[at : body.span[0]].decode()
        closed = before.rstrip()
        # What follows a comment stays on its own line.
        text += before if "--" in closed.rsplit("\n", 1)[-1] else f"{closed} "
        text, at = text + body.put, body.span[1]
    return _unindented(text.rstrip() + source[at : span[1]].decode(), _column(source, span[0]))


def _written(source: bytes, span: tuple[int, int]) -> str:
    return _unindented(source[span[0] : span[1]].decode(), _column(source, span[0]))


def _column(source: bytes, at: int) -> int:
    return len(source[source.rfind(b"\n", 0, at) + 1 : at].decode())


def _unindented(text: str, column: int) -> str:
    """The text as if it began in the first column: the lines after the first stand to each other as before."""
    first, *others = text.split("\n")
    least = min((len(line) - len(line.lstrip(" ")) for line in others if line.strip()), default=0)
    # A step that begins within a line may go on to the left of its beginning.
    drop = column if least >= column else max(0, least - 2)
    return "\n".join([first, *(line[drop:] if line.strip() else "" for line in others)])
