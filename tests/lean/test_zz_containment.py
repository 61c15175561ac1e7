"""Submissions whose code goes for the machine: through the embedded Lean's own world, and past it.

The first half is Lean code in a worker. The second half is what that code could do had it broken out of the WebAssembly
host: JavaScript in the very Node process that runs Lean, without Node's own permissions.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from prover.core.errors import Crashed
from prover.core.outcome import Failed, Progress
from prover.core.verdict import Consistent
from prover.lean import LeanEngine, Pool, PoolLimits, Worker
from prover.lean.containment import Containment, mechanisms
from prover.lean.engine import Command
from prover.lean.process import BridgeProcess
from prover.verify import Ladder

ACTIONS = """import Lean
open Lean Elab Tactic
def own : IO Unit := do
  IO.FS.writeFile "own" "text"
  let text ← IO.FS.readFile "own"
  if text != "text" then throw (IO.userError "lost")
def reads (path : String) : IO Unit := do let _ ← IO.FS.readFile path
def writes (path : String) : IO Unit := IO.FS.writeFile path "forged"
def lists (path : String) : IO Unit := do let _ ← System.FilePath.readDir path
def removes (path : String) : IO Unit := IO.FS.removeFile path
def moves (path place : String) : IO Unit := IO.FS.rename path place
def makes (path : String) : IO Unit := IO.FS.createDir path
def spawns : IO Unit := do let c ← IO.Process.spawn { cmd := "sh", args := #["-c", "true"] }; let _ ← c.wait
def knows (name : String) : IO Unit := do
  match ← IO.getEnv name with
  | some _ => pure ()
  | none => throw (IO.userError "none")
def fills (files : Nat) : IO Unit := match files with
  | 0 => pure ()
  | n + 1 => do IO.FS.writeBinFile (toString n) (ByteArray.mk (Array.replicate 1048576 7)); fills n
"""
THEOREM = "theorem t (n : Nat) : n + 0 = n := by sorry\n"


@pytest.fixture(scope="module")
async def hostile(engine: LeanEngine) -> AsyncIterator[Pool]:
    async with Pool(engine, PoolLimits(size=1, spares=0)) as pool:
        yield pool


async def tried(worker: Worker, *attempts: str, actions: str = ACTIONS) -> dict[str, bool]:
    """Which of some actions, Lean terms of type `IO Unit`, ran to their end."""
    text = actions + THEOREM
    header = await worker.read_header(text)
    found = await worker.elaborate(worker.env, text, start=header.end, holes=True)
    assert found.holes and found.holes[0].state is not None and not found.errors, found.messages
    tactics = [f"run_tac {attempt}" for attempt in attempts]
    outcomes = [o async for _, o in worker.apply(found.holes[0].state, tactics, wall_seconds=60)]
    assert {type(outcome) for outcome in outcomes} <= {Progress, Failed}
    return {attempt: isinstance(o, Progress) for attempt, o in zip(attempts, outcomes, strict=True)}


async def test_lean_code_reaches_its_scratch_folder_and_nothing_else(hostile: Pool, tmp_path: Path) -> None:
    secret, target = tmp_path / "secret", tmp_path / "target"
    secret.write_text("secret of the user")
    async with hostile.lease(["Init", "Lean"]) as worker:
        worker.discard()
        scratch = worker.process.command.cwd
        (scratch / "link").symlink_to(secret)
        (scratch / "folder").symlink_to(tmp_path)
        reading = [
            *(str(secret), "/etc/passwd", str(Path.home() / ".profile"), "/scratch/../etc/passwd", "../../etc/passwd"),
            *("link", "folder/secret", "/proc/self/environ", f"/proc/{os.getpid()}/environ", "/proc/self/mem"),
        ]
        writing = [
            *(str(target), "/target", "../target", "folder/target", "/lean/lib/target.olean"),
            *("link", "folder/secret"),
        ]
        attacks = [
            *(f"reads {quoted(path)}" for path in reading),
            *(f"writes {quoted(path)}" for path in writing),
            *(f"lists {quoted(str(tmp_path))}", 'lists "folder"', f"makes {quoted(str(tmp_path / 'made'))}"),
            *(f"removes {quoted(str(secret))}", 'removes "folder/secret"', 'makes "folder/made"'),
            *('moves "own" "folder/own"', 'moves "folder/secret" "mine"'),
            *("spawns", 'knows "PATH"'),
        ]
        assert await tried(worker, "own", *attacks) == {"own": True, **dict.fromkeys(attacks, False)}
    assert secret.read_text() == "secret of the user" and os.listdir(tmp_path) == ["secret"]


def quoted(path: str) -> str:
    return json.dumps(path, ensure_ascii=False)


SOCKET = """import Lean
import Std.Internal.UV.TCP
open Lean Elab Tactic
def connects (port : UInt16) : IO Unit := do
  let socket ← Std.Internal.UV.TCP.Socket.new
  let _ ← socket.connect (.v4 { addr := ⟨#v[127, 0, 0, 1]⟩, port })
  IO.sleep 300
"""


async def test_lean_code_opens_no_socket(hostile: Pool) -> None:
    """Lean's own sockets, as far as this build has them: making one fails, or ends the process."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        attempt = f"connects {server.getsockname()[1]}"
        async with hostile.lease(["Init", "Lean", "Std.Internal.UV.TCP"]) as worker:
            worker.discard()
            try:
                found = await tried(worker, attempt, actions=SOCKET)
            except Crashed as error:
                assert error.index == 0
                found = {attempt: False}
            assert found == {attempt: False}
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_scratch_cannot_be_filled(engine: LeanEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.lean.embedded.launch.SCRATCH_LIMIT_MB", 8)
    process = await BridgeProcess.start(engine)
    worker = Worker(process)
    try:
        await worker.import_header(["Init", "Lean"])
        assert await tried(worker, "fills 4", "fills 20") == {"fills 4": True, "fills 20": False}
        files = [entry.stat().st_size for entry in os.scandir(process.command.cwd)]
        assert 4 << 20 <= sum(files) <= 8 << 20
    finally:
        await worker.close()


async def test_a_verdict_says_what_contained_it(pool: Pool) -> None:
    found = (await Ladder(pool).check("theorem t : 1 = 1 := rfl\n"))["t"]
    assert isinstance(found, Consistent)
    said = found.report["containment"]
    assert said["engine"] and said["system"] == mechanisms().layers and said["files"] and said["network"]


# ---- past the host: JavaScript in the process that runs Lean ---------------------------------------------------------

BREAKOUT = """
const fs = require("fs"), net = require("net"), dgram = require("dgram"), child = require("child_process");
const [attack, argument] = process.argv.slice(1);
const say = (word) => { fs.writeSync(1, word + "\\n"); process.reallyExit(0); };
const over = (error) => say(error ? "refused" : "through");
const attacks = {
    read: () => fs.readFileSync(argument),
    list: () => fs.readdirSync(argument),
    write: () => fs.writeFileSync(argument, "forged"),
    kill: () => process.kill(Number(argument), "SIGKILL"),
    own: () => { fs.writeFileSync("own", "text"); if (String(fs.readFileSync("own")) !== "text") throw new Error(); },
    tcp: () => net.connect(Number(argument), "127.0.0.1").on("connect", () => over()).on("error", over),
    udp: () => dgram.createSocket("udp4").on("error", over).send("hello", Number(argument), "127.0.0.1", over),
    spawn: () => child.spawn("/bin/sh", ["-c", "true"]).on("error", over).on("exit", () => over()),
    fork: () => { if (child.spawnSync(process.execPath, ["-v"]).error) throw new Error("refused"); },
};
try {
    const running = attacks[attack]();
    if (!["tcp", "udp", "spawn"].includes(attack)) say("through");
} catch (error) { over(error); }
"""


@pytest.fixture
def breakout(engine: LeanEngine, tmp_path: Path) -> Iterator[object]:
    """Runs JavaScript with what the operating system allows the embedded engine's processes."""
    found = mechanisms()
    if sys.platform != "linux" or not (found.files and found.network):
        pytest.skip(f"this system contains processes with no more than {found.layers}")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    wanted = engine.command(scratch)

    def run(attack: str, argument: object = "", contained: bool = True) -> str:
        argv = (wanted.argv[0], "--openssl-config=/dev/null", "-e", BREAKOUT, attack, str(argument))
        command = Command(argv, wanted.env, scratch, wanted.readable, wanted.writable, wanted.processes)
        if contained:
            command = Containment().wrap(command)
        done = subprocess.run(
            command.argv, env=command.env, cwd=command.cwd, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip() or f"status {done.returncode}: {done.stderr}"

    yield run


def test_code_that_left_the_host_meets_the_operating_system(breakout: object, tmp_path: Path) -> None:
    run = breakout
    assert callable(run)
    secret, target = tmp_path / "secret", tmp_path / "target"
    secret.write_text("secret of the user")
    assert run("own") == "through"
    with subprocess.Popen(["sleep", "60"]) as sibling:
        for attack, argument in (
            *(("read", secret), ("read", "/etc/passwd"), ("list", tmp_path), ("write", target), ("write", secret)),
            *(("kill", sibling.pid), ("spawn", ""), ("fork", "")),
        ):
            assert run(attack, argument) == "refused", attack
        assert sibling.poll() is None and not target.exists() and secret.read_text() == "secret of the user"
        for attack, argument in (
            ("read", secret),
            ("write", target),
            ("spawn", ""),
            ("fork", ""),
            ("kill", sibling.pid),
        ):
            assert run(attack, argument, contained=False) == "through", attack
        assert sibling.wait(10) == -signal.SIGKILL


def test_code_that_left_the_host_meets_no_network(breakout: object) -> None:
    run = breakout
    assert callable(run)
    with closing(socket.create_server(("127.0.0.1", 0))) as tcp, closing(socket.socket(type=socket.SOCK_DGRAM)) as udp:
        udp.bind(("127.0.0.1", 0))
        for attack, server in (("tcp", tcp), ("udp", udp)):
            port = server.getsockname()[1]
            assert run(attack, port) == "refused"
            assert run(attack, port, contained=False) == "through"
