"""How a language model likes to be fed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capacity:
    """What an engine takes at a time.

    `batch`: queries in one call; `calls` at a time. Engines that join running requests by themselves (vLLM, servers)
    take one query a call and many calls; an engine that works off one batch after the other takes large batches.
    `wait_seconds`: how long a batch that is not full yet waits for more. `tokens`: bound of one batch, prompts and
    `max_tokens` of all samples together; None: none. `adaptive`: `calls` is an upper bound, the number in flight
    follows what the server bears. `tools`: queries may have tools.
    """

    batch: int = 1
    calls: int = 32
    wait_seconds: float = 0.0
    tokens: int | None = None
    adaptive: bool = False
    tools: bool = False
