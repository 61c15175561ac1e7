"""What is asked of a language model in words: a hint, why a tactic failed."""

from __future__ import annotations

from collections.abc import Sequence

from prover.agent.tactic_model import TacticModel
from prover.core.errors import ModelError
from prover.model import Query
from prover.model.query import Sampling, Turn

_ROLE = (
    "You help a person who proves a theorem in Lean 4, in a session where they type one tactic at a time. "
    "Answer in at most six short lines of plain text. Do not claim that anything is proved."
)
_TOKENS = 400


async def talk(model: TacticModel, question: str, parts: Sequence[tuple[str, str]]) -> str:
    """The model's words on a question about some texts (a heading and the text each). Raises `ModelError`."""
    about = "\n\n".join(f"{heading}:\n```lean\n{text}\n```" for heading, text in parts if text)
    turns = (Turn("system", _ROLE), Turn("user", f"{about}\n\n{question}"))
    client = model.batcher.client()
    try:
        (answer,) = await client.answer([Query(turns=turns, sampling=Sampling(temperature=0.3, max_tokens=_TOKENS))])
    finally:
        model.batcher.leave(client)
    if isinstance(answer, ModelError):
        raise answer
    text = answer.samples[0].text.strip() if answer.samples else ""
    if not text:
        raise ModelError("the model said nothing", code="model_empty")
    return text
