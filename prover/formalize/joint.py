"""Several drafts declared in one file, each in a name-space of its own, so that one can be proved from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prover.agent.leap.keys import Keys
from prover.formalize.draft import Draft
from prover.formalize.examined import Examined
from prover.lean import Worker
from prover.lean.header import HeaderInfo
from prover.verify.name import Name, parse, show
from prover.verify.tables import MalformedExport, Tables

_SPACE, _DEFINITIONS = "Draft", "Definitions"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A draft, its number, and that of the definitions it needs."""

    number: int
    draft: Draft
    block: int


@dataclass(frozen=True, slots=True)
class Joint:
    """`text` declares the drafts whose numbers `names` has, and says the same of each as that draft's own file;
    `levels`: how many universes each is about."""

    text: str
    env: int
    names: Mapping[int, str]
    levels: Mapping[int, int]

    def implication(self, i: int, j: int) -> str:
        """The statement that draft i implies draft j, as a theorem's; empty where their universes differ."""
        if self.levels[i] != self.levels[j]:
            return ""
        names = ", ".join(f"u{number}'" for number in range(1, self.levels[i] + 1))
        level = f".{{{names}}}" if names else ""
        claim = f"(h : type_of% @{self.names[i]}{level}) : type_of% @{self.names[j]}{level}"
        return f"theorem _root_.{implied(i, j)}{level} {claim}"

    def alone(self, j: int) -> str:
        """The statement of draft j once more."""
        names = ", ".join(f"u{number}'" for number in range(1, self.levels[j] + 1))
        level = f".{{{names}}}" if names else ""
        return f"theorem _root_.draft{j + 1}_alone{level} : type_of% @{self.names[j]}{level}"


def implied(i: int, j: int) -> str:
    """The name of the theorem that draft i implies draft j; people count from 1."""
    return f"draft{i + 1}_implies_draft{j + 1}"


async def join(worker: Worker, header: HeaderInfo, drafts: Mapping[int, Examined], *, seconds: float) -> Joint | None:
    """The drafts, which have one context, in one file that `worker` has elaborated and keeps; None where Lean does not
    read it. Drafts that say something else there, beside the others' definitions, are left out."""
    blocks = list(dict.fromkeys(examined.draft.definitions.strip() for examined in drafts.values()))
    placed = [_Placed(n, e.draft, blocks.index(e.draft.definitions.strip())) for n, e in drafts.items()]
    text = _text(placed)
    found = await _elaborated(worker, header, text, seconds)
    if found is None:
        return None
    tables, env = found
    names: dict[int, str] = {}
    levels: dict[int, int] = {}
    for one in placed:
        name = _name(tables, one)
        if name is None:
            continue
        key = Keys(tables).of(name)
        if key == drafts[one.number].key or key == await _key_alone(worker, header, one, seconds):
            names[one.number], levels[one.number] = show(name), len(tables.constants[name].params)
    return Joint(text, env, names, levels)


async def _key_alone(worker: Worker, header: HeaderInfo, placed: _Placed, seconds: float) -> str:
    """The draft's key in its name-space without the others: names of the types that it declares are part of keys."""
    found = await _elaborated(worker, header, _text([placed]), seconds)
    if found is None:
        return ""
    tables, env = found
    await worker.release(envs=[env])
    name = _name(tables, placed)
    return "" if name is None else Keys(tables).of(name)


async def _elaborated(worker: Worker, header: HeaderInfo, text: str, seconds: float) -> tuple[Tables, int] | None:
    read = await worker.elaborate(worker.env, text, start=header.end, keep=True, wall_seconds=seconds)
    if not read.clean:
        return None
    try:
        return Tables.read(await worker.export(read.env)), read.env
    except MalformedExport:
        worker.discard()
        return None


def _text(drafts: Sequence[_Placed]) -> str:
    """Drafts with the same definitions share these: what is declared once is one thing."""
    parts = [drafts[0].draft.context.rstrip()]
    for block in dict.fromkeys(placed.block for placed in drafts):
        here = [placed for placed in drafts if placed.block == block]
        parts += [f"namespace {_DEFINITIONS}{block + 1}", here[0].draft.definitions.strip()]
        for placed in here:
            space = f"{_SPACE}{placed.number + 1}"
            parts += [f"namespace {space}", f"{placed.draft.statement.rstrip()} := by\n  sorry", f"end {space}"]
        parts.append(f"end {_DEFINITIONS}{block + 1}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _name(tables: Tables, placed: _Placed) -> Name | None:
    ending = (f"{_SPACE}{placed.number + 1}", *parse(placed.draft.name))
    found = [n for n, c in tables.constants.items() if c.kind == "theorem" and n[-len(ending) :] == ending]
    return found[0] if len(found) == 1 else None
