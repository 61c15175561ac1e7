"""`prove repl` as a process: what a client may do to it. A real Lean behind it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.installation import cache_folder

ROOT = Path(__file__).parents[2]
PROVE = (sys.executable, "-c", "from prover.cli import main; main()")
ENDLESS = "def fib : Nat → Nat\n  | 0 => 0\n  | 1 => 1\n  | n + 2 => fib (n + 1) + fib n\n#eval fib 60"
Started = subprocess.Popen[bytes]
Start = Callable[..., Started]


@pytest.fixture
def environment(embedded: EmbeddedEngine) -> dict[str, str]:
    """For processes that are to find this `prover` and its Lean."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PROVER_CACHE_DIR": str(cache_folder())}


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a `prove repl`, or another program, in an empty folder; kills what is left of it after the test."""
    started: list[Started] = []

    def begin(*command: str) -> Started:
        pipe = subprocess.PIPE
        command = command or (*PROVE, "repl", "-q", "--engine", "embedded")
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


def ask(process: Started, **request: Any) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(request).encode() + b"\n\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    assert process.stdout.readline() == b"\n"
    return answer


def test_installed_it_is_started_through_lake(start: Start, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    words = ["repl", "--install", str(folder), "--engine", "embedded", "--timeout", "7"]
    ran = subprocess.run([*PROVE, *words], env=environment, capture_output=True, text=True, check=True)
    assert f"local_repl_path={str(folder)!r}" in ran.stdout and f"lake_path={str(folder / 'lake')!r}" in ran.stdout
    program = folder / ".lake/build/bin/repl"
    assert "--timeout 7.0" in program.read_text()
    (tmp_path / "Own.lean").write_text("def own := 37\n")
    process = start(str(folder / "lake"), "env", str(program))
    assert ask(process, cmd="import Own\nexample : own = 37 := rfl") == {"env": 0}
    assert process.communicate(timeout=60) == (b"", b"") and process.returncode == 0


def test_whatever_comes_each_block_is_answered(start: Start) -> None:
    garbage = [b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"cmd": "a"', b"null", b'{"cmd": 1}', b'{"env": 1e999}']
    long = json.dumps({"cmd": "-- " + "α" * 5_000_000 + "\ndef long := 1"}, ensure_ascii=False).encode()
    nul = b'{"cmd": "def f := \\u0000 1"}'
    last = [b"# a comment", b'{"cmd":\r\n "def g := 2"}\r', b'{"cmd": "#print g", "env": 2}']
    process = start()
    out, err = process.communicate(b"\n\n".join([*garbage, long, nul, *last]), timeout=250)
    assert (process.returncode, err) == (0, b"")
    answers = [json.loads(block) for block in out.split(b"\n\n") if block]
    assert [list(answer) for answer in answers[: len(garbage)]] == [["message"]] * len(garbage)
    longs, nuls, g, printed = answers[len(garbage) :]
    assert longs == {"env": 0} and nuls["env"] == 1 and nuls["messages"][0]["severity"] == "error"
    assert g == {"env": 2} and "g : Nat" in printed["messages"][0]["data"]


def test_requests_by_the_hundred(start: Start) -> None:
    """Written without waiting for an answer, as a client with threads may do; answered in order."""
    texts = [json.dumps({"cmd": f"theorem t{n} : {n} + 0 = {n} := by sorry", "env": 0}) for n in range(150)]
    blocks = ['{"cmd": "def zero := 0"}', *texts, '{"tactic": "rfl", "proofState": 149}']
    process = start()
    out, err = process.communicate("\n\n".join(blocks).encode(), timeout=280)
    answers = [json.loads(block) for block in out.split(b"\n\n") if block]
    assert (process.returncode, err, len(answers)) == (0, b"", 152)
    assert [answer["env"] for answer in answers[:-1]] == list(range(151))
    assert [answer["sorries"][0]["goal"] for answer in answers[1:-1]] == [f"⊢ {n} + 0 = {n}" for n in range(150)]
    assert answers[-1]["proofStatus"] == "Completed"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=["terminated", "killed"])
def test_a_client_that_kills_it_leaves_no_lean_behind(start: Start, sign: signal.Signals) -> None:
    process = start()
    assert ask(process, cmd="def f := 1") == {"env": 0}
    everything = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    assert len(everything) > 1
    assert process.stdin is not None
    process.stdin.write(json.dumps({"cmd": ENDLESS, "env": 0}).encode() + b"\n\n")
    process.stdin.flush()
    time.sleep(1)  # so that Lean is at it; a test that comes too early passes too
    process.send_signal(sign)
    _gone(everything)


@pytest.mark.slow
def test_trees_deeper_than_python_reads_by_itself(start: Start) -> None:
    text = f"example : Nat := {'(1 + ' * 300}1{')' * 300}"
    process = start()
    assert process.stdin is not None and process.stdout is not None
    assert ask(process, cmd="def f := 1") == {"env": 0}
    process.stdin.write(json.dumps({"cmd": text, "env": 0, "infotree": "full"}).encode() + b"\n\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(b'{"env": 1, "infotree": [{')
    assert process.stdout.readline() == b"\n"
    assert ask(process, cmd="#eval f", env=0)["env"] == 2


def test_too_little_address_space_is_said(start: Start) -> None:
    """What LeanInteract's `memory_hard_limit_mb` does. Node would only say that it was killed."""
    limited = 'ulimit -v 4000000 && exec "$@"'
    process = start("/bin/sh", "-c", limited, "sh", *PROVE, "repl", "-q", "--engine", "embedded")
    out, err = process.communicate(b'{"cmd": "def f := 1"}\n\n', timeout=60)
    assert (process.returncode, out) == (2, b"") and b"address_space" in err


def test_a_client_that_reads_no_more(start: Start) -> None:
    process = start()
    assert ask(process, cmd="def f := 1") == {"env": 0}
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.stdin.write(b'{"cmd": "def g := 1"}\n\n{"cmd": "def h := 1"}\n\n')
    process.stdin.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def _gone(processes: list[psutil.Process], seconds: float = 60.0) -> None:
    """Waits until none of the processes runs; a zombie does not."""
    end = time.monotonic() + seconds
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
        assert time.monotonic() < end, f"still there: {processes}"
        time.sleep(0.1)
