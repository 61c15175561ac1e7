"""Sequences given by recurrences: values computed, periods found, and the facts stated so that Lean can check them."""

from __future__ import annotations

from collections.abc import Iterator

from prover.generate.proposal import Proposal
from prover.generate.view import View


def follow_recurrence(view: View) -> Iterator[Proposal]:
    yield from ()
