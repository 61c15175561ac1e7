"""A statement said in words again by a model that has not seen the words it was drafted for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.agent.leap.brief import Brief
from prover.agent.leap.lemma import Statement
from prover.agent.leap.remarks import without_comments
from prover.agent.leap.replies import NoReply
from prover.core.budget import Spent
from prover.core.errors import ModelError
from prover.formalize.draft import Draft
from prover.formalize.drafting import Writers, paid

_NAME = "it"


@dataclass(frozen=True, slots=True)
class BackTranslation:
    """`words`: what a model says that it states; an opinion, which decides nothing. `problem`: why there are none."""

    words: str = ""
    problem: str = ""


def blind(draft: Draft) -> Brief:
    """What the translator is told: Lean text without comments, and without the theorem's name, which may say what was
    meant."""
    statement = re.sub(
        rf"\A(\s*theorem\s+){re.escape(draft.name)}(?![\w.'!?])", rf"\g<1>{_NAME}", without_comments(draft.statement)
    )
    return Brief(
        Statement("", _NAME, statement), without_comments(draft.context), without_comments(draft.definitions).strip()
    )


async def translated(writers: Writers, draft: Draft, spent: Spent) -> BackTranslation:
    """Asks the translator. That nobody answers, or the budget is used up, is a problem and no error."""
    if (limit := spent.exceeded()) is not None:
        return BackTranslation(problem=f"budget_{limit}")
    try:
        reply = (await paid(spent, writers.translate(blind(draft)))).reply
    except ModelError as error:
        return BackTranslation(problem=error.code)
    if isinstance(reply, NoReply):
        return BackTranslation(problem=reply.reason)
    return BackTranslation(reply.words)
