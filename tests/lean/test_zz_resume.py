"""`prove run --run DIR`, killed in the middle of a search with a real Lean, and taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from prover.events import Event, RunFolder, from_line
from prover.lean import LeanEngine
from prover.search import LeanCall, SearchOutcome

FILE = """theorem first (p q : Prop) (hp : p) (hq : q) : q ∧ p := by
  sorry

theorem second (f : Nat → Nat) (h0 : f 0 = 1) (h : ∀ n, f (n + 1) = 2 * f n) (n : Nat) : f n = 2 ^ n := by
  sorry
"""
COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"


def calls(path: Path) -> list[tuple[str, LeanCall]]:
    """Tactics on record so far, with the search they belong to."""
    if not path.exists():
        return []
    events: list[Event] = [
        from_line(line) for line in path.read_bytes().splitlines(keepends=True) if line[-1:] == b"\n"
    ]
    return [(e.search, e.payload) for e in events if isinstance(e.payload, LeanCall)]


def test_a_killed_run_goes_on(engine: LeanEngine, tmp_path: Path) -> None:
    file, folder = tmp_path / "F.lean", tmp_path / "run"
    file.write_text(FILE)
    words = [sys.executable, "-c", COMMAND, "run", str(file), "--run", str(folder), "--timeout", "300", "--json"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    log = folder / "events.jsonl"
    try:
        while len([s for s, _ in calls(log) if s == "second#1"]) < 3:
            assert process.poll() is None, "the run ended before it could be killed"
            time.sleep(0.005)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = list(RunFolder.open(folder).events())
    assert not any(isinstance(e.payload, SearchOutcome) and e.search == "second#1" for e in before)
    again = subprocess.run([*words, "--resume"], env=environment, capture_output=True, text=True)
    assert again.returncode == 0, again.stdout + again.stderr
    events = list(RunFolder.open(folder).events())
    assert events[: len(before)] == before and "RunResumed" in {e.kind for e in events}
    ended = [e.search for e in events if isinstance(e.payload, SearchOutcome)]
    assert sorted(ended) == ["first#1", "second#1"], "a finished search is not done again"
    asked = [(search, c.state, c.tactic, c.heartbeats) for search, c in calls(log)]
    assert len(asked) == len(set(asked)), "no tactic was run twice on a state"
    shown = subprocess.run(
        [sys.executable, "-c", COMMAND, "replay", str(folder)], env=environment, capture_output=True, text=True
    )
    assert shown.returncode == 0 and shown.stdout.count(": proved\n") == 2
