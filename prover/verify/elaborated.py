"""A file elaborated in a worker: what the worker said of it, and the constants it added, as data."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from prover.core.errors import UserError
from prover.lean.elaboration import Elaboration
from prover.lean.header import HeaderInfo
from prover.lean.source import SourceFile
from prover.lean.worker import Worker
from prover.verify.footing import open_declarations
from prover.verify.name import Name, canonical, parse, show, user_part
from prover.verify.policy import Allowance, command_text, runs_code
from prover.verify.tables import Tables

#: Every file imports this unless it says `prelude`.
INIT = "Init"


@dataclass(frozen=True)
class Elaborated:
    """A whole file, elaborated. `tables` hold what it added to its imports; `declared` the constants it
    declares by name, in the order of the file; `text` is what Lean was given (LF line ends)."""

    text: str
    header: HeaderInfo
    elaboration: Elaboration
    tables: Tables
    declared: tuple[Name, ...]

    @cached_property
    def open(self) -> frozenset[Name]:
        """Those of `declared` that have a hole of their own. Worked out when it is first asked for: of most
        submissions nobody does."""
        return frozenset(open_declarations(self.tables, self.declared))

    @property
    def failing(self) -> Counter[str]:
        """The texts of the commands that failed, each as often as it stands there."""
        data = self.text.encode()
        return Counter(command_text(data, c.span) if c.span else "" for c in self.elaboration.commands if c.failed)

    @property
    def allowance(self) -> Allowance:
        return Allowance(self.text, self.elaboration.commands)

    def declaration_text(self, name: Name) -> str:
        """The source of a declaration, empty when the file does not say where it stands."""
        wanted = user_part(name)
        for declaration in self.elaboration.declarations:
            if parse(declaration.name) == wanted:
                source = SourceFile("", self.text.encode())
                data = self.text.encode()
                return data[source.offset(declaration.start) : source.offset(declaration.end)].decode(errors="replace")
        return ""


async def elaborate(worker: Worker, text: str, header: HeaderInfo, *, heartbeats: int, seconds: float) -> Elaborated:
    """Elaborates `text` on the worker's imports and reads back what it added.

    A worker that may have run the file's code is marked for disposal before anything else is asked
    of it. Raises `LeanProcessError` kinds, and `MalformedExport`.
    """
    deadline = time.monotonic() + seconds
    elaboration = await read_by_lean(worker, text, header, heartbeats=heartbeats, seconds=seconds)
    return await exported(worker, text, header, elaboration, deadline=deadline)


async def read_by_lean(
    worker: Worker, text: str, header: HeaderInfo, *, heartbeats: int, seconds: float, holes: bool = False
) -> Elaboration:
    """The first half of `elaborate`: what Lean says. The environment is kept, to be `exported` or released. `holes`:
    each `sorry` is opened as a live state."""
    elaboration = await worker.elaborate(
        worker.env,
        text,
        start=header.end,
        holes=holes,
        keep=True,
        declarations=True,
        constructs=True,
        heartbeats=heartbeats,
        wall_seconds=seconds,
    )
    worker.harmless = not runs_code(elaboration.commands, text)
    if not worker.harmless:
        worker.discard()
    return elaboration


async def exported(
    worker: Worker, text: str, header: HeaderInfo, elaboration: Elaboration, *, deadline: float
) -> Elaborated:
    """The second half of `elaborate`: the constants of the text, read back. `deadline`: of the monotonic clock."""
    export = await worker.export(elaboration.env, seconds=max(1.0, deadline - time.monotonic()))
    await worker.release(envs=[elaboration.env])
    tables = Tables.read(export, deadline=deadline)
    return Elaborated(text, header, elaboration, tables, _declared(elaboration, tables))


def normalised(text: str, name: str) -> str:
    """The text as Lean is to read it: no byte order mark, LF line ends. `UserError` for text that is not Unicode."""
    try:
        return SourceFile(name, text.encode()).text
    except UnicodeEncodeError:
        raise UserError(f"{name} contains lone surrogates and is no Unicode text", code="not_utf8") from None


def find(names: Sequence[Name], text: str) -> Name | None:
    """The one of `names` that a person means by `text`: written out, or private under that name."""
    for spelling in (show, _plain):
        found = {name for name in names if text in (spelling(name), spelling(canonical(name)))}
        if len(found) == 1:
            return found.pop()
        public = {name for name in found if canonical(name) == name and name[0] != "_private"}
        if len(public) == 1:
            return public.pop()
    return None


def _declared(elaboration: Elaboration, tables: Tables) -> tuple[Name, ...]:
    spelled = {user_part(name): name for name in tables.constants}
    ordered = [parse(d.name) for d in sorted(elaboration.declarations, key=lambda d: (d.start, d.name))]
    return tuple(spelled[name] for name in ordered if name in spelled)


def _plain(name: Name) -> str:
    """As people type names: components between dots, nothing quoted."""
    return ".".join(str(part) for part in user_part(name))
