"""Modules of the user's own, compiled for the embedded Lean into the user's cache, by content.

`<cache>/modules/<key>/` holds `module.olean` and `module.json`. The key is a hash of the source, the keys of the
local imports, and everything that compiled it; so a change anywhere below gives another folder, and nothing is
ever written beside the sources. A worker sees compiled modules in a folder made for one run (`show`).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from prover.core.errors import LeanProcessError, SetupError, UserError
from prover.core.message import Message
from prover.events.atomic import write_atomically
from prover.lean.elaboration import Command, Construct, Elaboration
from prover.lean.embedded.engine import EmbeddedEngine
from prover.lean.embedded.installation import cache_folder
from prover.lean.embedded.package import Progress, silent
from prover.lean.modules import Module, compiled_path
from prover.lean.pool import Pool

COMPILE_SECONDS = 300.0
_FORMAT = "2"
_OLEAN = "module.olean"
_FACTS = "module.json"
_LOCK_POLL_SECONDS = 0.2


class _Facts(BaseModel):
    """`module.json`: what was compiled, and the hash of what came out."""

    module: str
    source: str
    olean: str
    commands: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled module. `folder` is its place in the cache; `source` and `olean` are SHA-256.

    `commands`: the kinds of its commands and what these are made of, as the process that elaborated it said; each
    sort once, without places.
    """

    module: Module
    key: str
    folder: Path
    source: str
    olean: str
    commands: tuple[Command, ...]

    def bytes(self) -> bytes | None:
        """The compiled module, if it is still what was compiled."""
        try:
            data = (self.folder / _OLEAN).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == self.olean else None


async def compile_modules(
    modules: Sequence[Module],
    pool: Pool,
    engine: EmbeddedEngine,
    view: Path,
    *,
    progress: Progress = silent,
    seconds: float = COMPILE_SECONDS,
) -> dict[str, Compiled]:
    """Compiles `modules` (each after those it imports) unless that has been done, and puts them into `view`.

    `view` is one of the `projects` of the engine that `pool` runs, so that its workers can import them from then
    on; it must be the folder of this run alone. `seconds` bounds the elaboration of one module. Two runs at
    once do not disturb each other. Raises `UserError` (`import_fails`, `slow_import`) for modules that Lean
    does not accept, `SetupError` for a cache that cannot be written.
    """
    keys = module_keys(modules, engine)
    done: dict[str, Compiled] = {}
    for module in modules:
        try:
            compiled, data = await _compiled(module, keys[module.name], pool, seconds, progress)
            await asyncio.to_thread(_show, view / compiled_path(module.name), data)
        except OSError as error:
            raise SetupError(f"{module.name} could not be compiled: {error}", code="cache_unwritable") from error
        done[module.name] = compiled
    return done


def module_keys(modules: Sequence[Module], engine: EmbeddedEngine) -> dict[str, str]:
    """The names of the modules' folders in the cache. `modules`: each after those it imports."""
    keys: dict[str, str] = {}
    bridge = engine.bridge.name if engine.bridge is not None else ""
    for module in modules:
        imports = [keys[name] for name in module.local_imports]
        parts = [_FORMAT, engine.installation.key, bridge, module.name, module.source.digest, *imports]
        keys[module.name] = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return keys


async def _compiled(module: Module, key: str, pool: Pool, seconds: float, progress: Progress) -> tuple[Compiled, bytes]:
    folder = cache_folder() / "modules" / key
    found = _find(module, key, folder)
    if found is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    async with _locked(folder, progress):
        found = _find(module, key, folder)
        if found is not None:
            return found
        progress(f"compile {module.name}", 0, None)
        elaboration, data = await _elaborate(module, pool, seconds)
        made_of = dict.fromkeys(
            (c.kind, tuple((p.what, p.name, p.origin) for p in c.constructs)) for c in elaboration.commands
        )
        olean = hashlib.sha256(data).hexdigest()
        facts = _Facts(module=module.name, source=module.source.digest, olean=olean, commands=tuple(made_of))
        # The facts name the hash of the olean: a reader between the two writes sees that they do not fit.
        await asyncio.to_thread(_write, folder / _OLEAN, data)
        await asyncio.to_thread(write_atomically, folder / _FACTS, facts.model_dump_json())
        return Compiled(module, key, folder, module.source.digest, olean, _commands(facts)), data


def _commands(facts: _Facts) -> tuple[Command, ...]:
    return tuple(
        Command(kind, None, False, tuple(Construct(*part) for part in parts)) for kind, parts in facts.commands
    )


def _find(module: Module, key: str, folder: Path) -> tuple[Compiled, bytes] | None:
    try:
        facts = _Facts.model_validate_json((folder / _FACTS).read_bytes())
    except (OSError, ValidationError):
        return None
    compiled = Compiled(module, key, folder, facts.source, facts.olean, _commands(facts))
    if (facts.module, facts.source) != (module.name, module.source.digest):
        return None
    data = compiled.bytes()
    return None if data is None else (compiled, data)


async def _elaborate(module: Module, pool: Pool, seconds: float) -> tuple[Elaboration, bytes]:
    name = module.name
    try:
        # Clean: what another module's code left in a process must not get into this one.
        async with pool.lease(module.header.modules, clean=True) as worker:
            worker.clean = False
            worker.discard()
            env = await worker.begin(name)
            text = module.source.text
            found = await worker.elaborate(
                env, text, start=module.header.end, keep=True, constructs=True, wall_seconds=seconds
            )
            if found.stopped:
                raise UserError(
                    f"compiling {module.source.name} took longer than {seconds:g} s",
                    code="slow_import",
                    hint="split the module",
                )
            _refuse_errors(module, found)
            return found, await worker.save(found.env, _OLEAN)
    except LeanProcessError as error:
        raise UserError(
            f"compiling {module.source.name} ended the Lean process: {error.message}",
            code="import_fails",
            hint=error.hint or "the module's own code may have done it",
        ) from error


def _refuse_errors(module: Module, found: Elaboration) -> None:
    if found.clean:
        return
    first: Message | None = found.errors[0] if found.errors else None
    place = f":{first.start.line}:{first.start.column}" if first is not None and first.start is not None else ""
    said = first.text.splitlines()[0] if first is not None and first.text else "an error"
    raise UserError(
        f"{module.source.name}{place}: {said}",
        code="import_fails",
        hint=f"an imported module must be free of errors; mend {module.name} first",
    )


def _show(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, data)


def _write(path: Path, data: bytes) -> None:
    scratch = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        scratch.write_bytes(data)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _locked(folder: Path, progress: Progress) -> AsyncGenerator[None]:
    """Only one process at a time compiles a module; the others wait for it without blocking their event loop."""
    lock = FileLock(folder / ".lock")
    waited = False
    while True:
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            if not waited:
                progress("wait", 0, None)
                waited = True
            await asyncio.sleep(_LOCK_POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()
