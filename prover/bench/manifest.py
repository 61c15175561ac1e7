"""The file `benchmarks/NAME.toml`: where a benchmark comes from, how its records read, what is known to be wrong."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from prover.core.errors import UserError

_PAGE = "docs/benchmarks.md lists the keys of a manifest"
_NAME = r"^[a-z0-9][a-z0-9._-]*$"


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


#: Fields of a record; the first that is there is read. For `id`: all of them, joined with `-`.
Fields = Annotated[tuple[str, ...], BeforeValidator(_listed)]
#: A day, a month or a year, as far as it is known; empty where it is not.
_Date = Annotated[str, Field(pattern=r"^(\d{4}(-\d\d){0,2})?$")]


class Part(BaseModel):
    """A table of a manifest: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(Part):
    """Which fields of a record hold what, where they are not the usual ones (`prover.bench.fields`).

    `id`: several are joined. `preamble_file`: the name of a Lean file beside the data, whose text comes before.
    """

    id: Fields = ()
    name: Fields = ()
    statement: Fields = ()
    header: Fields = ()
    preamble: Fields = ()
    preamble_file: str = ""
    informal: Fields = ()
    split: Fields = ()
    topic: Fields = ()
    difficulty: Fields = ()


class Hub(Part):
    """A data set on the Hugging Face hub. `revision`: a commit; empty: the newest, whose commit is recorded."""

    repo: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    files: Fields = Field(min_length=1)
    revision: str = ""


class Variant(Part):
    """One of the forms in which a benchmark is released.

    `source`, `path`, `revision`: where its files are; `sha256`: of files as released, by name. `files`: patterns of
    their names, as they are looked for in a folder or an archive; `skip`: of those that hold no problems. `data`: they
    come with the library, beside the manifest. `format`: `records` (JSON lines, a JSON array, a JSON object with one,
    Parquet), `lean` (a Lean file each), `verina`, `clever` (Lean files in sections). `shape`: what a statement is: a
    `declaration`, a `signature` (binders, colon, type), a `term` (a type alone).

    `splits`: their sizes as released. Which one a record is of: `split` for all, else by `split_files` (pattern of the
    file's name), else as the record says, unless `split_labels` says that this label means another.

    `header`: for records that have none; `imports`: instead of those of the records. `auto_implicit`: statements use
    names that nothing binds. `answers`: what becomes of a placeholder for an answer that the file tells (`inline`: it
    is put there; `hole`: it stays open). `prefix`: of Lean names made from ids. `core`: how many statements need no
    Mathlib, estimated from their words. `bad`: statements known to be wrong, with the reason.
    """

    title: str = ""
    source: str = ""
    path: str = ""
    revision: str = ""
    sha256: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    files: Fields = ()
    skip: Fields = ()
    data: str = ""
    hub: Hub | None = None
    licence: str = ""
    released: _Date = ""
    toolchain: str = ""
    mathlib: str = ""
    format: Literal["records", "lean", "verina", "clever"] = "records"
    shape: Literal["declaration", "signature", "term"] = "declaration"
    columns: Columns = Columns()
    splits: dict[str, int] = {}
    split: str = ""
    split_files: dict[str, str] = {}
    split_labels: dict[str, str] = {}
    header: str = ""
    imports: Fields = ()
    auto_implicit: bool = False
    answers: Literal["", "inline", "hole"] = ""
    prefix: str = ""
    core: int | None = None
    bad: dict[str, str] = {}

    @property
    def size(self) -> int:
        """How many statements it has as released."""
        return sum(self.splits.values())

    def holds(self, name: str) -> bool:
        """Whether a file of this name (with its folders, `/` between) belongs to it."""
        return _any(self.files, name) and not _any(self.skip, name)


class Manifest(Part):
    """A benchmark. `default`: the variant that is meant where none is named; `released`: when its problems became
    public, first of all variants, which is what a model's training data are compared with. `bad`: of all variants.
    `folder`: where the manifest was read, with `overlays/NAME/*.toml` below it."""

    name: str = Field(pattern=_NAME)
    title: str
    default: str
    variants: dict[Annotated[str, Field(pattern=_NAME)], Variant] = Field(min_length=1)
    about: str = ""
    documentation: str = ""
    licence: str = ""
    released: _Date = ""
    bad: dict[str, str] = {}
    folder: Path = Path()

    @model_validator(mode="after")
    def _has_its_default(self) -> Manifest:
        if self.default not in self.variants:
            raise ValueError(f"there is no variant {self.default!r} (default)")
        return self

    def variant(self, name: str) -> Variant:
        """One of its forms. Raises `UserError` (`no_variant`)."""
        found = self.variants.get(name)
        if found is None:
            known = ", ".join(self.variants)
            message = f"the benchmark {self.name} has no variant {name!r}"
            raise UserError(message, code="no_variant", hint=f"one of {known}")
        return found


class Fix(Part):
    """One statement put right: `statement` (the whole of it, from `theorem` to its type), or `replace`: pairs of a
    piece of the text as released, which must occur in it, and what stands there instead. `why`: what was wrong."""

    why: str
    statement: str = ""
    replace: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="after")
    def _says_what(self) -> Fix:
        if bool(self.statement) == bool(self.replace):
            raise ValueError("either `statement` or `replace`")
        return self


class Overlay(Part):
    """Corrections under one name: who made them, where they are from, of which variants (none: of all). `extends`:
    overlays of the same benchmark whose corrections it takes over, unless it or one after has another."""

    name: str = Field(pattern=_NAME)
    title: str
    author: str
    source: str
    variants: Fields = ()
    extends: Fields = ()
    fixes: dict[str, Fix] = {}


_Model = TypeVar("_Model", bound=BaseModel)


def read_manifest(file: Path) -> Manifest:
    """Raises `UserError`: `no_benchmark`, `bad_manifest` (what is wrong, and where)."""
    return _read(file, Manifest, folder=file.parent)


def read_overlay(file: Path) -> Overlay:
    """Raises `UserError`: `no_benchmark`, `bad_manifest`."""
    return _read(file, Overlay)


def _read(file: Path, model: type[_Model], **more: object) -> _Model:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"there is no {file}", code="no_benchmark") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{file} cannot be read: {error}", code="bad_manifest") from None
    try:
        return model.model_validate({**data, **more})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]") or "(the file)"
        others = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise UserError(f"{file}: {key}: {first['msg']}{others}", code="bad_manifest", hint=_PAGE) from None


def _any(patterns: tuple[str, ...], name: str) -> bool:
    """Whether a name fits a pattern; one without `/` is compared with the last part of the name alone."""
    last = name.rpartition("/")[2]
    return any(
        fnmatchcase(f"/{name}", f"*/{pattern}") if "/" in pattern else fnmatchcase(last, pattern)
        for pattern in patterns
    )


def split_by_file(variant: Variant, name: str) -> str:
    """The split that a file's name says, empty where it says none."""
    return next((split for pattern, split in variant.split_files.items() if _any((pattern,), name)), "")
