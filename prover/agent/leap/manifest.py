"""The file `agent.toml` of an agent, checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from prover.generate.folder import Kind
from prover.generate.manifest import Part

AGENT = Kind("agent", "docs/agents.md")
RoleName = Literal[
    "planner", "sketcher", "prover", "repairer", "reviewer", "negator", "diagnoser", "formaliser", "translator", "judge"
]
ToolName = Literal["lean_check", "goal_at", "premises", "try_tactics", "lemma_status"]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
_Template = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.md\.j2$")]


class SamplingPart(Part):
    """How a role's replies are drawn. `n` replies are asked for at once."""

    n: int = Field(default=1, ge=1, le=256)
    temperature: float = Field(default=1.0, ge=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=8192, ge=1)


class RolePart(Part):
    """A role. `system`, `user`: files in the folder `prompts`. `model`: a name that the user binds to a model, `main`
    unless said otherwise; never an address. `tools` it may call."""

    system: _Template
    user: _Template
    model: _Name = "main"
    sampling: SamplingPart = SamplingPart()
    tools: tuple[ToolName, ...] = ()


class LemmaPart(Part):
    """What all attempts at one lemma may cost together: calls of models, tokens they write, US dollars, wall seconds,
    seconds of Lean. Where a key is missing there is no limit."""

    calls: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    money: float | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0)
    lean_seconds: float | None = Field(default=None, gt=0)


class LimitsPart(Part):
    """`revisions` of one proof, and `plan_revisions` of one plan, after Lean's complaints; `plans` for one lemma;
    `tool_calls` in one conversation; `premises` that a prompt offers; `context_tokens` of one prompt; `lemma`: what one
    lemma may cost."""

    revisions: int = Field(default=4, ge=0, le=100)
    plan_revisions: int = Field(default=4, ge=0, le=100)
    plans: int = Field(default=3, ge=0, le=100)
    tool_calls: int = Field(default=12, ge=0, le=1000)
    premises: int = Field(default=12, ge=0, le=100)
    context_tokens: int = Field(default=32_000, ge=1000)
    lemma: LemmaPart = LemmaPart()


class AgentManifest(Part):
    """What an agent says of itself. There is no key for an address, a command or a key of a server."""

    name: _Name
    title: str = ""
    limits: LimitsPart = LimitsPart()
    roles: dict[RoleName, RolePart] = Field(default_factory=dict[RoleName, RolePart])
