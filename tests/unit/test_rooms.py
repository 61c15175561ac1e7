"""What rooms promise and import only when it is asked for."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

ROOMS = [
    ".".join(stub.parent.relative_to(Path(__file__).parents[2]).parts)
    for stub in sorted(Path(__file__).parents[2].glob("prover/**/__init__.pyi"))
]


@pytest.mark.parametrize("name", ROOMS)
def test_a_name_is_no_module_whatever_was_imported_before(name: str) -> None:
    room = import_module(name)
    for module in pkgutil.iter_modules(room.__path__, f"{name}."):
        import_module(module.name)
    assert room.__all__
    for promised in room.__all__:
        assert promised in dir(room) and not inspect.ismodule(getattr(room, promised))


def test_there_are_such_rooms() -> None:
    assert {"prover.agent", "prover.api", "prover.search"} <= set(ROOMS)
