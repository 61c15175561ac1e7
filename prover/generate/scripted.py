"""A generator that answers from a table: for tests, and for tactics a user lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prover.core.candidate import Candidate
from prover.generate.request import Request


class Scripted:
    """Answers by the target of the focused goal, or what a function of the request says.

    Each answer is a list of tactics, best first; the i-th gets log-probability `-step * i`. Nothing on a second draw.
    """

    def __init__(
        self, answers: dict[str, Sequence[str]] | Callable[[Request], Sequence[str]], *, step: float = 0.5
    ) -> None:
        self._answers = answers
        self._step = step
        self.requests: list[Request] = []

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        self.requests += requests
        return [self._answer(request) if request.draw == 0 else [] for request in requests]

    def _answer(self, request: Request) -> list[Candidate]:
        answers = self._answers
        texts = answers.get(request.focused.target, ()) if isinstance(answers, dict) else answers(request)
        return [Candidate(text, -self._step * i, "scripted") for i, text in enumerate(texts[: request.n])]
