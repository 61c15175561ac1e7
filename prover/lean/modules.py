"""Modules of the user's own: where a file's imports lie beside it, and in which order they are to be compiled.

Nothing of a project is run: a `lakefile.toml` is read for its source folders, a `lakefile.lean` only marks the
root. Headers are parsed by Lean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from prover.core.errors import UserError
from prover.lean.header import HeaderInfo
from prover.lean.source import SourceFile

_ROOT_MARKS = ("lakefile.lean", "lakefile.toml", "lean-toolchain")
_COMPONENT = re.compile(r"«([^»]*)»|([^.«»]+)")
_INIT = "Init"
#: Both ways out for a file that imports Mathlib, where there is none.
MATHLIB_HINT = (
    "use the native engine in a Lake project that has Mathlib, or --lite: statements whose names all exist in "
    "CoreMath are then proved over CoreMath, not Mathlib"
)


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the user's: its source as it was read, its header, and those of its imports that are local."""

    name: str
    source: SourceFile
    header: HeaderInfo
    local_imports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Where the modules of a user lie: `folders` are looked through in this order. `root`: what they belong to."""

    root: Path
    folders: tuple[Path, ...]

    @classmethod
    def around(cls, folder: Path) -> Project:
        """The project a folder belongs to: the nearest folder upward with a lakefile or a `lean-toolchain`.

        Without one it is the folder itself. Modules are looked for in the source folders that a `lakefile.toml`
        names, then from the root down to the folder. Raises `UserError` (`bad_lakefile`).
        """
        folder = folder.resolve()
        for candidate in (folder, *folder.parents):
            if any((candidate / mark).is_file() for mark in _ROOT_MARKS):
                way = [folder, *folder.parents]
                down = reversed(way[: way.index(candidate) + 1])
                return cls(candidate, tuple(dict.fromkeys((*_source_folders(candidate), *down))))
        return cls(folder, (folder,))

    def file(self, module: str) -> Path | None:
        """The source of a module, if there is one."""
        parts = components(module)
        if not _is_path(parts):
            return None
        for folder in self.folders:
            path = folder.joinpath(*parts[:-1], f"{parts[-1]}.lean")
            if path.is_file():
                return path
        return None


async def find_modules(
    imports: Sequence[str],
    project: Project,
    is_toolchains: Callable[[str], bool],
    is_reserved: Callable[[str], bool],
    read_header: Callable[[str], Awaitable[HeaderInfo]],
    *,
    importer: str = "the file",
) -> tuple[Module, ...]:
    """The local modules that `imports` need, transitively, each after those it imports.

    `is_toolchains` says whether a module comes with Lean, `is_reserved` whether its first component does: then no
    module of the user's may bear the name. Raises `UserError` with the chain of imports in its message:
    `missing_import` (`mathlib_on_embedded`), `import_cycle`, `module_name`, `prelude`, `parse_header`.
    """
    search = _Search(project, is_toolchains, is_reserved, read_header)
    for module in imports:
        await search.visit(module, (importer,))
    return tuple(search.found.values())


class _Search:
    """Depth-first search over imports; `found` in the order of compilation."""

    def __init__(
        self,
        project: Project,
        is_toolchains: Callable[[str], bool],
        is_reserved: Callable[[str], bool],
        read_header: Callable[[str], Awaitable[HeaderInfo]],
    ) -> None:
        self.project = project
        self.is_toolchains = is_toolchains
        self.is_reserved = is_reserved
        self.read_header = read_header
        self.found: dict[str, Module] = {}

    async def visit(self, module: str, chain: tuple[str, ...]) -> None:
        # Chains of imports are short: recursion does no harm, and a cycle ends it.
        if module in self.found or self._is_toolchains(module):
            return
        if module in chain[1:]:
            raise UserError(
                f"modules import each other in a circle: {_shown((*chain[chain.index(module, 1) :], module))}",
                code="import_cycle",
                hint="move what both need into a module of its own",
            )
        path = self.project.file(module)
        if path is None:
            raise _missing(module, chain, self.project)
        if self.is_reserved(module):
            raise UserError(
                f"{path}: the name {module} belongs to Lean's own modules",
                code="module_name",
                hint="give the module another name",
            )
        source = SourceFile.read(path)
        header = await self._header(source, (*chain, module))
        for name in header.modules:
            await self.visit(name, (*chain, module))
        local = tuple(name for name in header.modules if not self._is_toolchains(name))
        self.found[module] = Module(module, source, header, local)

    def _is_toolchains(self, module: str) -> bool:
        return _is_path(components(module)) and self.is_toolchains(module)

    async def _header(self, source: SourceFile, chain: tuple[str, ...]) -> HeaderInfo:
        header = await self.read_header(source.text)
        if header.errors:
            raise UserError(
                f"{source.name}: the header does not parse: {header.errors[0].text}",
                code="parse_header",
                hint=f"imported by way of {_shown(chain)}",
            )
        if _INIT not in header.modules:
            raise UserError(
                f"{source.name} does not import Init (`prelude`)",
                code="prelude",
                hint="only Lean's own library can do without; remove `prelude`",
            )
        return header


def components(module: str) -> tuple[str, ...]:
    """The components of a module's name, `«...»` taken off."""
    return tuple(quoted or plain for quoted, plain in _COMPONENT.findall(module))


def compiled_path(module: str) -> Path:
    """Where a compiled module lies below a folder of Lean's search path."""
    *above, last = components(module)
    return Path(*above, f"{last}.olean")


def _is_path(parts: Sequence[str]) -> bool:
    """Whether a name can be looked up without leaving the project's folders."""
    return bool(parts) and not any(part in ("", ".", "..") or set(part) & set("/\\:\0") for part in parts)


def _missing(module: str, chain: tuple[str, ...], project: Project) -> UserError:
    importer = chain[-1]
    way = f"; it is imported by way of {_shown((*chain, module))}" if len(chain) > 1 else ""
    if components(module)[:1] == ("Mathlib",):
        return UserError(
            f"{importer} imports {module}, and the embedded Lean does not have Mathlib{way}",
            code="mathlib_on_embedded",
            hint=MATHLIB_HINT,
        )
    places = ", ".join(str(folder) for folder in project.folders)
    return UserError(
        f"{importer} imports {module}, which neither comes with Lean nor lies in {places}{way}",
        code="missing_import",
        hint="check the name of the module and the folder it lies in",
    )


def _shown(chain: Sequence[str]) -> str:
    return " -> ".join(chain)


def _source_folders(root: Path) -> tuple[Path, ...]:
    """The `srcDir`s that a `lakefile.toml` names, those of libraries first."""
    lakefile = root / "lakefile.toml"
    if not lakefile.is_file():
        return ()
    try:
        data = tomllib.loads(lakefile.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{lakefile} cannot be read: {error}", code="bad_lakefile", hint="mend it") from None
    package = root / _text(data, "srcDir")
    libraries: object = data.get("lean_lib")
    found: list[Path] = []
    for library in cast("list[object]", libraries) if isinstance(libraries, list) else ():
        if isinstance(library, dict):
            found.append(package / _text(cast("dict[str, Any]", library), "srcDir"))
    return tuple(dict.fromkeys(folder.resolve() for folder in (*found, package)))


def _text(table: dict[str, Any], key: str) -> str:
    value: object = table.get(key, ".")
    return value if isinstance(value, str) else "."
