"""Source files byte for byte: line ends, byte order mark, positions, edits, writing back."""

from __future__ import annotations

import os
import re
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import UserError
from prover.core.position import Position, Span
from prover.lean.source import Edit, SourceFile

BOM = b"\xef\xbb\xbf"
LINE = st.text(alphabet="ab :=\t∀α😀é—", max_size=8)
REPLACEMENT = st.text(alphabet="xy ∃\n", max_size=6)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file whose line ends are LF, CRLF or mixed, with or without a byte order mark and a last line end."""
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"]]))
    lines = draw(st.lists(st.tuples(LINE, st.sampled_from(ends)), max_size=8))
    last = draw(LINE)
    return draw(st.sampled_from([b"", BOM])) + "".join(text + end for text, end in [*lines, (last, "")]).encode()


def units(data: bytes) -> tuple[bytes, list[bytes]]:
    """The mark, if any, and the bytes on disk of each character that Lean reads."""
    mark = BOM if data.startswith(BOM) else b""
    return mark, [unit.encode() for unit in re.findall(r"\r\n|.", data[len(mark) :].decode(), re.DOTALL)]


def cuts(draw: st.DrawFn, text: str, at_most: int) -> list[tuple[int, int]]:
    """Disjoint stretches of `text` in characters, in order; some are empty."""
    ends = sorted(draw(st.lists(st.integers(0, len(text)), min_size=0, max_size=2 * at_most)))
    return sorted(set(zip(ends[::2], ends[1::2], strict=False)))


@st.composite
def edited_files(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, int, str]]]:
    data = draw(files())
    text = SourceFile("F.lean", data).text
    return data, [(start, end, draw(REPLACEMENT)) for start, end in cuts(draw, text, 4)]


def byte_span(text: str, start: int, end: int) -> Span:
    return Span(len(text[:start].encode()), len(text[:end].encode()))


@given(files())
def test_lean_is_given_lf_and_no_mark_and_the_file_keeps_its_bytes(data: bytes) -> None:
    source = SourceFile("F.lean", data)
    assert source.text.encode() == data.removeprefix(BOM).replace(b"\r\n", b"\n")
    assert source.with_edits([]).data == data
    _, characters = units(data)
    assert source.crlf == (characters.count(b"\r\n") > characters.count(b"\n"))


@given(edited_files())
def test_outside_the_edits_every_byte_stays(case: tuple[bytes, list[tuple[int, int, str]]]) -> None:
    data, edits = case
    source = SourceFile("F.lean", data)
    new = source.with_edits([Edit(byte_span(source.text, start, end), text) for start, end, text in reversed(edits)])
    expected, characters = units(data)
    end_of_line = "\r\n" if source.crlf else "\n"
    text, at = "", 0
    for start, end, replacement in edits:
        expected += b"".join(characters[at:start]) + replacement.replace("\n", end_of_line).encode()
        text += source.text[at:start] + replacement
        at = end
    assert new.data == expected + b"".join(characters[at:])
    assert new.text == text + source.text[at:]


@given(files())
def test_positions_count_lines_and_code_points_and_map_back(data: bytes) -> None:
    source = SourceFile("F.lean", data)
    lines = source.text.split("\n")
    offset = 0
    for number, line in enumerate(lines, 1):
        assert source.line_text(number) == line
        for column in range(len(line) + 1):
            at = offset + len(line[:column].encode())
            assert source.position(at) == Position(number, column)
            assert source.offset(Position(number, column)) == at
        assert source.offset(Position(number, len(line) + 5)) == offset + len(line.encode())
        offset += len(line.encode()) + 1
    assert source.offset(Position(len(lines) + 1, 0)) == len(source.text.encode())


@given(files(), st.data())
def test_a_slice_is_what_the_span_says(data: bytes, chance: st.DataObject) -> None:
    source = SourceFile("F.lean", data)
    start = chance.draw(st.integers(0, len(source.text)))
    end = chance.draw(st.integers(start, len(source.text)))
    assert source.slice(byte_span(source.text, start, end)) == source.text[start:end]


@given(st.binary(max_size=40))
def test_any_bytes_are_text_or_a_message(data: bytes) -> None:
    try:
        source = SourceFile("F.lean", data)
    except UserError as error:
        assert error.code == "not_utf8"
        with pytest.raises(UnicodeDecodeError) as caught:
            data.decode()
        assert f"byte {caught.value.start})" in error.message
    else:
        # Lone carriage returns stay where they are; only Lean may complain of them.
        assert source.with_edits([]).data == data
        whole = source.with_edits([Edit(Span(0, 0), "x")])
        assert whole.data == data[: len(data) - len(data.removeprefix(BOM))] + b"x" + data.removeprefix(BOM)


def test_an_edit_at_a_line_end_keeps_the_line_end() -> None:
    source = SourceFile("F.lean", BOM + b"a := sorry\r\nb := sorry\r\n")
    first, second = (m.span() for m in re.finditer("sorry", source.text))
    new = source.with_edits([Edit(Span(*second), "by\n  simp"), Edit(Span(*first), "1")])
    assert new.data == BOM + b"a := 1\r\nb := by\r\n  simp\r\n"


def test_edits_must_not_overlap() -> None:
    source = SourceFile("F.lean", b"abcdef")
    with pytest.raises(ValueError, match="overlap"):
        source.with_edits([Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")])
    assert source.with_edits([Edit(Span(0, 3), "x"), Edit(Span(3, 3), "y")]).text == "xydef"


def test_insertions_at_one_place_keep_their_order() -> None:
    edits = [Edit(Span(1, 2), "B"), Edit(Span(1, 1), "1"), Edit(Span(1, 1), "2")]
    assert SourceFile("F.lean", b"abc").with_edits(edits).text == "a12Bc"


# ---- reading and writing --------------------------------------------------------------------------------------------


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    for path, code in [(tmp_path, "directory"), (tmp_path / "no.lean", "no_file")]:
        with pytest.raises(UserError) as caught:
            SourceFile.read(path)
        assert caught.value.code == code and caught.value.exit_code == 2


def test_writing_back_replaces_the_whole_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_bytes(b"a\r\n")
    path.chmod(0o640)
    source = SourceFile.read(path)
    source.with_edits([Edit(Span(0, 1), "b")]).write_over(source)
    assert path.read_bytes() == b"b\r\n" and stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_bytes(b"a")
    source = SourceFile.read(path)
    path.write_bytes(b"somebody's work")
    with pytest.raises(UserError) as caught:
        source.with_edits([Edit(Span(0, 1), "b")]).write_over(source)
    assert caught.value.code == "changed" and path.read_bytes() == b"somebody's work"
    path.unlink()
    with pytest.raises(UserError) as caught:
        source.write_over(source)
    assert caught.value.code == "changed" and not path.exists()


def test_two_writers_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.lean.source.tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("prover.lean.source._LOCK_SECONDS", 0.1)
    path = tmp_path / "F.lean"
    path.write_bytes(b"a")
    source = SourceFile.read(path)
    new = source.with_edits([Edit(Span(0, 1), "b")])
    held = threading.Event()
    let_go = threading.Event()

    def replace(*_: object) -> None:
        held.set()
        let_go.wait(10)

    with monkeypatch.context() as patched:
        patched.setattr("prover.lean.source._replace", replace)
        first = threading.Thread(target=new.write_over, args=(source,))
        first.start()
        held.wait(10)
    with pytest.raises(UserError) as caught:
        new.write_over(source)
    let_go.set()
    first.join()
    assert caught.value.code == "busy"
    new.write_over(source)
    assert path.read_bytes() == b"b"


def test_symbolic_links_are_not_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "target.lean", tmp_path / "link.lean"
    target.write_bytes(b"a")
    link.symlink_to(target)
    source = SourceFile.read(link)
    for write in (lambda: source.write_over(source), lambda: source.write_to(link)):
        with pytest.raises(UserError) as caught:
            write()
        assert caught.value.code == "symlink"
    assert link.is_symlink() and target.read_bytes() == b"a"


def test_a_new_file_gets_the_usual_mode_and_standard_input_has_no_place(tmp_path: Path) -> None:
    source = SourceFile("-", b"a")
    source.write_to(tmp_path / "new.lean")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "new.lean").stat().st_mode) == 0o666 & ~umask
    with pytest.raises(UserError) as caught:
        source.write_over(source)
    assert caught.value.code == "not_writable"
    with pytest.raises(UserError) as caught:
        source.write_to(tmp_path)
    assert caught.value.code == "directory"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "F.lean"
    path.write_bytes(b"a")
    source = SourceFile.read(path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prover.lean.source.os.fsync", full)
    with pytest.raises(UserError) as caught:
        source.with_edits([Edit(Span(0, 1), "b")]).write_over(source)
    assert caught.value.code == "disk" and "No space" in caught.value.message
    assert path.read_bytes() == b"a" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_read_only_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "F.lean"
    path.write_bytes(b"a")
    source = SourceFile.read(path)
    new = source.with_edits([Edit(Span(0, 1), "b")])
    path.chmod(0o444)
    with pytest.raises(UserError) as caught:
        new.write_over(source)
    assert caught.value.code == "not_writable" and list(tmp_path.iterdir()) == [path]
    path.chmod(0o644)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(UserError) as caught:
            new.write_over(source)
    finally:
        tmp_path.chmod(0o755)
    assert caught.value.code == "not_writable" and path.read_bytes() == b"a"
