"""The native engine: the Bridge on the user's own toolchain, with the search paths of the user's own project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.core.errors import UserError
from prover.lean.embedded.package import Progress, silent
from prover.lean.engine import Command
from prover.lean.native.bridge import MAIN, compile_bridge
from prover.lean.native.compat import Compat
from prover.lean.native.imports import missing_import
from prover.lean.native.lake import LakeEnvironment, lake_environment
from prover.lean.native.project import Project
from prover.lean.native.required import build_in_project
from prover.lean.native.toolchain import Toolchain, find_toolchain
from prover.lean.native.trusted import trusted_modules

# Of the variables that Lake prints, those a Lean process needs; nothing else of the caller's environment reaches it.
_PASSED = ("LEAN_SRC_PATH", "LEAN_SYSROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# Of Lake's path variables, those whose folders a Lean process reads; artifacts may be links into Lake's cache.
_SEARCHED = ("LEAN_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LAKE_CACHE_DIR")
_ALSO_READS = "PROVER_LEAN_READS"
_OUT_OF_MEMORY_STATUS = 1
_OUT_OF_MEMORY_WORDS = "INTERNAL PANIC: out of memory"
_THREADS = 2


@dataclass(frozen=True)
class NativeEngine:
    """Starts Bridges of one toolchain in one project. The project is only read, by any number of workers at once.

    `lean` is started itself, not through Lake, so that the process that is killed is the one that works.
    The compiled Bridge (in the folder `bridge`) comes first on the search path and is hidden from the user's files
    once it runs. `program`: the Bridge as an executable, where the project builds it itself. `also_reads`: what its
    processes need to read or start beside the toolchain and the project's compiled modules.
    """

    toolchain: Toolchain
    project: Project
    environment: LakeEnvironment
    bridge: Path
    program: Path | None = None
    also_reads: tuple[Path, ...] = ()
    name: str = "native"

    @classmethod
    def open(cls, project: Project, bridge_sources: Path, *, progress: Progress = silent) -> NativeEngine:
        """Finds the project's toolchain, asks its Lake for the search paths, compiles the Bridge where needed.

        Runs the project's lakefile (`lake env`). `SetupError` says what is missing or broken. PROVER_LEAN_READS
        names folders for `also_reads`, as PATH does: for a `lean` that is a script, or libraries in odd places.
        """
        toolchain = find_toolchain(project.toolchain)
        progress("project", 0, None)
        environment = lake_environment(project, toolchain)
        Compat.read(bridge_sources).must_suit(toolchain.version)
        built = build_in_project(project, toolchain, bridge_sources, progress)
        modules = compile_bridge(toolchain, bridge_sources, progress) if built is None else built.modules
        program = None if built is None else built.program
        also = (
            Path(part).expanduser().absolute() for part in os.environ.get(_ALSO_READS, "").split(os.pathsep) if part
        )
        return cls(toolchain, project, environment, modules, program, tuple(also))

    @property
    def lean_version(self) -> str:
        return str(self.toolchain.version)

    @property
    def description(self) -> str:
        """One line that says which Lean this is, for reports and verdicts."""
        build = f"Lean {self.toolchain.version}, commit {self.toolchain.commit[:7]}"
        return f"{build} (toolchain {self.toolchain.name}) in the project {self.project.root}"

    @property
    def reads(self) -> tuple[Path, ...]:
        """The folders a process reads: programs and library of the toolchain, compiled modules of the project and its
        packages, the Bridge, `also_reads`. Not the project's other files: keys may lie among them."""
        # Lean looks for its library from where /proc/self/exe leads to; Lake keeps a cache within a toolchain.
        real = self.toolchain.lean.resolve().parent.parent
        roots = (self.toolchain.folder, real, *self.environment.folders("LEAN_SYSROOT"))
        toolchain = (root / part for root in roots for part in ("bin", "lib", "lake"))
        searched = (folder for name in _SEARCHED for folder in self.environment.folders(name))
        # Modules built while a process runs are found too where `.lake` was there before.
        return tuple(dict.fromkeys([*toolchain, self.bridge, self.project.root / ".lake", *searched, *self.also_reads]))

    @property
    def trusted_modules(self) -> tuple[str, ...]:
        """First names of modules outside the toolchain whose constants a verdict may rest on: Mathlib and its own."""
        return trusted_modules(self.project, self.environment.folders("LEAN_PATH"))

    def command(self, scratch: Path, *, memory_mb: int | None = None) -> Command:
        """The Bridge's start. Its memory limit is kept from outside: by what the process has for itself."""
        start = [str(self.toolchain.lean), f"-j{_THREADS}", "--run", str(self.bridge / MAIN)]
        argv = [str(self.program)] if self.program is not None else start
        return self.contained((*argv, str(self.bridge)), self.variables(scratch), scratch)

    def contained(
        self, argv: tuple[str, ...], env: dict[str, str], scratch: Path, also_reads: tuple[Path, ...] = ()
    ) -> Command:
        """A program that works in `scratch` and reads what the Bridge reads; it may start others (`bv_decide` does)."""
        return Command(
            argv,
            env,
            scratch,
            private_memory=True,
            readable=(*self.reads, *also_reads),
            writable=(scratch,),
            processes=True,
        )

    def variables(self, scratch: Path) -> dict[str, str]:
        """The whole environment of a process: Lake's search paths, the Bridge before them, places to write."""
        lake = self.environment.variables
        found = {name: lake[name] for name in _PASSED if lake.get(name)}
        found.setdefault("LEAN_SYSROOT", str(self.toolchain.folder))
        paths = [str(self.bridge), *(str(folder) for folder in self.environment.folders("LEAN_PATH"))]
        found["LEAN_PATH"] = os.pathsep.join(paths)
        return found | {"HOME": str(scratch), "TMPDIR": str(scratch)}

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        """Whether Lean's runtime ended because it was given no more memory: it says so and exits with 1.

        A process that the system itself killed for want of memory cannot be told from one killed otherwise.
        """
        return status == _OUT_OF_MEMORY_STATUS and _OUT_OF_MEMORY_WORDS in stderr_tail

    def missing_import(self, missing: Sequence[str]) -> UserError:
        """What to tell the user of imports that have no compiled file."""
        return missing_import(missing, self.project, self.environment.folders("LEAN_SRC_PATH"))
