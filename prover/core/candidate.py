"""A tactic somebody proposes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Tactic text and how it came about.

    `log_probability`: natural logarithm, summed over tokens, of the proposer's belief in it.
    `tokens` that its proposer wrote for it, and `money`, what they cost in US dollars.
    `finish`: `stop`, or `length` for a truncated text (marked, not tried blindly). `effort`: the level of limits
    at which a try makes sense (0: the cheapest); its cost is part of the belief already.
    """

    text: str
    log_probability: float
    source: str
    tokens: int = 0
    money: float = 0.0
    finish: str = "stop"
    effort: int = 0
