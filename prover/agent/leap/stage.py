"""The place in a file where a target's lemmas are to stand, and what Lean says of plans and proofs there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from prover.agent.counterexample import find_counterexample
from prover.agent.leap.decomposition import Sketch
from prover.agent.leap.draft import Draft, Piece
from prover.agent.leap.lemma import Statement
from prover.agent.leap.look import Complaint, Look, look
from prover.agent.refutation import refutation_header
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.verify.policy import Allowance

_DEFINITIONS, _EARLIER, _REFUTATION = "definitions", "earlier definitions", "refutation"
#: What closes an implication between statements that differ in form alone.
_CHEAP = "first | exact h | simpa using h | (intros; simp_all; done) | (intros; apply h <;> assumption)"


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan or a proof that Lean accepts. `name`: what was proved, in full.

    `lemmas`: the statements it calls on, as they stand in it, with their keys. `spare`: those stated with it that it
    does not call on. `seconds`: of Lean.
    """

    name: str
    lemmas: tuple[Statement, ...]
    spare: tuple[Statement, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Faults:
    """Why a plan or a proof is not accepted."""

    complaints: tuple[Complaint, ...]
    seconds: float

    def __str__(self) -> str:
        return "\n".join(map(str, self.complaints))


class Stage:
    """`before`: the user's file up to the target's declaration. `seconds`: limit of one look. `allowed`: what the
    user's own file contains. `scope`: part of every key. `strict_names`: a name that is not declared is an error in
    what a model writes, and never an implicit argument; only for targets that have such arguments themselves it is not.
    """

    def __init__(
        self,
        pool: Pool,
        before: str,
        *,
        seconds: float = 60.0,
        allowed: Allowance | None = None,
        scope: str = "",
        strict_names: bool = True,
    ) -> None:
        self.pool = pool
        self.plain = before
        self.strict = strict_names
        self.before = strictly(before) if strict_names else before
        self._seconds = seconds
        self.allowed = allowed
        self._scope = scope

    async def read(self, name: str, text: str, *, definitions: str = "", informal: str = "") -> Statement | Faults:
        """A statement (`theorem name binders : type`) with its key."""
        draft = [Piece(_EARLIER, definitions), Piece(name, _open(text))]
        seen = await self._look(draft)
        complaints = [*seen.complaints, *_not_one_theorem(seen, name)]
        if complaints:
            return Faults(tuple(complaints), seen.seconds)
        return Statement(self._key(seen, name), name, text, informal)

    async def check(
        self, parent: Statement, lemmas: Sequence[Statement], sketch: Sketch, *, definitions: str = ""
    ) -> Checked | Faults:
        """Whether `parent` follows from `lemmas` by `sketch`; the keys of `lemmas` need not be known.

        `definitions`: those accepted earlier. Nothing but the lemmas may have a hole, nothing may be assumed, and the
        parent must still say what it said.
        """
        pieces = [Piece(_EARLIER, definitions), Piece(_DEFINITIONS, sketch.definitions)]
        pieces += [Piece(lemma.name, _open(lemma.text)) for lemma in lemmas]
        pieces.append(Piece(parent.name, closed(parent.text, sketch.script)))
        seen = await self._look(pieces)
        complaints = list(seen.complaints)
        for lemma in lemmas:
            complaints += _not_one_theorem(seen, lemma.name)
        complaints += _not_one_theorem(seen, parent.name)
        complaints += self._broken_rules(seen, parent, [lemma.name for lemma in lemmas])
        if complaints:
            return Faults(tuple(complaints), seen.seconds)
        stated = [replace(lemma, key=self._key(seen, lemma.name)) for lemma in lemmas]
        (full,) = seen.declared[parent.name]
        used = seen.reach(full)
        return Checked(
            full,
            tuple(s for s in stated if seen.declared[s.name][0] in used),
            tuple(s for s in stated if seen.declared[s.name][0] not in used),
            seen.seconds,
        )

    async def check_refutation(self, lemma: Statement, script: str, *, definitions: str = "") -> Checked | Faults:
        """Whether `script` proves the negation of what `lemma` says."""
        pieces = [Piece(_EARLIER, definitions), Piece(lemma.name, _open(lemma.text))]
        opened = await self._look(pieces)
        complaints = [*opened.complaints, *_not_one_theorem(opened, lemma.name)]
        if complaints:
            return Faults(tuple(complaints), opened.seconds)
        (full,) = opened.declared[lemma.name]
        header = refutation_header(full, quoted="«" in lemma.text)
        seen = await self._look([*pieces, Piece(_REFUTATION, f"{header} by\n{_indented(script)}")])
        complaints = [*seen.complaints, *_not_one_theorem(seen, _REFUTATION)]
        if not complaints:
            (name,) = seen.declared[_REFUTATION]
            if name in seen.open:
                complaints.append(Complaint(_REFUTATION, 1, "it has a hole (`sorry`)", "hole"))
            if full in seen.reach(name):
                complaints.append(Complaint(_REFUTATION, 1, f"it uses `{lemma.name}` itself", "circular"))
            complaints += _axioms(seen)
        if complaints:
            return Faults(tuple(complaints), opened.seconds + seen.seconds)
        return Checked(full, (), (), opened.seconds + seen.seconds)

    async def counterexample(self, lemma: Statement, *, definitions: str = "", seconds: float) -> str:
        """Tactics that prove the negation of what `lemma` says, from a counterexample; empty when none was found."""
        source = SourceFile("lemma.lean", self.text(lemma, "sorry", definitions=definitions).encode())
        found = await find_counterexample(self.pool, source, lemma.name, seconds=seconds)
        return "" if found is None or found.universes else found.tactics

    async def says_the_same(self, one: Statement, other: Statement, *, definitions: str = "") -> bool:
        """Whether each of two statements follows from the other by a cheap call: a restatement, no progress."""
        pieces = [Piece(_EARLIER, definitions), Piece(one.name, _open(one.text)), Piece(other.name, _open(other.text))]
        for name, premise, goal in (("forth", one.name, other.name), ("back", other.name, one.name)):
            text = f"theorem _root_.{name}_again (h : type_of% @{premise}) : type_of% @{goal} := by\n  {_CHEAP}"
            pieces.append(Piece(name, text))
        seen = await self._look(pieces, only_clean=True)
        if not seen.clean or any(_not_one_theorem(seen, piece.name) for piece in pieces[1:]):
            return False
        stated = {seen.declared[s.name][0] for s in (one, other)}
        return not any(seen.reach(name) & stated for piece in ("forth", "back") for name in seen.declared[piece])

    def text(self, statement: Statement, script: str, *, definitions: str = "", refutation: str = "") -> str:
        """A file that states one lemma at this place, with a proof (`sorry` for none)."""
        pieces = [Piece(_EARLIER, definitions), Piece(statement.name, closed(statement.text, script))]
        return Draft.of(self.before, [*pieces, Piece(_REFUTATION, refutation)]).text

    async def _look(self, pieces: Sequence[Piece], *, only_clean: bool = False) -> Look:
        draft = Draft.of(self.before, pieces)
        return await look(self.pool, draft, seconds=self._seconds, allowed=self.allowed, only_clean=only_clean)

    def _key(self, seen: Look, name: str) -> str:
        key = seen.keys[seen.declared[name][0]]
        return f"{self._scope}:{key}" if self._scope else key

    def _broken_rules(self, seen: Look, parent: Statement, lemmas: Sequence[str]) -> list[Complaint]:
        if len(seen.declared.get(parent.name, ())) != 1:
            return []
        (full,) = seen.declared[parent.name]
        found = _axioms(seen)
        if full in seen.open:
            found.append(Complaint(parent.name, 1, "the proof has a hole (`sorry`) of its own", "hole"))
        elif full in seen.keys and parent.key and self._key(seen, parent.name) != parent.key:
            words = "the statement means something else than it did: do not shadow what it mentions"
            found.append(Complaint(parent.name, 1, words, "statement_changed"))
        allowed = {name for lemma in lemmas for name in seen.declared.get(lemma, ())} | {full}
        for piece in (_DEFINITIONS, _EARLIER):
            for name in seen.declared.get(piece, ()):
                if name in seen.open and name not in allowed:
                    found.append(Complaint(piece, 1, f"`{name}` has a hole (`sorry`)", "hole"))
        return found


def _axioms(seen: Look) -> list[Complaint]:
    return [
        Complaint(piece, 1, f"`{name}` is an axiom: nothing may be assumed", "axiom")
        for piece, names in seen.declared.items()
        for name in names
        if seen.kinds.get(name) == "axiom"
    ]


def _not_one_theorem(seen: Look, piece: str) -> list[Complaint]:
    """A complaint where a piece declares anything but one theorem."""
    names = seen.declared.get(piece, ())
    if len(names) == 1 and seen.kinds.get(names[0]) == "theorem":
        return []
    if not names and seen.complaints:
        return []
    return [Complaint(piece, 1, "one theorem is expected here, and nothing else", "shape")]


def _open(text: str) -> str:
    return closed(text, "sorry")


def strictly(before: str) -> str:
    """A file's beginning, after which a name that is not declared is an error."""
    return f"{before.rstrip()}\n\nset_option autoImplicit false\n"


def closed(text: str, script: str) -> str:
    """A statement with a proof."""
    return f"{text.strip()} := by\n{_indented(script)}"


def _indented(script: str) -> str:
    return "\n".join(_lines(script.strip("\n").splitlines()))


def _lines(lines: Iterable[str]) -> Iterable[str]:
    return (f"  {line}" if line.strip() else "" for line in lines)
