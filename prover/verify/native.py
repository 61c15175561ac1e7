"""Proofs by computation: the places where one trusts compiled code, and the same proofs with the results assumed.

`native_decide` and `bv_decide` leave `Lean.ofReduceBool c b h` in a proof: code was made of the definition `c`, it
was run, and gave `b`. No worker that judges runs code of a submission. So where the user allows such proofs, a
worker of its own, discarded afterwards, makes code of `c` from the terms that were read back (what the submission
said of its implementation does not come along), runs it and says whether it gives `b`. For the judge each such
place becomes an axiom `c = b` that this module names; the kernel replays the rest as ever, and the verdict lists
`Lean.ofReduceBool` for it.

Lean's compiler takes some names for its own: of `f._unsafe_rec` it makes the code of `f`, calls of `f` become calls of
`f._redArg`. So constants go to that worker under names that say nothing. Code of the user's own imported modules was
made where their names still counted; what needs it is not computed.

Where no code can be made of the terms (recursive functions, matches on the file's own types; on the embedded
engine also code that calls some functions of the library), the place stays as it is, and the kernel refuses it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from prover.verify.name import Name, parse
from prover.verify.plan import Plan, plan
from prover.verify.tables import Constant, Row, Tables

_BOOL: Name = ("Bool",)
_NAT: Name = ("Nat",)
_EQ: Name = ("Eq",)
_REFL: Name = ("Eq", "refl")
#: The axioms, and what their computations give.
_RESULTS: Mapping[Name, Name] = {("Lean", "ofReduceBool"): _BOOL, ("Lean", "ofReduceNat"): _NAT}
_TRUTHS: frozenset[Name] = frozenset({("Bool", "true"), ("Bool", "false")})
_MADE = "computed_by_native_code"
#: First components of names that a computation may not mention: with the world in its hands it could answer for the
#: process it runs in. Of Lean's own name-space only what proofs by `omega` and `grind` leave in definitions.
_WORLD = frozenset({"IO", "EIO", "BaseIO", "ST", "EST", "Void", "Task", "System", "Lake", "timeit", "allocprof"})
_HARMLESS_IN_LEAN = frozenset({"Omega", "Grind", "RArray"})


@dataclass(frozen=True, slots=True)
class Claim:
    """`axiom` was applied to the constant `computed` and to `result` (a row), in the rows `places`."""

    axiom: Name
    computed: Name
    result: int
    places: tuple[int, ...]


def claims(tables: Tables, names: Iterable[Name], allowed: Collection[Name]) -> list[Claim]:
    """The computations that these constants, and what they rest on here, claim by axioms in `allowed`."""
    roots: list[int] = []
    for name in _closure(tables, names):
        constant = tables.constants[name]
        roots += [constant.type] if constant.value is None else [constant.type, constant.value]
    found: dict[tuple[Name, Name, Row], list[int]] = {}
    for row in sorted(tables.reachable(roots)):
        expr = tables.exprs[row]
        head = tables.exprs[tables.heads[row]]
        if expr[0] != "a" or tables.arguments[row] != 3 or head[0] != "c" or head[2]:
            continue
        axiom = tables.named(head)
        computed, result = _arguments(tables, row)
        if axiom not in _RESULTS or axiom not in allowed or tables.is_local(axiom):
            continue
        if tables.exprs[computed][0] == "c" and not tables.exprs[computed][2] and _is_result(tables, result, axiom):
            found.setdefault((axiom, tables.named(tables.exprs[computed]), tables.exprs[result]), []).append(row)
    return [
        Claim(axiom, computed, _arguments(tables, places[0])[1], tuple(places))
        for (axiom, computed, _), places in found.items()
    ]


def computation(tables: Tables, claim: Claim, own: Collection[Name] = ()) -> Plan | None:
    """What a worker that makes code is to be given: it accepts this if, and only if, the claim is true there.

    `own`: constants of the user's own imported modules; what mentions one is not computed.
    """
    if claim.computed not in tables.constants or _is_out_of_reach(tables, claim.computed, own):
        return None
    draft = _Draft(tables)
    name = draft.fresh(0)
    draft.claim(name, claim, proved=True)
    made = plan(draft.tables, draft.disguise({name, *_closure(tables, [claim.computed])}))
    return made if isinstance(made, Plan) else None


def assuming(tables: Tables, true: Sequence[Claim]) -> tuple[Tables, dict[Name, Name]]:
    """`tables` with axioms in the places of these claims; and for each of them which of Lean's it stands for."""
    draft = _Draft(tables)
    made: dict[Name, Name] = {}
    for at, claim in enumerate(true):
        name = draft.fresh(at)
        draft.claim(name, claim, proved=False)
        for place in claim.places:
            draft.put(place, ("c", draft.name(name), ()))
        made[name] = claim.axiom
    return draft.tables, made


def computing(allowed_axioms: Iterable[str]) -> frozenset[Name]:
    """Those of the allowed axioms that stand for a computation."""
    return frozenset(name for text in allowed_axioms if (name := parse(text)) in _RESULTS)


class _Draft:
    """A copy of tables, to be changed: rows are added at the end, single rows replaced by closed constants."""

    def __init__(self, tables: Tables) -> None:
        self.tables = Tables(
            names=list(tables.names),
            name_rows=list(tables.name_rows),
            levels=list(tables.levels),
            exprs=list(tables.exprs),
            heads=list(tables.heads),
            arguments=list(tables.arguments),
            constants=dict(tables.constants),
            imported=dict(tables.imported),
            deadline=tables.deadline,
        )
        self._names = {name: row for row, name in enumerate(tables.names)}

    def fresh(self, number: int) -> Name:
        """A name that the file has not used."""
        name: Name = (_MADE, number)
        while name in self._names:
            name = (_MADE, *name)
        return name

    def name(self, name: Name) -> int:
        found = self._names.get(name)
        if found is None:
            parent = self.name(name[:-1])
            self.tables.names.append(name)
            self.tables.name_rows.append((parent, name[-1]))
            found = self._names[name] = len(self.tables.names) - 1
        return found

    def put(self, row: int, constant: Row) -> None:
        tables = self.tables
        tables.exprs[row], tables.heads[row], tables.arguments[row] = constant, row, 0

    def constant(self, name: Name, *levels: int) -> int:
        row = len(self.tables.exprs)
        self.tables.exprs.append(("c", self.name(name), levels))
        self.tables.heads.append(row)
        self.tables.arguments.append(0)
        return row

    def applied(self, row: int, *arguments: int) -> int:
        tables = self.tables
        for argument in arguments:
            tables.exprs.append(("a", row, argument))
            tables.heads.append(tables.heads[row])
            tables.arguments.append(tables.arguments[row] + 1)
            row = len(tables.exprs) - 1
        return row

    def claim(self, name: Name, claim: Claim, *, proved: bool) -> None:
        """Declares `name : computed = result`, as an axiom or proved by the axiom of native computation."""
        tables = self.tables
        tables.levels.append(("s", 0))
        one = len(tables.levels) - 1
        carrier = self.constant(_RESULTS[claim.axiom])
        computed = self.constant(claim.computed)
        stated = self.applied(self.constant(_EQ, one), carrier, computed, claim.result)
        value: int | None = None
        if proved:
            refl = self.applied(self.constant(_REFL, one), carrier, claim.result)
            value = self.applied(self.constant(claim.axiom), computed, claim.result, refl)
        self.name(name)
        tables.constants[name] = Constant(name, "theorem" if proved else "axiom", (), stated, value)

    def disguise(self, names: Iterable[Name]) -> list[Name]:
        """Leaves nothing but these constants, under names that say nothing; gives those names."""
        tables = self.tables
        kept = [tables.constants[name] for name in sorted(names, key=self._names.__getitem__)]
        new: dict[Name, Name] = {c.name: (_MADE, at) for at, c in enumerate(kept) if c.kind != "recursor"}
        for constant in kept:
            if constant.kind == "recursor":
                # The kernel makes it, and names it after a type of its family.
                prefixes = [name for name in constant.family if constant.name[: len(name)] == name]
                first = max(prefixes, key=len, default=())
                new[constant.name] = (*new.get(first, first), *constant.name[len(first) :])
        for row, expr in enumerate(tables.exprs):
            if expr[0] in ("c", "j") and (name := tables.named(expr)) in new:
                tables.exprs[row] = (expr[0], self.name(new[name]), *expr[2:])
        tables.constants.clear()
        for constant in kept:
            tables.constants[new[constant.name]] = replace(
                constant,
                name=new[constant.name],
                constructors=tuple(new.get(name, name) for name in constant.constructors),
                family=tuple(new.get(name, name) for name in constant.family),
            )
            self.name(new[constant.name])
        return list(tables.constants)


def _closure(tables: Tables, names: Iterable[Name]) -> set[Name]:
    """Those of this file's constants that `names` rest on, themselves included."""
    seen = set(names)
    pending = list(seen)
    while pending:
        tables.step()
        for used in tables.uses(pending.pop()):
            if used not in seen and tables.is_local(used):
                seen.add(used)
                pending.append(used)
    return seen


def _is_out_of_reach(tables: Tables, name: Name, own: Collection[Name]) -> bool:
    """Whether code of a constant would get hold of the world, or call what is `own`."""
    used = {used for local in _closure(tables, [name]) for used in tables.uses(local) if not tables.is_local(used)}
    first = {other[:2] for other in used}
    return not used.isdisjoint(own) or any(
        not part or part[0] in _WORLD or (part[0] == "Lean" and part[-1] not in _HARMLESS_IN_LEAN) for part in first
    )


def _arguments(tables: Tables, row: int) -> tuple[int, int]:
    """The first two of the three arguments of an application."""
    second: int = tables.exprs[row][1]
    first: int = tables.exprs[second][1]
    return tables.exprs[first][2], tables.exprs[second][2]


def _is_result(tables: Tables, row: int, axiom: Name) -> bool:
    expr = tables.exprs[row]
    if _RESULTS[axiom] == _NAT:
        return expr[0] == "n"
    return expr[0] == "c" and not expr[2] and tables.named(expr) in _TRUTHS and not tables.is_local(tables.named(expr))
