"""leap-prover: an agentic theorem prover for Lean 4.

```python
from prover import Prover

with Prover() as prover:
    result = prover.prove("theorem add_comm' (a b : Nat) : a + b = b + a := sorry")
    print(result.all_proved, result.filled.text)
```

`Prover` (and `AsyncProver`, for asyncio) proves, checks, opens states and finds theorems; docs/api.md shows how. What
stands in `__all__` here, in `prover.api` and in `prover.core` follows semantic versioning: it changes
incompatibly only with the first number of the version (before 1.0 the second). Everything else may change at any time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prover.api import AsyncProver, CheckOptions, OpenProof, OpenState, ProveOptions, Prover, Proving

__version__ = "0.1.0"
__all__ = [
    "AsyncProver",
    "CheckOptions",
    "OpenProof",
    "OpenState",
    "ProveOptions",
    "Prover",
    "Proving",
    "__version__",
]


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: `import prover` alone stays light.
    if name in __all__:
        return getattr(import_module("prover.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
