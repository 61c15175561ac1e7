"""The audit of compiled local modules: what a proof that imports them may rely on.

A module was compiled by a process that elaborated its source, so what that process says counts for nothing. The
finished file is imported by a clean worker, which exports the constants it brings; another clean worker, with the
module's imports only, gives them to the kernel. What the kernel makes of them must be the same constants, letter
by letter. The record then says of each which axioms and holes it rests on, through the records of its imports, and
it holds for this very compiled file.

A compiled file is data that Lean trusts: one that was written by hand can do anything to a process that reads
it. So a module that may run code while it is compiled gets no record, and neither does one that imports such.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter

from pydantic import BaseModel, ValidationError

from prover.core.errors import LeanProcessError
from prover.events.atomic import write_atomically
from prover.lean.embedded.compiling import Compiled
from prover.lean.embedded.package import Progress, silent
from prover.lean.pool import Pool
from prover.verify.edition import EDITION
from prover.verify.footing import SORRY, grounds_of_import
from prover.verify.identity import Identity
from prover.verify.name import Name, show
from prover.verify.plan import Refusal, plan
from prover.verify.policy import NOTATIONS, runs_code
from prover.verify.record import Audit, Grounds, Record
from prover.verify.tables import JudgeTooSlow, MalformedExport, Tables

AUDIT_SECONDS = 300.0
_FILE = "audit.json"


class _File(BaseModel):
    """`audit.json` beside a compiled module: a record, or with `refused` why there is none."""

    module: str
    source: str
    olean: str
    lean: str
    version: str
    imports: dict[str, str] = {}
    replayed: int = 0
    #: A name is a list of components: texts, and numbers where Lean has them.
    constants: list[tuple[Name, list[Name], list[Name]]] = []
    refused: str = ""


class _Refused(Exception):
    """Why a module gets no record, for good."""


async def audit_modules(
    modules: Sequence[Compiled], pool: Pool, *, progress: Progress = silent, seconds: float = AUDIT_SECONDS
) -> Audit:
    """Audits compiled modules (each after those it imports), or reads the records that an earlier audit left.

    The pool's workers must see exactly these compiled files. `seconds` bounds the work on one module.
    """
    records: dict[str, Record] = {}
    refused: dict[str, str] = {}
    for compiled in modules:
        name = compiled.module.name
        missing = [imported for imported in compiled.module.local_imports if imported not in records]
        if missing:
            refused[name] = f"imports {', '.join(missing)}, which was not audited"
            continue
        found = _stored(compiled, pool, records)
        if found is None:
            progress(f"audit {name}", 0, None)
            found = await _audit(compiled, pool, records, seconds)
        if isinstance(found, Record):
            records[name] = found
        else:
            refused[name] = found
    return Audit(records, refused)


async def _audit(compiled: Compiled, pool: Pool, records: Mapping[str, Record], seconds: float) -> Record | str:
    """A new record, kept beside the compiled module; or why there is none (kept too, where that will not change)."""
    made: Record | None = None
    why = ""
    try:
        made = await _examine(compiled, pool, records, seconds)
    except _Refused as refusal:
        why = str(refusal)
    except JudgeTooSlow:
        return f"the audit took longer than {seconds:g} s"
    except MalformedExport as error:
        why = f"its compiled file makes no sense: {error}"
    except LeanProcessError as error:
        return f"the audit failed: {error.message}"
    file = _File.model_validate({**_stamp(compiled, pool), "refused": why} if made is None else made.document())
    await asyncio.to_thread(write_atomically, compiled.folder / _FILE, file.model_dump_json())
    return why if made is None else made


async def _examine(compiled: Compiled, pool: Pool, records: Mapping[str, Record], seconds: float) -> Record:
    module = compiled.module
    deadline = time.monotonic() + seconds
    if runs_code(compiled.commands, module.source.text, harmless=NOTATIONS):
        raise _Refused("it may run code of its own while it is compiled")
    async with pool.lease([module.name], clean=True) as worker:
        claimed = await worker.export(worker.env, module=module.name, seconds=seconds)
    if tuple(claimed.get("imports", ())) != module.header.modules:
        raise _Refused("its compiled file has other imports than its source")
    tables = Tables.read(claimed, deadline=deadline)
    wanted = [name for name, constant in tables.constants.items() if constant.safe]
    made = plan(tables, wanted)
    if isinstance(made, Refusal):
        raise _Refused(f"{show(made.name)} cannot be offered to the kernel: {made.reason}")
    async with pool.lease(module.header.modules, clean=True) as worker:
        left = max(1.0, deadline - time.monotonic())
        answer = await worker.replay(worker.env, made.tables, made.declarations, wall_seconds=left, details=True)
    if answer.code == "interrupted":
        raise JudgeTooSlow
    if not answer.accepted or answer.export is None:
        at = made.names[answer.index] if answer.index is not None and answer.index < len(made.names) else ()
        raise _Refused(f"the kernel refuses {show(at)}: {answer.code}")
    accepted = Tables.read(answer.export, deadline=deadline)
    identity = Identity()
    left_side, right_side = identity.constants(claimed, tables), identity.constants(answer.export, accepted)
    for name in {*wanted, *right_side}:
        if left_side.get(name) != right_side.get(name):
            raise _Refused(f"{show(name)} in its compiled file is not what the kernel makes of it")
    return Record(
        **_stamp(compiled, pool),
        imports={name: records[name].digest for name in module.local_imports},
        replayed=len(made.declarations),
        constants=grounds(accepted, records),
    )


def grounds(tables: Tables, records: Mapping[str, Record]) -> dict[Name, Grounds]:
    """What each constant of `tables` rests on. An inductive family rests on what any part of it does."""
    groups: dict[Name, list[Name]] = {}
    for name in tables.constants:
        groups.setdefault(_group(tables, name), []).append(name)
    needs = {
        key: {_group(tables, used) for name in names for used in tables.uses(name) if tables.is_local(used)} - {key}
        for key, names in groups.items()
    }
    found: dict[Name, Grounds] = {}
    # The kernel has accepted the tables: nothing rests on itself.
    for key in TopologicalSorter(needs).static_order():
        parts = [found[needed] for needed in needs[key]]
        for name in groups[key]:
            used = [other for other in tables.uses(name) if not tables.is_local(other)]
            parts += [grounds_of_import(tables, other, records) for other in used if other != SORRY]
            axioms = (name,) if tables.constants[name].kind == "axiom" else ()
            parts.append(Grounds(axioms, (name,) if SORRY in used else ()))
        found[key] = Grounds(_union(part.axioms for part in parts), _union(part.holes for part in parts))
    return {name: found[key] for key, names in groups.items() for name in names}


def _group(tables: Tables, name: Name) -> Name:
    constant = tables.constants[name]
    if constant.kind == "constructor" and constant.family[0] in tables.constants:
        constant = tables.constants[constant.family[0]]
    return constant.family[0] if constant.family else name


def _union(parts: Iterable[Sequence[Name]]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


def _stored(compiled: Compiled, pool: Pool, records: Mapping[str, Record]) -> Record | str | None:
    """What an earlier audit of this very file, on these very records, has left."""
    try:
        file = _File.model_validate_json((compiled.folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    if any(getattr(file, key) != value for key, value in _stamp(compiled, pool).items()):
        return None
    if file.refused:
        return file.refused
    if file.imports != {name: records[name].digest for name in compiled.module.local_imports}:
        return None
    constants = {name: Grounds(tuple(axioms), tuple(holes)) for name, axioms, holes in file.constants}
    return Record(**_stamp(compiled, pool), imports=file.imports, replayed=file.replayed, constants=constants)


def _stamp(compiled: Compiled, pool: Pool) -> dict[str, str]:
    """What a record is of, and who made it."""
    return {
        "module": compiled.module.name,
        "source": compiled.source,
        "olean": compiled.olean,
        "lean": pool.engine.description,
        "version": EDITION,
    }
