"""Submissions that prove nothing and try hard to seem to, judged among the others: if one is believed, the
verifier is broken here, whatever the reason, and no verdict beside it is worth anything."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from prover.core.verdict import Verdict
from prover.verify.docket import Item, read_docket
from prover.verify.run import Limits

#: What no canary's verdict may be: each claims a proof of a false statement.
BELIEVED = frozenset({"proved", "proved_modulo", "consistent", "refuted"})
#: Verdicts that say nothing about a canary: the check did not come far enough.
_INCONCLUSIVE = frozenset({"infrastructure", "timed_out", "out_of_memory", "worker_lost", "bad_target"})
_SECONDS = 60.0


def bundled_canaries() -> tuple[Item, ...]:
    """The canaries that travel with the library (`canary_files/`), under the laxest policy."""
    folder = Path(__file__).parent / "canary_files"
    return read_docket(folder, Item("", "", limits=Limits(seconds=_SECONDS))).items


def schedule(count: int, canaries: Sequence[Item], every: int, seed: int) -> Iterator[Item | int]:
    """The order of work: all canaries, then the numbers 0 to `count` - 1 with a canary, chosen by `seed`, after
    each `every` of them and at the end."""
    chance = random.Random(seed)
    yield from canaries
    for number in range(count):
        yield number
        if canaries and ((number + 1) % every == 0 or number + 1 == count):
            yield chance.choice(canaries)


def believed(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.code in BELIEVED for verdict in verdicts)


def held(verdicts: Sequence[Verdict]) -> bool:
    """Whether a canary was judged to the end and refused."""
    return bool(verdicts) and not any(verdict.code in BELIEVED | _INCONCLUSIVE for verdict in verdicts)
