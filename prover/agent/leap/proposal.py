"""A plan that a role proposes: as text, with other names, as statements."""

from __future__ import annotations

from dataclasses import replace

from prover.agent.leap.graph import LemmaGraph
from prover.agent.leap.lemma import Statement
from prover.agent.leap.naming import with_name
from prover.agent.leap.replies import PlanReply


def shown(reply: PlanReply) -> str:
    """A plan as text."""
    parts = [reply.plan]
    if reply.definitions:
        parts.append(f"```lean definitions\n{reply.definitions}\n```")
    for lemma in reply.lemmas:
        comment = f"/-- {lemma.informal} -/\n" if lemma.informal else ""
        parts.append(f"```lean lemma\n{comment}{lemma.text}\n```")
    if reply.script:
        parts.append(f"```lean proof\n{reply.script}\n```")
    return "\n\n".join(part for part in parts if part)


def renamed(reply: PlanReply, old: str, new: str) -> PlanReply:
    """A plan in which a lemma has another name."""
    lemmas = tuple(
        replace(s, name=new if s.name == old else s.name, text=with_name(s.text, old, new)) for s in reply.lemmas
    )
    definitions, script = with_name(reply.definitions, old, new), with_name(reply.script, old, new)
    return replace(reply, definitions=definitions, lemmas=lemmas, script=script)


def with_free_names(reply: PlanReply, graph: LemmaGraph) -> PlanReply:
    """A plan with other names where another statement of the graph, or what is to be proved, has them."""
    for lemma in reply.lemmas:
        known = graph.named(lemma.name)
        if known is not None and _plain(known.statement.text) != _plain(lemma.text):
            number = 2
            while graph.named(f"{lemma.name}_{number}") is not None:
                number += 1
            reply = renamed(reply, lemma.name, f"{lemma.name}_{number}")
    return reply


def _plain(text: str) -> str:
    return " ".join(text.split())


def statements(reply: PlanReply) -> tuple[Statement, ...]:
    """The lemmas of a plan, their keys not known yet."""
    return tuple(Statement("", lemma.name, lemma.text, lemma.informal) for lemma in reply.lemmas)
