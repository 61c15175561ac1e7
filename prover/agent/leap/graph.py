"""The plan of a proof: an AND-OR graph of lemmas, acyclic by construction.

LEAP (arXiv 2606.03303, sections 3.2 and 3.3): lemmas are global and shared between branches and targets; a
decomposition is committed only when it closes no cycle; lemmas that were stated for later are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.agent.leap.decomposition import Decomposition, Sketch
from prover.agent.leap.lemma import Lemma, Proof, Standing, Statement


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a decomposition is not committed.

    `reason`: `ancestor` (one of its lemmas is what is to be proved, or something that needs it), `refuted` (one of them
    is false), `known` (there is a decomposition into the same lemmas), `decided` (there is nothing to prove), `name`
    (another statement has that name). `lemma`: the name that it is about.
    """

    reason: str
    lemma: str = ""


class LemmaGraph:
    """Lemmas by key, their decompositions, and what follows from them. `targets`: the lemmas that were asked for."""

    def __init__(self) -> None:
        self.lemmas: list[Lemma] = []
        self.decompositions: list[Decomposition] = []
        self.targets: list[Lemma] = []
        self._by_key: dict[str, Lemma] = {}
        self._by_name: dict[str, Lemma] = {}

    # --- looking

    def find(self, key: str) -> Lemma | None:
        """The lemma with this key."""
        return self._by_key.get(key)

    def named(self, name: str) -> Lemma | None:
        """The lemma that is written with this name, or called so by a sketch."""
        return self._by_name.get(name)

    def wanted(self) -> list[Lemma]:
        """The open lemmas whose proof can still help a target, in the order in which the targets reach them."""
        return [lemma for lemma in self._needed() if lemma.standing is Standing.OPEN]

    def is_wanted(self, lemma: Lemma) -> bool:
        """Whether a target needs this open lemma."""
        if lemma.standing is not Standing.OPEN:
            return False
        return lemma in self.targets or any(above.standing is Standing.OPEN for above in self._targets_above(lemma))

    def _needed(self) -> Iterator[Lemma]:
        """Targets and what stands below them on ways that are still open, each once."""
        seen: set[int] = set()
        stack = list(reversed(self.targets))
        while stack:
            lemma = stack.pop()
            if lemma.number in seen or lemma.standing is not Standing.OPEN:
                continue
            seen.add(lemma.number)
            yield lemma
            for decomposition in lemma.decompositions:
                if not decomposition.dead:
                    stack.extend(reversed(decomposition.lemmas))

    def _targets_above(self, lemma: Lemma) -> Iterator[Lemma]:
        """The targets that reach a lemma on ways that are still open."""
        for above in self.above(lemma, through=Standing.OPEN):
            if above in self.targets:
                yield above

    def above(self, lemma: Lemma, through: Standing | None = None) -> Iterator[Lemma]:
        """Every lemma that needs this one, itself left out, nearest first; with `through`, over lemmas of that standing
        alone."""
        seen = {lemma.number}
        queue = [lemma]
        for at in queue:
            for decomposition in at.needed_by:
                parent = decomposition.parent
                if decomposition.dead or parent.number in seen:
                    continue
                if through is not None and parent.standing is not through:
                    continue
                seen.add(parent.number)
                queue.append(parent)
                yield parent

    # --- growing

    def target(self, statement: Statement) -> Lemma:
        """A lemma that is asked for; the known one where there is one."""
        lemma = self._by_key.get(statement.key) or self._add(statement)
        lemma.auxiliary = False
        if lemma not in self.targets:
            self.targets.append(lemma)
        return lemma

    def state(self, statement: Statement) -> Lemma | Refusal:
        """An auxiliary lemma, kept for whoever needs it later; the known one where there is one."""
        known = self._by_key.get(statement.key)
        if known is not None:
            return known
        if statement.name in self._by_name:
            return Refusal("name", statement.name)
        lemma = self._add(statement)
        lemma.auxiliary = True
        return lemma

    def commit(self, parent: Lemma, statements: Sequence[Statement], sketch: Sketch) -> Decomposition | Refusal:
        """`parent` from lemmas: known ones are shared, the others are new. Nothing changes where it is refused.

        The caller has seen Lean accept `sketch` with the lemmas assumed.
        """
        refusal = self.objection(parent, statements)
        if refusal is not None:
            return refusal
        lemmas: dict[str, Lemma] = {}
        for statement in statements:
            lemma = self._by_key.get(statement.key) or self._add(statement)
            lemma.auxiliary = False
            lemmas[statement.key] = lemma
            # A name that a sketch calls a lemma by is nobody else's.
            self._by_name.setdefault(statement.name, lemma)
        number, below, stated = len(self.decompositions), tuple(lemmas.values()), tuple(statements)
        decomposition = Decomposition(number, parent, below, sketch, stated)
        self.decompositions.append(decomposition)
        parent.decompositions.append(decomposition)
        for lemma in decomposition.lemmas:
            lemma.needed_by.append(decomposition)
        self._complete(decomposition)
        return decomposition

    def objection(self, parent: Lemma, statements: Sequence[Statement]) -> Refusal | None:
        """Why `commit` would refuse; None where it would not."""
        if parent.standing is not Standing.OPEN:
            return Refusal("decided", parent.name)
        above = {parent.key}
        above.update(lemma.key for lemma in self.above(parent))
        names: dict[str, str] = {}
        for statement in statements:
            known = self._by_key.get(statement.key)
            if statement.key in above:
                return Refusal("ancestor", statement.name)
            if known is not None and known.standing is Standing.REFUTED:
                return Refusal("refuted", statement.name)
            if known is not None:
                continue
            taken = self._by_name.get(statement.name)
            if taken is not None or names.setdefault(statement.name, statement.key) != statement.key:
                return Refusal("name", statement.name)
        wanted = {statement.key for statement in statements}
        for other in parent.decompositions:
            if {lemma.key for lemma in other.lemmas} == wanted and (not other.dead or other.dead == "failed"):
                return Refusal("known", parent.name)
        return None

    def _add(self, statement: Statement) -> Lemma:
        lemma = Lemma(len(self.lemmas), statement)
        self.lemmas.append(lemma)
        self._by_key[statement.key] = lemma
        self._by_name[statement.name] = lemma
        return lemma

    # --- what becomes of lemmas

    def prove(self, lemma: Lemma, proof: Proof) -> list[Lemma]:
        """`lemma` has a proof of its own; gives everything that is proved by that, `lemma` first. Lean has seen it."""
        if lemma.proved:
            return []
        lemma.proof = proof
        return self._settle(lemma)

    def _settle(self, lemma: Lemma) -> list[Lemma]:
        """Marks a lemma as proved, and all that follow from it."""
        lemma.standing = Standing.PROVED
        proved = [lemma]
        for at in proved:
            for decomposition in at.needed_by:
                parent = decomposition.parent
                if decomposition.complete and parent.standing is Standing.OPEN:
                    parent.standing = Standing.PROVED
                    parent.by = decomposition
                    proved.append(parent)
        return proved

    def _complete(self, decomposition: Decomposition) -> None:
        parent = decomposition.parent
        if decomposition.complete and parent.standing is Standing.OPEN:
            parent.by = decomposition
            self._settle(parent)

    def refute(self, lemma: Lemma, counterexample: str) -> list[Decomposition]:
        """`lemma` is false: `counterexample` proves its negation. Gives the decompositions that fall with it."""
        lemma.standing = Standing.REFUTED
        lemma.counterexample = counterexample
        fallen = [d for d in lemma.needed_by if not d.dead]
        for decomposition in fallen:
            decomposition.dead = "refuted"
        return fallen

    def give_up(self, decomposition: Decomposition, reason: str = "failed") -> None:
        """A decomposition is not worked on any more; its lemmas stay, proved ones for ever."""
        if decomposition.parent.by is not decomposition:
            decomposition.dead = reason

    def restate(self, lemma: Lemma, statement: Statement) -> tuple[Lemma, list[Lemma]]:
        """Another statement stands where `lemma` stood: a person has edited it.

        What was derived from the old one, upward, is open again; lemmas beside it and below it keep their proofs.
        Gives the lemma with the new statement, and those that are open again.
        """
        if statement.key == lemma.key:
            lemma.statement = statement
            return lemma, []
        reopened = self._withdraw(lemma)
        lemma.standing = Standing.STALE
        self._by_name = {name: other for name, other in self._by_name.items() if other is not lemma}
        new = self._by_key.get(statement.key) or self._add(statement)
        if lemma in self.targets:
            self.targets[self.targets.index(lemma)] = new
        return new, reopened

    def _withdraw(self, lemma: Lemma) -> list[Lemma]:
        """Takes back what rests on a lemma; gives what is open again by that.

        Only the decompositions into the lemma itself are dead: the others hold again once their lemmas do.
        """
        for decomposition in lemma.needed_by:
            decomposition.dead = decomposition.dead or "stale"
        reopened: list[Lemma] = []
        stack = [lemma]
        while stack:
            for decomposition in stack.pop().needed_by:
                parent = decomposition.parent
                if parent.by is not decomposition:
                    continue
                parent.by, parent.standing = None, Standing.OPEN
                reopened.append(parent)
                stack.append(parent)
        for parent in reopened:
            # Another way may stand.
            for decomposition in parent.decompositions:
                self._complete(decomposition)
        return [parent for parent in reopened if not parent.proved]

    # --- putting together

    def order(self, target: Lemma) -> list[Lemma]:
        """The proved lemmas that the proof of `target` rests on, each after those it needs, `target` last.

        Raises `ValueError` where `target` is not proved.
        """
        if not target.proved:
            raise ValueError(f"{target.name} is not proved")
        done: dict[int, Lemma] = {}
        stack: list[tuple[Lemma, bool]] = [(target, False)]
        while stack:
            lemma, below = stack.pop()
            if lemma.number in done:
                continue
            if below:
                done[lemma.number] = lemma
                continue
            stack.append((lemma, True))
            stack.extend((other, False) for other in reversed(self.rests_on(lemma)))
        return list(done.values())

    def rests_on(self, lemma: Lemma) -> list[Lemma]:
        """The lemmas that a lemma's proof calls on directly."""
        return list(lemma.by.lemmas) if lemma.by is not None else []

    def check_invariants(self) -> None:
        """Raises `AssertionError` when the graph contradicts itself; for tests."""
        for lemma in self.lemmas:
            if lemma.proved:
                assert lemma.proof is not None or (lemma.by is not None and lemma.by.complete), lemma
                self.order(lemma)
            assert lemma not in set(self.above(lemma)), f"{lemma} needs itself"
            for decomposition in lemma.decompositions:
                assert decomposition.parent is lemma
                assert all(decomposition in child.needed_by for child in decomposition.lemmas)
                assert not (decomposition.complete and lemma.standing is Standing.OPEN), decomposition
        for decomposition in self.decompositions:
            refuted = any(lemma.standing is Standing.REFUTED for lemma in decomposition.lemmas)
            assert not refuted or decomposition.dead, decomposition
