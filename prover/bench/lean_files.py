"""Lean files, a problem each, to drafts: plain ones, and those of Verina and CLEVER, which are cut into sections."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from prover.bench.draft import Draft, Rejected
from prover.bench.fields import identifier
from prover.bench.files import DataFile
from prover.bench.manifest import Variant, split_by_file
from prover.bench.parts import plain_comment
from prover.bench.records import as_fields, as_list
from prover.generate.commands import Command, commands
from prover.generate.tokens import code_tokens

_MARK = re.compile(r"^[ \t]*(?:--+[ \t]*)+(?P<edge>start|end)_def[ \t]+(?P<name>\w+)[ \t]*$", re.MULTILINE)


def lean_drafts(variant: Variant, files: Sequence[DataFile]) -> Iterator[Draft | Rejected]:
    """A draft of each `.lean` file among the files of a variant; what is beside them may tell more about it."""
    texts: dict[str, str] = {}
    for file in files:
        try:
            texts[file.name] = file.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            yield Rejected(file.name, 0, f"it is not UTF-8: {error.reason} at byte {error.start + 1}")
    informal = _told(files, texts)
    shared = _shared(texts) if variant.format == "clever" else ()
    for file in files:
        if not file.name.endswith(".lean") or file.name not in texts or _is_shared(variant, file):
            continue
        try:
            yield _draft(variant, file, texts, informal, shared)
        except ValueError as error:
            yield Rejected(file.name, 0, str(error))


def _draft(
    variant: Variant, file: DataFile, texts: dict[str, str], told: dict[str, dict[str, Any]], shared: Sequence[Command]
) -> Draft:
    place = PurePosixPath(file.name)
    text = texts[file.name]
    id, informal, difficulty, topic = place.stem, "", "", ""
    notes: tuple[str, ...] = ()
    if variant.format == "verina":
        id = place.parent.name or id
        informal = texts.get((place.parent / "description.txt").as_posix(), "").strip()
        difficulty = next((word for word in ("basic", "advanced") if word in id), "")
    elif variant.format == "clever":
        text, informal, notes = _clever(text, shared)
    else:
        record = told.get(id, {})
        informal = str(record.get("informal_statement", ""))
        topic = ", ".join(map(str, as_list(record.get("tags"))))
    if variant.header and not any(token.text == "import" for token in code_tokens(text)[:1]):
        text, notes = f"{variant.header}\n\n{text}", (*notes, "header-supplied")
    return Draft(
        id=id,
        text=text,
        file=file,
        name=identifier(f"{variant.prefix}{id}"),
        informal=informal,
        split=variant.split or split_by_file(variant, file.name),
        topic=topic,
        difficulty=difficulty,
        notes=notes,
    )


def _told(files: Sequence[DataFile], texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What files of JSON beside PutnamBench's say of a problem, by its name."""
    told: dict[str, dict[str, Any]] = {}
    for file in files:
        if not file.name.endswith(".json") or file.name not in texts:
            continue
        try:
            found: object = json.loads(texts[file.name])
        except (ValueError, RecursionError):
            continue  # it only adds to what the Lean files say
        for record in as_list(found):
            fields = as_fields(record)
            told[str(fields.get("problem_name"))] = fields
    return told


def _is_shared(variant: Variant, file: DataFile) -> bool:
    return variant.format == "clever" and PurePosixPath(file.name).name == "AllImports.lean"


def _shared(texts: dict[str, str]) -> Sequence[Command]:
    """The commands of the file that CLEVER's problems import."""
    return next((commands(text) for name, text in texts.items() if name.endswith("AllImports.lean")), ())


def _clever(text: str, shared: Sequence[Command]) -> tuple[str, str, tuple[str, ...]]:
    """The task to prove an implementation correct: its text, its description, and notes.

    Raises `ValueError` where a section is missing.
    """
    sections = _sections(text)
    needed = ("problem_spec", "implementation_signature", "implementation", "correctness_definition")
    missing = [name for name in needed if not sections.get(name)]
    if missing:
        raise ValueError(f"it has no section {', '.join(missing)}")
    own = "\n\n".join(
        (
            sections["problem_spec"],
            "\n".join(sections[part] for part in ("implementation_signature", "implementation")),
            sections["correctness_definition"],
        )
    )
    imports = [command.text for command in shared if re.match(r"import\b", command.text)]
    if not shared:
        raise ValueError("the file AllImports.lean, which it imports, is not among the data")
    used = _used(own, [command for command in shared if command.name])
    parts = ("\n".join(imports), *(command.text for command in used), own)
    return "\n\n".join(parts), plain_comment(sections.get("problem_details", "")), ("sections",)


def _sections(text: str) -> dict[str, str]:
    """The text between each `start_def NAME` and the `end_def` after it."""
    found: dict[str, str] = {}
    open_name, begin = "", 0
    for mark in _MARK.finditer(text):
        if mark["edge"] == "start":
            open_name, begin = mark["name"], mark.end()
        elif mark["name"] == open_name:
            found.setdefault(open_name, text[begin : mark.start()].strip("\n"))
            open_name = ""
    return found


def _used(text: str, declared: Sequence[Command]) -> list[Command]:
    """Those of the declarations that a text names, and what these name, in their order."""
    wanted = _words(text)
    used: list[Command] = []
    for command in reversed(declared):
        if command.name in wanted:
            used.insert(0, command)
            wanted |= _words(command.text)
    return used


def _words(text: str) -> set[str]:
    found = [token.text for token in code_tokens(text) if token.kind == "word"]
    return {*found, *(name.split(".")[0] for name in found), *(name.split(".")[-1] for name in found)}
