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


def schedule(items: Sequence[Item], canaries: Sequence[Item], every: int, seed: int) -> Iterator[tuple[Item, bool]]:
    """The order of work: the items with, after each `every` of them, a canary chosen by `seed`; true for a canary.

    One with the imports of the item before it where there is such a one, since it costs no worker.
    """
    chance = random.Random(seed)
    for number, item in enumerate(items, start=1):
        yield item, False
        if canaries and number % every == 0:
            yield chance.choice(beside(item, canaries)), True


def beside(item: Item, canaries: Sequence[Item]) -> Sequence[Item]:
    """The canaries with the imports of `item`, or all."""
    return [canary for canary in canaries if canary.imports == item.imports] or canaries


def believed(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.code in BELIEVED for verdict in verdicts)


def held(verdicts: Sequence[Verdict]) -> bool:
    """Whether a canary was judged to the end and refused."""
    return bool(verdicts) and not any(verdict.code in BELIEVED | _INCONCLUSIVE for verdict in verdicts)
