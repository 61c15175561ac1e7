"""Preferences between tactics tried at one state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prover.dataset.distinct import digest
from prover.dataset.record import DEAD, FAILED, OPEN, PROGRESS, PROVED, Preference, TacticRecord

#: Failures that are a limit's rather than the tactic's.
_LIMITS = frozenset({"recursion"})


@dataclass(slots=True)
class _Siblings:
    """The tactics of one state that count, by their text."""

    frame: TacticRecord
    good: dict[str, TacticRecord] = field(default_factory=dict[str, TacticRecord])
    bad: dict[str, TacticRecord] = field(default_factory=dict[str, TacticRecord])


def preferences(
    records: Iterable[TacticRecord], *, per_state: int = 8, seed: int = 0, unverified: bool = False
) -> Iterator[Preference]:
    """Pairs of a tactic that leads to a proof and a sibling at the same state that does not, at most `per_state` each.

    Chosen are steps of the proof, then other ways to goals that were proved, the shorter first; of searches whose proof
    was verified, or of all (`unverified`). Rejected are, first, tactics that ran and whose goals nothing closed (given
    up, or worked on in vain), then those that Lean refused; which of them, `seed` alone decides. Never rejected: what
    reached a limit, was lost or not tried, what led to a state known already or never worked on, and what led to a
    proof of the same state elsewhere. `records` is iterated twice; what is kept are the tries at states with a proof.
    """
    states = {digest(r.state) for r in records if _is_good(r) and (unverified or r.verified)}
    found: dict[bytes, _Siblings] = {}
    for record in records:
        key = digest(record.state)
        if key not in states:
            continue
        siblings = found.setdefault(key, _Siblings(record))
        if _is_good(record):
            # Known to be good somewhere is enough for not being rejected.
            kept = siblings.good.get(record.tactic)
            if kept is None or _merit(record) < _merit(kept):
                siblings.good[record.tactic] = record
        elif _is_bad(record):
            siblings.bad.setdefault(record.tactic, record)
    for siblings in found.values():
        yield from _paired(siblings, per_state, seed, unverified=unverified)


def _paired(siblings: _Siblings, per_state: int, seed: int, *, unverified: bool) -> Iterator[Preference]:
    good = sorted((r for r in siblings.good.values() if unverified or r.verified), key=_merit)
    good_texts = {_squeezed(text) for text in siblings.good}
    bad = [r for r in siblings.bad.values() if _squeezed(r.tactic) not in good_texts]
    bad.sort(key=lambda r: (_easiness(r), digest(str(seed), r.state, r.tactic)))
    for at, rejected in enumerate(bad[:per_state]):
        yield _preference(good[at % len(good)], rejected)


def _is_good(record: TacticRecord) -> bool:
    return record.on_proof or record.led_to == PROVED


def _is_bad(record: TacticRecord) -> bool:
    if record.outcome == PROGRESS:
        return record.led_to in (DEAD, OPEN)
    return record.outcome == FAILED and record.reason not in _LIMITS


def _merit(record: TacticRecord) -> tuple[bool, bool, int, str]:
    """The best comes first."""
    return not record.verified, not record.on_proof, record.remaining or 0, record.tactic


def _easiness(record: TacticRecord) -> int:
    """How easy a wrong tactic is to tell from a right one; the hardest come first."""
    return (DEAD, OPEN).index(record.led_to) if record.outcome == PROGRESS else 2


def _squeezed(tactic: str) -> str:
    return " ".join(tactic.split())


def _preference(chosen: TacticRecord, rejected: TacticRecord) -> Preference:
    return Preference(
        state=chosen.state,
        chosen=chosen.tactic,
        rejected=rejected.tactic,
        on_proof=chosen.on_proof,
        remaining=chosen.remaining,
        rejected_led_to=rejected.led_to,
        rejected_reason=rejected.reason,
        verified=chosen.verified,
        chosen_source=chosen.source,
        rejected_source=rejected.source,
        theorem=chosen.theorem,
        offered=chosen.offered,
        goals=chosen.goals,
        fingerprint=chosen.fingerprint,
        search=chosen.search,
        file=chosen.file,
        lean_version=chosen.lean_version,
    )
