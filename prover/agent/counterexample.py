"""Counterexamples: a statement tried with small values of its arguments, and where it fails, proved to be false.

The instances of a statement are decided many at once by Lean's kernel, the smallest first (as SmallCheck, Runciman,
Naylor, Lindblad, Haskell 2008, does by running them). What comes of it is a proof of the negation for the ladder to
judge. That nothing is found says nothing about the statement.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import re
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from prover.agent.hunt import Counterexample, Hunt, Tried
from prover.agent.instance_proof import Denial, Proofs
from prover.agent.instances import STATEMENT, Box, Boxes, Setting, Table, boxed, volume
from prover.agent.makings import Makings
from prover.agent.negation import OPEN_SECONDS, Negation
from prover.agent.obligation import spelled
from prover.agent.sampling import SAMPLING
from prover.agent.target import choose_name
from prover.agent.workbench import read_header
from prover.core.errors import LeanProcessError
from prover.generate.domains import Domains, Item, atom
from prover.lean import Declaration, Pool, Worker
from prover.lean.source import SourceFile

#: Instances of one setting looked at in the first round; each round takes eight times as many.
_FIRST = 48
_GLANCE = 8
_GROWTH = 8
#: For one look at a setting.
_BOX_SECONDS = 3.0
#: Settings, values for what is fixed in one, values of one argument, instances proved one by one, in each round.
_SETTINGS = 40
_CHOICES = 5
_LONGEST = 80
_NUMBERS = 2048
_POINTS = 6
_BLIND = 24
_NUMERAL = re.compile(r"(?<![\w.])\d{1,7}(?![\w.])")


async def find_counterexample(
    pool: Pool, source: SourceFile, name: str, *, seconds: float = 10.0, size: int = 20_000
) -> Counterexample | None:
    """A counterexample to the theorem `name` of a text, open or not, or None; as `hunt`, on a worker of its own.

    It is a hint until the ladder has judged its proof. None too for a text with errors.
    """
    header = await read_header(pool, source)
    async with pool.lease(header.modules) as worker:
        worker.clean = False
        read = await worker.elaborate(
            worker.env, source.text, start=header.end, declarations=True, keep=True, wall_seconds=OPEN_SECONDS
        )
        if not read.clean:
            return None
        name = choose_name(name, [spelled(d.name) for d in read.declarations])
        made = unfoldable(read.declarations)
        quoted = "«" in source.text
        avoid = open_beside(name, read.declarations)
        result = await hunt(
            worker, read.env, name, definitions=made, quoted=quoted, avoid=avoid, seconds=seconds, size=size
        )
        return result.found


def unfoldable(declarations: Sequence[Declaration]) -> dict[str, Sequence[str]]:
    """The definitions of a file, each with the constants it mentions, in its order."""
    ordered = sorted((d for d in declarations if d.kind == "def"), key=lambda d: d.start)
    return {spelled(d.name): d.uses for d in ordered}


def open_beside(name: str, declarations: Sequence[Declaration]) -> set[str]:
    """What a file leaves open, save what the statement of `name` mentions."""
    mentioned = {spelled(used) for d in declarations if spelled(d.name) == name for used in d.uses}
    return {spelled(d.name) for d in declarations if d.hole} - mentioned


async def hunt(
    worker: Worker,
    env: int,
    name: str,
    *,
    definitions: Mapping[str, Sequence[str]] = MappingProxyType({}),
    quoted: bool = False,
    avoid: Collection[str] = (),
    seconds: float = 10.0,
    size: int = 20_000,
    stop: asyncio.Event | None = None,
) -> Hunt:
    """Looks for a counterexample to the theorem `name`, open or not, that `env` declares.

    `definitions`: names that may be unfolded, each with the constants it mentions; `quoted`: write the name between
    guillemets; `avoid`: constants that no proof may use; `size`: instances of one choice of types looked at, at most.
    The environment stays as it is; states are released. A lost process is reported (`lost`), not raised.
    """
    began = time.monotonic()
    negation = Negation(worker, name, quoted, began + seconds, tuple(sorted(avoid)))
    hunter = _Hunt(negation, env, definitions, size, stop or asyncio.Event())
    try:
        found = await hunter.run()
    except LeanProcessError:
        found, hunter.tried.stopped = None, "lost"
    tried = hunter.tried
    tried.seconds = time.monotonic() - began
    tried.instances = sum(place.held for place in hunter.places)
    tried.sampled = sum(place.sampled for place in hunter.places)
    tried.settings = len(hunter.places)
    if worker.alive:
        await negation.release()
    return Hunt(found, tried)


@dataclass(slots=True)
class _Place:
    """A setting with its values, and the tables on which its instances can be decided, best first."""

    setting: Setting
    values: dict[int, list[Item]]
    boxes: list[Boxes]
    volume: int = 1
    held: int = 0
    sampled: int = 0
    seconds: float = 0.0
    seen: int = 0

    @property
    def blind(self) -> bool:
        """Whether nothing can be decided here."""
        return not self.boxes

    def note(self, size: int, seconds: float, *, sampling: bool) -> None:
        """The statement holds in a box, which has all that earlier ones had."""
        self.volume, self.seconds = size, seconds
        self.held, self.sampled = (self.held, size) if sampling else (size, self.sampled)

    def affordable(self, seconds: float) -> int:
        """So many instances can be looked at in that time, going by the last look."""
        return int(seconds * self.volume / self.seconds) if self.seconds > 0 else self.volume * _GROWTH


@dataclass
class _Hunt:
    negation: Negation
    env: int
    declared: Mapping[str, Sequence[str]]
    size: int
    stop: asyncio.Event
    tried: Tried = field(default_factory=Tried)
    places: list[_Place] = field(default_factory=list[_Place])
    table: Table = field(init=False)
    printed: str = ""
    definitions: list[str] = field(default_factory=list[str])
    domains: Domains = field(init=False)
    makings: Makings = field(init=False)
    _sampling: list[Table] | None = None

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.negation.deadline or self.stop.is_set()

    async def run(self) -> Counterexample | None:
        opened = await self.negation.begin(self.env)
        if opened is None:
            self.tried.stopped = "unreadable"
            return None
        self.table, self.printed = opened.table, opened.statement
        self.definitions = _reached([*opened.goal.symbols, *opened.goal.around], self.declared)
        self.domains = Domains(map(int, _NUMERAL.findall(self.printed)))
        self.makings = Makings(self.table, self.domains)
        first = await self.table.setting()
        if first is None:
            self.tried.stopped = "unreadable"
            return None
        found, complete = await self._rounds(first)
        self.tried.stopped = "found" if found else "exhausted" if complete and not self.over else "budget"
        return found

    async def _rounds(self, first: Setting) -> tuple[Counterexample | None, bool]:
        """Each setting looked at with few instances, then again with more, while time allows; and whether it did."""
        async for place in self._places(first):
            self.places.append(place)
            found = await self._glance(place) or await self._look(place, min(self.size, _FIRST))
            if found is not None or self.over:
                return found, False
        complete, places = True, self.places
        while places and not self.over:
            growing: list[_Place] = []
            for place in places:
                wanted = min(self.size, place.volume * _GROWTH, volume(place.values))
                most = min(wanted, place.affordable(min(_BOX_SECONDS, self.table.left / 2)))
                complete = complete and (most == wanted or wanted <= place.volume)
                if most < 1.5 * place.volume or self.over:
                    continue
                before = place.volume
                found = await self._look(place, most)
                if found is not None:
                    return found, False
                if place.volume > before or place.blind:
                    growing.append(place)
            places = growing
        return None, complete

    # -- tables --------------------------------------------------------------------------------------

    async def _tables(self) -> list[Table]:
        """Tables on which quantifiers are sampled: the statement as it is, and with its definitions unfolded."""
        if self._sampling is None:
            self._sampling = []
            env = await self.negation.after(self.env, SAMPLING + "".join(self.makings.samples()))
            opened = None if env is None else await self.negation.open(env)
            if opened is not None:
                table = opened.table
                self._sampling.append(table)
                # What is defined last may speak of what is defined before.
                steps = [f"try dsimp only [{name}] at {STATEMENT}" for name in reversed(self.definitions)]
                unfolded = await table.open("\n".join(steps)) if steps else None
                if unfolded is not None and unfolded.state.goals != (opened.goal,):
                    self._sampling.append(replace(table, state=unfolded.handle))
        return self._sampling

    # -- settings ----------------------------------------------------------------------------------

    async def _places(self, first: Setting) -> AsyncIterator[_Place]:
        """Settings with everything fixed that other types depend on, the smallest choices first."""
        ticket = itertools.count()
        queue = [(0, next(ticket), first)]
        made = 0
        while queue and made < _SETTINGS and not self.over:
            rank, _, setting = heapq.heappop(queue)
            outer = setting.first_outer()
            if outer is None:
                place = await self._place(setting)
                if place is not None:
                    made += 1
                    yield place
                continue
            for extra, text in enumerate(await self.makings.choices(outer, _CHOICES)):
                narrower = await self.table.narrowed(setting, {**setting.fixed, outer.index: atom(text)})
                if narrower is not None:
                    heapq.heappush(queue, (rank + extra, next(ticket), narrower))

    async def _place(self, setting: Setting) -> _Place | None:
        values: dict[int, list[Item]] = {}
        for variable in setting.inner:
            await self.makings.learn(variable.type)
            many = _NUMBERS if variable.type.head in ("Nat", "Int") else _LONGEST
            values[variable.index] = self.domains.values(variable.type, many)
            if not values[variable.index]:
                return None
        return _Place(setting, values, [Boxes(self.table, setting, sampling=False)])

    # -- instances ---------------------------------------------------------------------------------

    async def _glance(self, place: _Place) -> Counterexample | None:
        """The very first instances, proofs tried at once: most false statements are false there."""
        points = list(itertools.islice(_points(boxed(place.values, 2 * _GLANCE)), _GLANCE))
        proofs = Proofs(self.table, place.setting, self.printed, self.definitions)
        number = await proofs.first_decided(points)
        return None if number is None else await self._refute(place, points[number])

    async def _look(self, place: _Place, most: int) -> Counterexample | None:
        """Looks at the first instances of a setting, at most so many."""
        box = boxed(place.values, most)
        while place.boxes:
            boxes = place.boxes[0]
            began = time.monotonic()
            holds = await boxes.holds(box) if boxes.writable else None
            if holds is True:
                place.note(volume(box), time.monotonic() - began, sampling=boxes.sampling)
                self._note(place, box)
                return None
            if holds is False:
                number = 0
                async for point in boxes.failing(box):
                    number += 1
                    found = await self._refute(place, point)
                    if found is not None or number >= _POINTS or self.over:
                        return found
                return None
            if self.over:
                return None
            place.boxes.pop(0)
            if not boxes.sampling:
                place.boxes += [Boxes(t, place.setting, sampling=True) for t in await self._tables()]
        place.volume = max(place.volume, volume(box))
        return await self._look_singly(place, box)

    async def _look_singly(self, place: _Place, box: Box) -> Counterexample | None:
        """Where nothing can be decided: proofs are tried on the first instances, one by one, quick ones first."""
        points = list(itertools.islice(_points(box), place.seen, place.seen + _BLIND))
        for thorough, number in ((False, _BLIND), (True, _POINTS)):
            for point in points[:number]:
                if self.over:
                    return None
                place.seen += not thorough
                found = await self._refute(place, point, thorough=thorough)
                if found is not None:
                    return found
        return None

    async def _refute(self, place: _Place, point: dict[int, Item], *, thorough: bool = True) -> Counterexample | None:
        self.tried.single += 1
        proofs = Proofs(self.table, place.setting, self.printed, self.definitions)
        made = await proofs.refute(point, thorough=thorough)
        return None if made is None else self._counterexample(place.setting, point, made)

    def _counterexample(self, setting: Setting, point: dict[int, Item], made: Denial) -> Counterexample:
        lines = "\n".join(f"  {line}" for line in (f"intro {STATEMENT}", *made.lines))
        values = [
            (v.name, setting.fixed.get(v.index) or point[v.index].text)
            for v in setting.variables
            if not v.is_prop and not (v.is_instance and setting.fixed.get(v.index) == "inferInstance")
        ]
        theorem = f"{self.negation.header} by\n{lines}"
        return Counterexample(theorem, tuple(values), made.denied, self.negation.at_lowest)

    def _note(self, place: _Place, box: Box) -> None:
        """Remembers the largest box of the last setting for what is said in the end."""
        known = {v.index: v for v in place.setting.variables}
        fixed = {known[i].name: [text] for i, text in place.setting.fixed.items() if not known[i].is_instance}
        self.tried.ranges = fixed | {known[i].name: [item.text for item in items] for i, items in box.items()}


def _reached(mentioned: Sequence[str], declared: Mapping[str, Sequence[str]]) -> list[str]:
    """What of `declared` these constants lead to, in the order of `declared`."""
    found: set[str] = set()
    pending = [spelled(name) for name in mentioned]
    while pending:
        name = pending.pop()
        if name in declared and name not in found:
            found.add(name)
            pending += [spelled(used) for used in declared[name]]
    return [name for name in declared if name in found]


def _points(box: Box) -> Iterator[dict[int, Item]]:
    """All instances in a box, those of small values first."""
    keys = list(box)
    ranked = sorted(itertools.product(*(range(len(box[k])) for k in keys)), key=lambda t: (sum(t), t))
    for ranks in ranked:
        yield {k: box[k][r] for k, r in zip(keys, ranks, strict=True)}
