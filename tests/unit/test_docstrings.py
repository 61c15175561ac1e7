"""Public names say what they are for: those of `prover` and of the rooms' `__all__`, and what their errors are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from prover.core import errors

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.parent for path in (ROOT / "prover").glob("*/__init__.py"))
RAISED = frozenset(name for name, value in vars(errors).items() if isinstance(value, type))
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Public:
    """A name of an `__all__`, and where it is made."""

    name: str
    file: Path
    node: ast.stmt

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.node.lineno} {self.name}"


@cache
def module(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def source_of(name: str) -> Path | None:
    """The file of a module of ours."""
    path = ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def promised(folder: Path) -> list[Public | None]:
    """The names of a package: those of its stub, where its modules are imported on demand, else those of `__all__`."""
    stub, file = folder / "__init__.pyi", folder / "__init__.py"
    if stub.is_file():
        imports = [node for node in module(stub).body if isinstance(node, ast.ImportFrom)]
        return [made(folder / f"{node.module}.py", alias.name) for node in imports for alias in node.names]
    for node in module(file).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [made(file, name) for name in ast.literal_eval(node.value)]
    return []


def made(file: Path, name: str) -> Public | None:
    """Where a name comes from, through the modules that only hand it on."""
    for node in ast.walk(module(file)):
        match node:
            case ast.ImportFrom(module=str(source), names=names) if any((a.asname or a.name) == name for a in names):
                original = next(a.name for a in names if (a.asname or a.name) == name)
                found = source_of(source)
                return made(found, original) if found is not None else None
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef() if node.name == name:
                return Public(name, file, node)
            case ast.Assign(targets=[ast.Name(id=target)]) if target == name:
                return Public(name, file, node)
            case ast.AnnAssign(target=ast.Name(id=target)) if target == name:
                return Public(name, file, node)
    return None


def public() -> Iterator[Public]:
    seen: set[Public] = set()
    for folder in [ROOT / "prover", *ROOMS]:
        for found in promised(folder):
            if found is not None and found not in seen:
                seen.add(found)
                yield found


def functions(found: Public) -> Iterator[tuple[str, Function, str]]:
    """The public functions of a name with what is said about them, that of their class included."""
    node = found.node
    if isinstance(node, Function):
        yield found.name, node, ast.get_docstring(node) or ""
    elif isinstance(node, ast.ClassDef):
        about = ast.get_docstring(node) or ""
        for part in node.body:
            if isinstance(part, Function) and (not part.name.startswith("_") or part.name == "__init__"):
                yield f"{found.name}.{part.name}", part, f"{about} {ast.get_docstring(part) or ''}"


def raised(function: Function) -> set[str]:
    """The errors of ours that the body itself raises and does not catch by name."""
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(called, ast.Name) and called.id in RAISED:
                names.add(called.id)
    return names


def test_rooms_have_public_names() -> None:
    assert len(list(public())) > 100


@pytest.mark.parametrize("folder", [ROOT / "prover", *ROOMS], ids=lambda path: path.name)
def test_a_room_says_what_it_is(folder: Path) -> None:
    assert ast.get_docstring(module(folder / "__init__.py"))


def test_public_classes_and_functions_are_described() -> None:
    silent: list[str] = []
    for found in public():
        if isinstance(found.node, ast.ClassDef | Function) and not ast.get_docstring(found.node):
            silent.append(str(found))
    assert not silent


def test_what_public_functions_raise_is_named() -> None:
    silent = [
        f"{found.file.relative_to(ROOT)}:{function.lineno} {name} raises {error}"
        for found in public()
        for name, function, said in functions(found)
        for error in sorted(raised(function))
        if not any(kind.__name__ in said for kind in getattr(errors, error).__mro__)
    ]
    assert not silent
