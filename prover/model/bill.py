"""What models were asked, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prover.model.batcher import Batcher


def bill(recipe: str, batchers: Sequence[Batcher]) -> dict[str, Any]:
    """What models were asked and what it cost, all searches and roles together."""
    counts = [batcher.statistics for batcher in batchers]
    return {
        "model": ", ".join(batcher.model.name for batcher in batchers),
        "recipe": recipe,
        "questions": sum(c.answered + c.failed for c in counts),
        "repeated": sum(c.repeated for c in counts),
        "retried": sum(c.retried for c in counts),
        "failed": sum(c.failed for c in counts),
        "tokens": sum(c.tokens for c in counts),
        "prompt_tokens": sum(c.prompt_tokens for c in counts),
        "money": round(sum(c.money for c in counts), 6) if all(c.priced for c in counts) else None,
        "busy_seconds": round(sum(c.busy_seconds for c in counts), 3),
    }
