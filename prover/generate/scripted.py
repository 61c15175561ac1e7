"""A generator that answers from a list: for tests, and for tactics that a user names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from prover.core.candidate import Candidate
from prover.generate.request import Request


class Scripted:
    """Answers what a function of the request says: tactics, best first; nothing on a second draw.

    The i-th tactic of an answer gets log-probability `-step * i`. `requests` keeps what was asked.
    """

    def __init__(self, answer: Callable[[Request], Sequence[str]], *, step: float = 0.5) -> None:
        self._answer = answer
        self._step = step
        self.requests: list[Request] = []

    @classmethod
    def by_target(cls, answers: Mapping[str, Sequence[str]], *, step: float = 0.5) -> Scripted:
        """Answers by the text of the goal's target; nothing for targets that are not listed."""
        return cls(lambda request: answers.get(request.focused.target, ()), step=step)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.requests += requests
        return [self._candidates(request) if request.draw == 0 else [] for request in requests]

    def _candidates(self, request: Request) -> list[Candidate]:
        texts = self._answer(request)[: request.n]
        return [Candidate(text, -self._step * i, "scripted") for i, text in enumerate(texts)]
