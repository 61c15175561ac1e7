"""A proof as the text a person would write: tactics in sequence, the cases of one beneath it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from prover.search.proof import Step

_INDENT = "  "
_BULLET = "·"
_OPENING = dict(zip("([{⟨", ")]}⟩", strict=True))
#: `induction n with | zero => ?_ | succ n ih => ?_`: what it is about, and an arm a goal.
_ARMS = re.compile(r"(?P<head>(?:induction|cases|rcases|match)\b[^|]*?\bwith)(?P<arms>(?:\s*\|[^|]*?=>\s*\?_)+)\s*")
#: `have h : T := ?_`, which leaves what follows first, and `suffices h : T from ?_`, which leaves it second.
_GIVEN = re.compile(r"(?P<head>(?P<word>have|haveI|replace|suffices)\b.*(?::=|\bfrom))\s*\?_", re.DOTALL)
#: After one of these a `;` belongs to what they begin.
_TAKES_THE_REST = re.compile(r"(?:\bby|\bfirst|\bcalc|=>|\||·)(?:\s|$)")
#: A line that ends so goes on in the next one.
_GOES_ON = re.compile(r"(?:<;>|\bby|=>|:=|,|\bwith|\bfrom|\|)\s*$")
_CONTINUES = (" ", "|", "<;>", "·", ")", "]", "}", "⟩")
_COUNTED = re.compile(r"(?:;|<;>|\bby\b)(?=.*\S)")


@dataclass(frozen=True, slots=True)
class Arm:
    """One case of a tactic: `head` is `·` or as in `| succ n ih =>`."""

    head: str
    body: Body


@dataclass(frozen=True, slots=True)
class Tactic:
    """A tactic and the cases it leaves, where they are proved apart from each other."""

    text: str
    arms: tuple[Arm, ...] = ()


Body: TypeAlias = tuple[Tactic, ...]


@dataclass(frozen=True, order=True, slots=True)
class Length:
    """How long a script is: its tactics, then its characters, blanks left out.

    Tactics are counted by the text: one a line (the mere head of a case is none), one more for each `;`, `<;>` and `by`
    inside it.
    """

    tactics: int
    characters: int


def length(body: Body) -> Length:
    """The length of a script."""
    written = lines(body)
    tactics = sum(1 + len(_COUNTED.findall(line)) for line in written if line.strip() and not line.endswith("=>"))
    return Length(tactics, sum(len("".join(line.split())) for line in written))


def lines(body: Body) -> list[str]:
    """Lean tactic lines, unindented, to stand after `by`."""
    found: list[str] = []
    for tactic in body:
        found += tactic.text.split("\n") if tactic.text else []
        for arm in tactic.arms:
            found += _arm_lines(arm)
    return found


def _arm_lines(arm: Arm) -> list[str]:
    inside = lines(arm.body)
    if arm.head == _BULLET or len(inside) == 1:
        first, *others = inside
        return [f"{arm.head} {first}", *_indented(others)]
    return [arm.head, *_indented(inside)]


def _indented(found: list[str]) -> list[str]:
    return [_INDENT + line if line else line for line in found]


def text(body: Body) -> str:
    return "\n".join(lines(body))


def plain(step: Step) -> Body:
    """The proof as it was found: every tactic as it was run, `·` blocks where goals are proved apart."""
    return _body(step, structured=False)


def structured(step: Step) -> Body:
    """The same with a tactic a line, and the cases of `induction x with` and its like in their arms."""
    return _body(step, structured=True)


def _body(step: Step, *, structured: bool) -> Body:
    found: list[Tactic] = []
    while True:
        pieces = split(step.tactic) if structured else [step.tactic.strip()]
        found += [Tactic(piece) for piece in pieces[:-1]]
        last = pieces[-1]
        arms = _arms(last, step) if structured else None
        if arms is not None:
            return (*found, arms)
        given = _given(last, step) if structured else None
        if given is not None:
            block, step = given
            found.append(block)
            continue
        if len(step.rest) != 1:
            return (*found, *_blocks(last, step, structured=structured))
        found += [Tactic(last)] if last else []
        (step,) = step.rest


def _arms(last: str, step: Step) -> Tactic | None:
    """A tactic whose arms are all left open, with what closes them; None where it is no such tactic."""
    match = _ARMS.fullmatch(last)
    if match is None or step.parts != tuple((i,) for i in range(len(step.rest))):
        return None
    heads = [head.strip() for head in re.findall(r"\|[^|]*?=>(?=\s*\?_)", match["arms"])]
    if len(heads) != len(step.rest):
        return None
    return Tactic(
        match["head"],
        tuple(Arm(head, _body(rest, structured=True)) for head, rest in zip(heads, step.rest, strict=True)),
    )


def _given(last: str, step: Step) -> tuple[Tactic, Step] | None:
    """`have h : T := by` with its proof, and what follows; None for any other tactic."""
    match = _GIVEN.fullmatch(last)
    if match is None or step.parts != ((0,), (1,)):
        return None
    follows, proof = step.rest
    head = f"{match['head']} by"
    if match["word"] == "suffices":
        proof, follows = step.rest
        head = f"{match['head'].removesuffix('from').rstrip()} by"
    return Tactic("", (Arm(head, _body(proof, structured=True)),)), follows


def _blocks(last: str, step: Step, *, structured: bool) -> Iterator[Tactic]:
    """Several proofs after one tactic: goals that stand alone get a block, a group stays for last."""
    order = list(range(sum(map(len, step.parts))))
    text, arms = last, list[Arm]()
    proofs = sorted(zip(step.parts, step.rest, strict=True), key=lambda item: (len(item[0]) > 1, item[0]))
    after: Body = ()
    for part, rest in proofs:
        at = order.index(part[0])
        if at:
            yield from _case(text, arms)
            text, arms = f"rotate_left {at}" if at > 1 else "rotate_left", []
        if len(part) > 1:
            after = _body(rest, structured=structured)
            continue
        order = order[at + 1 :] + order[:at]
        arms.append(Arm(_BULLET, _body(rest, structured=structured)))
    yield from _case(text, arms)
    yield from after


def _case(text: str, arms: list[Arm]) -> Iterator[Tactic]:
    if text or arms:
        yield Tactic(text, tuple(arms))


def split(tactic: str) -> list[str]:
    """The tactics of a sequence, as far as that can be seen from outside; a guess that Lean has to confirm."""
    found: list[str] = []
    begun = 0
    closing: list[str] = []
    tactic = tactic.strip()
    for at, character in enumerate(tactic):
        if character in _OPENING:
            closing.append(_OPENING[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif closing or character not in ";\n":
            continue
        elif _ends(tactic, begun, at):
            found.append(tactic[begun:at].rstrip())
            begun = at + 1 + (len(tactic[at + 1 :]) - len(tactic[at + 1 :].lstrip()))
    return [*found, tactic[begun:]]


def _ends(tactic: str, begun: int, at: int) -> bool:
    """Whether a tactic that begins at `begun` ends at the semicolon or line break `at`."""
    before, after = tactic[begun:at], tactic[at + 1 :]
    if not before.strip() or not after.strip():
        return False
    if tactic[at] == ";":
        return not before.endswith("<") and not _TAKES_THE_REST.search(before)
    return not after.startswith(_CONTINUES) and not _GOES_ON.search(before)
