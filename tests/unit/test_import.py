"""What importing the library costs, and what its lowest rooms rest on."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import prover

PACKAGE = Path(prover.__file__).parent
HEAVY = ("torch", "vllm", "ray", "lean_dojo", "transformers", "pydantic", "anyio", "networkx", "typer", "rich")


def loaded_by(statement: str) -> set[str]:
    """Top-level modules in memory after `statement`, in a fresh interpreter (site's own extras left out)."""
    script = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


@pytest.mark.parametrize("module", ["prover", "prover.core", "prover.events"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert "prover" in loaded
    assert not loaded & set(HEAVY)


def test_the_lowest_rooms_need_the_standard_library_only() -> None:
    loaded = loaded_by("import prover.core, prover.events")
    assert loaded - set(sys.stdlib_module_names) == {"prover"}


@pytest.mark.parametrize("room", ["core", "events"])
def test_the_lowest_rooms_name_the_standard_library_only(room: str) -> None:
    """Imports inside functions too, which the tests above do not reach."""
    files = sorted((PACKAGE / room).glob("**/*.py"))
    assert files
    for file in files:
        names = {name.partition(".")[0] for name in imports(file)}
        assert names <= sys.stdlib_module_names | {"prover"}, file


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            found.add(node.module or "")
    return found
