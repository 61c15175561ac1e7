"""`prove repl` as the binary behind LeanInteract."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prover.cli.app import run
from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.installation import cache_folder

#: It cannot be imported where there is no `git`.
interact: Any = pytest.importorskip("lean_interact", reason="no lean-interact, or no git", exc_type=ImportError)

ROOT = Path(__file__).parents[2]
OPEN = "theorem t (n : Nat) : n = 5 → n = 5 := by sorry"
ENDLESS = "def fib : Nat → Nat\n  | 0 => 0\n  | 1 => 1\n  | n + 2 => fib (n + 1) + fib n\n#eval fib 60"


@pytest.fixture(scope="module")
def config(embedded: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What a user does: one command, and the line it prints. The program is found through PYTHONPATH here."""
    folder = tmp_path_factory.mktemp("repl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]))
        patch.setenv("PROVER_CACHE_DIR", str(cache_folder()))
        assert run(["repl", "--install", str(folder), "--engine", "embedded", "-q"]) == 0
        yield interact.LeanREPLConfig(local_repl_path=folder, build_repl=False, lake_path=folder / "lake")


@pytest.fixture(scope="module")
def server(config: Any) -> Iterator[Any]:
    with interact.LeanServer(config) as started:
        yield started


def test_commands_and_tactics(server: Any) -> None:
    opened = server.run(interact.Command(cmd=OPEN))
    assert opened.sorries[0].goal == "n : Nat\n⊢ n = 5 → n = 5" and not opened.lean_code_is_valid(allow_sorry=False)
    first = server.run(interact.ProofStep(tactic="intro h", proof_state=opened.sorries[0].proof_state))
    assert first.goals == ["n : Nat\nh : n = 5\n⊢ n = 5"]
    assert server.run(interact.ProofStep(tactic="exact h", proof_state=first.proof_state)).proof_status == "Completed"
    wrong = server.run(interact.ProofStep(tactic="exat h", proof_state=0))
    assert type(wrong).__name__ == "LeanError" and wrong.message.startswith("Lean error:")
    assert server.run(interact.Command(cmd="example : 1 + 1 = 2 := rfl", env=opened.env)).lean_code_is_valid()


def test_tactics_roots_and_trees(server: Any) -> None:
    text = "theorem u (p : Prop) (h : p) : p := by\n  exact h"
    told = server.run(interact.Command(cmd=text, all_tactics=True, root_goals=True, infotree="full"))
    assert [tactic.tactic for tactic in told.tactics] == ["exact h"] and len(told.sorries) == 1
    assert type(told.infotree[0].node).__name__ == "CommandNode"
    [theorem] = told.infotree[0].theorems()
    assert theorem is not None


def test_files(server: Any, tmp_path: Path) -> None:
    file = tmp_path / "F.lean"
    file.write_text("def five := 5\n\ntheorem t : five = 5 := by\n  rfl\n")
    told = server.run(interact.FileCommand(path=str(file), all_tactics=True))
    assert told.lean_code_is_valid() and [tactic.tactic for tactic in told.tactics] == ["rfl"]
    absent = server.run(interact.FileCommand(path=str(tmp_path / "none.lean")))
    assert "no such file or directory" in absent.message and "none.lean" in absent.message


def test_what_is_kept_in_files(server: Any, tmp_path: Path) -> None:
    made = server.run(interact.Command(cmd=f"def kept := 5\n{OPEN}"))
    env, state = str(tmp_path / "kept.olean"), str(tmp_path / "state.olean")
    server.run(interact.PickleEnvironment(env=made.env, pickle_to=env))
    again = server.run(interact.UnpickleEnvironment(unpickle_env_from=env))
    assert server.run(interact.Command(cmd="example : kept = 5 := rfl", env=again.env)).lean_code_is_valid()
    server.run(interact.PickleProofState(proof_state=made.sorries[0].proof_state, pickle_to=state))
    read = server.run(interact.UnpickleProofState(unpickle_proof_state_from=state))
    assert read.goals == ["n : Nat\n⊢ n = 5 → n = 5"]
    done = server.run(interact.ProofStep(tactic="exact id", proof_state=read.proof_state))
    assert done.proof_status == "Completed"
    assert "message" in dir(server.run(interact.UnpickleEnvironment(unpickle_env_from=str(tmp_path / "none"))))


def test_a_request_that_does_not_end_costs_the_server(config: Any) -> None:
    with interact.LeanServer(config) as server:
        assert server.run(interact.Command(cmd="def f := 1")).env == 0
        processes = _tree(server)
        with pytest.raises(TimeoutError):
            server.run(interact.Command(cmd=ENDLESS), timeout=3)
        assert not server.is_alive()
        _gone(processes)


def test_a_killed_server_leaves_nothing_behind(config: Any) -> None:
    server = interact.LeanServer(config)
    assert server.run(interact.Command(cmd="def f := 1")).env == 0
    processes = _tree(server)
    assert len(processes) > 1, "a Lean process among them"
    psutil.Process(server._proc.pid).kill()
    _gone(processes)
    with pytest.raises((ChildProcessError, ConnectionAbortedError)):
        server.run(interact.Command(cmd="def f := 1"))
    server.restart()
    assert server.run(interact.Command(cmd="def f := 1")).env == 0
    server.kill()


@pytest.mark.parametrize("kept", ["ReplaySessionCache", "PickleSessionCache"])
def test_a_server_that_restarts_by_itself(config: Any, kept: str) -> None:
    sessioncache = __import__("lean_interact.sessioncache", fromlist=[kept])
    arguments = {"working_dir": config.working_dir} if kept == "PickleSessionCache" else {}
    cache = getattr(sessioncache, kept)(**arguments)
    # The machine's memory is not what is tested here.
    with interact.AutoLeanServer(config, session_cache=cache, max_total_memory=1.0) as server:
        made = server.run(interact.Command(cmd=f"def kept := 5\n{OPEN}"), add_to_session_cache=True)
        assert made.env < 0
        with pytest.raises(TimeoutError):
            server.run(interact.Command(cmd=ENDLESS, env=made.env), timeout=3)
        after = server.run(interact.Command(cmd="example : kept = 5 := rfl", env=made.env))
        assert after.lean_code_is_valid()


def test_a_pool_of_servers(config: Any) -> None:
    asked = [interact.Command(cmd=f"theorem t{n} : {n} + 0 = {n} := rfl") for n in range(6)]
    asked[3] = interact.Command(cmd="theorem wrong : 1 = 2 := rfl")
    with interact.LeanServerPool(config, num_workers=2, max_total_memory=1.0) as pool:
        answers = pool.run_batch(asked)
    assert [answer.lean_code_is_valid() for answer in answers] == [True, True, True, False, True, True]


def test_a_users_own_modules(config: Any, tmp_path: Path) -> None:
    """`LocalProject` runs `lake build` and starts the repl in the project's folder."""
    (tmp_path / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    (tmp_path / "lakefile.toml").write_text('name = "own"\n')
    (tmp_path / "Own.lean").write_text("def own := 37\n")
    lake = config.lake_path
    project = interact.LocalProject(directory=tmp_path, lake_path=lake)
    folder = config.local_repl_path
    own = interact.LeanREPLConfig(project=project, local_repl_path=folder, build_repl=False, lake_path=lake)
    with interact.LeanServer(own) as server:
        told = server.run(interact.Command(cmd="import Own\nexample : own = 37 := rfl"))
        assert told.lean_code_is_valid()


def _tree(server: Any) -> list[psutil.Process]:
    process = psutil.Process(server._proc.pid)
    return [process, *process.children(recursive=True)]


def _gone(processes: list[psutil.Process], seconds: float = 60.0) -> None:
    """Waits until none of the processes runs; a zombie does not."""
    end = time.monotonic() + seconds
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
        assert time.monotonic() < end, f"still there: {processes}"
        time.sleep(0.1)
