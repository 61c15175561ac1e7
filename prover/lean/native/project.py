"""The Lake project a file belongs to: its root, its toolchain file, the packages its manifest names."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from prover.core.errors import SetupError
from prover.events.json_text import NotJson, read_json

LAKEFILES = ("lakefile.lean", "lakefile.toml")
MANIFEST = "lake-manifest.json"
TOOLCHAIN = "lean-toolchain"
_REQUIRE = re.compile(r"^\s*require\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """A dependency as the manifest names it, where it lies, where it was fetched from (empty: a local folder)."""

    name: str
    folder: Path
    url: str = ""

    @property
    def there(self) -> bool:
        return self.folder.is_dir()


@dataclass(frozen=True, slots=True)
class Project:
    """A Lake project. `root` has no symbolic links in it; `toolchain` is the text of its toolchain file, if any."""

    root: Path
    lakefile: Path
    toolchain: str | None

    @property
    def manifest(self) -> Path:
        return self.root / MANIFEST

    def packages(self) -> list[Package]:
        """The packages of the manifest; none where there is no manifest. `SetupError` when it cannot be read."""
        try:
            text = self.manifest.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(f"{self.manifest} cannot be read: {error}", code="lake_manifest") from error
        try:
            document: object = read_json(text)
        except NotJson as error:
            raise _bad_manifest(self, str(error)) from error
        if not isinstance(document, dict):
            raise _bad_manifest(self, "it is no JSON object")
        fields = cast(dict[str, Any], document)
        below = self.root / str(fields.get("packagesDir") or ".lake/packages")
        listed: object = fields.get("packages")
        rows = cast("list[object]", listed) if isinstance(listed, list) else []
        return [_package(self.root, below, cast(dict[str, Any], row)) for row in rows if isinstance(row, dict)]

    def requires(self) -> bool:
        """Whether its lakefile asks for other packages, as far as text can tell."""
        try:
            text = self.lakefile.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        if self.lakefile.suffix == ".toml":
            try:
                return bool(tomllib.loads(text).get("require"))
            except (tomllib.TOMLDecodeError, RecursionError):
                return False  # Lake will say what is wrong with it
        return _REQUIRE.search(text) is not None


def find_project(file: Path) -> Project | None:
    """The nearest Lake project upward from `file`; `None` when there is none.

    The path is followed as it was given first, and with its symbolic links resolved when that finds nothing.
    A file of a dependency (below `.lake/packages`) belongs to the project that fetched it.
    """
    given = file.expanduser().absolute()
    return _upward(given) or _upward(given.resolve())


def toolchain_of(folder: Path) -> str | None:
    """The text of the nearest toolchain file upward from `folder`, as elan looks for it; `None` without one."""
    for place in (folder, *folder.parents):
        try:
            text = (place / TOOLCHAIN).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue
        return text or None
    return None


def _upward(path: Path) -> Project | None:
    start = path if path.is_dir() else path.parent
    found: Project | None = None
    for folder in (start, *start.parents):
        lakefile = next((folder / name for name in LAKEFILES if (folder / name).is_file()), None)
        if lakefile is None:
            continue
        if found is None or _fetched(found.root, folder.resolve()):
            root = folder.resolve()
            found = Project(root, root / lakefile.name, toolchain_of(root))
    return found


def _fetched(inner: Path, outer: Path) -> bool:
    """Whether `inner` was put where Lake keeps the dependencies of `outer`."""
    return outer / ".lake" / "packages" in inner.parents


def _package(root: Path, below: Path, row: dict[str, Any]) -> Package:
    name = str(row.get("name", ""))
    # Lake writes the name of a package as Lean writes it; the folder has no guillemets.
    plain = name.replace("«", "").replace("»", "")
    sub = str(row.get("subDir") or "")
    folder = root / str(row.get("dir", "")) if row.get("type") == "path" else below / plain
    return Package(plain, folder / sub, str(row.get("url") or ""))


def _bad_manifest(project: Project, why: str) -> SetupError:
    return SetupError(
        f"{project.manifest} is damaged: {why}",
        code="lake_manifest",
        hint=f"run `lake update` in {project.root}",
    )
