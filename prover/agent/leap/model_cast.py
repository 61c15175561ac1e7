"""The roles played by language models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from prover.agent.leap.brief import Brief
from prover.agent.leap.cast import CutOff, Said, Unanswered
from prover.agent.leap.context import estimate
from prover.agent.leap.conversation import Talk, converse
from prover.agent.leap.manifest import RoleName, ToolName
from prover.agent.leap.protocol import (
    PLAN_FORMAT,
    PROOF_FORMAT,
    Question,
    read_diagnosis,
    read_plan,
    read_proof,
    read_review,
    read_statement,
    read_words,
)
from prover.agent.leap.replies import (
    DiagnosisReply,
    NoReply,
    PlanReply,
    ProofReply,
    ReviewReply,
    StatementReply,
    WordsReply,
)
from prover.agent.leap.role import Role
from prover.agent.leap.roles import Agent
from prover.agent.leap.toolbox import AgentTool, Toolbox
from prover.agent.leap.tools import Find, told_of
from prover.core.errors import LeanProcessError, ModelError, UserError
from prover.model import Asker, Sample

_Reply = TypeVar("_Reply")
_Value = TypeVar("_Value")
_Read = Callable[[Sample], "_Reply | NoReply"]
#: What tools a role has for a brief.
Tools = Callable[[Brief, Sequence[ToolName]], Sequence[AgentTool[Any]]]
Observe = Callable[[RoleName, Talk], None]

#: Roles that are told of theorems that may help, and how much of their task these are looked up by.
_WITH_PREMISES: tuple[RoleName, ...] = ("planner", "sketcher", "prover", "repairer", "negator")
_LONGEST_QUERY = 2000


class ModelCast:
    """A `Cast`: the roles of `agent`, each played by the model that its manifest names.

    `models`: by name, `main` among them; a name that is not there is played by `main`. `tools`: None: none. `find`:
    where theorems that may help are looked up, by the statement and the last complaint; None: nowhere. `tokens`:
    how the models count. `native`: proofs may rest on compiled code. `observe` hears every conversation.

    A role that asks for several samples at a time is asked once for so many draws of the same. One that the agent does
    not have gives a `NoReply` (`no_role`); a brief that cannot be made to fit, `too_long`.
    """

    def __init__(
        self,
        agent: Agent,
        models: Mapping[str, Asker],
        *,
        tools: Tools | None = None,
        find: Find | None = None,
        tokens: Callable[[str], int] = estimate,
        native: bool = False,
        observe: Observe = lambda role, talk: None,
    ) -> None:
        if agent.roles and "main" not in models:
            raise UserError("no model is named", code="no_model", hint="name one with --model")
        self.agent = agent
        self._models = models
        self._tools = tools
        self._find = find
        self._tokens = tokens
        self._native = native
        self._observe = observe
        self._spare: dict[tuple[str, Brief], list[Sample]] = {}

    async def prove(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        """As `Cast.prove`. An agent without a repairer draws another proof instead."""
        question = self._question(brief)
        if (brief.work or brief.faults) and "repairer" in self.agent.roles:
            return await self._ask(
                "repairer", brief, draw, lambda s: read_proof(s.text, question, s.finish), PROOF_FORMAT
            )
        brief = replace(brief, work="", faults="")
        return await self._ask("prover", brief, draw, lambda s: read_proof(s.text, question, s.finish), PROOF_FORMAT)

    async def negate(self, brief: Brief, draw: int = 0) -> Said[ProofReply | NoReply]:
        """As `Cast.negate`."""
        question = replace(self._question(brief), name="refutation")
        return await self._ask("negator", brief, draw, lambda s: read_proof(s.text, question, s.finish), PROOF_FORMAT)

    async def plan(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        """As `Cast.plan`."""
        question = self._question(brief)
        return await self._ask("planner", brief, draw, lambda s: read_plan(s.text, question, s.finish), PLAN_FORMAT)

    async def sketch(self, brief: Brief, draw: int = 0) -> Said[PlanReply | NoReply]:
        """As `Cast.sketch`."""
        question = self._question(brief)
        return await self._ask("sketcher", brief, draw, lambda s: read_plan(s.text, question, s.finish), PLAN_FORMAT)

    async def review(self, brief: Brief, draw: int = 0) -> Said[ReviewReply | NoReply]:
        """As `Cast.review`."""
        return await self._ask("reviewer", brief, draw, lambda s: read_review(s.text, s.finish))

    async def diagnose(self, brief: Brief, draw: int = 0) -> Said[DiagnosisReply | NoReply]:
        """As `Cast.diagnose`."""
        return await self._ask("diagnoser", brief, draw, lambda s: read_diagnosis(s.text, s.finish))

    async def formalise(self, brief: Brief, draw: int = 0) -> Said[StatementReply | NoReply]:
        """A statement in Lean for the one in words, `brief.statement.informal`."""
        question = self._question(brief)
        return await self._ask("formaliser", brief, draw, lambda s: read_statement(s.text, question, s.finish))

    async def translate(self, brief: Brief, draw: int = 0) -> Said[WordsReply | NoReply]:
        """What a statement in Lean says, in words, for a reader who has not seen others."""
        return await self._ask("translator", brief, draw, lambda s: read_words(s.text, s.finish))

    async def judge(self, brief: Brief, draw: int = 0) -> Said[ReviewReply | NoReply]:
        """Whether what `brief.work` says of a theorem is what `brief.statement.informal` asks for."""
        return await self._ask("judge", brief, draw, lambda s: read_review(s.text, s.finish))

    def _question(self, brief: Brief) -> Question:
        context = f"{brief.before}\n\n{brief.definitions}"
        return Question(brief.statement.name, context, self._native)

    async def _ask(
        self, name: RoleName, brief: Brief, draw: int, read: _Read[_Reply], wanted: str = ""
    ) -> Said[_Reply | NoReply]:
        role = self.agent.roles.get(name)
        if role is None:
            return Said(NoReply("no_role", name), calls=0)
        # What is said of the last sample is no reason to leave the others unread.
        asked = replace(brief, unusable="")
        if spare := self._spare.get((name, asked)):
            return Said(read(spare.pop()), calls=0, spare=True)
        began = time.monotonic()
        told = await self._with_premises(name, brief)
        looked = time.monotonic() - began
        most = self.agent.limits.context_tokens
        query = role.query(told, most=most, draw=draw, tokens=self._tokens, wanted=wanted)
        if query is None:
            return Said(NoReply("too_long", "the task does not fit the prompt"), calls=0)
        model = self._models.get(role.part.model) or self._models["main"]
        toolbox, talk = self._toolbox(role, brief), Talk()

        def paid(reply: _Value) -> Said[_Value]:
            lean = looked + (toolbox.seconds if toolbox else 0.0)
            return Said(reply, talk.tokens, talk.money, talk.asked, lean_seconds=lean)

        try:
            await converse(model, query, toolbox, talk)
        except ModelError as error:
            raise Unanswered(error, paid(None)) from error
        except asyncio.CancelledError as stopped:
            raise CutOff(paid(None)) from stopped
        finally:
            if talk.asked:
                self._observe(name, talk)
        first, *rest = talk.samples or (Sample(""),)
        if rest:
            self._spare[name, asked] = rest[::-1]
        return paid(read(first))

    async def _with_premises(self, name: RoleName, brief: Brief) -> Brief:
        """The brief with theorems that may help; as it is where the lookup fails."""
        most = self.agent.limits.premises
        if self._find is None or not most or brief.premises or name not in _WITH_PREMISES:
            return brief
        try:
            found = await self._find(f"{brief.statement.text}\n{brief.faults}"[:_LONGEST_QUERY], most)
        except (LeanProcessError, UserError):
            return brief
        return replace(brief, premises=tuple(map(told_of, found)))

    def _toolbox(self, role: Role, brief: Brief) -> Toolbox | None:
        if self._tools is None or not role.part.tools:
            return None
        return Toolbox(self._tools(brief, role.part.tools), self.agent.limits.tool_calls)
