"""What a role is told, made to fit its prompt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from prover.agent.leap.brief import Brief, Tried
from prover.generate.commands import commands
from prover.generate.tokens import code_tokens

#: Characters of ASCII that count as one token where the model does not count; any other character is one.
_CHARACTERS_PER_TOKEN = 3.5
_CUT = "\n… ({} characters left out) …\n"
#: Shares of the bound that one text may take before everything else is made smaller.
_WORK_SHARE, _TRIED_SHARE = 0.3, 0.1
_STEPS = 8
#: Characters within which a file's imports stand.
_HEADER = 20_000
_HEADER_WORDS = frozenset({"module", "prelude", "public", "meta", "import", "all"})


@dataclass(frozen=True, slots=True)
class Context:
    """A brief as a prompt shows it. `left_out`: what does not stand in it, in words for the reader."""

    brief: Brief
    left_out: tuple[str, ...] = ()

    def fitting(self, measure: Callable[[Context], int], most: int) -> Context | None:
        """As much of it as `measure` puts at `most` tokens or less; None where nothing more can be left out.

        Overlong texts are cut in their middle. Then go failed attempts, the oldest first and never the last; proofs
        and values of what stands before, the farthest first, not its signatures; premises, the last first; hints. At
        the very end other lemmas, and signatures. The statement and the last faults always stay.
        """
        made = replace(self, brief=_shortened(self.brief, most))
        if made.brief != self.brief:
            made = made._without("the middle of very long texts")
        if measure(made) <= most:
            return made
        for reduced in made._reductions():
            if measure(reduced) <= most:
                return reduced
        return None

    def _without(self, what: str) -> Context:
        return replace(self, left_out=(*(w for w in self.left_out if _kind(w) != _kind(what)), what))

    def _reductions(self) -> Iterator[Context]:
        """Ever smaller versions."""
        made = self
        for reduce in (_fewer_tried, _bare_context, _fewer_premises, _fewer_hints, _fewer_lemmas, _less_context):
            for brief, words in reduce(made.brief):
                smaller = replace(made, brief=brief)._without(words)
                yield smaller
                made = smaller


def estimate(text: str) -> int:
    """How many tokens a text has, roughly and rather too many."""
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / _CHARACTERS_PER_TOKEN + len(text) - plain)


def shortened(text: str, most: int) -> str:
    """At most about `most` characters of a text: its beginning and its end."""
    if len(text) <= most:
        return text
    head, tail = most * 2 // 3, most // 3
    return text[:head] + _CUT.format(len(text) - head - tail) + text[len(text) - tail :]


def imports(before: str) -> list[str]:
    """The modules that a file imports, as far as its text says."""
    words = (token.text for token in code_tokens(before[:_HEADER]) if token.kind == "word")
    found: list[str] = []
    importing = False
    for word in words:
        if word in _HEADER_WORDS:
            importing = importing or word == "import"
        elif importing:
            found.append(word)
            importing = False
        else:
            break
    return found


_Reductions = Iterator[tuple[Brief, str]]


def _kind(words: str) -> str:
    """What a note is about: its words without the number."""
    return words.lstrip("0123456789 ")


def _shortened(brief: Brief, most: int) -> Brief:
    work, tried = int(most * _WORK_SHARE), int(most * _TRIED_SHARE)
    return replace(
        brief,
        work=shortened(brief.work, work),
        faults=shortened(brief.faults, work),
        tried=tuple(Tried(t.what, shortened(t.text, tried), shortened(t.faults, tried)) for t in brief.tried),
    )


def _fewer_tried(brief: Brief) -> _Reductions:
    for left in _numbers(len(brief.tried), last=1):
        yield replace(brief, tried=brief.tried[-left:]), f"{len(brief.tried) - left} earlier attempts that failed"


def _bare_context(brief: Brief) -> _Reductions:
    """The proofs and values of the first declarations, of more and more of them."""
    found = commands(brief.before)
    signatures = [command.signature for command in found]
    for left in _numbers(len(found), last=0):
        number = len(found) - left
        parts = signatures[:number] + [command.text for command in found[number:]]
        yield replace(brief, before="\n\n".join(parts)), f"{number} proofs and values of what stands before"


def _fewer_premises(brief: Brief) -> _Reductions:
    for left in _numbers(len(brief.premises), last=0):
        yield replace(brief, premises=brief.premises[:left]), f"{len(brief.premises) - left} theorems of the library"


def _fewer_hints(brief: Brief) -> _Reductions:
    for left in _numbers(len(brief.hints), last=0):
        yield replace(brief, hints=brief.hints[:left]), f"{len(brief.hints) - left} hints of the user"


def _fewer_lemmas(brief: Brief) -> _Reductions:
    for left in _numbers(len(brief.lemmas), last=0):
        yield replace(brief, lemmas=brief.lemmas[:left]), f"{len(brief.lemmas) - left} lemmas of the plan"


def _less_context(brief: Brief) -> _Reductions:
    """Settings, and the signatures of the last declarations, of fewer and fewer of them."""
    found = commands(brief.before)
    declared = [index for index, command in enumerate(found) if command.kind != "setting"]
    signatures = [command.signature for command in found]
    for left in _numbers(len(declared), last=0):
        dropped = set(declared[: len(declared) - left])
        parts = [signature for index, signature in enumerate(signatures) if index not in dropped]
        yield replace(brief, before="\n\n".join(parts)), f"{len(dropped)} declarations of what stands before"


def _numbers(whole: int, *, last: int) -> Iterator[int]:
    """Ever smaller numbers below `whole`, down to `last`."""
    left = whole
    while left > last:
        left = max(last, left - 1 - left // _STEPS)
        yield left
