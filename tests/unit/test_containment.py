"""What the operating system's layers refuse a hostile program, on this kernel. No Lean: the program is Python.

Every attack is also run with nothing that contains it, where it must get through.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from prover.lean.containment import Containment, Mechanisms, landlock, mechanisms, seccomp
from prover.lean.containment.launcher import OWN_PID
from prover.lean.containment.mechanisms import working_bubblewrap
from prover.lean.engine import Command

PROGRAM = Path(__file__).parent / "containment_attacks.py"
PYTHON = tuple(map(Path, (sys.prefix, sys.base_prefix, sys.base_exec_prefix)))
NOTHING = Mechanisms()
LIMITS_ONLY = Mechanisms(launcher=True)
SECRET = "secret of the user"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


def offered() -> Mechanisms:
    """Landlock and seccomp together, or this test is none."""
    found = mechanisms()
    if not found.landlock:
        pytest.skip("no Landlock here: an old kernel, or a container that refuses it")
    if not found.seccomp:
        pytest.skip("no seccomp filters here: another processor, or a container that refuses them")
    return found


LAYERS = ["landlock", "landlock 1", "landlock 5", "bubblewrap"]


@pytest.fixture(params=LAYERS)
def means(request: pytest.FixtureRequest) -> Mechanisms:
    """Each way to contain, older kernels' Landlock included: what it lacks the filter must make up for."""
    if request.param == "nothing":
        return NOTHING
    if request.param == "bubblewrap":
        program = working_bubblewrap()
        if program is None:
            pytest.skip("no bwrap here, or one that may not make namespaces")
        return Mechanisms(True, 0, mechanisms().seccomp, program)
    found = offered()
    if request.param == "seccomp":
        return Mechanisms(True, 0, True)
    abi = int(request.param.removeprefix("landlock") or found.landlock)
    if abi > found.landlock:
        pytest.skip(f"this kernel's Landlock is ABI {found.landlock}")
    return Mechanisms(True, abi, True)


and_nothing = pytest.mark.parametrize("means", [*LAYERS, "nothing"], indirect=True)
and_less = pytest.mark.parametrize("means", [*LAYERS, "seccomp", "nothing"], indirect=True)


@dataclass
class Cell:
    """A scratch folder, and outside of it what an attack may want."""

    scratch: Path
    outside: Path

    def command(self, means: Mechanisms, *attack: str, processes: bool = False, file_mb: int = 64) -> Command:
        argv = (sys.executable, "-I", "-S", str(PROGRAM), *attack)
        wanted = Command(argv, {}, self.scratch, (PROGRAM, *PYTHON), (self.scratch,), processes)
        return Containment(file_mb=file_mb, mechanisms=means).wrap(wanted)

    def run(self, means: Mechanisms, *attack: str, processes: bool = False, file_mb: int = 64) -> str:
        command = self.command(means, *attack, processes=processes, file_mb=file_mb)
        done = subprocess.run(
            command.argv,
            env=command.env,
            cwd=command.cwd,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
        )
        return done.stdout.strip() if done.returncode == 0 else f"status {done.returncode} {done.stderr.strip()}"


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    for name in ("scratch", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside" / "file").write_text(SECRET)
    return Cell(tmp_path / "scratch", tmp_path / "outside")


@pytest.fixture
def sibling() -> Iterator[subprocess.Popen[str]]:
    """A process of the same user that has nothing to do with it; says where its secret lies in memory."""
    program = (
        "import ctypes, sys; b = ctypes.create_string_buffer(b'hidden'); print(ctypes.addressof(b), flush=True)\n"
        "sys.stdin.read()"
    )
    environment = {**os.environ, "TOKEN": SECRET}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.kill()


def test_what_lean_needs_works(cell: Cell, means: Mechanisms) -> None:
    assert cell.run(means, "work") == "done te3piped"
    assert cell.run(means, "write", "note") == "done" and (cell.scratch / "note").read_text() == "forged"
    assert cell.run(means, "read", str(PROGRAM)).startswith('done """A hostile program')


@and_nothing
def test_nothing_of_the_user_is_read(cell: Cell, means: Mechanisms) -> None:
    secret = cell.outside / "file"
    (cell.scratch / "link").symlink_to(secret)
    for attack in (("read", str(secret)), ("read", "../outside/file"), ("read", "link"), ("listing", "../outside")):
        assert cell.run(means, *attack).startswith("refused" if means.files else "done"), attack
    if Path("/etc/passwd").is_file():
        assert cell.run(means, "read", "/etc/passwd").startswith("refused" if means.files else "done")


@and_nothing
def test_nothing_outside_scratch_is_changed(cell: Cell, means: Mechanisms) -> None:
    outside, file, new = cell.outside, cell.outside / "file", cell.outside / "new"
    attacks = [
        *(("write", str(file)), ("write", "../outside/file"), ("append", str(file)), ("write", str(new))),
        *(("through_link", str(file)), ("through_link", str(new)), ("hard_link", str(file))),
        *(("carry_in", str(file)), ("carry_out", str(new)), ("carry_out", str(file)), ("truncate", str(file))),
        *(("unlink", str(file)), ("mkdir", str(new)), ("mode", str(file)), ("times", str(file))),
    ]

    def seen() -> object:
        status = file.stat() if file.exists() else None
        return sorted(os.listdir(outside)), status and (status.st_mode, status.st_mtime_ns, file.read_text())

    for attack in attacks:
        for path in (*cell.scratch.iterdir(), *outside.iterdir()):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        file.write_text(SECRET)
        before = seen()
        said = cell.run(means, *attack)
        assert said.startswith(("done", "refused")) if means.files else said == "done", (attack, said)
        assert (seen() == before) == means.files, attack


@and_less
def test_the_network_cannot_be_reached(cell: Cell, means: Mechanisms) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as tcp, closing(socket.socket(type=socket.SOCK_DGRAM)) as udp:
        udp.bind(("127.0.0.1", 0))
        tcp.settimeout(0 if means.network else 10)
        udp.settimeout(0 if means.network else 10)
        for attack in (("tcp", str(tcp.getsockname()[1])), ("udp", str(udp.getsockname()[1]))):
            assert cell.run(means, *attack).startswith("refused" if means.network else "done"), attack
        if means.network:
            with pytest.raises(BlockingIOError):
                tcp.accept()
            with pytest.raises(BlockingIOError):
                udp.recv(10)
        else:
            tcp.accept()[0].close()
            assert udp.recv(10) == b"hello"
    if means.seccomp or not means.network:
        for attack in ("listen", "netlink"):
            assert cell.run(means, attack).startswith("refused" if means.network else "done"), attack
    if means.seccomp:  # without one a container may refuse it too
        assert cell.run(means, "ring") == "refused ENOSYS"


@and_less
def test_no_local_socket_can_be_reached(cell: Cell, means: Mechanisms) -> None:
    expected = "refused" if means.network else "done"
    for name in (str(cell.outside / "socket"), f"@leap-prover-test-{os.getpid()}"):
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.bind("\0" + name[1:] if name[0] == "@" else name)
            server.listen()
            assert cell.run(means, "unix", name).startswith(expected), name
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as server:
        address = str(cell.outside / "datagrams")
        server.bind(address)
        assert cell.run(means, "datagram", address).startswith(expected)


@and_nothing
def test_other_processes_are_out_of_reach(cell: Cell, means: Mechanisms, sibling: subprocess.Popen[str]) -> None:
    assert sibling.stdout is not None
    address, pid = sibling.stdout.readline().strip(), str(sibling.pid)
    attacks = [("signal", pid, "0"), ("limit", pid), ("priority", pid), ("read", f"/proc/{pid}/environ")]
    if means.files:  # systems differ in what they allow anybody
        attacks += [
            ("memory", pid, address),
            ("trace", pid),
            ("read", f"/proc/{pid}/mem"),
            ("read", f"/proc/{pid}/maps"),
        ]
    for attack in (*attacks, ("signal", pid, str(int(signal.SIGKILL)))):
        assert cell.run(means, *attack).startswith("refused" if means.files else "done"), attack
    if means.files:
        assert sibling.poll() is None
    else:
        assert sibling.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize("means", [*LAYERS, "seccomp"], indirect=True)
def test_contained_processes_cannot_signal_each_other(cell: Cell, means: Mechanisms) -> None:
    command = cell.command(means, "daemon", processes=True)
    with subprocess.Popen(
        command.argv, env=command.env, cwd=command.cwd, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as other:
        try:
            assert other.stdout is not None and other.stdout.readline().startswith("held")
            assert cell.run(means, "signal", str(other.pid), str(int(signal.SIGKILL))).startswith("refused")
            assert other.poll() is None
        finally:
            os.killpg(other.pid, signal.SIGKILL)


def left_behind(cell: Cell, means: Mechanisms) -> bool:
    """Whether a daemon outlives the process group that it was started in."""
    command = cell.command(means, "daemon", processes=True)
    with subprocess.Popen(
        command.argv, env=command.env, cwd=command.cwd, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        below = psutil.Process(process.pid).children(recursive=True)
        assert below
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    _, alive = psutil.wait_procs(below, 5)
    alive = [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    for child in alive:
        child.kill()
    return bool(alive)


@and_less
def test_no_daemon_is_left_behind(cell: Cell, means: Mechanisms) -> None:
    assert left_behind(cell, means) != means.network


def test_no_process_is_started_unless_the_engine_needs_them(cell: Cell, means: Mechanisms) -> None:
    if not means.seccomp:
        pytest.skip("only the filter can tell threads from processes")
    assert cell.run(means, "spawn", processes=True) == "done"
    assert cell.run(means, "spawn").startswith("refused")
    assert cell.run(means, "namespace", processes=True).startswith("refused")


@and_nothing
def test_programs_outside_cannot_be_run(cell: Cell, means: Mechanisms) -> None:
    program = cell.outside / "program"
    program.write_text("#!/bin/sh\necho ran\n")
    program.chmod(0o755)
    said = cell.run(means, "program", str(program))
    assert said.startswith("refused") if means.files else said == "ran"


def test_files_have_a_limit_and_nothing_dumps_core(cell: Cell, means: Mechanisms) -> None:
    assert cell.run(means, "fill", "3", file_mb=4) == "done"
    assert cell.run(means, "fill", "5", file_mb=4) == "refused EFBIG"
    assert (cell.scratch / "big").stat().st_size <= 4 << 20


def test_environment_and_privileges_are_gone(cell: Cell, means: Mechanisms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    # bubblewrap itself says where it went.
    variables = ["PWD"] if means.bubblewrap else []
    expected = f"done variables={variables} core=0 no_new_privs=1 administers=0"
    assert cell.run(means, "world") == expected


def test_an_abort_ends_as_ever(cell: Cell, means: Mechanisms) -> None:
    status = 128 + signal.SIGABRT if means.bubblewrap else -signal.SIGABRT
    assert cell.run(means, "abort").startswith(f"status {status}")


def test_the_process_is_the_one_that_was_started(cell: Cell) -> None:
    """Number, group, working folder and standard streams are those of the launcher: callers see one process."""
    command = cell.command(mechanisms(), "daemon", processes=True)
    with subprocess.Popen(
        command.argv, env=command.env, cwd=command.cwd, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline()
        seen = psutil.Process(process.pid)
        assert seen.cmdline()[3:] == [str(PROGRAM), "daemon"] and Path(seen.cwd()) == cell.scratch.resolve()
        assert os.getpgid(process.pid) == process.pid and SECRET not in str(seen.environ())
        os.killpg(process.pid, signal.SIGKILL)


def test_a_step_that_fails_runs_nothing(cell: Cell) -> None:
    command = cell.command(LIMITS_ONLY, "work")
    at = command.argv.index("--")
    argv = (*command.argv[:at], "enforce", "-", *command.argv[at:])  # a ruleset that was never made
    done = subprocess.run(argv, env=command.env, cwd=command.cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 126 and done.stdout == "" and done.stderr.startswith("containment failed: enforce")


def test_without_any_mechanism_the_command_is_as_the_engine_gave_it(cell: Cell) -> None:
    command = Command(("/bin/true",), {"A": "b"}, cell.scratch)
    assert Containment(mechanisms=Mechanisms()).wrap(command) is command


def test_reports_say_what_was_there() -> None:
    whole = Containment(mechanisms=Mechanisms(True, 6, True)).report("native")
    assert whole == {"engine": (), "system": ("landlock 6", "seccomp", "limits"), "files": True, "network": True}
    nothing = Containment(mechanisms=Mechanisms()).report("native")
    assert nothing == {"engine": (), "system": (), "files": False, "network": False}
    own = Containment(mechanisms=LIMITS_ONLY).report("embedded")
    assert own["files"] and own["network"] and own["system"] == ("limits",)


# ---- the filter, by an interpreter of our own: also for the processor that this machine has not ----------------------

ALLOW, KILL = 0x7FFF0000, 0x80000000


def answer(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What a seccomp program returns for a system call."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    held, at = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            at += if_true if holds else if_false


# socket, socketpair, ptrace, setsid, clone, clone3, kill, prlimit64; read, openat, execve, futex
NUMBERS = {
    "x86_64": ((41, 53, 101, 112), 56, 435, 62, 302, (0, 257, 59, 202)),
    "aarch64": ((198, 199, 117, 157), 220, 435, 129, 261, (63, 56, 221, 98)),
}
EPERM, ENOSYS = 0x50001, 0x50026


@pytest.mark.parametrize("machine", NUMBERS)
def test_the_filter_of_each_processor(machine: str) -> None:
    refused, clone, clone3, kill, prlimit, needed = NUMBERS[machine]
    here = seccomp.ARCHITECTURES[machine]
    strict = seccomp.assemble(machine, processes=False, signals_scoped=False, truncation_handled=False)
    lenient = seccomp.assemble(machine, processes=True, signals_scoped=True, truncation_handled=True)
    (own,) = struct.unpack("=I", OWN_PID)
    thread = 0x3D0F00
    for program in (strict, lenient):
        assert len(program) // 8 < 4096
        assert {answer(program, here, number) for number in refused} == {EPERM}
        assert {answer(program, here, number) for number in needed} == {ALLOW}
        assert answer(program, here, clone3) == ENOSYS
        assert answer(program, here, clone, thread) == ALLOW
        assert answer(program, here, clone, 0x10000000 | 17) == EPERM  # a user namespace
        assert (answer(program, here, prlimit, 0), answer(program, here, prlimit, 7)) == (ALLOW, EPERM)
        for other in {*seccomp.ARCHITECTURES.values(), 0x40000003} - {here}:
            assert answer(program, other, needed[0]) == KILL
    assert (answer(strict, here, clone, 17), answer(lenient, here, clone, 17)) == (EPERM, ALLOW)
    assert (answer(strict, here, kill, 7), answer(strict, here, kill, own)) == (EPERM, ALLOW)
    assert answer(lenient, here, kill, 7) == ALLOW
    fcntl = {"x86_64": 72, "aarch64": 25}[machine]
    assert (answer(strict, here, fcntl, 5, 8), answer(strict, here, fcntl, 5, 3)) == (EPERM, ALLOW)  # F_SETOWN, F_GETFL
    if machine == "x86_64":
        assert answer(strict, here, 0x40000000 | 41) == ENOSYS  # the same call by its x32 number
    assert seccomp.assemble("riscv64", processes=False, signals_scoped=True, truncation_handled=True) == b""


@pytest.mark.parametrize(
    ("abi", "files", "rest"),
    [
        (1, 13, (0, 0)),
        (2, 14, (0, 0)),
        (3, 15, (0, 0)),
        (4, 15, (3, 0)),
        (5, 16, (3, 0)),
        (6, 16, (3, 3)),
        (9, 16, (3, 3)),
    ],
)
def test_each_abi_is_asked_for_what_it_knows(abi: int, files: int, rest: tuple[int, int]) -> None:
    assert landlock.handled(abi) == ((1 << files) - 1, *rest)
    assert landlock.writing(abi) < 1 << files
