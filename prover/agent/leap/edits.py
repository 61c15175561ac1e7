"""What a person changed in a blueprint. Names, order, white space and comments do not count; Lean's keys decide
whether a statement says something else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prover.agent.leap.blueprint import Blueprint, joined, proof_of
from prover.agent.leap.lemma import Lemma, Statement
from prover.agent.leap.matching import digest, matched_with
from prover.agent.leap.naming import with_name
from prover.agent.leap.passages import Passage, passages
from prover.agent.leap.remarks import comments, harmless, hints, plain
from prover.agent.leap.stage import Faults
from prover.core.errors import UserError

_COUNT = re.compile(r"--\s*leap:\s*plan of\s+(\d+)\s+lemmas\s*\Z")
#: Commands that say nothing: sections of ours, options, and questions to Lean.
_IDLE = re.compile(r"section|end|#\w+.*|set_option autoImplicit \w+", re.DOTALL)
_NOTHING_CHANGED = "nothing was changed"


@dataclass(frozen=True, slots=True)
class Written:
    """A proof that a person wrote: tactic lines for a statement, which may call on `lemmas`."""

    statement: Statement
    script: str
    lemmas: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint that is new, or (`withdrawn`) no longer there, on the lemma with this key."""

    key: str
    text: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to be done with a plan. `restated`: lemmas and what now stands in their place; `emptied`: those whose
    plan was replaced by `sorry`; `proofs` in the order of the file, plans among them."""

    definitions: str = ""
    restated: tuple[tuple[Lemma, Statement], ...] = ()
    new: tuple[Statement, ...] = ()
    deleted: tuple[Lemma, ...] = ()
    emptied: tuple[Lemma, ...] = ()
    proofs: tuple[Written, ...] = ()
    hints: tuple[Hint, ...] = ()

    def __bool__(self) -> bool:
        return any((self.definitions, self.restated, self.new, self.deleted, self.emptied, self.proofs, self.hints))


async def read_edits(text: str, blueprint: Blueprint, *, seconds: float = 300.0) -> Edits:
    """What differs between a text and the blueprint as it would be written now. `seconds`: for each of two looks.

    Raises `UserError`, and then nothing was changed: `blueprint_parse`, `blueprint_slow`, `target_lost`,
    `target_changed`, `file_changed` (the user's own part), `definition_changed`, `blueprint_statement`,
    `blueprint_command`, `blueprint_definition`. Raises `LeanProcessError` when Lean is lost.
    """
    if text.split() == blueprint.text.split():
        return Edits()
    pool = blueprint.stage.pool
    now = await passages(pool, text, seconds=seconds)
    before = await passages(pool, joined(blueprint.parts(bare=True)), seconds=seconds)
    return await _Reading(blueprint, before, now, text).edits()


@dataclass(slots=True)
class _Reading:
    blueprint: Blueprint
    before: list[Passage]
    now: list[Passage]
    text: str
    #: Names as the file has them, and as the plan does.
    names: dict[str, str] = field(default_factory=dict[str, str])

    async def edits(self) -> Edits:
        old, shared = self._sorted()
        definitions = _new_definitions([p for p in shared if not p.theorem])
        theorems = [p for p in shared if p.theorem]
        known = matched_with(theorems, self.blueprint.lemmas, old)
        target = self.blueprint.target
        matched = {lemma.number: passage for passage, lemma in known}
        if target.number not in matched:
            raise _error("target_lost", f"the blueprint does not state `{target.name}` any more")
        if matched[target.number].key != digest(target.key):
            where = f"line {matched[target.number].line}"
            words = f"`{target.name}` says something else than in the user's file ({where})"
            hint = "a target is restated in the file itself, and planned anew in another run"
            raise _error("target_changed", words, hint)
        for lemma in self.blueprint.lemmas:
            passage = matched.get(lemma.number)
            if lemma.number in self.blueprint.borrowed and passage is not None and passage.key != digest(lemma.key):
                words = f"`{lemma.name}`, a later target, says something else here (line {passage.line})"
                raise _error("target_changed", words, "a target is restated in the file itself")
        if definitions:
            await self._check_definitions(definitions)
        stated, restated, new = await self._statements(theorems, known, definitions)
        deleted = [a for a in self.blueprint.lemmas if a.number not in matched and a.number < self._count()]
        proofs, emptied = self._proofs(theorems, known, stated, {lemma.number for lemma, _ in restated})
        return Edits(
            definitions,
            tuple(restated),
            tuple(new),
            tuple(deleted),
            tuple(emptied),
            tuple(proofs),
            tuple(self._hints(theorems, known, stated)),
        )

    # --- whose is what

    def _sorted(self) -> tuple[dict[int, Passage], list[Passage]]:
        """The blueprint's own passages by lemma, and those there are now beside the user's commands."""
        places = list(self.blueprint.parts(bare=True))
        old: dict[int, Passage] = {}
        own: Counter[str] = Counter()
        brought: dict[str, str] = {}
        rest = iter(self.before)
        line, passage = 1, next(rest, None)
        for part in places:
            line += part.text.count("\n") + 1
            while passage is not None and passage.line < line:
                if part.kind == "file":
                    own[passage.plain] += 1
                elif part.kind == "definitions":
                    brought.update(dict.fromkeys(passage.declares or (passage.plain,), passage.plain))
                elif part.lemma is not None and passage.theorem:
                    old[part.lemma.number] = passage
                passage = next(rest, None)
        return old, self._others(own, brought)

    def _others(self, own: Counter[str], brought: Mapping[str, str]) -> list[Passage]:
        left = own.copy()
        others: list[Passage] = []
        for passage in self.now:
            words = passage.plain
            if left[words] > 0:
                left[words] -= 1
            elif words in brought.values() or not words or _IDLE.fullmatch(words):
                continue
            elif not passage.declares:
                reason = passage.error.splitlines()[0] if passage.error else "only declarations may be added"
                what = "blueprint_statement" if passage.name else "blueprint_command"
                raise _error(what, f"line {passage.line} of the blueprint: {reason}")
            elif any(name in brought for name in passage.declares):
                name = next(name for name in passage.declares if name in brought)
                hint = "give the new one another name"
                raise _error("definition_changed", f"the plan's `{name}` is another now (line {passage.line})", hint)
            else:
                others.append(passage)
        missing = next((words for words, count in left.items() if count > 0 and not _IDLE.fullmatch(words)), "")
        if missing:
            hint = "edit the file itself and make the plan anew"
            words = missing if len(missing) < 80 else f"{missing[:79]}…"
            raise _error("file_changed", f"what the user's own file says is not there any more: {words}", hint)
        return others

    def _count(self) -> int:
        """How many lemmas the plan had when the file was written: later ones cannot have been deleted from it."""
        for start, end in comments(self.text):
            found = _COUNT.match(self.text[start:end])
            if found:
                return int(found[1])
        return len(self.blueprint.plan.graph.lemmas)

    # --- what is new

    async def _check_definitions(self, definitions: str) -> None:
        stage, target = self.blueprint.stage, self.blueprint.target.statement
        every = self._every(definitions)
        found = await stage.read(target.name, target.text, definitions=every)
        if isinstance(found, Faults):
            raise _error("blueprint_definition", f"the new definitions are not accepted: {found.complaints[0]}")
        if found.key != target.key:
            raise _error("blueprint_definition", f"with the new definitions `{target.name}` says something else")

    def _every(self, definitions: str) -> str:
        return "\n\n".join(text for text in (self.blueprint.plan.definitions(), definitions) if text)

    async def _statements(
        self, theorems: list[Passage], known: list[tuple[Passage, Lemma]], definitions: str
    ) -> tuple[dict[int, Statement], list[tuple[Lemma, Statement]], list[Statement]]:
        """Each theorem's statement (by its line), those that were changed and those that are new."""
        lemmas = {passage.line: lemma for passage, lemma in known}
        stated: dict[int, Statement] = {}
        restated: list[tuple[Lemma, Statement]] = []
        new: list[Statement] = []
        for passage in theorems:
            if passage.split() is None:
                hint = "write `theorem name : statement := by` and the proof below"
                raise _error("blueprint_statement", f"`{passage.name}` (line {passage.line}) has no `:=`", hint)
            lemma = lemmas.get(passage.line)
            if lemma is not None and digest(lemma.key) == passage.key:
                statement = lemma.statement
            else:
                statement = await self._read(passage, lemma, definitions, [s.name for s in stated.values()])
                there = self.blueprint.plan.graph.find(statement.key)
                statement = there.statement if there is not None else statement
                if lemma is not None:
                    restated.append((lemma, statement))
                elif there is None and statement not in new:
                    new.append(statement)
            stated[passage.line] = statement
            self.names[passage.name] = statement.name
        return stated, restated, new

    async def _read(self, passage: Passage, lemma: Lemma | None, definitions: str, taken: list[str]) -> Statement:
        parts = passage.split()
        assert parts is not None
        name = self._free_name(passage.name, lemma, taken)
        text = with_name(parts[0], passage.name, name)
        informal = lemma.statement.informal if lemma is not None else _said(passage.text)
        found = await self.blueprint.stage.read(name, text, definitions=self._every(definitions), informal=informal)
        if isinstance(found, Faults):
            where = f"`{passage.name}` (line {passage.line})"
            raise _error("blueprint_statement", f"{where} cannot be read: {found.complaints[0].text}")
        return found

    def _free_name(self, name: str, lemma: Lemma | None, taken: list[str]) -> str:
        free, number = name, 1
        while self.blueprint.plan.graph.named(free) not in (None, lemma) or free in taken:
            number += 1
            free = f"{name}_{number}"
        return free

    # --- proofs and hints

    def _proofs(
        self,
        theorems: list[Passage],
        known: list[tuple[Passage, Lemma]],
        stated: Mapping[int, Statement],
        restated: set[int],
    ) -> tuple[list[Written], list[Lemma]]:
        lemmas = {passage.line: lemma for passage, lemma in known}
        proofs: list[Written] = []
        emptied: list[Lemma] = []
        for passage in theorems:
            lemma = lemmas.get(passage.line)
            parts = passage.split()
            script = self._in_plan_names(parts[1]) if parts is not None else ""
            borrowed = lemma is not None and lemma.number in self.blueprint.borrowed
            if not borrowed and not _differs(lemma, script, restated):
                continue
            if plain(script) == "sorry" and borrowed:
                continue
            if plain(script) == "sorry":
                if lemma is not None and proof_of(lemma)[1] is not None and not lemma.proved:
                    emptied.append(lemma)
                continue
            if lemma is not None and lemma.proved and lemma.number not in restated and not _rests_on(lemma, restated):
                # A proved lemma is never proved again.
                continue
            own = stated[passage.line]
            calls = [s for s in stated.values() if s is not own and _mentions(script, s.name)]
            proofs.append(Written(own, script, tuple(dict.fromkeys(calls))))
        return proofs, emptied

    def _in_plan_names(self, script: str) -> str:
        for theirs, ours in self.names.items():
            if theirs != ours:
                script = with_name(script, theirs, ours)
        return script

    def _hints(
        self, theorems: list[Passage], known: list[tuple[Passage, Lemma]], stated: Mapping[int, Statement]
    ) -> Iterable[Hint]:
        lemmas = {passage.line: lemma for passage, lemma in known}
        for passage in theorems:
            lemma, key = lemmas.get(passage.line), stated[passage.line].key
            found = list(dict.fromkeys(_plain_hint(h) for h in hints(f"{passage.above}\n{passage.text}")))
            given = self.blueprint.plan.hints.get(key, []) if lemma is not None and lemma.key == key else []
            there = {_plain_hint(hint) for hint in given}
            yield from (Hint(key, text) for text in found if text not in there)
            yield from (Hint(key, hint, withdrawn=True) for hint in given if _plain_hint(hint) not in {"", *found})


def _new_definitions(found: list[Passage]) -> str:
    for passage in found:
        wrong = passage.error
        if not wrong and (passage.axioms or passage.open):
            wrong = "nothing may be assumed" if passage.axioms else "it has a hole (`sorry`)"
        if wrong:
            where = f"`{passage.declares[0]}` (line {passage.line})"
            raise _error("blueprint_definition", f"{where}: {wrong.splitlines()[0]}")
    return "\n\n".join(passage.text.strip() for passage in found)


def _differs(lemma: Lemma | None, script: str, restated: set[int]) -> bool:
    """Whether a proof is another than was written, or has to be looked at since what it is of, or calls on, changed."""
    if lemma is None or lemma.number in restated or _rests_on(lemma, restated):
        return True
    return plain(script) != plain(proof_of(lemma)[0])


def _rests_on(lemma: Lemma, restated: set[int]) -> bool:
    _, standing = proof_of(lemma)
    return standing is not None and any(below.number in restated for below in standing.lemmas)


def _mentions(script: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w'])", script) is not None


def _plain_hint(text: str) -> str:
    return "\n".join(line.strip() for line in harmless(text).strip().splitlines())


def _said(text: str) -> str:
    """The doc comment that a declaration begins with, without its marks."""
    for start, end in comments(text):
        if text[:start].strip() or not text.startswith("/--", start):
            return ""
        return text[start + 3 : end - 2].strip()
    return ""


def _error(code: str, message: str, hint: str = "") -> UserError:
    return UserError(message, code=code, hint=f"{hint}; {_NOTHING_CHANGED}" if hint else _NOTHING_CHANGED)
