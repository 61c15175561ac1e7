"""From tables to verdicts: what the reference asks for, set against what the kernel accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.verify.comparison import Comparison, Difference
from prover.verify.elaborated import Elaborated
from prover.verify.footing import NATIVE_AXIOMS, RUN_BY_THE_KERNEL, SORRY, STANDARD_AXIOMS, Footing, footing
from prover.verify.name import Name, canonical, owner, parse, show
from prover.verify.record import NO_IMPORTS, Audit
from prover.verify.tables import Constant, Tables

_NOT_COMPUTED = (
    "native computation is accepted where it is allowed, code can be made of the definition's kernel terms, and that "
    "code gives the result that is claimed; this one was not"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts. `allowed_axioms`: beyond the standard three. `trusted_modules`: module names whose
    constants are trusted beside the toolchain's. `audit`: what is known of the user's own modules. `strict`:
    axioms that the reference declares are refused too. `preserve`: everything the reference declares must be
    unchanged, holes aside. `filled`: definitions of the reference whose open value the submission chooses.
    `computed`: axioms that stand for computations that were made (`prover.verify.native`), and for which axiom."""

    allowed_axioms: Collection[str] = ()
    trusted_modules: frozenset[str] = frozenset()
    strict: bool = False
    preserve: bool = False
    filled: frozenset[Name] = frozenset()
    audit: Audit = NO_IMPORTS
    computed: Mapping[Name, Name] = field(default_factory=dict[Name, Name])

    def allows(self, axiom: Name) -> bool:
        return axiom != SORRY and axiom in {parse(name) for name in (*STANDARD_AXIOMS, *self.allowed_axioms)}


@dataclass(slots=True)
class Judgement:
    """Judges targets. `claimed` is what the submission's process exported, `accepted` what the kernel took of it."""

    reference: Elaborated | None
    claimed: Tables
    accepted: Tables
    rules: Rules
    _comparison: Comparison | None = None
    _open: frozenset[Name] = frozenset()
    _preserved: Difference | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.reference is None:
            return
        self._comparison = Comparison(self.reference.tables, self.accepted, self.rules.filled)
        self._open = frozenset(canonical(name) for name in self.reference.open - self.rules.filled)
        if self.rules.preserve:
            self._preserved = _first_change(self.reference, self._comparison, self.claimed)

    def of(self, target: Name) -> Verdict:
        """The verdict on one target, named as the reference (or, without one, the submission) names it."""
        found = self._find(target, definition=self._is_open_definition(target))
        if not isinstance(found, Constant):
            return found
        if self._comparison is not None:
            difference = self._comparison.statement(target) or self._preserved
            if difference is not None:
                return _mismatch(difference)
        worse = self._worse_elsewhere()
        if worse is not None:
            return worse
        rests_on = self._footing(found.name, *self._filled())
        objection = self._object_to(rests_on)
        if objection is not None:
            return objection
        axioms = _shown(rests_on.axioms)
        if rests_on.holes:
            return self._with_holes(found.name, rests_on, axioms)
        return verdicts.Consistent(axioms) if self.reference is None else verdicts.Proved(axioms)

    def refutation(self, target: Name, refutation: Name) -> Verdict:
        """The verdict on a theorem that is to be the negation of `target`'s statement."""
        assert self._comparison is not None and self.reference is not None
        found = self._find(refutation)
        if not isinstance(found, Constant):
            return found
        difference = self._comparison.negation(target, found.name)
        if difference is not None:
            return _mismatch(difference)
        rests_on = self._footing(found.name)
        objection = self._object_to(rests_on)
        if objection is not None:
            return objection
        if rests_on.holes:
            return verdicts.Incomplete(through=_way(next(iter(rests_on.holes.values()))))
        return verdicts.Refuted(axioms=_shown(rests_on.axioms))

    def _footing(self, *names: Name, audited: bool = True) -> Footing:
        """What constants rest on; what was assumed of computations is put down to the axiom it stands for, and what
        nobody has computed, where that is allowed, to the code that the kernel ran for it."""
        found = footing(self.accepted, *names, audit=self.rules.audit if audited else NO_IMPORTS)
        named = {axiom: run for axiom, run in RUN_BY_THE_KERNEL.items() if self.rules.allows(axiom)}
        named.update(self.rules.computed)
        found.axioms = {named.get(axiom, axiom): way for axiom, way in found.axioms.items()}
        return found

    def _filled(self) -> list[Name]:
        """What stands where the reference leaves definitions open: free, but no axiom or hole may hide there."""
        found = [self.accepted.like(name) for name in self.rules.filled]
        return [name for name in found if name is not None]

    def _is_open_definition(self, target: Name) -> bool:
        """A definition with a proof in it left open. Its value is compared, since it is to be preserved."""
        reference = self.reference
        return (
            self.rules.preserve
            and reference is not None
            and target in reference.open
            and reference.tables.constants[target].kind == "def"
        )

    def _worse_elsewhere(self) -> Verdict | None:
        """To preserve: what the reference has proved may be proved otherwise, but not by new holes or axioms."""
        reference = self.reference
        if reference is None or not self.rules.preserve:
            return None
        constants = reference.tables.constants
        closed = [name for name in reference.declared if constants[name].safe and name not in reference.open]
        before = footing(reference.tables, *closed)
        after = self._footing(*(own for name in closed if (own := self.accepted.like(name)) is not None), audited=False)
        known_holes = {owner(user) for user in before.holes} | self._open
        for user, way in after.holes.items():
            if owner(user) not in known_holes:
                return verdicts.Incomplete(through=_way(way))
        refused = [name for name in after.axioms if name not in before.axioms and not self._is_allowed(name)]
        return verdicts.ForbiddenAxiom(_shown(refused), _way(after.axioms[refused[0]])) if refused else None

    def _find(self, target: Name, *, definition: bool = False) -> Constant | Verdict:
        name = self.accepted.like(target)
        if name is None:
            claimed = self.claimed.like(target)
            if claimed is None:
                return verdicts.Mismatch(what="missing", name=show(target))
            kind = self.claimed.constants[claimed].kind
            return verdicts.Mismatch(what="kind", name=show(target), detail=f"{kind}, not one for the kernel")
        found = self.accepted.constants[name]
        if found.kind != ("def" if definition else "theorem"):
            return verdicts.Mismatch(what="kind", name=show(target), detail=f"{found.kind}, not a theorem")
        return found

    def _object_to(self, rests_on: Footing) -> Verdict | None:
        refused = [name for name in rests_on.axioms if not self._is_allowed(name)]
        if refused:
            return verdicts.ForbiddenAxiom(_shown(refused), _way(rests_on.axioms[refused[0]]))
        unaudited = rests_on.unaudited(self.rules.trusted_modules, self.rules.audit)
        return verdicts.Unaudited(unaudited) if unaudited else None

    def _is_allowed(self, axiom: Name) -> bool:
        if self._comparison is None or self.reference is None or not self.accepted.is_local(axiom):
            return self.rules.allows(axiom)
        declared = self.reference.tables.constants.get(axiom)
        return (
            not self.rules.strict
            and declared is not None
            and declared.kind == "axiom"
            and self._comparison.constant(axiom) is None
        )

    def _with_holes(self, target: Name, rests_on: Footing, axioms: tuple[str, ...]) -> Verdict:
        """Holes are excused where the reference has them too, in declarations that are as they were."""
        open_names: set[Name] = set()
        for user, way in rests_on.holes.items():
            name = owner(user)
            if name == canonical(target) or not self._is_open(name):
                return verdicts.Incomplete(through=_way(way))
            open_names.add(name)
        return verdicts.ProvedModulo(_shown(open_names), axioms)

    def _is_open(self, name: Name) -> bool:
        if self._comparison is None or self.reference is None or name not in self._open:
            return False
        original = self.reference.tables.like(name)
        return original is not None and self._comparison.constant(original) is None


def explained(refusal: Verdict, claimed: Judgement, target: Name) -> Verdict:
    """The kernel's refusal, or the plainer reason that the claimed constants give on their own.

    `claimed` judges what no kernel has accepted, so it may only name another reason to refuse.
    """
    if not isinstance(refusal, verdicts.KernelRefused):
        return refusal
    if target not in claimed.accepted.constants:
        return refusal
    native = {parse(name) for name in NATIVE_AXIOMS}
    rests_on = footing(claimed.accepted, target)
    refused = claimed.of(target)
    run = {show(name) for name in RUN_BY_THE_KERNEL.values()}
    if isinstance(refused, verdicts.ForbiddenAxiom) and not run.issuperset(refused.names):
        return refused
    if native & rests_on.axioms.keys():
        return replace(refusal, reason="native_computation", report={"why": _NOT_COMPUTED})
    return refusal


def _first_change(reference: Elaborated, comparison: Comparison, claimed: Tables) -> Difference | None:
    """The first declaration of the reference that is not as it was. Code that the kernel never sees
    (`unsafe`, `partial`) is compared on what the submission's process exported."""
    code = Comparison(reference.tables, claimed)
    declared = {canonical(name) for name in reference.declared}
    hidden = [
        name
        for name, constant in reference.tables.constants.items()
        if not constant.safe and name not in declared and owner(name) in declared
    ]
    for name in (*reference.declared, *hidden):
        side = comparison if reference.tables.constants[name].safe else code
        difference = side.constant(name)
        if difference is not None:
            return difference
    return None


def _mismatch(difference: Difference) -> Verdict:
    return verdicts.Mismatch(what=difference.what, name=show(difference.name), detail=difference.detail)


def _shown(names: Iterable[Name]) -> tuple[str, ...]:
    return tuple(sorted(show(name) for name in names))


def _way(names: Iterable[Name]) -> tuple[str, ...]:
    return tuple(show(name) for name in names)
