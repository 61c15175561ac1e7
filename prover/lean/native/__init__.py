"""The user's own Lean: its toolchain, the Lake project a file lies in, the Bridge compiled for both."""

from prover.lean.native.bridge import compile_bridge
from prover.lean.native.engine import NativeEngine
from prover.lean.native.lake import lake_environment
from prover.lean.native.project import Project, find_project
from prover.lean.native.toolchain import Toolchain, find_toolchain

__all__ = [
    "NativeEngine",
    "Project",
    "Toolchain",
    "compile_bridge",
    "find_project",
    "find_toolchain",
    "lake_environment",
]
