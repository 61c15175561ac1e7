"""The blueprint: the plan for one target as a Lean file that a person reads and edits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prover.agent.leap.decomposition import Decomposition
from prover.agent.leap.lemma import Lemma, Standing
from prover.agent.leap.naming import mentions, with_names
from prover.agent.leap.plan import Plan
from prover.agent.leap.remarks import harmless
from prover.agent.leap.stage import Stage
from prover.core.errors import UserError
from prover.events import write_atomically

#: Lines that a note on what was tried has at most, and characters of each.
_TRIED_LINES, _TRIED_WIDTH = 3, 110
_REFUTATION_LINES = 8

_HEAD = """/- The plan for `{name}`. You may edit this file; `prove plan` reads it back:
* another statement for a lemma puts what rests on it in question again, and nothing else;
* a theorem that you add is a lemma that may be used; one that you delete is not planned with any more;
* a proof in place of a `sorry`, or in place of another proof, is taken where Lean and the verifier accept it;
* `-- hint: ...` above a `sorry` is told to whoever proves it.
Names, order, white space and other comments do not matter. The lines `-- leap: ...` say which lemma is which. -/"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the file. `kind`: `file` (the user's own), `frame`, `definitions`, `lemma`, `target`."""

    kind: str
    text: str
    lemma: Lemma | None = None


class Blueprint:
    """What is written of a plan for one of its targets.

    `stage`: where the target stands; `after`: what follows its declaration in the user's file. `lemmas` are in the
    order in which they are written, each after those that its proof calls on, the target last. `borrowed`: of later
    targets of the file that a proof here calls on, by number, the names they have here: they are stated once more,
    with `sorry`, since nothing can call on what is declared below it. `stuck`: plans that were given up because nobody
    could prove their lemmas are written where there is nothing better.
    """

    def __init__(self, plan: Plan, stage: Stage, target: Lemma, after: str = "", *, stuck: bool = False) -> None:
        self._stuck = stuck
        self.plan = plan
        self.stage = stage
        self.target = target
        self.after = after
        beside = _beside(plan, target)
        later = self._later_targets(beside)
        self.borrowed = {lemma.number: self._free_name(lemma.name) for lemma in later}
        self.lemmas = [*later, *self._ordered(beside), target]

    @property
    def text(self) -> str:
        """The file. Lean accepts it, with a warning for each `sorry`."""
        return joined(self.parts())

    def parts(self, *, bare: bool = False) -> Iterator[Part]:
        """The file in order. `bare`: every lemma with `sorry` for its proof, which takes Lean less time."""
        before = self.stage.plain.rstrip()
        if before:
            yield Part("file", f"{before}\n")
        graph = self.plan.graph
        counts = f"-- leap: plan of {len(graph.lemmas)} lemmas"
        # A section, since options are to hold for what models wrote and not for the rest of the user's file.
        frame = [
            "section",
            counts,
            harmless_head(self.target.name),
            *(["set_option autoImplicit false"] * self.stage.strict),
        ]
        yield Part("frame", "\n".join(frame) + "\n")
        refuted = [lemma for lemma in graph.lemmas if lemma.standing is Standing.REFUTED]
        if refuted:
            yield Part("frame", "\n".join(map(_refuted, refuted)) + "\n")
        if self.plan.definitions():
            yield Part("definitions", self.plan.definitions() + "\n")
        for lemma in self.lemmas:
            yield Part("target" if lemma is self.target else "lemma", self._written(lemma, bare), lemma)
        yield Part("frame", "end")
        if self.after.strip():
            yield Part("file", f"\n{self.after.strip()}")

    def _free_name(self, name: str) -> str:
        """A name that neither the plan nor the user's file has."""
        number, file = 2, f"{self.stage.plain}\n{self.after}"
        while self.plan.graph.named(f"{name}_{number}") is not None or mentions(file, f"{name}_{number}"):
            number += 1
        return f"{name}_{number}"

    def _written(self, lemma: Lemma, bare: bool) -> str:
        word = "target" if lemma is self.target else "lemma"
        hints = (_hint(text) for text in self.plan.hints.get(lemma.key, ()))
        return "\n".join([f"-- leap: {word} {lemma.number}", *hints, self.stated(lemma, bare=bare)])

    def stated(self, lemma: Lemma, *, bare: bool = False) -> str:
        """A lemma with a comment on its standing and its proof, `sorry` where there is none (or `bare`)."""
        borrowed = lemma.number in self.borrowed
        text = with_names(lemma.statement.text, self._names) if borrowed else lemma.statement.text
        script = "sorry" if bare else self.script(lemma)
        lines = (f"  {line}".rstrip() for line in script.strip("\n").splitlines())
        return "\n".join([_note(self.plan, lemma, borrowed=borrowed), f"{text.strip()} := by", *lines, ""])

    def script(self, lemma: Lemma) -> str:
        """The tactic lines that are written for a lemma."""
        return "sorry" if lemma.number in self.borrowed else with_names(self.proof_of(lemma)[0], self._names)

    def _later_targets(self, beside: list[Lemma]) -> list[Lemma]:
        """Targets below this one in the file that a proof which is written here calls on."""
        shown = [standing for lemma in (*beside, self.target) if (standing := self.proof_of(lemma)[1]) is not None]
        called = {lemma.number for standing in shown for lemma in standing.lemmas}
        targets = self.plan.graph.targets
        later = targets[targets.index(self.target) + 1 :]
        return [lemma for lemma in later if lemma.number in called]

    def _ordered(self, lemmas: list[Lemma]) -> list[Lemma]:
        """Each after those that its written proof calls on."""
        wanted = {lemma.number for lemma in lemmas}
        done: dict[int, Lemma] = {}
        stack = [(lemma, False) for lemma in reversed(lemmas)]
        while stack:
            lemma, below = stack.pop()
            if lemma.number in done or lemma.number not in wanted:
                continue
            if below:
                done[lemma.number] = lemma
                continue
            stack.append((lemma, True))
            _, standing = self.proof_of(lemma)
            stack += [(other, False) for other in reversed(standing.lemmas if standing else ())]
        return list(done.values())

    def proof_of(self, lemma: Lemma) -> tuple[str, Decomposition | None]:
        return proof_of(lemma, stuck=self._stuck)

    @property
    def _names(self) -> dict[str, str]:
        return {self.plan.graph.lemmas[number].name: name for number, name in self.borrowed.items()}


def joined(parts: Iterable[Part]) -> str:
    """The text of a file."""
    return "".join(f"{part.text}\n" for part in parts)


def harmless_head(name: str) -> str:
    return _HEAD.format(name=harmless(name))


def proof_of(lemma: Lemma, *, stuck: bool = False) -> tuple[str, Decomposition | None]:
    """The tactic lines that are written for a lemma, and the decomposition they belong to; `sorry` for none. `stuck`:
    one that was given up since nobody could prove its lemmas is better than none."""
    if lemma.proof is not None:
        return lemma.proof.script, None
    standing = lemma.by or next((d for d in lemma.decompositions if not d.dead), None)
    if standing is None and stuck:
        standing = next((d for d in reversed(lemma.decompositions) if d.dead == "stuck"), None)
    return (standing.script, standing) if standing is not None else ("sorry", None)


def _beside(plan: Plan, target: Lemma) -> list[Lemma]:
    """The lemmas that belong into a target's blueprint: what it may rest on, and what nothing rests on now.

    Of several targets, each has what its own plans brought, the last one also what no plan did: there all of the file
    stands before it.
    """
    graph = plan.graph
    above = {lemma.number for lemma in graph.above(target)} | {lemma.number for lemma in graph.targets}
    needed, tried = _below(target), _below(target, ever=True)
    last = target is graph.targets[-1]

    def belongs(lemma: Lemma) -> bool:
        if lemma.number in needed:
            return True
        free = all(d.dead for d in lemma.needed_by) and lemma.key not in plan.dropped
        return free and (lemma.number in tried or (last and not lemma.needed_by) or len(graph.targets) == 1)

    shown = (Standing.OPEN, Standing.PROVED)
    return [a for a in graph.lemmas if a.standing in shown and a.number not in above and belongs(a)]


def _below(target: Lemma, *, ever: bool = False) -> set[int]:
    """What a lemma may rest on by plans that stand, or (`ever`) also by those that were given up."""
    found: set[int] = set()
    stack = [target]
    while stack:
        for decomposition in stack.pop().decompositions:
            if decomposition.dead and not ever:
                continue
            new = [lemma for lemma in decomposition.lemmas if lemma.number not in found]
            found.update(lemma.number for lemma in new)
            stack += new
    return found


# --- in words


def _hint(text: str) -> str:
    return f"/- HINT: {harmless(text)} -/" if "\n" in text or "-/" in text else f"-- hint: {text}"


def _note(plan: Plan, lemma: Lemma, *, borrowed: bool) -> str:
    standing = (
        f"[{harmless(lemma.name)}, a later target: planned in a file of its own]" if borrowed else _standing(lemma)
    )
    lines = [line for line in (harmless(lemma.statement.informal.strip()), standing) if line]
    lines += [] if borrowed else [harmless(line) for line in _tried(plan, lemma)]
    # A statement may bring a doc comment or attributes of its own.
    opening = "/--" if re.match(r"(theorem|lemma)\b", lemma.statement.text.strip()) else "/-"
    words = "\n".join(lines)
    return f"{opening} {words} -/"


def _standing(lemma: Lemma) -> str:
    _, standing = proof_of(lemma)
    if lemma.proof is not None:
        words = f"proved ({lemma.proof.source})" if lemma.proof.source else "proved"
    elif standing is not None:
        names = ", ".join(below.name for below in standing.lemmas) or "new definitions alone"
        words = f"{'proved' if lemma.proved else 'open, planned'} from {names}"
    else:
        words = "open"
    return harmless(f"[{words}]")


def _tried(plan: Plan, lemma: Lemma) -> list[str]:
    """The last attempts, a line each."""
    if lemma.proved:
        return []
    lines: list[str] = []
    for tried in plan.tried.get(lemma.key, ())[-_TRIED_LINES:]:
        faults = " ".join(tried.faults.split()) or "no proof"
        line = f"tried: {tried.what}: {faults}"
        lines.append(line if len(line) <= _TRIED_WIDTH else f"{line[: _TRIED_WIDTH - 1]}…")
    return lines


def _refuted(lemma: Lemma) -> str:
    lines = lemma.counterexample.strip().splitlines()
    shown = [f"  {line}" for line in lines[:_REFUTATION_LINES]] + ["  …"] * (len(lines) > _REFUTATION_LINES)
    stated = [f"  {line}" for line in lemma.statement.text.strip().splitlines()]
    text = "\n".join(["false:", *stated, "since its negation is proved by", *shown])
    return f"/- {harmless(text)} -/"


# --- beside the run


def blueprint_file(folder: Path, plan: Plan, target: Lemma) -> Path:
    """Where the blueprint for a target lies: `blueprint.lean`, or with several targets `blueprint-N.lean`."""
    targets = plan.graph.targets
    return folder / ("blueprint.lean" if len(targets) < 2 else f"blueprint-{targets.index(target) + 1}.lean")


def write_blueprint(folder: Path, blueprint: Blueprint) -> Path:
    """Writes the blueprint beside a run, atomically; gives the file. Raises `UserError` (`not_writable`)."""
    file = blueprint_file(folder, blueprint.plan, blueprint.target)
    if file.is_symlink():
        raise UserError(f"{file} is a symbolic link; it is not replaced", code="symlink")
    try:
        write_atomically(file, blueprint.text)
    except OSError as error:
        raise UserError(f"cannot write {file}: {error.strerror}", code="not_writable") from None
    return file
