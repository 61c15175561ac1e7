"""Data that others release: whatever is in them, they are loaded, or a `UserError` names the place."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import os
import random
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hostile import EDGES, as_json, cut_or_garbled, each_broken, nested, values
from hypothesis import given
from hypothesis import strategies as st

from prover.bench import files
from prover.bench.loading import Loaded, load
from prover.bench.manifest import read_manifest
from prover.bench.parts import split_text
from prover.core.errors import UserError
from prover.core.position import Span
from prover.lean.source import Edit, SourceFile

MANIFEST = (
    'name = "m"\ntitle = "t"\ndefault = "a"\n[variants.a]\nfiles = ["*.jsonl", "*.json", "*.parquet", "*.lean"]\n'
)
RECORD: dict[str, Any] = {
    "name": "x",
    "formal_statement": "theorem x (a : Nat) : a = a := by sorry",
    "header": "import Mathlib\nopen Nat",
    "informal_prefix": "/-- hi -/",
    "split": "test",
    "tags": ["a"],
    "helper": "def k := 1",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def _loaded(folder: Path, data: Path, more: str = "") -> Loaded | None:
    (folder / "m.toml").write_text(MANIFEST + more)
    try:
        found = load(str(folder / "m.toml"), data=data)
    except UserError as error:
        assert data.name in error.message or data.name in error.hint or "beside" in error.message, error.message
        return None
    for problem in found.problems:
        "\n".join([problem.id, problem.name, problem.statement, problem.header, problem.origin.file]).encode()
    for rejected in found.rejected:
        assert rejected.reason and rejected.record > 0
    return found


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("d.jsonl", lambda record: as_json(record) + b"\n"),
        ("d.json", lambda record: as_json([record])),
        ("d.json", lambda record: as_json({"theorems": [record]})),
    ],
)
def test_every_part_of_a_record_may_be_anything(folder: Path, name: str, written: Callable[[Any], bytes]) -> None:
    data = folder / name
    data.write_bytes(written(RECORD))
    found = _loaded(folder, data)
    assert found is not None and len(found.problems) == 1
    for broken in [*each_broken(RECORD), *EDGES]:
        data.write_bytes(written(broken))
        _loaded(folder, data)


@pytest.mark.parametrize("more", ['shape = "term"\n', 'shape = "signature"\n', 'answers = "inline"\n'])
def test_other_shapes_of_records(folder: Path, more: str) -> None:
    data = folder / "d.json"
    for broken in each_broken(RECORD):
        data.write_bytes(as_json([broken]))
        _loaded(folder, data, more)


@pytest.mark.parametrize(
    ("value", "reason"), [("\ud800", "surrogate"), (nested(300), "lists in lists"), (["a", ["\udfff"]], "surrogate")]
)
def test_what_no_text_holds_is_rejected_with_its_record(folder: Path, value: object, reason: str) -> None:
    """Pinned: these were a `RecursionError`, and a problem that could not be written down."""
    data = folder / "d.jsonl"
    data.write_bytes(as_json(RECORD) + b"\n" + as_json({**RECORD, "formal_statement": value}) + b"\n")
    found = _loaded(folder, data)
    assert found is not None and len(found.problems) == 1
    assert [(r.record, reason in r.reason) for r in found.rejected] == [(2, True)]


@pytest.mark.parametrize("named", ["../../etc/passwd", "/etc/passwd", "a\0b", "x" * 300, ".", "\ud800", "m.toml/x"])
def test_a_file_beside_the_data_is_beside_the_data(folder: Path, named: str) -> None:
    data = folder / "d.json"
    data.write_bytes(as_json([{**RECORD, "file": named}]))
    found = _loaded(folder, data, '[variants.a.columns]\npreamble_file = "file"\n')
    assert found is None or not found.problems


def test_a_link_beside_the_data_that_leads_away(folder: Path) -> None:
    (folder / "out.lean").symlink_to("/etc/passwd")
    data = folder / "d.json"
    data.write_bytes(as_json([{**RECORD, "file": "out.lean"}]))
    found = _loaded(folder, data, '[variants.a.columns]\npreamble_file = "file"\n')
    assert found is None or not found.problems


def test_parquet_with_changed_bytes(folder: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    data = folder / "d.parquet"
    parquet.write_table(arrow.table({"name": ["x"], "formal_statement": [RECORD["formal_statement"]]}), data)
    for changed in _changed(data.read_bytes(), 150):
        data.write_bytes(changed)
        _loaded(folder, data)


TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.lists(
        st.sampled_from(
            [
                "theorem",
                "def",
                "/-",
                "-/",
                "--",
                "start_def",
                "end_def",
                " problem_spec",
                "\n",
                ":=",
                "by",
                "sorry",
                "(",
                ")",
                "⟨",
                '"',
                "'",
                " ",
                ":",
                "namespace",
                "end",
                "section",
                "open",
                "in",
                "@[",
                "«",
                "»",
                'r#"',
                "\t",
            ]
        ),
        max_size=25,
    ).map("".join),
)


@pytest.mark.parametrize("form", ["lean", "verina", "clever"])
def test_lean_files_with_anything_in_them(folder: Path, form: str) -> None:
    data = folder / f"files-{form}"
    data.mkdir()

    @given(TEXT, values)
    def tried(text: str, value: Any) -> None:
        (data / "a.lean").write_text(text, encoding="utf-8", newline="")
        (data / "AllImports.lean").write_text(text, encoding="utf-8", newline="")
        (data / "told.json").write_bytes(as_json(value))
        _loaded(folder, data, f'format = "{form}"\n')

    tried()


@given(TEXT)
def test_any_text_is_cut_or_refused(text: str) -> None:
    try:
        parts = split_text(text)
    except ValueError:
        return
    assert parts.keyword and parts.statement.startswith(parts.keyword)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 3000,
        "a = " + "{a = " * 3000,
        "a = " + "[" * 500 + "]" * 500,
        "\0",
        "a = 1e999",
        "a." * 3000 + "b = 1",
    ],
)
def test_manifests_without_an_end(tmp_path: Path, text: str) -> None:
    """Pinned: nests were a `RecursionError`."""
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(UserError) as refused:
        read_manifest(tmp_path / "m.toml")
    assert refused.value.code == "bad_manifest" and str(tmp_path / "m.toml") in refused.value.message


@given(cut_or_garbled((MANIFEST + 'hub = {repo = "a/b", files = ["x"]}\nsplits = {t = 1}\n').encode()))
def test_garbled_manifests(folder: Path, text: bytes) -> None:
    (folder / "g.toml").write_bytes(text)
    try:
        read_manifest(folder / "g.toml")
    except UserError as error:
        assert error.code == "bad_manifest"


# --- archives


def _tar(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


LINE = as_json(RECORD) + b"\n"
OUT = [("../evil.jsonl", LINE), ("/evil.jsonl", LINE), ("a/../../evil.jsonl", LINE)]
MEMBERS = [("a/d.jsonl", LINE), ("é" * 90 + "/e.jsonl", LINE), *OUT]
ARCHIVES = {
    "a.tar": _tar(*MEMBERS),
    "b.tar.gz": gzip.compress(_tar(*MEMBERS), mtime=0),
    "c.tar.xz": lzma.compress(_tar(*MEMBERS)),
    "d.tar.bz2": bz2.compress(_tar(*MEMBERS)),
    "e.zip": _zip(*MEMBERS),
    "f.zip": _zip(*MEMBERS, method=zipfile.ZIP_LZMA),
    "g.zip": _zip(*MEMBERS, method=zipfile.ZIP_BZIP2),
    "h.tar": _tar(*MEMBERS, form=tarfile.GNU_FORMAT),
}


def _changed(data: bytes, times: int) -> list[bytes]:
    """`data` cut, or with some of its bytes changed, the same ones every time."""
    chance = random.Random(11)
    made: list[bytes] = []
    for number in range(times):
        changed = bytearray(data)
        if number % 3 == 0:
            del changed[chance.randrange(len(changed)) :]
        else:
            for _ in range(chance.randint(1, 3)):
                changed[chance.randrange(len(changed))] = chance.choice([0, 1, 128, 255, chance.randrange(256)])
        made.append(bytes(changed))
    return made


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_with_changed_bytes(folder: Path, name: str) -> None:
    """Pinned: names that are not UTF-8 and broken LZMA were exceptions of the libraries."""
    data = folder / name
    data.write_bytes(ARCHIVES[name])
    found = _loaded(folder, data)
    assert found is not None and len(found.problems) == 2, "what leads out of an archive is not read"
    for changed in _changed(ARCHIVES[name], 200):
        data.write_bytes(changed)
        _loaded(folder, data)


def _header(name: bytes, kind: bytes, size: int) -> bytes:
    """One block of a tar, as anybody may write it."""
    if 0 <= size < 8**11:
        number = b"%011o\0" % size
    else:
        number = (size % 256**12).to_bytes(12, "big")
        number = (bytes([0xFF]) if size < 0 else bytes([0x80])) + number[1:]
    fields = [name.ljust(100, b"\0"), b"0000644\0" + b"0000000\0" * 2, number, b"0" * 11 + b"\0", b" " * 8, kind]
    block = b"".join(fields).ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K", b"0", b"S", b"1", b"5"])
@pytest.mark.parametrize("size", [-1, -512, -(2**40), 2**33, 2**62, 2**70])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress], ids=["tar", "gz", "xz"])
def test_headers_that_lie_about_sizes(tmp_path: Path, kind: bytes, size: int, pack: Callable[[bytes], bytes]) -> None:
    """Pinned: long names are read before they are shown, and had no bound."""
    data = tmp_path / "a.tar"
    data.write_bytes(pack(_header(b"d.jsonl", kind, size) + b"\0" * 4096))
    tracemalloc.start()
    try:
        _loaded(tmp_path, data)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [b"x", b"L", b"0"])
def test_a_small_archive_of_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes) -> None:
    monkeypatch.setattr(files, "FILE_BYTES", 1 << 20)
    monkeypatch.setattr(files, "TOTAL_BYTES", 4 << 20)
    data = tmp_path / "a.tar.gz"
    size = 40 << 20
    data.write_bytes(gzip.compress(_header(b"d.jsonl", kind, size) + b"\0" * size + _tar(("d.jsonl", LINE)), 1))
    tracemalloc.start()
    try:
        assert _loaded(tmp_path, data) is None
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


def test_many_small_headers_of_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TOTAL_BYTES", 1 << 20)
    data = tmp_path / "a.tar"
    long_name = _header(b"@", b"L", 65536) + b"n" * 65536
    data.write_bytes(long_name * 40 + _tar(("d.jsonl", LINE)))
    assert _loaded(tmp_path, data) is None


def test_a_zip_that_says_it_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_BYTES", 1 << 20)
    data = tmp_path / "a.zip"
    size = 8 << 20
    made = _zip(("d.jsonl", b"\n" * size)).replace(struct.pack("<I", size), struct.pack("<I", 10))
    data.write_bytes(made)
    assert _loaded(tmp_path, data) is None


def test_a_zip_whose_members_are_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TOTAL_BYTES", 1 << 20)
    data = tmp_path / "a.zip"
    data.write_bytes(_zip(*((f"{n}.jsonl", b"\n" * (1 << 18)) for n in range(9))))
    with pytest.raises(UserError) as refused:
        list(files.read_files(data, lambda name: True))
    assert refused.value.code == "data_too_large"


def test_a_device_and_a_pipe_have_no_size_but_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_BYTES", 1 << 20)
    with pytest.raises(UserError) as refused:
        list(files.read_files(Path("/dev/zero"), lambda name: True))
    assert refused.value.code == "data_too_large"
    read, write = os.pipe()
    try:
        os.write(write, LINE)
        os.close(write)
        (found,) = files.read_files(Path(f"/dev/fd/{read}"), lambda name: True)
        assert found.content == LINE
    finally:
        os.close(read)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"d\xff.jsonl")).write_bytes(LINE)
    except OSError:
        pytest.skip("this file system has names of Unicode only")
    found = _loaded(tmp_path, tmp_path)
    assert found is not None and found.problems[0].origin.file == "d\\udcff.jsonl"


# --- edits of source files

SOURCE = st.lists(
    st.sampled_from(["a", "é", "𝒜", " ", "\n", "\r\n", "\r", "\u202e", "\ufeff", "theorem", "sorry", "\u2028", "\0"]),
    max_size=30,
).map("".join)


@given(SOURCE, st.booleans(), st.data())
def test_edits_anywhere(text: str, mark: bool, chance: st.DataObject) -> None:
    """Random text, random spans, insertions too: all else stays byte for byte; what overlaps is refused."""
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    mark = data.startswith(b"\xef\xbb\xbf")
    source = SourceFile("F.lean", data)
    size = len(source.text.encode())
    edges = [len(source.text[:n].encode()) for n in range(len(source.text) + 1)]
    pairs = st.tuples(st.sampled_from(edges), st.sampled_from(edges)).map(sorted)
    edits = [
        Edit(Span(*pair), put)
        for pair, put in chance.draw(st.lists(st.tuples(pairs, st.sampled_from(["", "x", "y\nz", "é"])), max_size=4))
    ]
    ordered = sorted(edit.span for edit in edits)
    overlap = any(one.end > other.start for one, other in itertools.pairwise(ordered))
    if overlap:
        with pytest.raises(ValueError):
            source.with_edits(edits)
        return
    made = source.with_edits(edits)
    expected, at = "", 0
    for edit in sorted(edits, key=lambda e: e.span):
        expected += source.slice(Span(at, edit.span.start)) + edit.text
        at = edit.span.end
    expected += source.slice(Span(at, size))
    whole = SourceFile("", (b"\xef\xbb\xbf" if mark else b"") + expected.encode()).text
    # Beside a carriage return that stood alone, a line feed makes another line end.
    assert made.text == whole or "\r" in text
    assert made.data.startswith(b"\xef\xbb\xbf") or not mark
    if not edits:
        assert made.data == data
    for offset in edges:
        assert source.offset(source.position(offset)) == offset
