"""Agents: folders with `agent.toml` and the prompts of their roles, which users read, copy and edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from prover.agent.leap.brief import Brief, Known, Tried
from prover.agent.leap.lemma import Statement
from prover.agent.leap.manifest import AGENT, AgentManifest, LimitsPart, RoleName
from prover.agent.leap.role import Role
from prover.core.errors import UserError
from prover.generate.folder import SUFFIX, digest
from prover.lean.bundled import bundled

#: All that a template can be given: what it names and nobody has shows on it.
_EXAMPLE = Brief(
    Statement("k", "t", "theorem t : True", "Truth."),
    "import Init\n\ndef one := 1\n",
    "def two := 2",
    (Known("a", "theorem a : True", "open", "why"),),
    (Known("b", "theorem b : True", "open"),),
    ("a hint",),
    ("trivial : True",),
    (Tried("prove", "rfl", "no"),),
    "rfl",
    "no",
)


@dataclass(frozen=True)
class Agent:
    """An agent as its folder describes it."""

    folder: Path
    manifest: AgentManifest
    templates: Mapping[str, str]

    @classmethod
    def load(cls, path: str | Path) -> Agent:
        """The agent in a folder, its prompts tried on an example. Raises `UserError`: `no_agent`, `bad_agent` (with
        file and key or line)."""
        folder = Path(path)
        manifest = AGENT.read(folder / "agent.toml", AgentManifest)
        agent = cls(folder, manifest, _read_templates(folder))
        for role in agent.roles.values():
            for file in (role.part.system, role.part.user):
                if file not in agent.templates:
                    words = f"roles.{role.name}: there is no {folder / 'prompts' / file}"
                    raise AGENT.bad(f"{folder / 'agent.toml'}: {words}")
            role.query(_EXAMPLE, most=1 << 60)
            role.query(Brief(_EXAMPLE.statement, ""), most=1 << 60)
        return agent

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def limits(self) -> LimitsPart:
        return self.manifest.limits

    @cached_property
    def roles(self) -> Mapping[RoleName, Role]:
        """Those that it has, by name."""
        parts = self.manifest.roles
        return {name: Role(name, part, self.folder, self.templates) for name, part in parts.items()}

    @property
    def models(self) -> tuple[str, ...]:
        """The names of models that its roles ask, to be bound by the user; `main` first."""
        names = {role.part.model for role in self.roles.values()}
        return tuple(sorted(names, key=lambda name: (name != "main", name)))

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits over everything that decides its prompts."""
        return digest(self.manifest, self.templates)


def agents() -> tuple[str, ...]:
    """The names of the agents that come with the library."""
    return tuple(sorted(file.parent.name for file in bundled("agents").glob("*/agent.toml")))


def find_agent(reference: str) -> Agent:
    """An agent by its name, or by the path of its folder. Raises `UserError` (`no_agent`, `bad_agent`)."""
    if reference in agents():
        return Agent.load(bundled("agents") / reference)
    path = Path(reference)
    if path.is_dir() or path.name != reference:
        return Agent.load(path.parent if path.name == "agent.toml" else path)
    hint = f"one of {', '.join(agents())}, or the folder of your own"
    raise UserError(f"there is no agent {reference!r}", code="no_agent", hint=hint)


def _read_templates(folder: Path) -> dict[str, str]:
    return {file.name: AGENT.template(file) for file in sorted((folder / "prompts").glob(f"*{SUFFIX}"))}
