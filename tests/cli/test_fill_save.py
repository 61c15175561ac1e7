"""What `-o` and `--write` put into files."""

from __future__ import annotations

from pathlib import Path

from prover.agent import FileResult
from prover.cli.fill import _save  # pyright: ignore[reportPrivateUsage]
from prover.lean.source import SourceFile

OPEN = "theorem t : 1 = 1 := by\n  sorry\n"


def test_only_o_has_what_an_agent_did_not_finish(tmp_path: Path) -> None:
    file, out = tmp_path / "t.lean", tmp_path / "o.lean"
    file.write_text(OPEN, encoding="utf-8")
    source = SourceFile.read(file)
    filled = SourceFile(source.name, b"theorem t : 1 = 1 := by\n  rfl\n")
    partial = SourceFile(source.name, b"theorem l : 1 = 1 := by\n  sorry\n\ntheorem t : 1 = 1 := by\n  exact l\n")
    assert _save(FileResult(source, filled, [], partial=partial), write=False, out=out) is None
    assert out.read_text(encoding="utf-8") == partial.text and file.read_text(encoding="utf-8") == OPEN
    assert _save(FileResult(source, filled, [], partial=partial), write=True, out=None) is None
    assert file.read_text(encoding="utf-8") == filled.text, "a file in place gets verified proofs alone"
