"""A real Lean 4 without a native toolchain: WebAssembly, run by Node.js, kept in the user's cache."""

from prover.lean.embedded.bridge import compile_bridge
from prover.lean.embedded.engine import EmbeddedEngine
from prover.lean.embedded.installation import Installation, find, install, repair, verify
from prover.lean.embedded.launch import EXIT_ABORTED, EXIT_OUT_OF_MEMORY, EXIT_TRAPPED
from prover.lean.embedded.package import Progress

__all__ = [
    "EXIT_ABORTED",
    "EXIT_OUT_OF_MEMORY",
    "EXIT_TRAPPED",
    "EmbeddedEngine",
    "Installation",
    "Progress",
    "compile_bridge",
    "find",
    "install",
    "repair",
    "verify",
]
