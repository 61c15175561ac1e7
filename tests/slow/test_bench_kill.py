"""`prove bench`, killed at random moments and taken up again, comes to what an uninterrupted run comes to."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from prover.bench.folder import SEARCHES
from prover.bench.record import ATTEMPTS, Record, read_record

pytestmark = [pytest.mark.slow, pytest.mark.lean]

COMMAND = "import sys; from prover.cli.app import run; sys.exit(run())"
#: No limit but those that count the same on every machine.
WORDS = ("bench", "core", "--first", "24", "--expansions", "8", "--heartbeats", "1500", "--jobs", "2", "--out")
KILLS = 10


def begin(folder: Path) -> subprocess.Popen[bytes]:
    with said(folder).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *WORDS, str(folder)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def said(folder: Path) -> Path:
    return folder.with_suffix(".said")


def whole(folder: Path) -> Record:
    assert begin(folder).wait(timeout=1200) == 0, said(folder).read_text()
    return read_record(folder)


def kill(process: subprocess.Popen[bytes]) -> None:
    """As the power going: nobody is told, the Lean processes are left to notice."""
    below = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    psutil.wait_procs(below, timeout=60)
    assert not [child for child in below if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def proved(record: Record) -> set[tuple[str, str]]:
    ends = [(p.id, end) for p in record.problems for end in record.attempts(p.id)]
    return {(problem, end.code) for problem, end in ends if end.proved}


@pytest.mark.timeout(2400)
def test_ten_kills_change_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    alone = whole(tmp_path / "alone")
    usual = time.monotonic() - began
    chance, cut = random.Random(8), tmp_path / "cut"
    for _ in range(KILLS):
        process = begin(cut)
        log = cut / ATTEMPTS
        moment = chance.uniform(0.1, 1.3) * usual / 3
        deadline = time.monotonic() + moment
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        if process.poll() is None:
            kill(process)
        elif log.exists():
            assert process.returncode == 0, said(cut).read_text()
    after = whole(cut)
    assert after.finished() and not after.repeated and not after.foreign
    assert [p.id for p in after.problems] == [p.id for p in alone.problems]
    assert proved(after) == proved(alone) and len(proved(alone)) > 5
    assert all(len(after.attempts(p.id)) == 1 for p in after.problems)
    proofs = {end.proof_file for p in after.problems for end in after.attempts(p.id) if end.proof_file}
    assert all((cut / file).read_text() for file in proofs) and len(proofs) == len(proved(after))
    assert not [file for file in (cut / SEARCHES).iterdir() if not file.name.endswith(".jsonl")]
