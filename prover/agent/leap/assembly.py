"""Proved targets of a file with their lemmas, as text to be put into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from prover.agent.leap.draft import Draft, Piece
from prover.agent.leap.lemma import Lemma, Statement
from prover.agent.leap.look import look
from prover.agent.leap.naming import with_name, with_names
from prover.agent.leap.plan import Plan
from prover.agent.leap.stage import Faults, Stage, closed, strictly

#: What proves a statement from a theorem that says the same with other names and kinds of variables.
_SAME = "first\n  | exact {0} ..\n  | (apply {0} <;> assumption)\n  | (intros; apply {0} <;> assumption)"


@dataclass(frozen=True, slots=True)
class Assembly:
    """`before`: declarations in an order in which each stands after those it needs, none that nothing needs; to stand
    directly before the target's. `script`: the target's proof, tactic lines."""

    before: tuple[str, ...]
    script: str


class Manner(StrEnum):
    """How lemmas are called; the first one that Lean accepts is taken."""

    #: What stands in the file already is called by its short name, and sketches by the names of what they call.
    SHORT = "short"
    #: By its full name; a sketch that states a lemma otherwise has it so, proved from the lemma.
    FULL = "full"
    #: Nothing that was put into the file before is called.
    OWN = "own"


@dataclass(slots=True)
class Assembler:
    """Puts the targets of one file together, in the order in which they stand there.

    `taken`: full names of what the file declares. `seconds`: limit of one look of Lean's. What was put together is
    remembered: later targets call on it.
    """

    plan: Plan
    taken: Collection[str] = ()
    seconds: float = 120.0
    #: Full names of theorems in the file, by key.
    there: dict[str, str] = field(default_factory=dict[str, str])
    _names: set[str] = field(default_factory=set[str])
    #: Pieces put into the file, by the length of what stands before them there; as they are, and with `sorry`.
    _put: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=list[tuple[int, tuple[str, ...], tuple[str, ...]]]
    )

    async def assemble(self, target: Lemma, stated: Statement, stage: Stage) -> Assembly | Faults:
        """The proof of `target`, which the file states as `stated` where `stage` is. Faults where Lean refuses it
        however lemmas are called. Raises `LeanProcessError`."""
        first: Faults | None = None
        tried: list[Draft] = []
        for manner in Manner:
            draft = _Draft(self, manner, target, stated)
            found = Draft.of(self._before(stage, manner), [piece.full for piece in draft.pieces])
            if found in tried:
                continue
            tried.append(found)
            seen = await look(stage.pool, found, seconds=self.seconds, allowed=stage.allowed, only_clean=True)
            if seen.complaints:
                first = first or Faults(seen.complaints, seen.seconds)
                continue
            needed = {name for full in seen.declared.get(stated.name, ()) for name in seen.reach(full)}
            # A piece that declares nothing, an attribute say, may matter to those after it.
            kept = [
                piece
                for piece in draft.pieces[:-1]
                if not seen.declared.get(piece.full.name) or needed & set(seen.declared[piece.full.name])
            ]
            for piece in (*kept, draft.pieces[-1]):
                if piece.key:
                    (self.there[piece.key],) = seen.declared[piece.full.name]
            self._names.update(piece.full.name for piece in kept)
            texts, bare = tuple(p.full.text.strip() for p in kept), tuple(p.bare for p in kept)
            self._put.append((len(stage.plain), texts, bare))
            return Assembly(texts, draft.script)
        assert first is not None
        return first

    def _before(self, stage: Stage, manner: Manner) -> str:
        """The file up to the target, with what was put there; its proofs are left out, Lean has seen them."""
        text, end = "", 0
        for at, _, bare in self._put:
            text += stage.plain[end:at] + "".join(f"{piece}\n\n" for piece in bare)
            end = at
        text += stage.plain[end:]
        return strictly(text) if stage.strict else text

    def stands(self, text: str) -> bool:
        """Whether a piece with this text is in the file."""
        return any(text in texts for _, texts, _ in self._put)

    def free(self, wished: Iterable[str], names: Collection[str]) -> str:
        """The first name that nobody has, or the last one with a number."""
        name = ""
        for name in wished:
            if not self._is_taken(name, names):
                return name
        number = 2
        while self._is_taken(f"{name}_{number}", names):
            number += 1
        return f"{name}_{number}"

    def _is_taken(self, name: str, names: Collection[str]) -> bool:
        return name in names or name in self._names or any(f".{full}".endswith(f".{name}") for full in self.taken)


@dataclass(frozen=True, slots=True)
class _Put:
    """A piece. `bare`: with `sorry` for a proof; `key`: of the lemma that it states under its own key."""

    full: Piece
    bare: str
    key: str = ""


class _Draft:
    """The pieces of one target put together in one manner, the target last."""

    def __init__(self, assembler: Assembler, manner: Manner, target: Lemma, stated: Statement) -> None:
        self.assembler = assembler
        self.manner = manner
        self.there: Mapping[str, str] = {} if manner is Manner.OWN else assembler.there
        *lemmas, _ = assembler.plan.graph.order(target)
        self.names: dict[str, str] = {}
        self._otherwise: dict[tuple[str, str], str] = {}
        self.pieces = list(self._definitions())
        for lemma in lemmas:
            self._name(lemma)
        for lemma in lemmas:
            if lemma.key not in self.there:
                self._add(lemma)
        again = self.there.get(target.key)
        self.script = self._script(target) if again is None else _SAME.format(again)
        goal = Piece(stated.name, closed(stated.text, self.script))
        self.pieces.append(_Put(goal, "", target.key))

    def _definitions(self) -> Iterable[_Put]:
        for number, text in enumerate(self.assembler.plan.definition_blocks()):
            if self.manner is Manner.OWN or not self.assembler.stands(text.strip()):
                yield _Put(Piece(f"definitions {number}", text), text.strip())

    def _name(self, lemma: Lemma) -> None:
        full = self.there.get(lemma.key)
        if full is not None:
            self.names[lemma.key] = full.rpartition(".")[2] if self.manner is Manner.SHORT else full
            return
        wished = [lemma.name]
        wished += [s.name for d in lemma.needed_by for s in d.stated if s.key == lemma.key]
        self.names[lemma.key] = self.assembler.free(wished, set(self.names.values()))

    def _add(self, lemma: Lemma) -> None:
        script = self._script(lemma)
        name, statement = self.names[lemma.key], lemma.statement
        text = _documented(statement, with_name(statement.text, statement.name, name))
        self.pieces.append(_Put(Piece(name, closed(text, script)), closed(text, "sorry"), lemma.key))

    def _script(self, lemma: Lemma) -> str:
        """The proof of a lemma, those it calls on called by the names they have here."""
        if lemma.proof is not None:
            return lemma.proof.script
        if lemma.by is None:
            raise ValueError(f"{lemma.name} is not proved")
        known = {below.key: below.statement for below in lemma.by.lemmas}
        names: dict[str, str] = {}
        for statement in lemma.by.stated:
            own = self.names[statement.key]
            if self.manner is Manner.SHORT or _alike(statement, known[statement.key]):
                names[statement.name] = own
            else:
                names[statement.name] = self._again(statement, own)
        return with_names(lemma.by.sketch.script, {old: new for old, new in names.items() if old != new})

    def _again(self, statement: Statement, own: str) -> str:
        """A lemma as a sketch states it, from the lemma as it stands here; gives its name."""
        known = self._otherwise.get((statement.name, statement.text))
        if known is not None:
            return known
        taken = {*self.names.values(), *self._otherwise.values()}
        name = self._otherwise[statement.name, statement.text] = self.assembler.free([statement.name], taken)
        text = with_name(statement.text, statement.name, name)
        self.pieces.append(_Put(Piece(name, closed(text, _SAME.format(own))), closed(text, "sorry")))
        return name


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two texts are equal but for the names of what they state."""
    first, second = (with_name(s.text, s.name, "_") for s in (one, other))
    return first.split() == second.split()


def _documented(statement: Statement, text: str) -> str:
    """A lemma's statement, with what it is for before it."""
    words = " ".join(statement.informal.split()).replace("-/", "- /").replace("/-", "/ -")
    text = text.strip()
    return f"/-- {words} -/\n{text}" if words and not text.startswith("/--") else text
