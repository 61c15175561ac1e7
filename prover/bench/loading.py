"""A benchmark's problems, from the files that it is released in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from prover.bench.catalogue import bad_reason, find_manifest, find_overlay
from prover.bench.composing import compose, put_right
from prover.bench.draft import Draft, Rejected
from prover.bench.fields import drafts
from prover.bench.files import DataFile, is_archive, read_files
from prover.bench.lean_files import lean_drafts
from prover.bench.manifest import Manifest, Overlay, Variant
from prover.bench.problem import Problem
from prover.core.errors import UserError

_HOLE = "what comes before it has a hole, on which a proof would rest"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was asked for of a benchmark.

    `problems`: in the order of the files. `rejected`: records that could not be used. `sources`: the files that were
    read, name to SHA-256, and `hub:REPOSITORY` to its commit; `changed`: those that differ from the files that the
    manifest says were released. `variant`: its name, also where none was asked for. `released`: problems in the split,
    those known to be bad included; `excluded`: how many of these were left out. `missed`: statements whose correction
    does not fit the text. `splits`: problems by split, before one was chosen.
    """

    manifest: Manifest
    problems: tuple[Problem, ...]
    rejected: tuple[Rejected, ...]
    sources: Mapping[str, str]
    variant: str = ""
    released: int = 0
    excluded: int = 0
    changed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    splits: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def told_variant(self) -> str:
        """The variant as names of results have it: the default one goes without saying."""
        return "" if self.variant == self.manifest.default else self.variant

    @property
    def form(self) -> Variant:
        """The variant that was read."""
        return self.manifest.variant(self.variant)


def load(
    name: str,
    *,
    data: Path | None = None,
    split: str = "",
    variant: str = "",
    corrected: str = "",
    without_bad: bool = False,
    modern: bool = False,
) -> Loaded:
    """The problems of a benchmark: by name, or by the path of a manifest.

    `data`: a file, a folder or an archive; without it they are what comes with the library, or are fetched from the
    hub. `variant`: empty for the one that the data's file tells, by its hash or its name, else the default. `split`:
    empty for all. `corrected`: the name of an overlay. `without_bad`: leaves out statements that are known to be wrong
    and not corrected; else they stay as released. `modern`: notation is rewritten as newer libraries want it.

    Raises `UserError`: `no_benchmark`, `bad_manifest`, `no_variant`, `no_split`, `no_overlay`, `no_data`,
    `data_too_large`, `bad_archive`, `nothing_loaded`; `SetupError` where the hub cannot be asked.
    """
    manifest = find_manifest(name)
    chosen = variant or _told(manifest, data)
    form = manifest.variant(chosen)
    overlay = find_overlay(manifest, chosen, corrected) if corrected else None
    where, commit = (data, {}) if data else _found(manifest, chosen)
    files = tuple(read_files(where, form.holds))
    found = list(_read(form, files))
    rejected = [record for record in found if isinstance(record, Rejected)]
    read: list[Problem] = []
    for draft in found:
        if isinstance(draft, Rejected):
            continue
        try:
            read.append(compose(draft, form, modern=modern))
        except ValueError as error:
            rejected.append(Rejected(draft.file.name, draft.record, str(error)))
    _refuse_nothing(manifest, chosen, where, files, read, rejected)
    problems = _distinct(read)
    splits: dict[str, int] = {}
    for problem in problems:
        splits[problem.split] = splits.get(problem.split, 0) + 1
    _refuse_split(manifest, form, chosen, split, splits)
    asked = [problem for problem in problems if not split or problem.split == split]
    marked, missed = _marked(manifest, form, asked, overlay)
    kept = tuple(problem for problem in marked if not (without_bad and problem.bad))
    return Loaded(
        manifest=manifest,
        problems=kept,
        rejected=tuple(sorted(rejected, key=lambda r: (r.file, r.record))),
        sources={file.name: file.sha256 for file in files} | commit,
        variant=chosen,
        released=len(marked),
        excluded=len(marked) - len(kept),
        changed=tuple(file.name for file in files if _differs(form, file)),
        missed=tuple(missed),
        splits=splits,
    )


def _told(manifest: Manifest, data: Path | None) -> str:
    """The variant that was released as this very file, or whose file's name it has; else the default."""
    if data is None or not data.is_file():
        return manifest.default
    (file,) = read_files(data, manifest.variant(manifest.default).holds) if not is_archive(data) else (None,)
    same = [name for name, form in manifest.variants.items() if file and file.sha256 in form.sha256.values()]
    named = [name for name, form in manifest.variants.items() if form.holds(data.name)]
    fitting = same or named
    return fitting[0] if fitting and manifest.default not in fitting else manifest.default


def _found(manifest: Manifest, chosen: str) -> tuple[Path, dict[str, str]]:
    """The data beside the manifest, or on the hub; of these the commit, by the name of the repository."""
    form = manifest.variant(chosen)
    if not form.data:
        from prover.bench.hub import fetch

        folder, commit = fetch(manifest, chosen)
        return folder, {f"hub:{form.hub.repo}" if form.hub else "hub": commit}
    path = manifest.folder / form.data
    if not path.exists():
        message = f"the data of {manifest.name}, variant {chosen}, are not at {path}"
        raise UserError(message, code="no_data", hint="install leap-prover again, or give them with --data PATH")
    return path, {}


def _read(form: Variant, files: Sequence[DataFile]) -> Iterator[Draft | Rejected]:
    if form.format != "records":
        yield from lean_drafts(form, files)
        return
    for file in files:
        yield from drafts(form, file)


def _refuse_nothing(
    manifest: Manifest,
    chosen: str,
    where: Path,
    files: Sequence[DataFile],
    read: Sequence[Problem],
    rejected: Sequence[Rejected],
) -> None:
    if not files:
        patterns = ", ".join(manifest.variant(chosen).files)
        message = f"{where} has no files of {manifest.name}, variant {chosen}"
        raise UserError(message, code="no_data", hint=f"looked for {patterns}; --variant names another form")
    if not read:
        first = next(iter(rejected), None)
        why = f": {first.file}, record {first.record}: {first.reason}" if first else ": they hold no records"
        raise UserError(f"none of the records in {where} can be used{why}", code="nothing_loaded")


def _refuse_split(manifest: Manifest, form: Variant, chosen: str, split: str, splits: Mapping[str, int]) -> None:
    if split and split not in splits:
        found = ", ".join(f"{name or '(none)'} ({count})" for name, count in splits.items())
        hint = f"the data have {found}"
        if split in form.splits:
            hint += f"; as released {split} has {form.splits[split]}"
        message = f"{manifest.name}, variant {chosen}, has no split {split!r} in these data"
        raise UserError(message, code="no_split", hint=hint)


def _distinct(problems: Sequence[Problem]) -> list[Problem]:
    """The problems with ids that differ, in upper and lower case too: they become names of files."""
    taken: set[str] = set()
    made: list[Problem] = []
    for problem in problems:
        id, number = problem.id, 1
        while id.casefold() in taken:
            number += 1
            id = f"{problem.id}.{number}"
        taken.add(id.casefold())
        made.append(problem if number == 1 else replace(problem, id=id, notes=(*problem.notes, "id-repeated")))
    return made


def _marked(
    manifest: Manifest, form: Variant, problems: Sequence[Problem], overlay: Overlay | None
) -> tuple[list[Problem], list[str]]:
    """The problems, corrected where the overlay does, else with the reason why they are bad; and what it missed."""
    made: list[Problem] = []
    missed: list[str] = []
    for problem in problems:
        bad = bad_reason(manifest, form, problem.id) or (_HOLE if "hole-before" in problem.notes else "")
        fix = overlay.fixes.get(problem.id) if overlay else None
        better = put_right(problem, fix, overlay.name) if overlay and fix else None
        if fix and better is None:
            missed.append(problem.id)
        made.append(better or (replace(problem, bad=bad) if bad else problem))
    return made, missed


def _differs(form: Variant, file: DataFile) -> bool:
    return bool(form.sha256) and file.sha256 not in form.sha256.values()
