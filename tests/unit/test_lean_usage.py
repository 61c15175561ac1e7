"""Who belongs to a process: it and all below it."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import psutil
import pytest

from prover.lean.usage import family


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
def test_a_process_and_all_below_it() -> None:
    script = "(sleep 60 & echo; wait) & wait"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        shell.stdout.readline()  # the innermost process has started
        root = psutil.Process(shell.pid)
        members = family(shell.pid)
        try:
            assert {member.pid for member in members} == {shell.pid, *(c.pid for c in root.children(recursive=True))}
            assert len(members) == 3
        finally:
            for member in members:  # those below end by themselves, perhaps before they are killed
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()


def test_one_that_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with pytest.raises(psutil.NoSuchProcess):
        family(ended.pid)
