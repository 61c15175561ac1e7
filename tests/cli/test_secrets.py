"""A key from the environment stays there: no command that takes a model writes it anywhere, whatever its server says.

The server here repeats the request's headers in its answers and in its errors, as badly configured ones do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gauss_play
import pytest
from model_server import Asked, ModelServer

pytestmark = pytest.mark.lean

Prove = Callable[..., Any]
KEY = "canary-0123456789abcdef"
PASSWORD = "canary-of-an-address"
TEXT = gauss_play.TEXT + "\ntheorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  sorry\n"
MODEL = ("--model", "openai-api/local/tiny")
MANIFEST = """
name = "one"
title = "One statement"
default = "all"
[variants.all]
files = "one.jsonl"
data = "one.jsonl"
shape = "signature"
splits = { test = 1 }
split = "test"
"""


def writes(asked: Asked) -> list[str]:
    echoed = " ".join(f"{name}={value}" for name, value in asked.headers.items())
    if any(asked.text.startswith(begin) for begin in gauss_play.REPLIES) or "⊢" not in asked.text:
        return [f"{text}\n\n{echoed}" for text in gauss_play.writes(asked)]
    return [json.dumps(["exact ⟨h.2, h.1⟩", f"simp -- {echoed}"])]


@pytest.fixture
def keyed(server: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModelServer:
    """The server; key and address, with a password in it, in the environment."""
    server.key = KEY
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    monkeypatch.setenv("LOCAL_BASE_URL", server.url.replace("http://", f"http://user:{PASSWORD}@"))
    monkeypatch.chdir(tmp_path)
    return server


def tell_tales(folder: Path) -> list[str]:
    """Files in which a secret stands, whole or escaped, and names that hold one."""
    found: list[str] = []
    for path in folder.rglob("*"):
        if KEY in path.name or (path.is_file() and any(s.encode() in path.read_bytes() for s in (KEY, PASSWORD))):
            found.append(str(path))
    return found


def nothing_told(ran: Any, folder: Path) -> None:
    for secret in (KEY, PASSWORD):
        assert secret not in ran.out + ran.err
    assert tell_tales(folder) == []


def test_searches_runs_and_what_is_made_of_them(prove: Prove, keyed: ModelServer, file: Path, tmp_path: Path) -> None:
    ran = prove(
        f"{file}:swap", *MODEL, "--recipe", "chat", "--run", "run", "--record", "tape.jsonl", "--json",
        "--model-only", "--no-refute",
    )  # fmt: skip
    assert ran.code == 0 and all(asked.headers["authorization"] == f"Bearer {KEY}" for asked in keyed.asked)
    assert "authorization=Bearer …" in (tmp_path / "tape.jsonl").read_text(encoding="utf-8"), "the server did echo it"
    nothing_told(ran, tmp_path)
    for words in (
        ("report", "run", "-o", "page.html"),
        ("replay", "run", "--json"),
        ("replay", "run"),
        ("export", "run", "--what", "tactics", "-o", "tactics.jsonl"),
        (f"{file}:swap", "--model", "replay/tape.jsonl", "--recipe", "chat", "--model-only", "--no-refute", "--jsonl"),
    ):
        again = prove(*words)
        assert again.code in (0, 1), (words, again.err)
        nothing_told(again, tmp_path)


@pytest.mark.slow
def test_agents_and_their_plans(prove: Prove, keyed: ModelServer, file: Path, tmp_path: Path) -> None:
    target = f"{file}:gauss_cubed"
    kept = ("--run", "run", "--record", "tape.jsonl", "-o", "o.lean")
    ran = prove(target, "--agent", "leap", *MODEL, "--timeout", "100", *kept)
    assert ran.code == 0, ran.err
    nothing_told(ran, tmp_path)
    for words in (("lemmas", "run", "--why", "--page", "plan.html"), ("report", "run", "-o", "page.html")):
        nothing_told(prove(*words), tmp_path)
    planned = prove("plan", target, *MODEL, "--run", "planned", "--hint", "think")
    assert keyed.asked and planned.code in (0, 1)
    nothing_told(planned, tmp_path)


def test_evaluations(prove: Prove, keyed: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text(json.dumps({"id": "swap", "statement": "(p q : Prop) (h : p ∧ q) : q ∧ p"}))
    (tmp_path / "one.toml").write_text(MANIFEST)
    words = ("--split", "test", "--no-premises")
    ran = prove("bench", tmp_path / "one.toml", *words, *MODEL, "--recipe", "chat", "--out", "out")
    assert ran.code in (0, 1), ran.err
    nothing_told(ran, tmp_path)
    for more in (("report", "out", "-o", "page.html"), ("bench", "export", "out", "-o", "rows.csv")):
        nothing_told(prove(*more), tmp_path)


@pytest.mark.parametrize("words", [(), ("--json",), ("--jsonl",), ("--agent", "leap")])
def test_a_key_that_is_refused_is_not_told(
    prove: Prove, keyed: ModelServer, file: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """The server's message holds it."""
    keyed.key = "another"
    ran = prove(f"{file}:swap", *MODEL, *words, "--timeout", "10", "--run", "run")
    assert ran.code != 0 and "LOCAL_API_KEY" in ran.out + ran.err
    nothing_told(ran, tmp_path)


@pytest.mark.parametrize("key", ["canary key-with-a-blank", "canary-ключ-of-letters", "canary\tkey-with-a-tab"])
def test_a_key_that_cannot_be_sent_is_not_told(
    prove: Prove, keyed: ModelServer, file: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", key)
    ran = prove(f"{file}:swap", *MODEL, "--json")
    assert ran.code == 2 and ran.error == "model_key" and "canary" not in ran.out + ran.err


def test_sessions(keyed: ModelServer, file: Path, tmp_path: Path) -> None:
    said = "goals\nsuggest\nask what now\nnonsense\nquit\n"
    run = "import sys; from prover.cli.app import run; sys.exit(run())"
    command = [sys.executable, "-c", run, "session", "--plain", f"{file}:swap", *MODEL]
    ran = subprocess.run(command, input=said, capture_output=True, text=True, timeout=250)
    assert ran.returncode in (0, 1), ran.stderr
    assert not any(secret in ran.stdout + ran.stderr for secret in (KEY, PASSWORD))
    assert tell_tales(tmp_path) == []


@pytest.mark.parametrize("path", ["nowhere/tape.jsonl", ".", "t.lean/tape.jsonl"])
def test_a_recording_that_cannot_be_written(prove: Prove, keyed: ModelServer, file: Path, path: str) -> None:
    """Pinned: an exception of the system's, and a connection left open."""
    ran = prove(f"{file}:swap", *MODEL, "--record", path, "--json")
    assert (ran.code, ran.error) == (2, "not_writable")
