"""Which theorem of an edited blueprint is which lemma of the plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from prover.agent.leap.lemma import Lemma
from prover.agent.leap.passages import Passage
from prover.agent.leap.remarks import comments

_MARKER = re.compile(r"--\s*leap:\s*(?:lemma|target)\s+(\d+)\s*\Z")


def matched_with(
    theorems: list[Passage], lemmas: list[Lemma], old: Mapping[int, Passage]
) -> list[tuple[Passage, Lemma]]:
    """By its marker, else by what it says, else by its name; of several with one marker that which says the same.

    `old`: the lemmas' own passages, by number.
    """
    left = {lemma.number: lemma for lemma in lemmas}
    found: dict[int, Lemma] = {}
    marked = {passage.line: _marker(passage.above) for passage in theorems}
    declared = {lemma.number: old[lemma.number].declares for lemma in lemmas if lemma.number in old}

    def has_marker(passage: Passage, lemma: Lemma) -> bool:
        return marked[passage.line] == lemma.number

    def says_it(passage: Passage, lemma: Lemma) -> bool:
        return passage.key == digest(lemma.key)

    def has_name(passage: Passage, lemma: Lemma) -> bool:
        return passage.declares == declared.get(lemma.number)

    rules: tuple[tuple[Callable[[Passage, Lemma], bool], ...], ...] = (
        (has_marker, says_it),
        (has_marker, has_name),
        (has_marker,),
        (says_it,),
        (has_name,),
    )
    for rule in rules:
        for passage in theorems:
            if passage.line in found:
                continue
            lemma = next((a for a in left.values() if all(fits(passage, a) for fits in rule)), None)
            if lemma is not None:
                found[passage.line] = left.pop(lemma.number)
    return [(passage, found[passage.line]) for passage in theorems if passage.line in found]


def digest(key: str) -> str:
    """A key without its scope."""
    return key.rpartition(":")[2]


def _marker(above: str) -> int:
    """The number in the last marker before a theorem; -1 for none."""
    found = -1
    for start, end in comments(above):
        marker = _MARKER.match(above[start:end])
        found = int(marker[1]) if marker else found
    return found
