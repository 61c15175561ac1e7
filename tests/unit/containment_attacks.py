"""A hostile program: `containment_attacks.py ATTACK [ARGUMENT ...]`. Standard library only.

Prints `done` with what it got, `refused ERRNO`, or what the attack says. Where nothing contains it, every attack gets
through: the tests look at that too.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
import threading
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


class Attacks:
    def read(self, path: str) -> str:
        return Path(path).read_text()

    def listing(self, path: str) -> str:
        return " ".join(os.listdir(path))

    def write(self, path: str) -> None:
        Path(path).write_text("forged")

    def append(self, path: str) -> None:
        with open(path, "a") as file:
            file.write("forged")

    def through_link(self, path: str) -> None:
        os.symlink(path, "link")
        Path("link").write_text("forged")

    def hard_link(self, path: str) -> None:
        os.link(path, "hard")
        Path("hard").write_text("forged")

    def carry_in(self, path: str) -> None:
        os.rename(path, "carried")

    def carry_out(self, path: str) -> None:
        Path("made").write_text("forged")
        os.rename("made", path)

    def truncate(self, path: str) -> None:
        os.truncate(path, 0)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def mkdir(self, path: str) -> None:
        os.mkdir(path)

    def mode(self, path: str) -> None:
        os.chmod(path, 0o777)

    def times(self, path: str) -> None:
        os.utime(path, (1, 1))

    def udp(self, port: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.sendto(b"hello", ("127.0.0.1", int(port)))

    def tcp(self, port: str) -> None:
        socket.create_connection(("127.0.0.1", int(port)), 5).close()

    def listen(self) -> None:
        with socket.socket() as made:
            made.bind(("127.0.0.1", 0))

    def unix(self, address: str) -> None:
        with socket.socket(socket.AF_UNIX) as made:
            made.connect("\0" + address[1:] if address[0] == "@" else address)

    def datagram(self, address: str) -> None:
        """A socket that nobody refuses to make, used to write to somebody else's."""
        one, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.sendto(b"hello", address)

    def netlink(self) -> None:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()  # type: ignore[attr-defined]

    def ring(self) -> None:
        parameters = ctypes.create_string_buffer(120)
        try:
            os.close(checked(LIBC.syscall(425, 4, parameters)))
        except OSError as error:
            if error.errno == errno.EINVAL:  # it is there
                return
            raise

    def signal(self, pid: str, number: str) -> None:
        os.kill(int(pid), int(number))

    def memory(self, pid: str, address: str) -> str:
        wanted = ctypes.create_string_buffer(6)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(wanted), 6)
        remote = (ctypes.c_void_p * 2)(int(address), 6)
        checked(LIBC.process_vm_readv(int(pid), local, 1, remote, 1, 0))
        return wanted.value.decode()

    def trace(self, pid: str) -> None:
        checked(LIBC.ptrace(16, int(pid), None, None))

    def limit(self, pid: str) -> None:
        import resource

        resource.prlimit(int(pid), resource.RLIMIT_CORE, (0, 0))

    def priority(self, pid: str) -> None:
        os.setpriority(os.PRIO_PROCESS, int(pid), 15)

    def spawn(self) -> None:
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    def program(self, path: str) -> None:
        os.execve(path, [path], {})

    def namespace(self) -> None:
        checked(LIBC.unshare(0x10000000))

    def daemon(self) -> None:
        """A child that leaves the process group and stays; says its number."""
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                word = "free"
            except OSError:
                word = "held"
            sys.stdout.write(f"{word} {os.getpid()}\n")
            sys.stdout.flush()
            threading.Event().wait(60)
            os._exit(0)
        threading.Event().wait(60)

    def fill(self, megabytes: str) -> None:
        with open("big", "wb") as file:
            for _ in range(int(megabytes)):
                file.write(b"x" * 2**20)

    def world(self) -> str:
        import resource

        variables = sorted(name for name in os.environ if name != "LC_CTYPE")  # Python itself sets that one
        header, capabilities = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        checked(LIBC.capget(header, capabilities))
        admin = capabilities[0] >> 21 & 1
        privileges = LIBC.prctl(39, 0, 0, 0, 0)
        core = resource.getrlimit(resource.RLIMIT_CORE)[1]
        return f"variables={variables} core={core} no_new_privs={privileges} administers={admin}"

    def abort(self) -> None:
        os.abort()

    def work(self) -> str:
        """What Lean needs: threads, pipes, files of all kinds in scratch, random numbers, nowhere to write to."""
        os.mkdir("inner")
        Path("inner/a").write_text("text")
        os.rename("inner/a", "inner/b")
        os.symlink("inner/b", "soft")
        with open("soft", "r+") as file:
            file.truncate(2)
        text = Path("soft").read_text()
        os.unlink("inner/b")
        os.unlink("soft")
        os.rmdir("inner")
        Path("/dev/null").write_text("nothing")
        with open("/dev/urandom", "rb") as file:
            text += str(len(file.read(3)))
        read_end, write_end = os.pipe()
        thread = threading.Thread(target=os.write, args=(write_end, b"piped"))
        thread.start()
        thread.join()
        return text + os.read(read_end, 10).decode()


def main() -> None:
    try:
        got = getattr(Attacks(), sys.argv[1])(*sys.argv[2:])
        said = "done" if got is None else f"done {got}"
    except OSError as error:
        said = f"refused {errno.errorcode.get(error.errno or 0, error.errno)}"
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
