"""The header of a problem: what is changed in it, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

_IMPORT = re.compile(r"^[ \t]*(?:public[ \t]+|meta[ \t]+)*import\b[^\n]*\n?", re.MULTILINE)
#: Names of several letters too: the latter is on in Lean, and off in Mathlib.
_ON = "set_option autoImplicit true\nset_option relaxedAutoImplicit true"
_AUTO = re.compile(r"\bset_option\s+autoImplicit\s+(true|false)\b")


def with_imports(header: str, modules: Sequence[str]) -> str:
    """The header with these imports in place of its own."""
    rest = _IMPORT.sub("", header).strip("\n")
    return "\n".join(f"import {module}" for module in modules) + (f"\n\n{rest}" if rest else "")


def with_auto_implicit(header: str, on: bool) -> str:
    """The header with `autoImplicit` set after its imports, unless it sets that itself.

    It is on in Lean and off in Mathlib's own files: a text alone does not say what it means with it.
    """
    if _AUTO.search(header):
        return header
    option = _ON if on else "set_option autoImplicit false"
    imports = list(_IMPORT.finditer(header))
    end = imports[-1].end() if imports else 0
    before, after = header[:end].rstrip("\n"), header[end:].strip("\n")
    return "\n\n".join(part for part in (before, f"{option}\n{after}".rstrip("\n")) if part)


def with_noncomputable(header: str) -> str:
    """The header with `noncomputable section` at its end, unless it has one."""
    if re.search(r"^noncomputable section\b", header, re.MULTILINE):
        return header
    return f"{header}\n\nnoncomputable section".lstrip("\n")


def sets_auto_implicit(header: str) -> bool | None:
    """What it says of `autoImplicit`; None where it says nothing."""
    found = _AUTO.findall(header)
    return found[-1] == "true" if found else None
