"""A program that locks the door behind itself and then becomes another program.

    python -I -S launcher.py WORD VALUE [WORD VALUE ...] -- PROGRAM [ARGUMENT ...]
    python -I -S launcher.py probe FILTER

It runs alone, before the process is Lean: it imports no module of this library, and takes each step in the order given.
The process keeps its number, its group and its parent. A step that fails ends it (status 126, the reason on standard
error), so that nothing ever runs with fewer walls than were asked for. Words:

    env NAME=VALUE        a variable of the program's environment (there are no others)
    limit RESOURCE:N      setrlimit, both limits, never above the present ones
    parent PID            be killed when the parent, PID, dies (Linux)
    capabilities N,N      keep at most these (Linux)
    ruleset FS:NET:SCOPE  begin a Landlock ruleset that handles these rights
    allow RIGHTS:PATH     allow these rights at and below PATH, if it is there
    enforce -             enforce the ruleset on this process, for ever
    filter HEX            enforce a seccomp filter, for ever
    filter-fd HEX         leave a seccomp filter to read at descriptor 9 (for bubblewrap)
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

FAILED = 126
NOT_STARTED = 127
FILTER_FD = 9
OWN_PID = b"\xf1\xff\xff\x7f"
"""What stands in a filter for the number of the process itself: larger than any."""

# The three calls have these numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_MODE_FILTER, _SPEC_ALLOW = 1, 4
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS = 1, 24, 38
_SIGKILL = 9
_FILE_RIGHTS = 0x8007  # of the rights, those that a file can have: execute, write, read, device ioctl ...
_TRUNCATE = 0x4000  # ... and truncate


class _Refused(Exception):
    pass


class Door:
    """The steps, one method a word."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._ruleset = -1
        self.environment: dict[str, str] = {}

    def env(self, value: str) -> None:
        name, _, text = value.partition("=")
        self.environment[name] = text

    def limit(self, value: str) -> None:
        import resource

        kind, most = map(int, value.split(":"))
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(kind, (most, most))

    def parent(self, value: str) -> None:
        self._prctl("parent", _PDEATHSIG, _SIGKILL)
        if os.getppid() != int(value):  # it died before it was asked for
            os._exit(FAILED)

    def capabilities(self, value: str) -> None:
        kept = {int(number) for number in value.split(",") if number}
        for capability in set(range(64)) - kept:
            # Fails where the kernel has no such capability, and for those who may drop none because they have none.
            self._libc.prctl(_CAPBSET_DROP, *map(ctypes.c_ulong, (capability, 0, 0, 0)))

    def ruleset(self, value: str) -> None:
        attributes = struct.pack("=QQQ", *map(int, value.split(":")))
        self._ruleset = self._call("landlock", _CREATE_RULESET, attributes, len(attributes), 0)

    def allow(self, value: str) -> None:
        text, _, path = value.partition(":")
        rights = int(text)
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what is not there needs no right
        try:
            if not os.path.isdir(path):
                rights &= _FILE_RIGHTS | _TRUNCATE
            rule = struct.pack("=Qi", rights, descriptor)
            self._call(f"landlock, {path}", _ADD_RULE, self._ruleset, _PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)

    def enforce(self, _: str) -> None:
        self._prctl("no_new_privs", _NO_NEW_PRIVS, 1)
        self._call("landlock", _RESTRICT_SELF, self._ruleset, 0)
        os.close(self._ruleset)

    def filter(self, value: str) -> None:
        program = _program(value)
        buffer = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
        self._prctl("no_new_privs", _NO_NEW_PRIVS, 1)
        self._call("seccomp", _SECCOMP[os.uname().machine], _MODE_FILTER, _SPEC_ALLOW, described)

    def filter_fd(self, value: str) -> None:
        descriptor = os.memfd_create("filter")
        os.write(descriptor, _program(value))
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.dup2(descriptor, FILTER_FD, inheritable=True)

    def landlock_version(self) -> int:
        try:
            return self._call("landlock", _CREATE_RULESET, None, 0, _VERSION_FLAG)
        except _Refused:
            return 0

    def _prctl(self, what: str, option: int, value: int) -> None:
        if self._libc.prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0))) != 0:
            raise _Refused(f"{what}: {os.strerror(ctypes.get_errno())}")

    def _call(self, what: str, number: int, *arguments: int | bytes | None) -> int:
        words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        result: int = self._libc.syscall(ctypes.c_long(number), *words)
        if result < 0:
            raise _Refused(f"{what}: {os.strerror(ctypes.get_errno())}")
        return result


def _program(value: str) -> bytes:
    return bytes.fromhex(value).replace(OWN_PID, struct.pack("=I", os.getpid()))


def probe(filter_: str) -> None:
    """Takes the real steps and prints what worked: `landlock ABI`, `seccomp`."""
    door = Door()
    version = door.landlock_version()

    def landlock() -> None:
        door.ruleset("1:0:0")
        door.enforce("-")
        sys.stdout.write(f"landlock {version}\n")

    def seccomp() -> None:
        door.filter(filter_)
        sys.stdout.write("seccomp\n")

    for wanted, step in ((version > 0, landlock), (bool(filter_), seccomp)):
        try:
            if wanted:
                step()
        except (_Refused, KeyError):
            continue


def become(arguments: list[str]) -> None:
    """Takes the steps and runs the program; returns only when that failed."""
    door = Door()
    while arguments[0] != "--":
        word, value, *arguments = arguments
        try:
            getattr(door, word.replace("-", "_"))(value)
        except (_Refused, OSError, ValueError, KeyError) as error:
            sys.stderr.write(f"containment failed: {word}: {error}\n")
            sys.exit(FAILED)
    program = arguments[1:]
    try:
        os.execve(program[0], program, door.environment)
    except OSError as error:
        sys.stderr.write(f"{program[0]} cannot be started: {error.strerror}\n")
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    if sys.argv[1] == "probe":
        probe(sys.argv[2])
    else:
        become(sys.argv[1:])
