"""Libraries that are installed only by those who want them."""

from __future__ import annotations

import importlib
from typing import Any

from prover.core.errors import SetupError


def extra(module: str, name: str) -> Any:
    """A module of the extra `name`, imported now. Raises `SetupError` (`missing_extra`) where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SetupError(
            f"{module} cannot be imported: {error}",
            code="missing_extra",
            hint=f"pip install 'leap-prover[{name}]'",
        ) from error
