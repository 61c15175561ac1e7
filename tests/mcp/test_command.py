"""`prove mcp` as a process, without Lean: what it refuses, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prover.cli.app import run

PROVE = [sys.executable, "-c", "import sys; from prover.cli.app import run; sys.exit(run())", "mcp"]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["--root", "absent"], "no_folder", 2),
        (["--engine", "repl"], "repl_cannot", 2),
        (["--agent", "leap"], "no_model", 2),
        (["--tactic-model", "openai/x"], "usage", 2),
        (["--model", "openai/no-such-model", "--money", "1"], "no_price", 2),
    ],
)
def test_options_that_make_no_sense(
    words: list[str], code: str, exit_code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["mcp", *words]) == exit_code
    out, err = capfd.readouterr()
    assert f"[{code}]" in err and not out


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("mcp", "mcp_types")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert run(["mcp"]) == 3
    out, err = capfd.readouterr()
    assert "[missing_extra]" in err and "leap-prover[mcp]" in err and not out


def test_the_command_line_does_not_need_the_extra() -> None:
    script = "import sys; import prover.cli.app; print('mcp' in sys.modules or 'mcp_types' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        PROVE, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask(server: subprocess.Popen[bytes], message: dict[str, Any]) -> dict[str, Any]:
    assert server.stdin and server.stdout
    server.stdin.write(json.dumps(message).encode() + b"\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline())


def test_standard_output_is_the_protocol(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin and server.stdout and server.stderr
    hello = ask(server, HELLO)["result"]
    assert hello["serverInfo"]["name"] == "leap-prover" and "check_proof" in hello["instructions"]
    server.stdin.write(b"\xff no JSON\n" + b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    listed = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    server.stdin.write(json.dumps(listed).encode() + b"\n")
    server.stdin.flush()
    answers: list[dict[str, Any]] = []
    while not answers or answers[-1].get("id") != 2:
        answers.append(json.loads(server.stdout.readline()))
    assert len(answers[-1]["result"]["tools"]) == 8
    server.stdin.close()
    assert server.stdout.read() == b"" and server.wait() == 0
    assert b"Traceback" not in server.stderr.read()


def test_a_signal_ends_it_though_its_input_is_open(server: subprocess.Popen[bytes]) -> None:
    ask(server, HELLO)
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 130
