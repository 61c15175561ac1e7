"""The embedded engine: how to start a Bridge, or plain `lean`, on the Lean that this library brings along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import SetupError, UserError
from prover.lean.embedded.bridge import MAIN, compile_bridge
from prover.lean.embedded.core_math import compile_core_math
from prover.lean.embedded.installation import Installation, find, install
from prover.lean.embedded.launch import BRIDGE_AT, EXIT_OUT_OF_MEMORY, World, launch
from prover.lean.embedded.loader import BUILD
from prover.lean.embedded.package import NAME, VERSION, Progress, silent
from prover.lean.engine import Command
from prover.lean.modules import MATHLIB_HINT, compiled_path, components


@dataclass(frozen=True)
class EmbeddedEngine:
    """Starts Lean processes from an installation in the cache. They see a scratch folder and the library only.

    The value that a Lean `main` returns is lost in this build (the process ends with 0, or with 1 after an
    uncaught exception); `IO.Process.exit` works, from every thread. See `launch` for the exit statuses of a
    process that broke.

    `projects`: folders with compiled modules (`Foo/Bar.olean`), which every process may read and import from,
    the earlier ones first. What is put into them later can be imported by processes that run already.
    """

    installation: Installation
    bridge: Path | None = None
    name: str = "embedded"
    projects: tuple[Path, ...] = ()
    trusted_modules: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        bridge_sources: Path | None = None,
        *,
        core_math: bool = False,
        may_install: bool = True,
        progress: Progress = silent,
    ) -> EmbeddedEngine:
        """The engine, ready to start: installs Lean and compiles the Bridge where that has not been done yet.

        `core_math`: CoreMath, which lies beside the Bridge, is compiled too and can be imported.
        """
        installation = find()
        if installation is None:
            if not may_install:
                raise SetupError(
                    "the embedded Lean is not installed",
                    code="embedded_missing",
                    hint="Run `prove setup` (once, 120 MB).",
                )
            installation = install(None, progress)
        bridge = None if bridge_sources is None else compile_bridge(installation, bridge_sources, progress)
        if bridge_sources is None or not core_math:
            return cls(installation, bridge)
        return cls(installation, bridge, projects=(compile_core_math(installation, bridge_sources, progress),))

    @property
    def lean_version(self) -> str:
        """The version of Lean, as Lean says it."""
        return BUILD.lean_version

    @property
    def description(self) -> str:
        """One line that says which Lean this is, for reports and verdicts."""
        build = f"Lean {BUILD.lean_version}, commit {BUILD.commit[:7]}"
        return f"third-party WebAssembly build of {build} (npm {NAME} {VERSION})"

    def has_module(self, module: str) -> bool:
        """Whether a module comes with Lean."""
        return (self.installation.library / compiled_path(module)).is_file()

    def reserves(self, module: str) -> bool:
        """Whether modules with this first component come with Lean: then Lean looks for it nowhere else."""
        root = self.installation.library / components(module)[0]
        return root.is_dir() or root.with_name(f"{root.name}.olean").is_file()

    def command(self, scratch: Path, *, memory_mb: int | None = None, arguments: Sequence[str] = ()) -> Command:
        """Start the Bridge with `arguments`; requests come on its standard input, replies on its standard output."""
        if self.bridge is None:
            raise SetupError("this engine was opened without a Bridge", code="bridge_missing")
        world = World(self.installation.library, scratch, bridge=self.bridge, projects=self.projects)
        return launch(self.installation.folder, world, ["--run", f"{BRIDGE_AT}/{MAIN}", *arguments], memory_mb)

    def lean_command(
        self,
        scratch: Path,
        arguments: Sequence[str],
        *,
        memory_mb: int | None = None,
    ) -> Command:
        """Run `lean ARGUMENTS`.

        Paths among them are as Lean sees them: `/scratch/...`, `/lean/project/<i>/...`, or relative to scratch.
        """
        world = World(self.installation.library, scratch, bridge=self.bridge, projects=self.projects)
        return launch(self.installation.folder, world, arguments, memory_mb)

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        """Whether a process that ended so had reached its memory limit. The host says so in the exit status."""
        return status == EXIT_OUT_OF_MEMORY

    def missing_import(self, missing: Sequence[str]) -> UserError:
        """What to tell the user of imports that are not there: Mathlib never is."""
        if any(name.split(".")[0] == "Mathlib" for name in missing):
            return UserError(
                "the file imports Mathlib, which the embedded Lean does not have",
                code="mathlib_on_embedded",
                hint=MATHLIB_HINT,
            )
        return UserError(
            f"imported but not there or not compiled: {', '.join(missing)}",
            code="missing_import",
            hint="compile the module (`lake build`), or check its name",
        )
