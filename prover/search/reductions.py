"""Smaller scripts that might do as well as a given one. Guesses, all of them: only Lean knows which hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from prover.search.script import Arm, Body, Tactic

#: Automation that may close in one step what took several. The quickest to fail come first.
CLOSERS = ("rfl", "assumption", "omega", "decide", "simp", "simp_all", "grind")

#: Characters of a tactic that is left as it is.
_PLAIN = 30

#: A list that is not gone through item by item at once.
_LONG = 12

_Put = Callable[[Body], Body]
_OPENING, _CLOSING = "([{⟨", ")]}⟩"
_OPTION = re.compile(r" (?:\+\w+|-\w+|\(\w+ := [^()]*\)|at (?:\*|[\w'✝.]+(?: [\w'✝.]+| ⊢)*))(?=$| |\)|;)")
_ASKS = re.compile(r"\b(\w+)\?(?!\w)")
_PATTERN = re.compile(r"(?P<word>refine|exact) ⟨(?P<inside>.*)⟩", re.DOTALL)
_HOLE = re.compile(r"\?_(?!\w)")
_NEEDLESS = re.compile(r"(?<= )\(([\w.'✝]+)\)(?![\w.])")
#: A name, a number, or what stands in brackets: no parentheses are needed around it.
_SIMPLE = re.compile(r"[\w.'✝]+|⟨.*⟩")


def blocks(script: Body) -> Iterator[tuple[Body, _Put]]:
    """Every sequence of tactics in a script, from the outside in, and what makes the script anew with another in its
    place."""

    def whole(body: Body) -> Body:
        return body

    yield from _blocks(script, whole)


def _blocks(body: Body, put: _Put) -> Iterator[tuple[Body, _Put]]:
    yield body, put
    for i, tactic in enumerate(body):
        for j, arm in enumerate(tactic.arms):

            def inside(new: Body, i: int = i, j: int = j, tactic: Tactic = tactic, arm: Arm = arm) -> Body:
                arms = (*tactic.arms[:j], replace(arm, body=new), *tactic.arms[j + 1 :])
                return put((*body[:i], replace(tactic, arms=arms), *body[i + 1 :]))

            yield from _blocks(arm.body, inside)


def ends(script: Body) -> Iterator[tuple[tuple[str, ...], Callable[[str], Body]]]:
    """Every end of a sequence that takes several tactics or a long one, the longest first: what may close it in one
    step, and what puts that in its place."""
    for body, put in blocks(script):
        for at in range(len(body)):
            if at == len(body) - 1 and not body[at].arms and is_plain(body[at].text):
                continue
            closers = tuple(dict.fromkeys([*_closing(body[at:]), *CLOSERS]))
            yield closers, lambda one, at=at, body=body, put=put: put((*body[:at], Tactic(one)))


def is_plain(tactic: str) -> bool:
    """Whether a tactic is short enough to stand where automation might do."""
    return len(tactic) <= _PLAIN


def any_of(closers: Sequence[str]) -> str:
    """One tactic that closes a goal if one of these does."""
    return "first | " + " | ".join(f"({one}; done)" for one in closers)


def _closing(body: Body) -> Iterator[str]:
    """The tactics, of one line, that end the branches of a sequence."""
    last = body[-1]
    if last.arms:
        for arm in last.arms:
            yield from _closing(arm.body)
    elif "\n" not in last.text and last.text:
        yield last.text


def tidied(script: Body) -> Iterator[Body]:
    """Parentheses around names and numbers left out, all at once."""
    tidy = _tidied(script)
    if tidy != script:
        yield tidy


def _tidied(body: Body) -> Body:
    return tuple(
        Tactic(_NEEDLESS.sub(r"\1", t.text), tuple(replace(a, body=_tidied(a.body)) for a in t.arms)) for t in body
    )


def without_steps(script: Body) -> Iterator[Body]:
    """Tactics left out: large pieces first, then one by one (after Zeller's delta debugging); a case distinction by
    what closes one of its cases; one side of `<;>`."""
    for body, put in blocks(script):
        for kept in _without_pieces(body):
            if kept:
                yield put(kept)
        for at, tactic in enumerate(body):
            # Where one step closes a case, whether it closes them all is not asked here but by `ends`.
            for arm in (a for a in tactic.arms if len(a.body) > 1 or any(inner.arms for inner in a.body)):
                yield put((*body[:at], *arm.body, *body[at + 1 :]))
            for side in _sides(tactic.text):
                yield put((*body[:at], replace(tactic, text=side), *body[at + 1 :]))


def _without_pieces(items: Sequence[Tactic]) -> Iterator[Body]:
    for first, last in _pieces(len(items)):
        yield (*items[:first], *items[last:])


def _pieces(count: int) -> Iterator[tuple[int, int]]:
    """Pieces of a list, not the whole of it: single items; of a long one quarters first, eighths, ..."""
    size = max(1, count // 4) if count >= _LONG else 1
    while size:
        for first in range(0, count, size):
            if count > 1:
                yield first, min(first + size, count)
        size //= 2


def _sides(text: str) -> Iterator[str]:
    parts = [part.strip() for part in re.split(r"<;>", text)]
    if len(parts) > 1:
        for at in range(len(parts) - 1, -1, -1):
            yield " <;> ".join(parts[:at] + parts[at + 1 :])


def without_arguments(script: Body) -> Iterator[Body]:
    """Lemmas and options left out of `simp [a, b] at h`, `grind (splits := 9)` and their like; `simp?` as `simp`."""
    for body, put in blocks(script):
        for at, tactic in enumerate(body):
            for text in _with_less(tactic.text):
                yield put((*body[:at], replace(tactic, text=text), *body[at + 1 :]))


def _with_less(text: str) -> Iterator[str]:
    for begin, end in _lists(text):
        items = _separated(text[begin + 1 : end])
        yield (text[:begin].rstrip() + text[end + 1 :]).strip()
        for first, last in _pieces(len(items)):
            yield text[: begin + 1] + ", ".join([*items[:first], *items[last:]]) + text[end:]
    for option in _OPTION.finditer(text):
        yield text[: option.start()] + text[option.end() :]
    for asks in _ASKS.finditer(text):
        yield text[: asks.end(1)] + text[asks.end() :]


def _lists(text: str) -> Iterator[tuple[int, int]]:
    """Where lists in square brackets that follow a blank begin and end."""
    for begin in (at for at, c in enumerate(text) if c == "[" and at and text[at - 1] == " "):
        depth = 0
        for end in range(begin, len(text)):
            depth += (text[end] in _OPENING) - (text[end] in _CLOSING)
            if depth == 0:
                yield begin, end
                break


def _separated(text: str) -> list[str]:
    """The items of a list, apart at commas that stand in no brackets of their own."""
    items, depth = [""], 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            items.append("")
        else:
            items[-1] += character
    return [item.strip() for item in items if item.strip()]


def merged(script: Body) -> Iterator[Body]:
    """Tactics made one: `intro a` and `intro b`, `rw [a]` and `rw [b]`, a `refine` and what proves its holes, cases
    that end alike."""
    for body, put in blocks(script):
        for at, tactic in enumerate(body):
            for one in _with_cases(tactic):
                yield put((*body[:at], one, *body[at + 1 :]))
            if at + 1 < len(body) and not tactic.arms:
                for one in _with_next(tactic.text, body[at + 1]):
                    yield put((*body[:at], one, *body[at + 2 :]))


def _with_next(text: str, after: Tactic) -> Iterator[Tactic]:
    for word, separator in (("intro ", " "), ("unfold ", " ")):
        if text.startswith(word) and after.text.startswith(word) and "\n" not in text:
            yield replace(after, text=text + separator + after.text.removeprefix(word))
    if re.fullmatch(r"rw \[[^\n]*\]", text) and re.match(r"rw \[[^\n]*\]", after.text):
        yield replace(after, text=f"{text[:-1]}, {after.text.removeprefix('rw [')}")
    if text.startswith("refine ") and len(_HOLE.findall(text)) == 1:
        pattern = _PATTERN.fullmatch(after.text)
        if pattern is not None and text.endswith(", ?_⟩"):
            whole = f"{text.removesuffix('?_⟩')}{pattern['inside']}⟩"
            yield replace(after, text=whole.replace("refine", pattern["word"], 1))
        if not after.arms:
            yield from _filled(text, [after.text])


def _with_cases(tactic: Tactic) -> Iterator[Tactic]:
    """A tactic whose cases are closed in one step each."""
    bodies = [arm.body for arm in tactic.arms]
    if not bodies or any(len(body) != 1 or body[0].arms for body in bodies):
        return
    steps = [body[0].text for body in bodies]
    if tactic.text == "constructor":
        yield from _filled("refine ⟨" + ", ".join(["?_"] * len(steps)) + "⟩", steps)
    elif len(_HOLE.findall(tactic.text)) == len(steps):
        yield from _filled(tactic.text, steps)
    if len(set(steps)) == 1 and len(steps) > 1 and tactic.text and "\n" not in steps[0]:
        closer = f"({steps[0]})" if re.search(r"^[^(].*[;|]", steps[0]) else steps[0]
        text = tactic.text
        if re.fullmatch(r"refine ⟨\?_(, \?_)+⟩", text):
            yield Tactic(f"constructor <;> {closer}")
        if not tactic.arms[0].head.startswith("|"):
            yield Tactic(f"{text} <;> {closer}")
        elif text.endswith(" with"):
            yield Tactic(f"{text.removesuffix(' with')} <;> {closer}")


def _filled(text: str, steps: Sequence[str]) -> Iterator[Tactic]:
    """`exact` with terms for the holes of a `refine`."""
    if not text.startswith("refine ") or any("\n" in step for step in steps):
        return
    terms = [_term(step, bare=text[hole.end() : hole.end() + 1] in ",⟩") for step, hole in _zip(steps, text)]
    holes = iter(terms)
    yield Tactic(_HOLE.sub(lambda _: next(holes), "exact " + text.removeprefix("refine ")))


def _zip(steps: Sequence[str], text: str) -> Iterator[tuple[str, re.Match[str]]]:
    return zip(steps, _HOLE.finditer(text), strict=True)


def _term(step: str, *, bare: bool) -> str:
    """A tactic as a term. `bare`: it stands between commas or brackets, where only `by` with a `;` needs its own."""
    term = step.removeprefix("exact ") if step.startswith("exact ") else "rfl" if step == "rfl" else f"by {step}"
    if bare and not re.search(r";|,", term):
        return term
    return term if _SIMPLE.fullmatch(term) else f"({term})"
