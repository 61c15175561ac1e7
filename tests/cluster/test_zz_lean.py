"""`prove bench --cluster` with a real Lean on the nodes, and that none is left where a node, or the run, ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from bench_runs import problem

from prover.bench import AttemptEnded, AttemptSpoilt, Evaluation
from prover.bench.cluster import MOST_JOBS, open_stations
from prover.bench.entrant import Entrant
from prover.bench.folder import EvaluationFolder
from prover.bench.outfit import StationOutfit
from prover.bench.record import read_record
from prover.bench.runner import Runner
from prover.core.budget import Budget
from prover.core.errors import SetupError
from prover.events import RunSpec, read_events
from prover.lean.embedded import EmbeddedEngine

pytestmark = [pytest.mark.lean, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
COMMAND = "import sys, typer; from prover.cli import bench_run; app = typer.Typer(); app.command()(bench_run.run); "
COMMAND += "sys.exit(app(standalone_mode=False))"
MANIFEST = """
name = "toy"
title = "three statements"
default = "all"
[variants.all]
data = "toy.jsonl"
files = ["toy.jsonl"]
shape = "signature"
"""
RECORDS = [{"name": f"t{n}", "statement": f"(a b : Nat) : a + b + {n} = b + a + {n}"} for n in range(3)]


def leans(of: psutil.Process) -> list[psutil.Process]:
    """Lean processes among the descendants of a process."""
    found: list[psutil.Process] = []
    for process in of.children(recursive=True):
        try:
            if "--run" in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def left(processes: list[psutil.Process], seconds: float = 60.0) -> list[psutil.Process]:
    """Those that still run after a while."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def raylet(node: Any) -> psutil.Process:
    return psutil.Process(node.all_processes["raylet"][0].process.pid)


async def test_a_node_with_lean_is_killed_midway(cluster: Any, embedded: EmbeddedEngine, tmp_path: Path) -> None:
    entrant = Entrant(Budget(heartbeats=50_000_000, expansions=20), premises=False)
    outfit = StationOutfit.of(entrant, embedded, None, jobs=1, memory_mb=2500)
    asked = [problem(number) for number in range(6)]
    first = cluster.add_node(num_cpus=1)
    running: list[psutil.Process] = []
    lost: list[AttemptSpoilt] = []

    def observe(outcome: AttemptEnded | AttemptSpoilt) -> None:
        if isinstance(outcome, AttemptSpoilt):
            lost.append(outcome)
        elif not running:
            running.extend(leans(raylet(first)))
            cluster.remove_node(first, allow_graceful=False)
            cluster.add_node(num_cpus=1)

    with EvaluationFolder.open(tmp_path / "run", RunSpec(), Evaluation("toy", 6, 1), asked) as folder:
        async with open_stations("auto", outfit) as machines:
            tour = await Runner(folder, machines, jobs=MOST_JOBS, retries=0, observe=observe).run(folder.todo())
            second = machines.machines
    assert (tour.ended, tour.proved, tour.left) == (6, 6, 0) and tour.spoilt == len(lost) <= 1
    assert {spoilt.error for spoilt in lost} <= {"node_lost"}
    assert running and not left(running), "Lean outlived its node"
    assert len(second) == 1 and not second[0].endswith(first.node_id[:8])
    record = read_record(tmp_path / "run")
    assert record.finished() and not record.repeated
    for asked_for in record.problems:
        (end,) = record.attempts(asked_for.id)
        assert end.rung == 4 and asked_for.statement in (tmp_path / "run" / end.proof_file).read_text()
    searches = sorted((tmp_path / "run" / "searches").iterdir())
    assert len(searches) == 6 and all(list(read_events(search)) for search in searches)


async def test_a_node_with_another_lean_is_refused(cluster: Any, embedded: EmbeddedEngine, tmp_path: Path) -> None:

    entrant = Entrant(Budget(heartbeats=50_000_000))
    outfit = replace(StationOutfit.of(entrant, embedded, None, jobs=1, memory_mb=2500), lean_version="4.0.0")
    cluster.add_node(num_cpus=1)
    async with open_stations("auto", outfit) as machines:
        with pytest.raises(SetupError, match=r"Lean is .* there, 4\.0\.0 on the machine of the run") as caught:
            await machines.attempt(problem(1), 1)
    assert caught.value.code == "node_differs" and caught.value.hint


def test_the_command_stopped_killed_and_taken_up_again(installed: Any, tmp_path: Path) -> None:
    """On a cluster of its own. Stopped in the middle it leaves no process, killed no Lean; afterwards it goes on."""
    (tmp_path / "toy.toml").write_text(MANIFEST)
    (tmp_path / "toy.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    command = [sys.executable, "-c", COMMAND, str(tmp_path / "toy.toml"), "--out", str(tmp_path / "run")]
    command += ["--cluster", "local", "--heartbeats", "20000000", "--expansions", "30", "--engine", "embedded"]
    known = os.environ.get("PYTHONPATH", "")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [known])])}
    for number in (signal.SIGINT, signal.SIGKILL):
        said = tmp_path / f"said {number}"
        with said.open("w") as file:
            begun = subprocess.Popen(command, stdout=file, stderr=file, env=environment, start_new_session=True)
        top, end = psutil.Process(begun.pid), time.monotonic() + 400
        try:
            # The survey's Lean ends before the cluster's comes.
            while ": ready" not in said.read_text() or not leans(top):
                assert begun.poll() is None and time.monotonic() < end, said.read_text()
                time.sleep(0.1)
            tree = top.children(recursive=True) if number == signal.SIGINT else leans(top)
            if number == signal.SIGINT:
                os.killpg(begun.pid, number)  # as Ctrl-C does on a terminal
            else:
                begun.kill()
            assert begun.wait(120) == (130 if number == signal.SIGINT else -signal.SIGKILL), said.read_text()
            assert not left(tree)
        finally:
            begun.kill()
            begun.wait()
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, env=environment, timeout=400)
    document = json.loads(done.stdout)
    assert (document["left"], document["interrupted"], done.returncode) == (0, False, 0), done.stderr
    record = read_record(tmp_path / "run")
    assert record.finished() and len(record.problems) == 3 and not record.repeated
