"""What a Lean process may do, and the command that holds it to that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prover.lean.containment import landlock, seccomp
from prover.lean.containment.launcher import FILTER_FD
from prover.lean.containment.mechanisms import Mechanisms, mechanisms, python_command
from prover.lean.engine import Command

# The dynamic loader's files, time zones, and what a runtime reads to know the memory and processors it may use.
_SYSTEM_FOLDERS = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/usr/share/zoneinfo"),
    *("/sys/fs/cgroup", "/sys/devices/system/cpu"),
)
_SYSTEM_FILES = (
    *("/proc/meminfo", "/proc/cpuinfo", "/proc/self/cgroup", "/proc/self/maps", "/proc/sys/vm/overcommit_memory"),
    *("/dev/zero", "/dev/random", "/dev/urandom"),
)
_NULL = "/dev/null"

_OWN_WALLS = {"embedded": ("webassembly host", "node permissions")}

# Root's power over owners and modes of files stays, or root could not read what another user installed.
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


@dataclass(frozen=True, slots=True)
class Containment:
    """What a Lean process may do beside computing: read the folders its engine names, write to its scratch folder.

    `file_mb`: most MiB in one file. `cpu_seconds`: a backstop for what nobody watches any more, summed over all
    threads; calls have deadlines of their own. `scratch_mb`: most MiB in the scratch folder, looked at while a
    call is under way. `mechanisms`: what enforces the rest; None: what the system offers.
    """

    file_mb: int = 1024
    scratch_mb: int = 2048
    cpu_seconds: int = 48 * 3600
    mechanisms: Mechanisms | None = field(default=None)

    @property
    def means(self) -> Mechanisms:
        """What enforces it here. May start a process the first time, for some 20 ms."""
        return mechanisms() if self.mechanisms is None else self.mechanisms

    def report(self, engine: str) -> dict[str, Any]:
        """For verdicts: the walls of the engine (by its name) and of the system, and whether together they keep a
        submission's code to its files and off the network."""
        own = _OWN_WALLS.get(engine, ())
        means = self.means
        return {
            "engine": own,
            "system": means.layers,
            "files": bool(own) or means.files,
            "network": bool(own) or means.network,
        }

    def wrap(self, command: Command) -> Command:
        """The command that starts `command` contained: same process number, group and working folder.

        For the calling process alone: the contained one is killed when this one dies (Linux).
        """
        means = self.means
        if not means.launcher:
            return command
        words = [*self._limits(), *(("env", f"{name}={value}") for name, value in command.env.items())]
        program = command.argv
        if sys.platform == "linux":
            words.append(("parent", str(os.getpid())))
            filter_ = _filter(means, command.processes)
            if means.landlock or not means.bubblewrap:
                words.append(("capabilities", f"{_CAP_DAC_OVERRIDE},{_CAP_DAC_READ_SEARCH}"))
                words += _ruleset(command, means.landlock) if means.landlock else ()
                words += [("filter", filter_)] if filter_ else ()
            else:  # it needs root's powers, if it has them, and installs the filter itself
                words += [("filter-fd", filter_)] if filter_ else ()
                program = (*_bubblewrap(command, means.bubblewrap, with_filter=bool(filter_)), "--", *program)
        flat = [part for pair in words for part in pair]
        # The launcher needs this process's environment: Python may not start without its LD_LIBRARY_PATH.
        return Command((*python_command(), *flat, "--", *program), dict(os.environ), command.cwd)

    def _limits(self) -> list[tuple[str, str]]:
        import resource

        limits = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: self.file_mb << 20,
            resource.RLIMIT_CPU: self.cpu_seconds,
        }
        return [("limit", f"{kind}:{most}") for kind, most in limits.items()]


def _filter(means: Mechanisms, processes: bool) -> str:
    if not means.seccomp:
        return ""
    scoped = means.landlock >= landlock.ABI_SCOPE or (means.bubblewrap is not None and not means.landlock)
    truncation = means.landlock >= landlock.ABI_TRUNCATE or not means.landlock
    machine = os.uname().machine
    return seccomp.assemble(machine, processes=processes, signals_scoped=scoped, truncation_handled=truncation).hex()


def _program(command: Command) -> Path:
    return Path(command.argv[0]).resolve()


def _ruleset(command: Command, abi: int) -> Iterator[tuple[str, str]]:
    yield "ruleset", ":".join(map(str, landlock.handled(abi)))
    readable = (*_SYSTEM_FOLDERS, *_SYSTEM_FILES, _program(command), *command.readable)
    for path in readable:
        yield "allow", f"{landlock.READ}:{path}"
    yield "allow", f"{landlock.WRITE_DEVICE}:{_NULL}"
    for path in command.writable:
        yield "allow", f"{landlock.writing(abi)}:{path}"
    yield "enforce", "-"


def _bubblewrap(command: Command, bwrap: Path, *, with_filter: bool) -> Iterator[str]:
    yield from (str(bwrap), "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--proc", "/proc")
    yield from ("--dev", "/dev")
    program = _program(command)
    bound: dict[str, Path] = {str(path): path for path in (*map(Path, _SYSTEM_FOLDERS), *command.readable)}
    bound |= {str(path): path for path in {program, Path(command.argv[0])} if not _within(path, command.readable)}
    for at, path in sorted(bound.items()):  # those above before those below
        yield from ("--ro-bind-try", str(path.resolve()), at)
    for path in command.writable:
        yield from ("--bind", str(path), str(path))
    yield from ("--chdir", str(command.cwd))
    if with_filter:
        yield from ("--seccomp", str(FILTER_FD))


def _within(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
