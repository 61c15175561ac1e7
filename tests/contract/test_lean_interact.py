"""`prove repl` as the binary behind LeanInteract, which is no dependency: run where it is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prover.lean.embedded import EmbeddedEngine
from prover.lean.embedded.installation import cache_folder

interact: Any = pytest.importorskip("lean_interact", reason="lean-interact is not installed")

ROOT = Path(__file__).parents[2]
REPL = f"""#!/bin/sh
PYTHONPATH={ROOT} PROVER_CACHE_DIR={{cache}} exec {sys.executable} -c \
'import sys; from prover.cli.app import run; sys.exit(run(["repl", "-q", "--engine", "embedded"]))'
"""
LAKE = '#!/bin/sh\n[ "$1" = env ] && shift && exec "$@"\necho "Lake version 5.0.0 (Lean version 4.28.0)"\n'


@pytest.fixture(scope="module")
def server(embedded: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("repl")
    (folder / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    program = folder / ".lake/build/bin/repl"
    program.parent.mkdir(parents=True)
    for path, text in ((program, REPL.format(cache=cache_folder())), (folder / "lake", LAKE)):
        path.write_text(text)
        os.chmod(path, 0o755)
    config = interact.LeanREPLConfig(local_repl_path=folder, build_repl=False, lake_path=folder / "lake")
    started = interact.LeanServer(config)
    yield started
    started.kill()


def test_commands_and_tactics(server: Any) -> None:
    from lean_interact.interface import LeanError  # pyright: ignore[reportMissingImports]

    opened = server.run(interact.Command(cmd="theorem t (n : Nat) : n = 5 → n = 5 := by sorry"))
    assert opened.sorries[0].goal == "n : Nat\n⊢ n = 5 → n = 5" and not opened.lean_code_is_valid(allow_sorry=False)
    first = server.run(interact.ProofStep(tactic="intro h", proof_state=opened.sorries[0].proof_state))
    assert first.goals == ["n : Nat\nh : n = 5\n⊢ n = 5"]
    assert server.run(interact.ProofStep(tactic="exact h", proof_state=first.proof_state)).proof_status == "Completed"
    assert isinstance(server.run(interact.ProofStep(tactic="exat h", proof_state=0)), LeanError)
    assert server.run(interact.Command(cmd="example : 1 + 1 = 2 := rfl", env=opened.env)).lean_code_is_valid()


def test_tactics_and_trees(server: Any) -> None:
    text = "theorem u (p : Prop) (h : p) : p := by\n  exact h"
    told = server.run(interact.Command(cmd=text, all_tactics=True, infotree="full"))
    assert [tactic.tactic for tactic in told.tactics] == ["exact h"]
    assert type(told.infotree[0].node).__name__ == "CommandNode"


def test_files_kept(server: Any, tmp_path: Path) -> None:
    made = server.run(interact.Command(cmd="def kept := 5"))
    file = str(tmp_path / "kept.olean")
    server.run(interact.PickleEnvironment(env=made.env, pickle_to=file))
    again = server.run(interact.UnpickleEnvironment(unpickle_env_from=file))
    assert server.run(interact.Command(cmd="example : kept = 5 := rfl", env=again.env)).lean_code_is_valid()
