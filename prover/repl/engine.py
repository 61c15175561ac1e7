"""The engine that is an existing repl: how its process is started, and its pool of workers."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prover.core.errors import SetupError, UserError
from prover.lean import Command, HeaderInfo, Pool, Worker
from prover.lean.containment import Containment
from prover.lean.native import find_project, find_toolchain
from prover.lean.native.lake import lake_environment
from prover.repl.client import ReplWorker
from prover.repl.header import read_header
from prover.repl.peer import ReplProcess

_PASSED = ("PATH", "LANG", "LC_ALL", "LEAN_PATH", "LEAN_SRC_PATH", "LEAN_SYSROOT", "LD_LIBRARY_PATH", "ELAN_HOME")
_SEARCHED = ("LEAN_PATH", "LEAN_SYSROOT", "LD_LIBRARY_PATH", "LAKE_CACHE_DIR")
_ALSO_READS = "PROVER_LEAN_READS"


@dataclass
class ReplEngine:
    """An existing repl binary. `argv`: its command line; `variables`: its environment beside the scratch folder.

    It searches only: verdicts need another engine. `lean_version` is known once a process has answered.
    """

    argv: tuple[str, ...]
    variables: dict[str, str]
    reads: tuple[Path, ...] = ()
    shown: str = ""
    version: str = ""
    name: str = field(default="repl", init=False)

    @classmethod
    def open(cls, command: str, path: Path) -> ReplEngine:
        """The repl of `command`, for a file at `path`. `lake env PROGRAM` asks the Lake project around the file for its
        search paths and starts PROGRAM itself.

        Raises `UserError` (`repl_command`) for a command line that cannot be read, `SetupError` (`no_program`) for a
        program that is not there, and what a broken project raises.
        """
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UserError(
                f"the repl's command line cannot be read: {error}",
                code="repl_command",
                hint="check its quotes",
            ) from None
        variables = {name: os.environ[name] for name in _PASSED if name in os.environ}
        if words[:2] == ["lake", "env"] and len(words) > 2:
            words = words[2:]
            variables |= _lake_variables(path)
        if not words:
            raise UserError(
                "the repl engine needs the command that starts the repl",
                code="repl_command",
                hint="--repl-command 'lake env path/to/repl/.lake/build/bin/repl', or PROVER_REPL",
            )
        found = shutil.which(words[0], path=variables.get("PATH"))
        if found is None:
            raise SetupError(f"there is no program {words[0]}", code="no_program", hint="check --repl-command")
        program = Path(found).absolute()
        searched = (part for name in _SEARCHED for part in variables.get(name, "").split(os.pathsep))
        also = os.environ.get(_ALSO_READS, "").split(os.pathsep)
        given = (word for word in words[1:] if word.startswith(("/", "./", "../")))
        reads = tuple(Path(p).expanduser().absolute() for p in (*searched, *also, *given) if p)
        return cls((str(program), *words[1:]), variables, (program, *reads), shown=command)

    @property
    def description(self) -> str:
        return f"Lean {self.lean_version} through an existing repl ({self.shown})"

    @property
    def lean_version(self) -> str:
        return self.version or "unknown"

    @property
    def trusted_modules(self) -> tuple[str, ...]:
        return ()

    def command(self, scratch: Path, *, memory_mb: int | None = None) -> Command:
        """The repl's start: contained like a native Lean, in its scratch folder."""
        own = {"HOME": str(scratch), "TMPDIR": str(scratch)}
        return Command(
            self.argv,
            self.variables | own,
            scratch,
            readable=self.reads,
            writable=(scratch,),
            processes=True,
            private_memory=True,
        )

    def ran_out_of_memory(self, status: int | None, stderr_tail: str) -> bool:
        return status == 1 and "INTERNAL PANIC: out of memory" in stderr_tail

    def missing_import(self, missing: Sequence[str]) -> UserError:
        return UserError(f"imported but not there: {', '.join(missing)}", code="missing_import")


def _lake_variables(path: Path) -> dict[str, str]:
    project = find_project(path)
    if project is None:
        raise UserError(
            f"{path} lies in no Lake project, so there is nothing `lake env` could say",
            code="no_project",
            hint="put it into a project, or leave out `lake env`",
        )
    toolchain = find_toolchain(project.toolchain)
    lake = lake_environment(project, toolchain).variables
    found = {name: lake[name] for name in (*_PASSED[3:], *_SEARCHED) if lake.get(name)}
    found.setdefault("LEAN_SYSROOT", str(toolchain.folder))
    return found


class ReplPool(Pool):
    """A pool whose workers are repls. `containment`: what they may do; None: the default."""

    engine: ReplEngine
    containment: Containment | None = None

    async def _new_worker(self) -> Worker:
        process = await ReplProcess.start(
            self.engine,
            seconds=self.limits.start_seconds,
            memory_mb=self.limits.memory_mb,
            containment=self.containment,
        )
        self.engine.version = process.version
        return ReplWorker(process)

    async def read_header(self, text: str) -> HeaderInfo:
        """A file's imports, read without Lean."""
        return read_header(text)
