"""The installation's life: made once, found, checked, repaired; interrupted and concurrent set-ups."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from prover.core.errors import SetupError
from prover.lean.embedded import installation
from prover.lean.embedded.installation import STAGE_PREFIX, Installation, find, install, repair, verify


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive that counts as the published one, and a loader that only writes a file."""
    monkeypatch.setenv("PROVER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(installation.package, "check_integrity", lambda *_: None)

    def unpack(_archive: Path, library: Path, progress: object) -> bytes:
        library.mkdir()
        (library / "Init.olean").write_bytes(b"olean")
        return b"module"

    def write_loader(module: bytes, folder: Path) -> None:
        (folder / "lean.wasm").write_bytes(module)

    monkeypatch.setattr(installation.package, "unpack", unpack)
    monkeypatch.setattr(installation, "write_loader", write_loader)
    monkeypatch.setattr(installation, "_probe", lambda *_: None)
    path = tmp_path / "package.tgz"
    path.write_bytes(b"archive")
    return path


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing should be built or downloaded")

    monkeypatch.setattr(installation, "_build", refuse)


def test_install_then_find(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find() is None
    assert "not installed" in verify()[0]
    made = install(archive)
    assert find() == made
    assert made.folder.name == made.key
    assert verify(deep=True) == []
    assert archive.exists()
    assert [path for path in made.folder.parent.iterdir() if path.name.startswith(STAGE_PREFIX)] == []
    forbid_work(monkeypatch)
    assert install() == made  # offline: no source, no download


def test_manifest_lists_all_files(archive: Path) -> None:
    made = install(archive)
    listed = json.loads((made.folder / "manifest.json").read_text())["files"]
    assert sorted(listed) == ["lean.wasm", "lib/Init.olean"]
    assert listed["lean.wasm"][0] == 6


def test_damage_is_found_named_and_repaired(archive: Path) -> None:
    made = install(archive)
    (made.folder / "lib/Init.olean").write_bytes(b"OLEAN")
    assert verify() == []  # same size: only the contents tell
    assert "Init.olean: contents changed" in verify(deep=True)[0]
    repair(archive)
    assert verify(deep=True) == []
    (made.folder / "lean.wasm").write_bytes(b"short")
    assert find() is None
    assert "lean.wasm: 5 bytes, expected 6" in verify()[0]
    install(archive)
    assert verify(deep=True) == []
    (made.folder / "lib/Init.olean").unlink()
    assert "missing" in verify()[0]
    (made.folder / "manifest.json").write_text("{")
    assert find() is None
    assert "manifest.json" in verify()[0]


def test_repair_leaves_a_sound_installation_alone(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = install(archive)
    forbid_work(monkeypatch)
    assert repair(archive) == made


def test_failure_leaves_nothing_behind(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SetupError("no", code="embedded_start")

    monkeypatch.setattr(installation, "_probe", fail)
    with pytest.raises(SetupError):
        install(archive)
    folder = Installation(installation.cache_folder() / "embedded", "").folder
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert find() is None


def test_leftovers_of_an_interrupted_install_are_removed(archive: Path) -> None:
    leftover = installation.cache_folder() / "embedded" / f"{STAGE_PREFIX}old"
    leftover.mkdir(parents=True)
    (leftover / "half.tgz").write_bytes(b"half")
    install(archive)
    assert not leftover.exists()


def test_two_set_ups_at_once_do_the_work_once(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    original = installation._build  # pyright: ignore[reportPrivateUsage]

    def slow(*given: object) -> None:
        built.append(1)
        time.sleep(0.3)
        original(*given)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(installation, "_build", slow)
    phases: list[str] = []
    results: list[Installation] = []

    def run() -> None:
        results.append(install(archive, lambda phase, *_: phases.append(phase)))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert len(set(results)) == 1
    assert phases.count("wait") == 2


def test_missing_source_is_an_error(archive: Path) -> None:
    with pytest.raises(SetupError, match="does not exist"):
        install(archive.with_name("nowhere.tgz"))


def test_cache_that_cannot_be_written(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("PROVER_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(SetupError, match="cannot be written") as raised:
        install(archive)
    assert raised.value.code == "cache_unwritable"
