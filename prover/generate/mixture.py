"""Several generators as one."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prover.core.candidate import Candidate
from prover.core.errors import ModelError
from prover.generate.request import Request, TacticGenerator, reads_premises


@dataclass(frozen=True, slots=True)
class Member:
    """A generator of a mixture. `shift`: added to the log-probability of each of its candidates."""

    generator: TacticGenerator
    shift: float = 0.0


@dataclass(slots=True)
class _Seat:
    member: Member
    failures: int = 0


def _unheard(_error: ModelError) -> None:
    pass


class Mixture:
    """Asks all members at once and joins what they say; a text that several propose counts once, by its best belief.

    A member that fails is left out of that answer, and after `patience` failures in a row altogether; `trouble` hears
    of each. Raises `ModelError` only when no member answered.
    """

    def __init__(
        self, members: Sequence[Member], *, patience: int = 3, trouble: Callable[[ModelError], None] = _unheard
    ) -> None:
        self._seats = [_Seat(member) for member in members]
        self._patience = patience
        self._trouble = trouble

    @property
    def reads_premises(self) -> bool:
        return any(reads_premises(seat.member.generator) for seat in self._seats)

    async def generate(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        asked = [seat for seat in self._seats if seat.failures < self._patience]
        answers = await asyncio.gather(*(self._ask(seat, requests) for seat in asked))
        heard = [answer for answer in answers if not isinstance(answer, ModelError)]
        if not heard:
            raise next((a for a in answers if isinstance(a, ModelError)), ModelError("no generator is left"))
        joined: list[list[Candidate]] = []
        for number, request in enumerate(requests):
            joined.append(_join([answer[number] for answer in heard])[: request.n])
        return joined

    async def _ask(self, seat: _Seat, requests: Sequence[Request]) -> list[list[Candidate]] | ModelError:
        try:
            answers = await seat.member.generator.generate(requests)
        except ModelError as error:
            seat.failures += 1
            self._trouble(error)
            return error
        seat.failures = 0
        return [[_shifted(c, seat.member.shift) for c in answer] for answer in answers]


def _shifted(candidate: Candidate, shift: float) -> Candidate:
    if not shift:
        return candidate
    return dataclasses.replace(candidate, log_probability=candidate.log_probability + shift)


def _join(answers: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """One list, best first. Tokens and money of a text that was proposed twice are those of both."""
    best: dict[str, Candidate] = {}
    for candidate in (c for answer in answers for c in answer):
        known = best.get(candidate.text)
        if known is None:
            best[candidate.text] = candidate
            continue
        first, other = known, candidate
        if (other.log_probability, not other.rejected) > (first.log_probability, not first.rejected):
            first, other = other, first
        best[candidate.text] = dataclasses.replace(
            first, tokens=first.tokens + other.tokens, money=first.money + other.money
        )
    return sorted(best.values(), key=lambda c: -c.log_probability)
