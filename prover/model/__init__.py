"""Language models: text in, samples of text out; how they are fed, recorded and paid for."""

from prover.model.answer import Answer, Sample
from prover.model.batcher import Batcher, Client
from prover.model.capacity import Capacity
from prover.model.model import Asker, LanguageModel
from prover.model.query import Query, Sampling, Tool, ToolCall, Turn

__all__ = [
    "Answer",
    "Asker",
    "Batcher",
    "Capacity",
    "Client",
    "LanguageModel",
    "Query",
    "Sample",
    "Sampling",
    "Tool",
    "ToolCall",
    "Turn",
]
