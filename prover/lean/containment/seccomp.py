"""A seccomp filter for Lean processes, assembled here: which system calls are refused, on x86-64 and aarch64.

It refuses what Landlock does not see: sockets of every family, other processes' memory, limits and priorities, shared
memory, owners and times of files, leaving the process group, and io_uring, which would get round a filter. Everything
else is allowed: this is no list of what Lean needs.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator

from prover.lean.containment.launcher import OWN_PID

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Name, number on x86-64, number on aarch64 (-: there is none).
_NETWORK = "socket 41 198, socketpair 53 199"
_PROCESSES = "fork 57 -, vfork 58 -"
_GROUP = "setsid 112 157, setpgid 109 154"
_OTHERS = """
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440,
process_mrelease 448 448, kcmp 312 272, pidfd_getfd 438 438, perf_event_open 298 241,
setpriority 141 140, sched_setscheduler 144 119, sched_setparam 142 118, sched_setattr 314 274,
sched_setaffinity 203 122, ioprio_set 251 30, migrate_pages 256 238, move_pages 279 239,
shmget 29 194, shmat 30 196, shmctl 31 195, semget 64 190, semop 65 193, semtimedop 220 192, semctl 66 191,
msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, mq_open 240 180, mq_unlink 241 181
"""
_FILES = """
chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54,
utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88,
setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, setxattrat 463 463, file_setattr 469 469,
removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, removexattrat 466 466,
inotify_init 253 -, inotify_init1 294 26, fanotify_init 300 262, open_by_handle_at 304 265
"""
_KERNEL = """
add_key 248 217, keyctl 250 219, request_key 249 218, userfaultfd 323 282, bpf 321 280,
mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, unshare 272 97, setns 308 268,
open_tree 428 428, move_mount 429 429, fsopen 430 430, fsmount 432 432, fspick 433 433, mount_setattr 442 442
"""
_UNKNOWN = "clone3 435 435, io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427"
"""Answered as if the kernel did not have them: callers then do without."""
_TRUNCATE = "truncate 76 45"
_SIGNALS = """
tkill 200 130, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240, pidfd_send_signal 424 424
"""

_CLONE, _KILL, _TGKILL, _FCNTL, _PRLIMIT = (
    "clone 56 220",
    "kill 62 129",
    "tgkill 234 131",
    "fcntl 72 25",
    "prlimit64 302 261",
)
_CLONE_THREAD = 0x10000
_CLONE_NAMESPACES = 0x7E020000
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15

# Offsets in the data that a filter sees, instructions, and what it can answer.
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
_ITSELF = struct.unpack("=I", OWN_PID)[0]


def assemble(machine: str, *, processes: bool, signals_scoped: bool, truncation_handled: bool) -> bytes:
    """The filter for `machine` (as `uname` names it); empty where there is none.

    `processes`: other programs may be started, in the same process group. `signals_scoped`,
    `truncation_handled`: Landlock sees to these (from ABI 6 and 3 on), so that the filter need not.
    """
    if machine not in ARCHITECTURES:
        return b""
    code = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, ARCHITECTURES[machine], 1, 0),
        _step(_RETURN, _KILL_PROCESS),
        _step(_LOAD, _NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _ERROR | errno.ENOSYS)]

    def number(call: str) -> int | None:
        _, *numbers = call.split()
        found = numbers[list(ARCHITECTURES).index(machine)]
        return None if found == "-" else int(found)

    def refuse(calls: str, error: int = errno.EPERM) -> Iterator[bytes]:
        for call in calls.split(","):
            if (found := number(call)) is not None:
                yield _step(_EQUAL, found, 0, 1)
                yield _step(_RETURN, _ERROR | error)

    def refuse_where(call: str, argument: int, test: int, value: int, *, holds: bool = True) -> Iterator[bytes]:
        """Refuses `call` where `test` of the lower half of an argument against `value` holds, or does not."""
        found = number(call)
        assert found is not None
        yield _step(_EQUAL, found, 0, 4)
        yield _step(_LOAD, _ARGUMENTS_AT + 8 * argument)
        yield _step(test, value, 0 if holds else 1, 1 if holds else 0)
        yield _step(_RETURN, _ERROR | errno.EPERM)
        yield _step(_LOAD, _NUMBER_AT)

    for calls in (_NETWORK, _GROUP, _OTHERS, _FILES, _KERNEL):
        code += refuse(calls)
    code += refuse(_UNKNOWN, errno.ENOSYS)
    code += refuse_where(_PRLIMIT, 0, _EQUAL, 0, holds=False)
    if processes:
        code += refuse_where(_CLONE, 0, _ANY_BIT, _CLONE_NAMESPACES)
    else:
        code += refuse(_PROCESSES)
        code += refuse_where(_CLONE, 0, _ANY_BIT, _CLONE_THREAD, holds=False)
    if not truncation_handled:
        code += refuse(_TRUNCATE)
    if not signals_scoped:
        code += refuse(_SIGNALS)
        for call in (_KILL, _TGKILL):
            code += refuse_where(call, 0, _EQUAL, _ITSELF, holds=False)
        for command in (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX):
            code += refuse_where(_FCNTL, 1, _EQUAL, command)
    code.append(_step(_RETURN, _ALLOW))
    return b"".join(code)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
