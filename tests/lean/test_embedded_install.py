"""The embedded Lean itself: set-up from the registry, and the world its programs live in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.lean.embedded import (
    EXIT_ABORTED,
    EXIT_OUT_OF_MEMORY,
    EmbeddedEngine,
    find,
    install,
    repair,
    verify,
)
from prover.lean.embedded.launch import NODE_FLAGS
from prover.lean.embedded.node import node_program

pytestmark = pytest.mark.lean

HEADER = "module\npublic import Lean\npublic meta import Lean\nset_option compiler.extract_closed false\n"

# A program that does one thing per name.
PROGRAM = (
    HEADER
    + """
public meta partial def deep (n : Nat) : IO Nat := do
  if n == 0 then return 0
  let r ← deep (n - 1)
  return r + 1
public meta partial def big (k : Nat) (a : List Nat) : List Nat := if k == 0 then a else big (k - 1) (k :: a)
public meta partial def eat (a : Array (List Nat)) (n : Nat) : IO Unit := do eat (a.push (big 100000 [n])) (n + 1)
public meta partial def spin (n : Nat) : IO Unit := do
  if n == 12345678901234567890 then return ()
  spin (n + 1)
public meta partial def spawn (n : Nat) : IO Unit := do
  if n == 0 then return ()
  let t ← IO.asTask (prio := .dedicated) (do IO.sleep 1; return n)
  let _ ← IO.wait t
  spawn (n - 1)
public meta partial def copy (h out : IO.FS.Stream) : IO Unit := do
  let line ← h.getLine
  if line.isEmpty then return ()
  out.putStr line
  copy h out
public meta unsafe def main (args : List String) : IO Unit := do
  let out ← IO.getStdout
  match args with
  | ["deep"] => let _ ← deep 10000000
  | ["eat"] => eat #[] 0
  | ["spawn"] => spawn 150; out.putStrLn "spawned"
  | ["exit"] => out.putStr "bye"; IO.Process.exit 5
  | ["throw"] => throw (IO.userError "boom")
  | ["watchdog", how] =>
    let _ ← IO.asTask (α := Unit) (prio := .dedicated) (do IO.sleep 200; out.putStrLn "watchdog"; IO.Process.exit 9)
    if how == "spin" then spin 0 else let _ ← (← IO.getStdin).getLine
  | ["echo"] => copy (← IO.getStdin) out
  | _ => out.putStrLn "?"
  out.flush
"""
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(install())


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.fixture
def run(engine: EmbeddedEngine, scratch: Path) -> Run:
    def start(*arguments: str, memory_mb: int | None = None, **given: object) -> subprocess.CompletedProcess[str]:
        (scratch / "P.lean").write_text(PROGRAM, encoding="utf-8")
        command = engine.lean_command(scratch, arguments, memory_mb=memory_mb)
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "timeout": 120, **given}
        return subprocess.run(
            command.argv,
            env=command.env,
            cwd=command.cwd,
            capture_output=True,
            encoding="utf-8",
            check=False,
            **options,
        )

    return start


def test_set_up_from_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVER_CACHE_DIR", str(tmp_path / "cache"))
    fresh = install()
    assert [path.name for path in fresh.folder.parent.iterdir() if path.name != ".lock"] == [fresh.key]
    assert not list(fresh.folder.rglob("*.tgz"))
    assert verify(deep=True) == []
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    started = time.perf_counter()
    assert find() == fresh
    assert time.perf_counter() - started < 0.2
    assert repair() == fresh  # sound: nothing to download
    with (fresh.folder / "lean.wasm").open("r+b") as stream:
        stream.seek(1 << 20)
        stream.write(b"\xff\xff\xff\xff")
    assert verify() == []
    assert [problem.partition(": ")[2] for problem in verify(deep=True)] == ["contents changed"]
    shutil.rmtree(tmp_path / "cache")


def test_node_accepts_the_rewritten_module(engine: EmbeddedEngine) -> None:
    """At start validation is lazy; here the whole module is validated once."""
    script = (
        "const m = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));"
        "console.log(WebAssembly.Module.exports(m).length)"
    )
    module = engine.installation.folder / "lean.wasm"
    ran = subprocess.run(
        [node_program(), "-e", script, module], capture_output=True, text=True, timeout=120, check=True
    )
    assert int(ran.stdout) < 40
    assert "--permission" in NODE_FLAGS


def test_proofs(run: Run, scratch: Path) -> None:
    cases = {
        "theorem a (x y : Nat) (h : x < y) : x + 1 ≤ y := by omega": None,
        "theorem b (a b c : Nat) (h : a = b) (h2 : b = c) : a = c := by grind": None,
        "theorem c (xs ys : List Nat) : (xs ++ ys).length = ys.length + xs.length := by simp [Nat.add_comm]": None,
        "theorem d : 2 ^ 64 % 7 = 2 := by decide": None,
        "theorem e (a b : Nat) : a * b = b * a := by exact?": "information",
        "theorem f (n : Nat) : n < n := by omega": "error",
        "theorem g : 1 = 2 := sorry": "warning",
    }
    (scratch / "C.lean").write_text("import Lean\n" + "\n".join(cases), encoding="utf-8")
    ran = run("--json", "C.lean")
    messages = [json.loads(line) for line in ran.stdout.splitlines()]
    found = {message["pos"]["line"]: message["severity"] for message in messages}
    wanted = {line: severity for line, severity in enumerate(cases.values(), start=2) if severity}
    assert found == wanted
    assert ran.returncode == 1
    assert ran.stderr == ""


WORLD = {
    "cwd": "do return (← IO.currentDir).toString",
    "home": 'do return (← IO.getEnv "HOME").getD "none"',
    "path": 'do return (← IO.getEnv "PATH").getD "none"',
    "secret": 'do return (← IO.getEnv "SECRET_KEY").getD "none"',
    "write": 'do IO.FS.writeFile "/scratch/w.txt" "wörld"; IO.FS.readFile "w.txt"',
    "passwd": 'IO.FS.readFile "/etc/passwd"',
    "proc": 'IO.FS.readFile "/proc/self/environ"',
    "library": 'do IO.FS.writeFile "/lean/lib/Init.olean" "x"; return ""',
    "remove": 'do IO.FS.removeFile "/lean/lib/Init.olean"; return ""',
    "rename": 'do IO.FS.rename "/lean/lib/Init.olean" "/scratch/x"; return ""',
    "climb": 'IO.FS.readFile "/scratch/../../etc/passwd"',
    "link": 'IO.FS.readFile "/scratch/link/outside.txt"',
    "file-link": 'IO.FS.readFile "/scratch/outside-link.txt"',
    "write-link": 'do IO.FS.writeFile "/scratch/outside-link.txt" "x"; return ""',
    "list-link": 'do return toString (← System.FilePath.readDir "/scratch/link").size',
    "inner-link": 'IO.FS.readFile "/scratch/inner-link.txt"',
    "pipe": 'IO.FS.readFile "/scratch/pipe"',
    "run": 'IO.Process.run { cmd := "ls" }',
    "random": "do return toString (← IO.getRandomBytes 4).size",
    "folder": 'do IO.FS.createDirAll "a/b"; IO.FS.writeFile "a/b/c" ""; '
    'return toString (← System.FilePath.readDir "a/b").size',
    "gone": 'do IO.FS.removeDirAll "a"; return toString (← System.FilePath.pathExists "a")',
    "append": 'do IO.FS.withFile "w.txt" .append (fun h => h.putStr "!"); IO.FS.readFile "w.txt"',
    "disk": 'do IO.FS.withFile "big" .write (fun h => (List.range 2000).forM (fun _ => '
    'h.write (ByteArray.mk (Array.replicate 1048576 0)))); return ""',
}


def test_world(run: Run, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = scratch.parent / "outside"
    outside.mkdir()
    (outside / "outside.txt").write_text("secret")
    (scratch / "link").symlink_to(outside)
    (scratch / "outside-link.txt").symlink_to(outside / "outside.txt")
    (scratch / "inner.txt").write_text("inner")
    (scratch / "inner-link.txt").symlink_to("inner.txt")
    os.mkfifo(scratch / "pipe")
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    lines = [f"#eval ({code} : IO String)" for code in WORLD.values()]
    (scratch / "W.lean").write_text("\n".join(lines), encoding="utf-8")
    messages = [json.loads(line) for line in run("--json", "W.lean").stdout.splitlines()]
    names = list(WORLD)
    said = {names[message["pos"]["line"] - 1]: message["data"] for message in messages}
    worked = {names[message["pos"]["line"] - 1] for message in messages if message["severity"] == "information"}
    expected = {
        "cwd": "/scratch",
        "home": "/scratch",
        "path": "none",
        "secret": "none",
        "write": "wörld",
        "inner-link": "inner",
        "random": "4",
        "folder": "1",
        "gone": "false",
        "append": "wörld!",
    }
    assert {name: said[name] for name in expected} == {name: f'"{value}"' for name, value in expected.items()}
    assert worked == set(expected)
    assert set(said) == set(WORLD)
    assert all("read-only file system" in said[name] for name in ("library", "remove", "rename")), said
    assert "no space left" in said["disk"]
    assert (outside / "outside.txt").read_text() == "secret"
    assert not list(scratch.glob("*.profraw"))


def test_exit_statuses(run: Run) -> None:
    ran = run("--run", "P.lean", "exit")
    assert (ran.returncode, ran.stdout, ran.stderr) == (5, "bye", "")
    ran = run("--run", "P.lean", "throw")
    assert (ran.returncode, ran.stderr) == (1, "uncaught exception: boom\n")
    ran = run("--run", "P.lean", "nothing")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "?\n", "")


@pytest.mark.parametrize("how", ["spin", "read"])
def test_a_thread_can_end_the_process_whatever_the_main_thread_does(run: Run, how: str) -> None:
    with subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE) as silent:
        started = time.monotonic()
        ran = run("--run", "P.lean", "watchdog", how, stdin=silent.stdout)
        silent.kill()
    assert (ran.returncode, ran.stdout) == (9, "watchdog\n")
    assert time.monotonic() - started < 30


def test_threads_are_reused(run: Run) -> None:
    assert run("--run", "P.lean", "spawn").stdout == "spawned\n"


def test_long_and_split_input_lines_arrive_whole(run: Run) -> None:
    text = "short\n" + "αβγ∀" * 500_000 + "\n" + "\n".join(f"line {number}" for number in range(50_000))
    assert run("--run", "P.lean", "echo", stdin=None, input=text).stdout == text


def test_deep_recursion_is_noticed(run: Run) -> None:
    ran = run("--run", "P.lean", "deep")
    assert ran.returncode in (1, EXIT_ABORTED)
    assert "deep recursion" in ran.stderr


def test_memory_limit(run: Run, engine: EmbeddedEngine) -> None:
    ran = run("--run", "P.lean", "eat", memory_mb=700)
    assert ran.returncode == EXIT_OUT_OF_MEMORY
    assert engine.ran_out_of_memory(ran.returncode, ran.stderr)


def test_version(run: Run, engine: EmbeddedEngine) -> None:
    ran = run("--version")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"version {engine.lean_version}" in ran.stdout
