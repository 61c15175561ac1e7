"""Names of a room that are imported when they are asked for: a command loads what it runs, not all its rooms hold."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def on_demand(
    room: str, modules: Mapping[str, Collection[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of the package `room` (PEP 562). `modules`: which of its modules writes which names.

    A name that is also a module's cannot be among them: the module stands there once somebody has imported it.
    """
    places = {name: f"{room}.{module}" for module, names in modules.items() for name in names}

    def get(name: str) -> Any:
        if name in places:
            return getattr(import_module(places[name]), name)
        raise AttributeError(f"module {room!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted({*vars(sys.modules[room]), *places})

    return get, names
