"""The cache of compiled modules: keys, damage, two runs at once. Lean is played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from prover.core.errors import Crashed, UserError
from prover.core.message import Message, Severity
from prover.core.position import Position, Span
from prover.lean import Pool
from prover.lean.elaboration import Command, Elaboration
from prover.lean.embedded import EmbeddedEngine, Installation
from prover.lean.embedded.compiling import Compiled, compile_modules, module_keys
from prover.lean.header import HeaderInfo, Import
from prover.lean.modules import Module
from prover.lean.source import SourceFile

ENGINE = EmbeddedEngine(Installation(Path("/nowhere"), "one"), Path("/nowhere/bridge1"))


def module(name: str, text: str, *imports: str) -> Module:
    header = HeaderInfo((Import("Init"), *(Import(i) for i in imports)), 0, False, ())
    return Module(name, SourceFile(f"{name}.lean", text.encode()), header, imports)


@dataclass
class PlayedPool:
    """Its workers compile a module into its own text. `delay` lets another run come in between."""

    compiled: list[str] = field(default_factory=list[str])
    errors: tuple[Message, ...] = ()
    failure: Exception | None = None
    delay: float = 0.0

    @asynccontextmanager
    async def lease(self, modules: Sequence[str], *, clean: bool = False) -> AsyncIterator[PlayedPool]:
        assert clean
        self.discarded = False
        yield self
        assert self.discarded, "what ran a module's code must not be used again"

    def discard(self) -> None:
        self.discarded = True

    async def begin(self, module: str) -> int:
        self.compiled.append(module)
        return 2

    async def elaborate(self, env: int, text: str, **_: Any) -> Elaboration:
        await asyncio.sleep(self.delay)
        if self.failure is not None:
            raise self.failure
        self.text = text
        command = Command("Lean.Parser.Command.declaration", Span(0, 1), bool(self.errors), ())
        return Elaboration(3, self.errors, (command,), (), (), False, 0.1)

    async def save(self, env: int, file: str) -> bytes:
        return b"olean of " + self.text.encode()


async def compiled(pool: PlayedPool, view: Path, *modules: Module) -> dict[str, Compiled]:
    return await compile_modules(modules, cast(Pool, pool), ENGINE, view)


def test_a_key_is_of_everything_that_makes_the_compiled_file() -> None:
    a, b = module("A", "1"), module("B", "2", "A")
    keys = module_keys([a, b], ENGINE)
    assert module_keys([a, b], ENGINE) == keys
    changed = module_keys([module("A", "1 "), b], ENGINE)
    assert changed["A"] != keys["A"] and changed["B"] != keys["B"]
    assert module_keys([module("C", "1")], ENGINE)["C"] != keys["A"]
    other_bridge = EmbeddedEngine(ENGINE.installation, Path("/nowhere/bridge2"))
    other_lean = EmbeddedEngine(Installation(Path("/nowhere"), "two"), ENGINE.bridge)
    for other in (other_bridge, other_lean):
        assert module_keys([a], other)["A"] != keys["A"]


async def test_what_was_compiled_is_found_again_and_shown_to_each_run(tmp_path: Path) -> None:
    pool = PlayedPool()
    a, b = module("A.B", "text"), module("C", "more", "A.B")
    first = await compiled(pool, tmp_path / "one", a, b)
    again = await compiled(pool, tmp_path / "two", a, b)
    assert pool.compiled == ["A.B", "C"] and first == again
    for view in ("one", "two"):
        assert (tmp_path / view / "A" / "B.olean").read_bytes() == b"olean of text"
    await compiled(pool, tmp_path / "three", module("A.B", "changed"))
    assert pool.compiled == ["A.B", "C", "A.B"]
    assert (tmp_path / "three" / "A" / "B.olean").read_bytes() == b"olean of changed"


async def test_a_damaged_file_is_compiled_anew(tmp_path: Path) -> None:
    pool = PlayedPool()
    a = module("A", "damage")
    found = (await compiled(pool, tmp_path / "v", a))["A"]
    for name, damage in [("module.olean", b"forged"), ("module.json", b"{}"), ("module.json", b"\xff")]:
        (found.folder / name).write_bytes(damage)
        assert (await compiled(pool, tmp_path / name, a))["A"] == found
        assert (tmp_path / name / "A.olean").read_bytes() == b"olean of damage"
    assert len(pool.compiled) == 4


async def test_two_runs_at_once_compile_a_module_once(tmp_path: Path) -> None:
    pools = [PlayedPool(delay=0.05), PlayedPool(delay=0.05)]
    a = module("A", "at once")
    found = await asyncio.gather(*(compiled(p, tmp_path / str(n), a) for n, p in enumerate(pools)))
    assert found[0] == found[1]
    assert sorted(pool.compiled for pool in pools) == [[], ["A"]]


async def test_a_module_that_lean_refuses_is_named_with_the_place(tmp_path: Path) -> None:
    pool = PlayedPool(errors=(Message(Severity.ERROR, "type mismatch\nmore", start=Position(3, 5)),))
    with pytest.raises(UserError, match=r"Bad\.lean:3:5: type mismatch$") as raised:
        await compiled(pool, tmp_path, module("Bad", "no"))
    assert raised.value.code == "import_fails"
    pool = PlayedPool(failure=Crashed("it ended"))
    with pytest.raises(UserError, match=r"it ended") as raised:
        await compiled(pool, tmp_path, module("Bad", "no"))
    assert raised.value.code == "import_fails"
