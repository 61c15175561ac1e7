"""The command line of an embedded Lean: what the process may touch, and what it is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from prover.core.errors import SetupError
from prover.lean.embedded import launch as launching
from prover.lean.embedded import loader
from prover.lean.embedded.engine import EmbeddedEngine
from prover.lean.embedded.installation import Installation
from prover.lean.embedded.launch import EXIT_OUT_OF_MEMORY, World, launch
from prover.lean.sources import BridgeSources, source_path


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "node_program", lambda: Path("/n/node"))


def parts(argv: tuple[str, ...]) -> tuple[list[str], dict[str, Any], list[str]]:
    at = next(index for index, word in enumerate(argv) if word.endswith("process.js"))
    return list(argv[1:at]), json.loads(argv[at + 1]), list(argv[at + 2 :])


def test_only_the_world_is_readable_and_only_scratch_writable(tmp_path: Path) -> None:
    for name in ("home", "lib", "scratch", "bridge", "project"):
        (tmp_path / name).mkdir()
    world = World(tmp_path / "lib", tmp_path / "scratch", bridge=tmp_path / "bridge", projects=[tmp_path / "project"])
    command = launch(tmp_path / "home", world, ["--version"])
    flags, config, arguments = parts(command.argv)
    real = tmp_path.resolve()
    assert "--permission" in flags
    readable = {flag.partition("=")[2] for flag in flags if flag.startswith("--allow-fs-read=")}
    assert readable == {str(real / name) for name in ("home", "lib", "scratch", "bridge", "project")}
    assert [flag for flag in flags if flag.startswith("--allow-fs-write")] == [f"--allow-fs-write={real / 'scratch'}"]
    assert not any(
        flag.startswith(("--allow-child", "--allow-addons", "--allow-wasi", "--allow-net")) for flag in flags
    )
    assert [root["at"] for root in config["roots"] if root["writable"]] == ["/scratch"]
    assert [root["at"] for root in config["roots"] if root["trusted"]] == ["/lean/lib", "/lean/bridge"]
    assert config["env"]["LEAN_PATH"] == "/lean/lib:/lean/bridge:/lean/project/0"
    assert arguments == ["-j1", "--version"]
    assert command.cwd == tmp_path / "scratch"


def test_nothing_of_the_environment_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    command = launch(tmp_path, World(tmp_path, tmp_path), [])
    assert "hunter2" not in " ".join([*command.argv, *command.env.values()])
    assert set(command.env) <= {"SYSTEMROOT"}


@pytest.mark.parametrize(("asked", "given"), [(None, 2048), (1, 128), (700, 700), (1 << 20, 2048)])
def test_memory_limit(asked: int | None, given: int, tmp_path: Path) -> None:
    _, config, _ = parts(launch(tmp_path, World(tmp_path, tmp_path), [], asked).argv)
    assert config["memoryMb"] == given


def test_engine(tmp_path: Path) -> None:
    engine = EmbeddedEngine(Installation(tmp_path, "k"), tmp_path)
    assert engine.name == "embedded"
    assert "third-party WebAssembly build of Lean 4.28.0-pre, commit 38f3c0c" in engine.description
    command = engine.command(tmp_path, memory_mb=500)
    assert parts(command.argv)[2] == ["-j1", "--run", "/lean/bridge/Main.lean"]
    assert parts(engine.lean_command(tmp_path, ["a.lean"]).argv)[2] == ["-j1", "a.lean"]
    assert engine.ran_out_of_memory(EXIT_OUT_OF_MEMORY, "") and not engine.ran_out_of_memory(1, "")
    with pytest.raises(SetupError, match="without a Bridge"):
        EmbeddedEngine(Installation(tmp_path, "k")).command(tmp_path)


def test_another_build_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match="another build") as raised:
        loader.write_loader(b"\0asm\1\0\0\0", tmp_path)
    assert raised.value.code == "embedded_other_build"
    assert list(tmp_path.iterdir()) == []
    digest = hashlib.sha256(b"junk").hexdigest()
    monkeypatch.setattr(loader, "BUILD", loader.Build("4.28.0-pre", "38f3c0c", digest))
    with pytest.raises(SetupError, match="could not be prepared"):
        loader.write_loader(b"junk", tmp_path)


def test_exit_statuses_agree_with_the_host() -> None:
    text = loader.host_files()["layout.js"].decode()
    wanted = (
        f"outOfMemory: {launching.EXIT_OUT_OF_MEMORY}, abort: {launching.EXIT_ABORTED}, trap: {launching.EXIT_TRAPPED}"
    )
    assert wanted in text


def test_bridge_module_list(tmp_path: Path) -> None:
    (tmp_path / "modules.txt").write_text("# order matters\nBridge.Lists\n\nBridge.Server\n")
    assert BridgeSources.read(tmp_path).modules == ("Bridge.Lists", "Bridge.Server")
    assert str(source_path("Bridge.Lists")) == "Bridge/Lists.lean"
    with pytest.raises(SetupError, match="list of modules"):
        BridgeSources.read(tmp_path / "nowhere")
