"""Which files a client may name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prover.core.errors import UserError
from prover.mcp.roots import Roots


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A root, and beside it a folder with a secret; links lead from the one to the other."""
    for name in ("root/sub", "rooted", "other"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("root/F.lean", "root/sub/G.lean", "rooted/S.lean", "other/S.lean"):
        (tmp_path / name).write_text(f"-- {name}\n")
    (tmp_path / "root/secret.txt").write_text("x")
    (tmp_path / "root/out.lean").symlink_to(tmp_path / "other/S.lean")
    (tmp_path / "root/in.lean").symlink_to(tmp_path / "root/F.lean")
    (tmp_path / "root/way").symlink_to(tmp_path / "other")
    (tmp_path / "root/loop.lean").symlink_to(tmp_path / "root/loop.lean")
    (tmp_path / "door").symlink_to(tmp_path / "root")
    return tmp_path


def refused(roots: Roots, text: str, *, written: bool = False) -> str:
    with pytest.raises(UserError) as error:
        roots.file(text, written=written)
    return error.value.code


@pytest.mark.parametrize("text", ["F.lean", "sub/../F.lean", "sub/G.lean", "in.lean", "./F.lean"])
def test_files_inside(tree: Path, text: str) -> None:
    roots = Roots.of([tree / "root"])
    assert roots.file(text).text == roots.file(str(tree / "root" / text)).text
    assert roots.file(text).text.startswith("-- root/")


@pytest.mark.parametrize(
    "text",
    [
        "../other/S.lean", "sub/../../other/S.lean", "out.lean", "way/S.lean", "way/../other/S.lean",
        "../rooted/S.lean",
        "way/../root/../other/S.lean", "../nothing.lean", "/etc/passwd", "/etc/../etc/passwd.lean", "~/x.lean/../../..",
    ],
)  # fmt: skip
def test_files_outside(tree: Path, text: str) -> None:
    roots = Roots.of([tree / "root"])
    assert refused(roots, text) in ("outside", "not_lean")
    if not text.startswith(("/", "~")):
        assert refused(roots, text) == "outside"
        assert refused(roots, f"{tree}/root/{text}") == "outside"


def test_a_root_may_be_named_by_a_link(tree: Path) -> None:
    roots = Roots.of([tree / "door"])
    assert roots.folders == ((tree / "root").resolve(),)
    assert roots.file(str(tree / "door/F.lean")).text == roots.file(str(tree / "root/F.lean")).text


def test_what_is_no_lean_file(tree: Path) -> None:
    roots = Roots.of([tree / "root"])
    assert refused(roots, "secret.txt") == "not_lean"
    assert refused(roots, "absent.lean") == "no_file"
    assert refused(roots, "loop.lean") in ("unreadable", "no_file")
    assert refused(roots, "F.lean\0.txt") == "bad_arguments" and refused(roots, " ") == "bad_arguments"
    (tree / "root/d.lean").mkdir()
    assert refused(roots, "d.lean") == "directory"
    os.mkfifo(tree / "root/pipe.lean")
    assert refused(roots, "pipe.lean") == "unreadable"
    with open(tree / "root/big.lean", "wb") as file:
        file.truncate(9 * 2**20)
    assert refused(roots, "big.lean") == "too_large"


def test_a_link_is_read_and_not_written(tree: Path) -> None:
    roots = Roots.of([tree / "root"])
    assert refused(roots, "in.lean", written=True) == "symlink"
    assert roots.file("F.lean", written=True).path == (tree / "root/F.lean").resolve()


def test_relative_paths_are_looked_for_in_every_root(tree: Path) -> None:
    roots = Roots.of([tree / "root", tree / "other"])
    assert roots.file("S.lean").text == "-- other/S.lean\n" and roots.file("F.lean").text == "-- root/F.lean\n"


def test_the_clients_roots_only_narrow(tree: Path) -> None:
    roots = Roots.of([tree / "root"])
    narrow = roots.narrow([(tree / "root/sub").as_uri(), (tree / "other").as_uri()])
    assert narrow.file("sub/G.lean").text == "-- root/sub/G.lean\n"
    assert refused(narrow, "F.lean") == "outside" and refused(narrow, str(tree / "other/S.lean")) == "outside"
    assert roots.narrow([]) == roots
    wide = roots.narrow(["file:///"])
    assert wide.file("F.lean").text and refused(wide, str(tree / "other/S.lean")) == "outside"
    assert refused(roots.narrow(["https://host/root"]), "F.lean") == "outside"


def test_a_clients_root_with_a_space_in_it(tree: Path) -> None:
    folder = tree / "root/a b"
    folder.mkdir()
    (folder / "H.lean").write_text("-- h\n")
    assert Roots.of([tree / "root"]).narrow([folder.as_uri()]).file("a b/H.lean").text == "-- h\n"


def test_folders(tree: Path) -> None:
    roots = Roots.of([tree / "root"])
    assert roots.folder("sub") == (tree / "root/sub").resolve()
    (tree / "root/sub/run.json").symlink_to(tree / "other/S.lean")
    for text, files in (("../other", ()), ("way", ()), ("sub", ("run.json",))):
        with pytest.raises(UserError) as error:
            roots.folder(text, files)
        assert error.value.code == "outside"
    with pytest.raises(UserError) as error:
        roots.folder("F.lean")
    assert error.value.code == "no_folder"
    with pytest.raises(UserError) as error:
        Roots.of([tree / "absent"])
    assert error.value.code == "no_folder"
