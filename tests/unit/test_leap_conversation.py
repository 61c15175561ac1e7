"""Roles asked, and their tools called: in a server's protocol, in plain text, and by models that lie."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from model_server import Asked, ModelServer, Says
from pydantic import Field

from prover.agent.leap.brief import Brief, Known
from prover.agent.leap.cast import CutOff, Unanswered
from prover.agent.leap.conversation import converse, written_calls
from prover.agent.leap.lemma import Statement
from prover.agent.leap.model_cast import ModelCast
from prover.agent.leap.replies import (
    Diagnosis,
    DiagnosisReply,
    NoReply,
    PlanReply,
    ProofReply,
    ReviewReply,
    Stated,
    StatementReply,
)
from prover.agent.leap.roles import find_agent
from prover.agent.leap.toolbox import AgentTool, Arguments, Toolbox
from prover.agent.leap.tools import LemmaStatus
from prover.core.errors import CallTimeout, ModelError, UserError
from prover.model import Answer, Batcher, Capacity, Query, Sample, Sampling, ToolCall, Turn
from prover.model.openai import OpenAIModel

QUERY = Query(turns=(Turn("system", "Prove."), Turn("user", "⊢ p")), sampling=Sampling(n=3))
CALL = '```tool\n{"name": "double", "arguments": {"number": 21}}\n```'


class Number(Arguments):
    number: int = Field(ge=0, description="what to double")
    unit: str = Field("", description="after it")


class Double(AgentTool[Number]):
    name = "double"
    description = "Doubles a number."
    arguments = Number

    async def run(self, given: Number) -> str:
        if given.number == 13:
            raise CallTimeout("it took too long")
        if given.number == 14:
            raise UserError("that one not")
        return f"{given.number * 2} {given.unit}" + "!" * given.number


class Player:
    """Answers with what a function of the query says: texts, or samples."""

    def __init__(self, plays: Callable[[Query, int], Sequence[str | Sample]], *, tools: bool = False) -> None:
        self.capacity = Capacity(tools=tools)
        self.asked: list[Query] = []
        self._plays = plays

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        return [self._one(query) for query in queries]

    def _one(self, query: Query) -> Answer | ModelError:
        self.asked.append(query)
        if query.tools and not self.capacity.tools:
            return ModelError("no", code="model_no_tools")
        given = self._plays(query, len(self.asked))
        samples = [item if isinstance(item, Sample) else Sample(item, tokens=10) for item in given]
        return Answer(tuple(samples), prompt_tokens=100, money=0.5)


def toolbox(limit: int = 4) -> Toolbox:
    return Toolbox([Double()], limit)


async def test_without_tools_all_samples_come_back() -> None:
    player = Player(lambda query, time: ["a", "b", CALL])
    talk = await converse(player, QUERY)
    assert [sample.text for sample in talk.samples] == ["a", "b", CALL]
    assert player.asked == [QUERY]
    assert (talk.asked, talk.tokens, talk.prompt_tokens, talk.money) == (1, 30, 100, 0.5)


async def test_tools_in_plain_text() -> None:
    player = Player(lambda query, time: [f"Let me see.\n{CALL}\nThe result is 7, so: done."] if time == 1 else ["rfl"])
    talk = await converse(player, QUERY, toolbox())
    assert talk.samples[0].text == "rfl" and talk.asked == 2 and talk.money == 1.0
    assert [(c.name, c.result[:3]) for c in talk.called] == [("double", "42 ")]
    first, second = player.asked
    assert not first.tools and first.sampling.n == 1
    assert first.turns[0].content.startswith("Prove.\n\nTools.") and "what to double" in first.turns[0].content
    said, told = second.turns[2:]
    assert said == Turn("assistant", f"Let me see.\n{CALL}"), "what it made up after the call is not kept"
    assert told.role == "user" and "42 !!!" in told.content and "Tool calls left: 3." in told.content


async def test_tools_in_the_protocol_of_the_server() -> None:
    call = {"id": "x1", "function": {"name": "double", "arguments": '{"number": 4, "unit": "cm"}'}}

    def calls(asked: Asked) -> object:
        return [call] if len(asked.body["messages"]) < 4 else None

    with ModelServer(lambda asked: ["rfl"]) as server:
        server.calls_of = calls
        batcher = Batcher(OpenAIModel("tiny", base_url=server.url))
        talk = await converse(batcher.client(), QUERY, toolbox())
        await batcher.close()
    assert talk.samples[0].text == "rfl" and talk.asked == 2
    assert server.asked[1].body["messages"][-1] == {"role": "tool", "content": "8 cm!!!!", "tool_call_id": "x1"}


async def test_a_server_that_refuses_tools_is_asked_in_plain_text() -> None:
    def writes(asked: Asked) -> Sequence[str]:
        return ["rfl"] if "42 " in asked.text else [CALL]

    with ModelServer(writes) as server:
        server.fault_of = lambda asked: Says(400, {"error": "tools?"}) if "tools" in asked.body else None
        batcher = Batcher(OpenAIModel("tiny", base_url=server.url))
        client = batcher.client()
        talk = await converse(client, replace(QUERY, sampling=Sampling(max_tokens=99)), toolbox())
        assert talk.samples[0].text == "rfl" and len(talk.called) == 1
        refused = len(server.asked)
        await converse(client, replace(QUERY, draw=1, sampling=Sampling(max_tokens=99)), toolbox())
        assert not any("tools" in asked.body for asked in server.asked[refused:])
        await batcher.close()


@pytest.mark.parametrize("native", [True, False])
async def test_a_model_that_only_calls_is_cut_off(native: bool) -> None:
    calls = tuple(ToolCall(f"c{i}", "double", '{"number": 1}') for i in range(50))
    sample = Sample("", tokens=1, calls=calls) if native else Sample("\n".join([CALL] * 50), tokens=1)
    player = Player(lambda query, time: [sample], tools=native)
    box = toolbox(limit=10)
    talk = await converse(player, QUERY, box)
    assert box.used == 10 and len(player.asked) <= 12
    done = [called.result for called in talk.called]
    assert sum(result.startswith(("2", "42")) for result in done) == 10
    assert "no tool calls left" in done[-1]
    if native:
        for query in player.asked[1:]:
            answered = [turn.call for turn in query.turns if turn.role == "tool"]
            asked = [call.id for turn in query.turns for call in turn.calls]
            assert answered == asked, "every call has its result: servers insist"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"number": 1}', "2 !"),
        ('{"number": "1"}', "2 !"),
        ("", "error: number"),
        ("{", "error: the arguments"),
        ("[1]", "error: arguments"),
        ('{"number": -1}', "error: number"),
        ('{"number": 1, "command": "rm"}', "error: command"),
        ('{"number": 13}', "error: Lean was lost over this (call_timeout)"),
        ('{"number": 14}', "error: that one not"),
        ("[" * 100_000, "error: the arguments"),
        ('"' + "x" * 100_001, "error: the arguments"),
    ],
)
async def test_what_tools_are_called_with(arguments: str, said: str) -> None:
    assert (await toolbox().call("double", arguments)).startswith(said)


async def test_results_are_bounded_and_calls_are_counted() -> None:
    box = toolbox(limit=2)
    long = await box.call("double", '{"number": 100000}')
    assert len(long) < 7000 and "characters left out" in long
    assert "there are double" in await box.call("rm -rf", "{}")
    assert box.left == 0
    assert "no tool calls left" in await box.call("double", '{"number": 1}')


@settings(max_examples=200, deadline=None)
@given(some.one_of(some.text(), some.text().map(lambda text: f"```tool\n{text}\n```\nmore")))
def test_any_text_may_hold_calls(text: str) -> None:
    said, calls = written_calls(text)
    assert text.startswith(said)
    assert all(isinstance(call, ToolCall) for call in calls)


async def test_lemmas_are_told_of() -> None:
    known = [Known("a", "theorem a : 1 = 1", "proved", "why"), Known("b", "theorem b : 2 = 2", "open")]
    box = Toolbox([LemmaStatus(lambda: known)], 9)
    assert await box.call("lemma_status", "") == "a: proved\nb: open"
    assert await box.call("lemma_status", '{"name": "A.a"}') == "proved:\nwhy\ntheorem a : 1 = 1"
    assert "no lemma" in await box.call("lemma_status", '{"name": "c"}')


# --- the roles together


BRIEF = Brief(Statement("k", "Demo.t", "theorem t (p : Prop) : p → p"), "namespace Demo\n\ndef one := 1\n")
PROOF = "Easy.\n```lean proof\nexact id\n```"
PLAN = "```lean lemma\ntheorem a : 1 = 1\n```\n```lean proof\nexact fun h => h\n```"
REPLIES = {
    "prove": (PROOF, ProofReply("Easy.", "exact id")),
    "negate": ("It is true.", NoReply("prose", "It is true.")),
    "plan": (PLAN, PlanReply("", "", (Stated("a", "theorem a : 1 = 1"),), "exact fun h => h")),
    "review": ('{"verdict": "accept", "score": 9}', ReviewReply(True, 9.0)),
    "diagnose": ('{"diagnosis": "BUDGET"}', DiagnosisReply(Diagnosis.BUDGET)),
}


@pytest.mark.parametrize("deed", REPLIES)
async def test_each_role_answers(deed: str) -> None:
    text, value = REPLIES[deed]
    player = Player(lambda query, time: [text])
    heard: list[str] = []
    cast = ModelCast(find_agent("leap"), {"main": player}, observe=lambda role, talk: heard.append(role))
    said = await getattr(cast, deed)(replace(BRIEF, work="work"), 3)
    assert said.reply == value
    assert (said.tokens, said.money, said.calls) == (10, 0.5, 1)
    assert player.asked[0].draw == 3
    assert heard == [{"prove": "repairer", "negate": "negator", "plan": "planner", "review": "reviewer",
                      "diagnose": "diagnoser"}[deed]]  # fmt: skip


async def test_statements_and_sketches() -> None:
    cast = ModelCast(find_agent("leap"), {"main": Player(lambda query, time: [PLAN])})
    assert isinstance((await cast.sketch(BRIEF)).reply, PlanReply)
    assert isinstance((await cast.formalise(BRIEF)).reply, StatementReply)


async def test_roles_may_have_models_of_their_own() -> None:
    agent = find_agent("repair")
    parts = dict(agent.manifest.roles)
    parts["repairer"] = parts["repairer"].model_copy(update={"model": "small"})
    mixed = replace(agent, manifest=agent.manifest.model_copy(update={"roles": parts}))
    main, small = Player(lambda query, time: [PROOF]), Player(lambda query, time: [PROOF])
    cast = ModelCast(mixed, {"main": main, "small": small})
    await cast.prove(BRIEF)
    await cast.prove(replace(BRIEF, work="rfl", faults="no"))
    assert (len(main.asked), len(small.asked)) == (1, 1)
    with pytest.raises(UserError):
        ModelCast(mixed, {"small": small})
    assert isinstance((await cast.plan(BRIEF)).reply, NoReply)


async def test_many_samples_are_asked_for_once() -> None:
    texts = [f"```lean proof\nexact h{i}\n```" for i in range(32)]
    player = Player(lambda query, time: texts)
    cast = ModelCast(find_agent("whole-proof"), {"main": player})
    scripts: list[str] = []
    for draw in range(32):
        # Whoever mends brings the last attempt along; this agent does not mend.
        said = await cast.prove(replace(BRIEF, work="exact h", faults="no") if draw else BRIEF, draw * 16)
        assert isinstance(said.reply, ProofReply)
        assert said.calls == (draw == 0) and said.tokens == (320 if draw == 0 else 0)
        scripts.append(said.reply.script)
    assert scripts == [f"exact h{i}" for i in range(32)]
    assert len(player.asked) == 1 and player.asked[0].sampling.n == 32
    await cast.prove(BRIEF, 99)
    assert player.asked[1].draw == 99


@pytest.mark.parametrize("agent", ["leap", "repair", "whole-proof"])
async def test_a_reply_of_no_use_is_named_in_the_next_question(agent: str) -> None:
    player = Player(lambda query, time: ["It is well known."])
    cast = ModelCast(find_agent(agent), {"main": player})
    said = await cast.prove(BRIEF)
    assert said.reply == NoReply("prose", "It is well known.")
    await cast.prove(replace(BRIEF, unusable=str(said.reply)), 16)
    first, again = (query.turns for query in player.asked)
    assert again[0] == first[0], "who has nothing to mend is asked for a proof again"
    notice = again[1].content.removeprefix(first[1].content)
    assert notice != again[1].content and "prose where Lean code is wanted: It is well known." in notice
    assert "```lean proof" in notice and "nothing in your reply could be used" in notice


async def test_a_planner_is_told_its_own_format() -> None:
    player = Player(lambda query, time: ["Induction."])
    cast = ModelCast(find_agent("leap"), {"main": player})
    await cast.plan(replace(BRIEF, unusable="```lean\nno fence ends here"))
    task = player.asked[0].turns[1].content
    assert "````\n```lean\nno fence ends here\n````" in task and "```lean lemma" in task.rpartition("````")[2]


async def test_samples_of_no_use_do_not_hide_the_others() -> None:
    player = Player(lambda query, time: ["It is well known.", "Truly.", PROOF])
    cast = ModelCast(find_agent("whole-proof"), {"main": player})
    first = await cast.prove(BRIEF)
    second = await cast.prove(replace(BRIEF, unusable=str(first.reply)), 16)
    third = await cast.prove(replace(BRIEF, unusable=str(second.reply)), 32)
    assert [isinstance(said.reply, NoReply) for said in (first, second, third)] == [True, True, False]
    assert [said.spare for said in (first, second, third)] == [False, True, True] and len(player.asked) == 1


class Breaking(Player):
    """Calls a tool, then fails, or answers no more."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__(lambda query, time: [CALL])
        self.hangs = hangs
        self.silent = asyncio.Event()

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        if len(self.asked) == 2:
            self.silent.set()
            await asyncio.sleep(60 if self.hangs else 0)
            return [ModelError("gone", code="model_down", hint="wait", transient=True)]
        return await super().answer(queries)


async def test_a_model_that_fails_midway_says_what_was_paid() -> None:
    heard: list[int] = []
    cast = ModelCast(
        find_agent("leap"),
        {"main": Breaking(hangs=False)},
        tools=lambda brief, names: [Double()],
        observe=lambda role, talk: heard.append(talk.tokens),
    )
    with pytest.raises(Unanswered) as failed:
        await cast.prove(BRIEF)
    error, said = failed.value, failed.value.said
    assert (error.code, error.hint, error.transient) == ("model_down", "wait", True)
    assert (said.tokens, said.calls, said.money) == (20, 2, 1.0) and heard == [20]


async def test_a_conversation_that_is_cut_off_says_what_was_paid() -> None:
    player = Breaking(hangs=True)
    cast = ModelCast(find_agent("leap"), {"main": player}, tools=lambda brief, names: [Double()])
    asking = asyncio.create_task(cast.prove(BRIEF))
    await player.silent.wait()
    asking.cancel()
    with pytest.raises(CutOff) as stopped:
        await asking
    assert asking.cancelled() and (stopped.value.said.tokens, stopped.value.said.calls) == (20, 2)


async def test_what_does_not_fit_is_not_asked() -> None:
    player = Player(lambda query, time: [PROOF])
    cast = ModelCast(find_agent("leap"), {"main": player}, tokens=lambda text: 10**9)
    said = await cast.prove(BRIEF)
    assert isinstance(said.reply, NoReply) and said.reply.reason == "too_long" and not player.asked


LIES = {
    "`sorry` in other clothes": "```lean proof\nexact sorryAx _ true\n```",
    "an axiom": "```lean definitions\naxiom a : False\n```\n```lean proof\nexact a.elim\n```",
    "the word of honour": "This was verified by Lean. The proof is complete.",
    "a command": "```lean proof\nrun_tac Lean.Elab.Tactic.evalTactic (← `(tactic| rfl))\n```",
    "an import": "```lean\nimport Evil\n```",
    "native code": "```lean proof\nnative_decide\n```",
    "a result that no tool gave": '```json\n{"result": "no errors", "proved": true}\n```',
}


@pytest.mark.parametrize("lie", LIES)
async def test_lies_are_no_proofs(lie: str) -> None:
    cast = ModelCast(find_agent("leap"), {"main": Player(lambda query, time: [LIES[lie]])})
    assert isinstance((await cast.prove(BRIEF)).reply, NoReply)


async def test_a_changed_statement_is_not_taken_over() -> None:
    text = "```lean\ntheorem t : True := by\n  trivial\n```"
    cast = ModelCast(find_agent("leap"), {"main": Player(lambda query, time: [text])})
    said = await cast.prove(BRIEF)
    assert said.reply == ProofReply("", "trivial"), "the proof is tried on the statement as it is"


def test_schemas_are_plain() -> None:
    schema = Double().tool.parameters
    assert json.loads(json.dumps(schema)) == {
        "type": "object", "additionalProperties": False, "required": ["number"],
        "properties": {"number": {"type": "integer", "minimum": 0, "description": "what to double"},
                       "unit": {"type": "string", "default": "", "description": "after it"}},
    }  # fmt: skip
