"""Data sets of LeanDojo (https://leandojo.org), in the format of LeanDojo Benchmark 4, as records of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from prover.core.errors import UserError
from prover.dataset.array import items
from prover.dataset.line import Fields
from prover.dataset.record import DOJO, PROGRESS, SOLVED, TacticRecord

#: The verdict of a theorem whose proof stood in a repository that Lean compiled when it was traced.
TRACED = "traced"

_SPLITS = ("train", "val", "test")
_NO_GOALS = "no goals"
#: A proof with one of these is none.
_GAPS = re.compile(r"\b(?:sorry|admit|stop)\b")


class DojoData:
    """The tactics of a data set: a file of theorems (`train.json`, ...) or a folder of such files, at any depth.

    Files are read item by item. A theorem's tactics are `on_proof` unless one of them leaves a gap (`sorry`); none is
    `verified`, since no ladder of ours saw it. Raises `UserError`: `no_dojo_data`, `bad_dojo_data`.
    """

    def __init__(self, path: Path) -> None:
        # By folder, so that what is met first does not depend on the file system.
        files = sorted(p for s in _SPLITS for p in path.rglob(f"{s}.json")) if path.is_dir() else [path]
        files = [file for file in files if file.is_file()]
        if not files:
            raise UserError(
                f"no LeanDojo data in {path}",
                code="no_dojo_data",
                hint="give train.json, val.json or test.json, a folder with them, or a traced repository",
            )
        self.files = files

    def __iter__(self) -> Iterator[TacticRecord]:
        for file in self.files:
            split = file.stem if file.stem in _SPLITS else ""
            for number, item in enumerate(items(file), start=1):
                theorem = Fields(item)
                if not isinstance(theorem.data.get("traced_tactics"), list):
                    raise UserError(f"{file}, item {number} is no traced theorem", code="bad_dojo_data")
                yield from theorem_records(theorem, split)


def theorem_records(theorem: Fields, split: str = "", lean_version: str = "") -> Iterator[TacticRecord]:
    """The tactics of one traced theorem, in the order in which it tells them."""
    steps = theorem.inners("traced_tactics")
    whole = not any(_GAPS.search(step.text("tactic")) for step in steps)
    url, commit = theorem.text("url"), theorem.text("commit")
    for step in steps:
        after = step.text("state_after")
        solved = after == _NO_GOALS
        yield TacticRecord(
            state=step.text("state_before"),
            tactic=step.text("tactic"),
            outcome=SOLVED if solved else PROGRESS,
            after="" if solved else after,
            on_proof=whole,
            verdict=TRACED if whole else "",
            theorem=theorem.text("full_name"),
            used=_provenances(step),
            origin=DOJO,
            file=theorem.text("file_path"),
            repository=f"{url}@{commit}" if commit else url,
            split=split,
            lean_version=lean_version,
        )


def _provenances(step: Fields) -> tuple[str, ...]:
    """The names of a tactic's premises: its annotated form is a text and a list of where they come from."""
    annotated = step.items("annotated_tactic")
    named = Fields({"premises": annotated[1]}).inners("premises") if len(annotated) == 2 else []
    return tuple(dict.fromkeys(name for name in (item.text("full_name") for item in named) if name))
