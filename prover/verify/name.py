"""Lean names as tuples of their components: text, or a number where Lean has one."""

from __future__ import annotations

import re
from typing import TypeAlias

Name: TypeAlias = tuple[str | int, ...]

_PRIVATE = "_private"
_PLAIN = re.compile(r"[^\W\d][\w'!?]*")
#: Components that Lean gives to constants nobody wrote: matchers, extracted proofs, code of
#: recursive functions, equation lemmas, hygiene.
_AUXILIARY = re.compile(r"_.*|match_\d+(_\d+)?|proof_\d+(_\d+)?|eq_\d+|eq_def|eq_unfold|splitter|induct|fun_cases")


def show(name: Name) -> str:
    """The name as one writes it, the module of a private name left out."""
    return ".".join(_component(part) for part in user_part(name)) or "[anonymous]"


def parse(text: str) -> Name:
    """Reads what `show` writes: components between dots, `«...»` around a component that is no identifier."""
    parts: list[str | int] = []
    for quoted, plain in re.findall(r"«([^»]*)»|([^.«»]+)", text):
        parts.append(quoted if quoted or not plain else int(plain) if plain.isdecimal() and len(plain) < 10 else plain)
    return tuple(parts)


def is_private(name: Name) -> bool:
    return len(name) > 1 and name[0] == _PRIVATE and 0 in name[1:]


def canonical(name: Name) -> Name:
    """The name without the module that a private name carries; still apart from a public one."""
    return (_PRIVATE, 0, *user_part(name)) if is_private(name) else name


def is_auxiliary(name: Name) -> bool:
    """Whether Lean made the name up; such constants are compared by content, not by name."""
    return any(_is_auxiliary_part(part) for part in user_part(name))


def owner(name: Name) -> Name:
    """The declaration an auxiliary belongs to (`foo` for `foo._proof_2`); any other name itself."""
    start = len(name) - len(user_part(name))
    for at in range(start, len(name)):
        if _is_auxiliary_part(name[at]):
            return canonical(name[:at])
    return canonical(name)


def _is_auxiliary_part(part: str | int) -> bool:
    return isinstance(part, str) and _AUXILIARY.fullmatch(part) is not None


def user_part(name: Name) -> Name:
    """The name without what marks it as private."""
    return name[name.index(0, 1) + 1 :] if is_private(name) else name


def _component(part: str | int) -> str:
    if isinstance(part, int):
        return str(part)
    return part if _PLAIN.fullmatch(part) else f"«{part}»"
