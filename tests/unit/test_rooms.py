"""What rooms promise and import only when it is asked for."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import prover.search
from prover.core.on_demand import on_demand

ROOMS = ("prover.agent", "prover.agent.leap", "prover.api", "prover.generate", "prover.search")


@pytest.mark.parametrize("name", ROOMS)
def test_a_name_is_what_its_module_writes_and_no_module(name: str) -> None:
    room = import_module(name)
    for module in pkgutil.iter_modules(room.__path__, f"{name}."):
        import_module(module.name)
    said = dict(imported(Path(str(room.__file__))))
    for promised in room.__all__:
        value = getattr(room, promised)
        assert promised in dir(room) and not inspect.ismodule(value)
        if promised in said:
            assert value is getattr(import_module(said[promised]), promised)
    assert set(said) <= set(room.__all__)


def imported(file: Path) -> list[tuple[str, str]]:
    """What a type checker is told: names, and where they are written."""
    blocks = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.If)]
    assert len(blocks) == 1
    found = [node for node in blocks[0].body if isinstance(node, ast.ImportFrom)]
    return [(alias.name, node.module or "") for node in found for alias in node.names]


def test_what_is_not_promised_is_not_there() -> None:
    get, names = on_demand("prover.search", {"node": ["Node"]})
    assert get("Node") is prover.search.Node and {"Node", "__path__"} <= set(names())
    with pytest.raises(AttributeError, match="'prover.search' has no attribute 'Edge'"):
        get("Edge")
