"""From what a model wrote to tactic texts: what is around them taken off, what is not worth a try said so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from prover.generate.alternatives import listed, numbered
from prover.generate.declarations import Proof, proof_in
from prover.generate.fences import Block, blocks, spoken
from prover.generate.layout import tidy
from prover.generate.screening import is_prose, objection

Kind = Literal["step", "steps", "proof"]

#: Replies beyond this many characters are not read at all.
_LONGEST_REPLY = 400_000
_SHOWN = 500
_MOST_ITEMS = 256
_FENCE = re.compile(r"```\w*")
_DECLARES = re.compile(r"(?:theorem|lemma|example)\b")


@dataclass(frozen=True, slots=True)
class Tactic:
    """One text to try, or why it is not: `rejected`. `rank` in the list it came from, 0 for the first or only one."""

    text: str
    rejected: str = ""
    rank: int = 0
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads replies of one kind: `step`, one tactic (or a few lines); `steps`, a list of alternatives; `proof`.

    `echo`: what stands between a prompt that the model repeats and its answer. `marks`: texts taken out of replies.
    `longest`: the most characters of a text that is tried. `theorem`, `context`: the one whose proof was asked for and
    the declarations before it. `native`: whether `native_decide` may be used.
    """

    kind: Kind = "step"
    echo: str = ""
    marks: tuple[str, ...] = ()
    longest: int = 4000
    theorem: str = ""
    context: str = ""
    native: bool = False

    def read(self, text: str, finish: str = "stop") -> list[Tactic]:
        """The tactics in a reply, at least one; why a text is not tried:

        `truncated` (it was cut off), `empty`, `too_long`, `prose`, `forbidden`, `unbalanced`, `other_declarations`
        (the proof rests on definitions of its own). `finish`: as in `Sample`.
        """
        cut = finish == "length"
        if len(text) > _LONGEST_REPLY:
            return [Tactic(text[:_SHOWN], "truncated" if cut else "too_long", truncated=cut)]
        said = spoken(text)
        if said is None:
            return [Tactic(text[-_SHOWN:].strip(), "truncated", truncated=True)]
        for mark in self.marks:
            said = said.replace(mark, "")
        if self.kind == "steps":
            return self._list(said, cut)
        tactic = self._step(said) if self.kind == "step" else self._proof(said)
        # A text that was cut off may be sound up to there; nobody knows, and repairing it is guessing.
        return [replace(tactic, rejected="truncated", truncated=True) if cut else tactic]

    def _screened(self, text: str, rank: int = 0) -> Tactic:
        reason = objection(text, longest=self.longest, native=self.native)
        return Tactic(text[:_SHOWN] if reason == "too_long" else text, reason, rank)

    def _step(self, said: str) -> Tactic:
        text = self._without_echo(said)
        fenced = [block for block in blocks(text) if block.is_lean and block.text.strip()]
        if fenced:
            return self._from_code(fenced[-1].text)
        text = _FENCE.sub("", text)
        if len(items := numbered(text)) > 1:
            return self._screened(tidy(items[0]))
        tidied = tidy(text)
        if is_prose(tidied):
            tidied = _after_label(text) or tidied
        return self._from_code(tidied) if _DECLARES.match(tidied) else self._screened(tidied)

    def _from_code(self, code: str) -> Tactic:
        proof = proof_in(code, self.theorem, self.context)
        return self._judged(proof)

    def _judged(self, proof: Proof) -> Tactic:
        if proof.rejected and proof.rejected != "empty":
            return Tactic(proof.text[: self.longest], proof.rejected)
        return self._screened(proof.text)

    def _without_echo(self, said: str) -> str:
        """The answer without the repeated prompt before it, and without a further question after it."""
        if not self.echo or self.echo not in said:
            return said
        before, _, after = said.partition(self.echo)
        return after.partition(self.echo)[0] if not before.strip() or _shows_goal(before) else before

    def _proof(self, said: str) -> Tactic:
        fenced = [block for block in blocks(said) if block.is_lean and block.text.strip()]
        if not fenced:
            return self._judged(proof_in(said, self.theorem, self.context))
        return self._judged(proof_in(self._last(fenced).text, self.theorem, self.context))

    def _last(self, fenced: list[Block]) -> Block:
        """The last block that states the theorem; else the last that states one; else the last."""
        closed = [block for block in fenced if block.closed] or fenced
        name = self.theorem.split(".")[-1]
        for wanted in ([f"theorem {name}", f"lemma {name}", f".{name}"] if name else [], ["theorem ", "lemma "]):
            found = [block for block in closed if any(text in block.text for text in wanted)]
            if found:
                return found[-1]
        return closed[-1]

    def _list(self, said: str, cut: bool) -> list[Tactic]:
        texts = listed(said)
        if texts is None:
            fenced = [block for block in blocks(said) if block.is_lean and block.text.strip()]
            texts = numbered(said) or [block.text for block in fenced]
            if texts and cut:
                return [*self._items(texts[:-1]), Tactic(tidy(texts[-1])[: self.longest], "truncated", truncated=True)]
        if texts:
            return self._items(texts)
        tactic = self._step(said)
        return [replace(tactic, rejected="truncated", truncated=True) if cut else tactic]

    def _items(self, texts: list[str]) -> list[Tactic]:
        return [self._screened(tidy(_unfenced(text)), rank) for rank, text in enumerate(texts[:_MOST_ITEMS])]


def _unfenced(text: str) -> str:
    """An item of a list without the fence that a model put around it."""
    fenced = [block for block in blocks(text) if block.is_lean and block.text.strip()]
    return fenced[0].text if fenced else text


def _shows_goal(text: str) -> bool:
    return any(line.startswith("⊢") for line in text.split("\n"))


def _after_label(text: str) -> str:
    """What follows `Tactic:` on a line of its own, tidied; empty where no line says so."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.strip(" *_#").lower().endswith(("tactic:", "tactics:", "proof:", "answer:", "step:")):
            return tidy("\n".join(lines[index + 1 :]))
        if line.lstrip(" *_#").lower().startswith(("tactic:", "next tactic:")):
            return tidy("\n".join(lines[index:]))
    return ""
