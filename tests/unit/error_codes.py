"""The codes of errors in the source, read off its syntax: what `prover` can say has gone wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROVER = Path(__file__).parents[2] / "prover"
#: What has a code and is no error of the tree, by where it is: answers of the server, findings of `prove doctor`.
_BESIDE = {"Problem": "serve/", "Refusal": "serve/", "Finding": "cli/doctor.py"}
#: Codes that are put together of parts, as patterns, and what they come to.
MADE = {
    "bad_*": ("bad_recipe", "bad_agent"),
    "no_*": ("no_recipe", "no_agent"),
    "budget_*": tuple(
        f"budget_{limit}"
        for limit in ("seconds", "heartbeats", "expansions", "candidates", "lean_seconds", "tokens", "money", "calls")
    ),
}


@cache
def _modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PROVER.rglob("*.py"))}


def place_of(path: Path) -> str:
    return path.relative_to(PROVER).as_posix()


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def _takers() -> dict[str, int]:
    """Functions and classes that take an error's code, by the place of that argument."""
    classes = [n for module in _modules().values() for n in ast.walk(module) if isinstance(n, ast.ClassDef)]
    errors = {"ProverError"}
    while more := {c.name for c in classes if {_name(base) for base in c.bases} & errors} - errors:
        errors |= more
    takers = dict.fromkeys(errors, -1)
    takers["Finding"] = takers["Problem"] = 0
    for class_ in classes:
        for made in class_.body:
            if isinstance(made, ast.FunctionDef) and made.name == "__init__" and class_.name in errors | _BESIDE.keys():
                names = [a.arg for a in made.args.args][1:]
                takers[class_.name] = names.index("code") if "code" in names else -1
    for module in _modules().values():
        for made in ast.walk(module):
            if isinstance(made, ast.FunctionDef) and made.name != "__init__":
                names = [a.arg for a in made.args.args]
                called = {_name(c.func) for c in ast.walk(made) if isinstance(c, ast.Call)}
                if "code" in names and called & set(takers):
                    takers.setdefault(made.name, names.index("code"))
    return takers


def _texts(node: ast.expr, known: dict[str, list[str]]) -> Iterator[str]:
    """The strings that an expression may come to; `*` for what is not known."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp():
            yield from _texts(node.body, known)
            yield from _texts(node.orelse, known)
        case ast.JoinedStr():
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
        case ast.Name(id=name):
            yield from known.get(name, ())
        case _:
            pass


@cache
def error_codes() -> dict[str, str]:
    """Each code with the first place that has it."""
    found: dict[str, str] = {}
    constants: dict[str, list[str]] = {}
    for module in _modules().values():
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and _name(node.targets[0]).isupper():
                constants[_name(node.targets[0])] = list(_texts(node.value, {}))
    for path, module in _modules().items():
        local = dict(constants)
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and target.id == "code":
                local.setdefault("code", []).extend(_texts(node.value, {}))
        for node in ast.walk(module):
            texts: list[str] = []
            line = getattr(node, "lineno", 0)
            if isinstance(node, ast.Call) and (place := _takers().get(name := _name(node.func))) is not None:
                if not place_of(path).startswith(_BESIDE.get(name, "")):
                    continue
                given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                given += [node.args[place]] if 0 <= place < len(node.args) else []
                texts = [text for value in given for text in _texts(value, local)]
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if _name(target) == "default_code" and node.value is not None:
                    texts = list(_texts(node.value, {}))
            for text in texts:
                for code in MADE.get(text, (text,)):
                    found.setdefault(code, f"{place_of(path)}:{line}")
    return found


def verdict_codes() -> set[str]:
    """The codes of verdicts, and what can be wrong with a target."""
    from typing import get_args

    from prover.core import verdict

    whats = {
        keyword.value.value
        for module in _modules().values()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and _name(node.func) == "BadTarget"
        for keyword in node.keywords
        if keyword.arg == "what" and isinstance(keyword.value, ast.Constant)
    }
    return {kind.code for kind in get_args(verdict.Verdict)} | {str(what) for what in whats}
