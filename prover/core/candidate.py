"""A tactic somebody proposes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Tactic text and how it came about.

    `log_probability`: natural logarithm of the proposer's belief in it, by which a search ranks it; `summed`: what the
    model said of the text, over all its tokens, and `tokens` how many it wrote for it (None, 0: not known). `money`:
    what they cost in US dollars. `finish`: `stop`, or `length` for a truncated text (marked, not tried blindly).
    `effort`: the level of limits at which a try makes sense (0: the cheapest); its cost is part of the belief already.
    `script`: several steps, to be cut into a path where they do not close the goal together. `rejected`: why the text
    is not given to Lean at all; empty for one that is.
    """

    text: str
    log_probability: float
    source: str
    tokens: int = 0
    money: float = 0.0
    finish: str = "stop"
    effort: int = 0
    summed: float | None = None
    script: bool = False
    rejected: str = ""
