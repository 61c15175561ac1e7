"""Exported constants: what is read, in which order it is replayed, when two sides are equal, what rests on what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from export_builder import Export
from hypothesis import given
from hypothesis import strategies as st

from prover.verify.comparison import Comparison, Difference
from prover.verify.footing import footing, own_holes
from prover.verify.name import Name, parse
from prover.verify.plan import Plan, Refusal, plan
from prover.verify.tables import MalformedExport, Tables


def theorem(name: str = "goal", build: Callable[[Export], tuple[int, int]] | None = None) -> Export:
    export = Export()
    one = export.nat(1)
    type_, value = (
        (export.eq(one, one), export.app(export.const("Eq.refl", 1), export.const("Nat"), one))
        if build is None
        else build(export)
    )
    return export.add("theorem", name, type_, value)


# ---- reading


def test_a_well_formed_export_is_read() -> None:
    tables = theorem().read()
    constant = tables.constants[("goal",)]
    assert constant.kind == "theorem" and constant.value is not None
    assert set(tables.uses(("goal",))) == {("Eq",), ("Nat",), ("Eq", "refl")}


def damage(path: Sequence[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        at: Any = data
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return apply


@pytest.mark.parametrize(
    "change",
    [
        damage(["names"], None),
        damage(["exprs"], {}),
        damage(["names", 0], [5, "x"]),
        damage(["names", 0], [0, True]),
        damage(["names", 0], [0, -1]),
        damage(["names", 0], [0, 1.0]),
        damage(["names", 0], ["0", "x"]),
        damage(["levels", 0], ["?"]),
        damage(["levels", 0], ["s", 1]),
        damage(["levels", 0], []),
        damage(["exprs", 0], ["f", 0]),
        damage(["exprs", 0], ["m", 0]),
        damage(["exprs", 0], ["n", "-4294967296"]),
        damage(["exprs", 0], ["n", "1_0"]),
        damage(["exprs", 0], ["n", "٣"]),
        damage(["exprs", 0], ["n", 3]),
        damage(["exprs", 0], ["n", ""]),
        damage(["exprs", 0], ["a", 0, 0]),
        damage(["exprs", 0], ["a", 1, 2]),
        damage(["exprs", 0], ["c", 999, []]),
        damage(["exprs", 0], ["c", 1, [999]]),
        damage(["exprs", 0], ["c", 1]),
        damage(["exprs", 0], ["b", 0]),
        damage(["exprs", 0], ["b", 10**9]),
        damage(["exprs", 0], ["b", True]),
        damage(["exprs", 0], "n"),
        damage(["exprs", 0], [["n"], "1"]),
        damage(["constants", 0], []),
        damage(["constants", 0, "kind"], "lemma"),
        damage(["constants", 0, "name"], 0),
        damage(["constants", 0, "type"], 10**6),
        damage(["constants", 0, "value"], None),
        damage(["constants", 0, "params"], None),
        damage(["imported", 0, "kind"], 3),
        damage(["imported", 0, "module"], None),
        damage(["imported"], "all"),
    ],
)
def test_what_no_honest_process_writes_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    data = theorem().json()
    change(data)
    with pytest.raises(MalformedExport):
        Tables.read(data)


def test_a_constant_stands_there_once() -> None:
    data = theorem().json()
    data["constants"] *= 2
    with pytest.raises(MalformedExport):
        Tables.read(data)


def test_open_terms_are_refused() -> None:
    export = Export()
    open_body = export.lam(export.const("Nat"), export.app(export.var(0), export.var(1)))
    export.add("def", "f", export.const("Nat"), open_body)
    with pytest.raises(MalformedExport):
        export.read()


def test_names_do_not_grow_without_end() -> None:
    export = Export()
    export.names = [[at, "x"] for at in range(500)]
    with pytest.raises(MalformedExport):
        export.read()


# ---- order


def chain(length: int) -> Export:
    export = Export()
    for at in range(length):
        value = export.const(f"c{at + 1}") if at + 1 < length else export.const("Nat.zero")
        export.add("def", f"c{at}", export.const("Nat"), value)
    return export


def test_dependencies_come_first_however_deep() -> None:
    made = plan(chain(3000).read(), [("c0",)])
    assert isinstance(made, Plan)
    assert made.names == tuple((f"c{at}",) for at in reversed(range(3000)))


def test_only_what_is_needed_is_sent() -> None:
    made = plan(chain(10).read(), [("c7",)])
    assert isinstance(made, Plan)
    assert made.names == (("c9",), ("c8",), ("c7",))
    assert len(made.tables["exprs"]) < len(chain(10).exprs)


def test_what_is_sent_reads_as_the_same() -> None:
    export = theorem(
        build=lambda e: (
            e.pi(e.sort("u"), e.eq(e.nat(12), e.nat(12))),
            e.lam(e.sort("u"), e.let(e.const("Nat"), e.nat(3), e.proj("P", 1, e.var(1)))),
        )
    )
    export.constants[0]["params"] = [export.name("u")]
    made = plan(export.read(), [("goal",)])
    assert isinstance(made, Plan)
    sent = dict(made.tables) | {"constants": [dict(made.declarations[0])], "imported": []}
    again = Tables.read(sent)
    assert Comparison(export.read(), again).constant(("goal",)) is None


def test_a_family_goes_as_one() -> None:
    export = Export()
    tree, forest = export.const("Tree"), export.const("Forest")
    names = [export.name("Tree"), export.name("Forest")]
    for me, ctor, type_ in (("Tree", "Tree.node", export.pi(forest, tree)), ("Forest", "Forest.nil", forest)):
        export.add("inductive", me, export.sort(1), numParams=0, all=names, ctors=[export.name(ctor)])
        export.add("constructor", ctor, type_, induct=export.name(me), cidx=0)
    export.add("recursor", "Tree.rec", export.sort(1), all=names, k=False)
    export.add("def", "f", export.sort(1), export.const("Tree.rec"))
    made = plan(export.read(), [("f",), ("Forest", "nil")])
    assert isinstance(made, Plan)
    assert made.names == (("Tree",), ("f",))
    assert [len(type_["ctorRows"]) for type_ in made.declarations[0]["types"]] == [1, 1]


def circular() -> Export:
    export = Export()
    export.add("def", "f", export.const("Nat"), export.const("g"))
    return export.add("def", "g", export.const("Nat"), export.const("f"))


def own_proof() -> Export:
    return theorem("f", lambda e: (e.const("False"), e.const("f")))


def on_unsafe() -> Export:
    export = Export()
    export.add("def", "g", export.const("Nat"), export.nat(1), safety="unsafe")
    return export.add("def", "f", export.const("Nat"), export.const("g"))


def on_partial() -> Export:
    export = on_unsafe()
    export.constants[0]["safety"] = "partial"
    return export


def lone_constructor() -> Export:
    export = Export()
    return export.add("constructor", "f", export.const("Nat"), induct=export.name("Nat"), cidx=0)


def stolen_constructor() -> Export:
    export = Export()
    export.inductive("T", export.sort(1), {"a": export.const("T")})
    return export.add("constructor", "f", export.const("T"), induct=export.name("T"), cidx=1)


def quotient() -> Export:
    export = Export()
    return export.add("quot", "f", export.const("Nat"))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (circular, "circular"),
        (on_unsafe, "unsafe"),
        (on_partial, "unsafe"),
        (lone_constructor, "malformed_family"),
        (stolen_constructor, "malformed_family"),
        (quotient, "quot"),
    ],
)
def test_what_is_not_offered_to_the_kernel(make: Callable[[], Export], reason: str) -> None:
    refusal = plan(make().read(), [("f",)])
    assert isinstance(refusal, Refusal) and refusal.reason == reason


def test_a_proof_of_itself_is_circular() -> None:
    refusal = plan(own_proof().read(), [("f",)])
    assert isinstance(refusal, Refusal) and refusal.reason == "circular"


# ---- comparison


def compare(left: Export, right: Export, name: str = "goal") -> Difference | None:
    return Comparison(left.read(), right.read()).statement(parse(name))


def test_proofs_and_binders_do_not_count() -> None:
    left = theorem(build=lambda e: (e.pi(e.const("Nat"), e.eq(e.var(0), e.var(0)), "n", 0), e.hole(e.const("False"))))
    right = theorem(build=lambda e: (e.pi(e.const("Nat"), e.eq(e.var(0), e.var(0)), "m", 1), e.const("Nat")))
    assert compare(left, right) is None


@pytest.mark.parametrize(
    "other",
    [
        lambda e: e.eq(e.nat(1), e.nat(2)),
        lambda e: e.pi(e.const("Nat"), e.eq(e.nat(1), e.nat(1))),
        lambda e: e.app(e.const("Eq", 2), e.const("Nat"), e.nat(1), e.nat(1)),
        lambda e: e.app(e.const("HEq", 1), e.const("Nat"), e.nat(1), e.nat(1)),
        lambda e: e.app(e.const("Eq", 1), e.const("Nat"), e.nat(1)),
        lambda e: e.const("False"),
        lambda e: e.let(e.const("Nat"), e.nat(1), e.eq(e.nat(1), e.nat(1))),
    ],
)
def test_other_statements_are_told_apart(other: Callable[[Export], int]) -> None:
    right = theorem(build=lambda e: (other(e), e.nat(0)))
    difference = compare(theorem(), right)
    assert difference is not None and difference.what == "statement"


def test_levels_go_by_position() -> None:
    def make(params: Sequence[str], first: str, second: str) -> Export:
        export = Export()
        type_ = export.pi(export.sort(first), export.sort((first, second)))
        return export.add("theorem", "goal", type_, export.nat(0), params=params)

    assert compare(make(["u", "v"], "u", "v"), make(["a", "b"], "a", "b")) is None
    assert compare(make(["u", "v"], "u", "v"), make(["a", "b"], "b", "a")) is not None
    assert compare(make(["u", "v"], "u", "v"), make(["u"], "u", "u")) is not None


def with_definition(value: int, name: str = "f", kind: str = "def") -> Export:
    export = Export()
    export.add(kind, name, export.const("Nat"), export.nat(value))
    return export.add("theorem", "goal", export.eq(export.const(name), export.nat(1)), export.nat(0))


def test_definitions_under_the_statement_count() -> None:
    assert compare(with_definition(1), with_definition(1)) is None
    difference = compare(with_definition(1), with_definition(2))
    assert difference == Difference(
        "definition", ("f",), "the literal 1 in the reference, the literal 2 in the submission"
    )
    opaque = compare(with_definition(1), with_definition(1, kind="opaque"))
    assert opaque is not None and opaque.what == "kind"


def test_only_auxiliary_definitions_may_be_renamed() -> None:
    assert compare(with_definition(1, "f.match_1"), with_definition(1, "g.match_2")) is None
    assert compare(with_definition(1, "f.match_1"), with_definition(2, "g.match_2")) is not None
    assert compare(with_definition(1, "f"), with_definition(1, "g")) is not None
    assert compare(with_definition(1, "f.match_1"), with_definition(1, "g")) is not None
    assert compare(with_definition(1, "f.match_1", "opaque"), with_definition(1, "g.match_1", "opaque")) is not None


def test_an_imported_constant_is_not_a_local_one() -> None:
    left = theorem(build=lambda e: (e.eq(e.const("Nat.zero"), e.nat(1)), e.nat(0)))
    right = with_definition(0, "Nat.zero2")
    assert compare(left, right) is not None


def private_pair(first: Name, second: Name) -> Export:
    export = Export()
    for name in {first, second}:
        export.add("opaque", name, export.const("Nat"), export.nat(1))
    return export.add("theorem", "goal", export.eq(export.const(first), export.const(second)), export.nat(0))


def test_two_private_constants_do_not_pass_for_one() -> None:
    here: Name = ("_private", "A", 0, "x")
    there: Name = ("_private", "B", 0, "x")
    assert compare(private_pair(here, here), private_pair(there, there)) is None
    difference = compare(private_pair(here, here), private_pair(here, there))
    assert difference is not None


def subtype(proof: Callable[[Export], int], data: int = 4, inner: int = 4) -> Export:
    """`def f := Subtype.mk (inner = inner) data proof`, and a theorem about it."""
    export = Export()
    proposition = export.eq(export.nat(inner), export.nat(inner))
    export.add("theorem", "f._proof_1", export.pi(export.const("Nat"), proposition), export.nat(0))
    value = export.app(export.const("Subtype.mk", 1), proposition, export.nat(data), proof(export))
    export.add("def", "f", export.const("Nat"), value)
    return export.add("theorem", "goal", export.eq(export.const("f"), export.nat(1)), export.nat(0))


def hole(export: Export) -> int:
    return export.hole(export.eq(export.nat(4), export.nat(4)))


def extracted(export: Export) -> int:
    return export.app(export.const("f._proof_1"), export.nat(7))


def library(export: Export) -> int:
    return export.app(export.const("Nat.le_refl"), export.nat(4))


def written_out(export: Export) -> int:
    return export.app(export.const("Eq.refl", 1), export.const("Nat"), export.nat(4))


def variable_applied(export: Export) -> int:
    return export.app(export.lam(export.const("Nat"), export.var(0)), export.nat(1))


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (hole, extracted, True),
        (hole, library, True),
        (hole, written_out, True),
        (extracted, library, True),
        (written_out, extracted, True),
        (written_out, written_out, True),
        (written_out, variable_applied, False),
    ],
)
def test_proofs_inside_definitions(left: Callable[[Export], int], right: Callable[[Export], int], equal: bool) -> None:
    assert (compare(subtype(left), subtype(right)) is None) is equal


def test_data_beside_a_proof_counts() -> None:
    assert compare(subtype(hole), subtype(extracted, data=5)) is not None
    assert compare(subtype(hole), subtype(extracted, inner=5)) is not None


def test_a_hole_of_data_is_no_proof() -> None:
    def make(value: Callable[[Export], int]) -> Export:
        export = Export()
        export.add("def", "f", export.const("Nat"), value(export))
        return export.add("theorem", "goal", export.eq(export.const("f"), export.nat(1)), export.nat(0))

    left = make(lambda e: e.app(e.const("sorryAx", 1), e.const("Nat"), e.const("Bool.true")))
    right = make(lambda e: e.nat(1))
    assert compare(left, right) is not None
    filled = Comparison(left.read(), right.read(), [("f",)])
    assert filled.statement(("goal",)) is None


def test_a_proof_under_a_projection_is_compared() -> None:
    def make(proof: Callable[[Export], int]) -> Export:
        export = Export()
        export.add("theorem", "a", export.const("False"), export.nat(0))
        export.add("theorem", "b", export.eq(export.nat(1), export.nat(1)), export.nat(0))
        value = export.proj("And", 0, proof(export))
        export.add("def", "f", export.const("Nat"), value)
        return export.add("theorem", "goal", export.eq(export.const("f"), export.nat(1)), export.nat(0))

    assert compare(make(lambda e: e.const("a")), make(lambda e: e.const("a"))) is None
    assert compare(make(lambda e: e.const("a")), make(lambda e: e.const("b"))) is not None


def test_inductive_types_are_compared_whole() -> None:
    def make(constructors: Sequence[str], field: str = "Nat") -> Export:
        export = Export()
        me = export.const("T")
        export.inductive("T", export.sort(1), {name: export.pi(export.const(field), me) for name in constructors})
        return export.add("theorem", "goal", export.pi(me, export.const("False")), export.nat(0))

    assert compare(make(["a", "b"]), make(["a", "b"])) is None
    assert compare(make(["a", "b"]), make(["b", "a"])) is not None
    assert compare(make(["a"]), make(["a", "b"])) is not None
    assert compare(make(["a"]), make(["a"], "False")) is not None


def test_projections_name_their_structure() -> None:
    def make(structure: str, index: int) -> Export:
        export = Export()
        value = export.lam(export.const("Nat"), export.proj(structure, index, export.var(0)))
        export.add("def", "f", export.pi(export.const("Nat"), export.const("Nat")), value)
        return export.add("theorem", "goal", export.eq(export.const("f"), export.nat(1)), export.nat(0))

    assert compare(make("P", 0), make("P", 0)) is None
    assert compare(make("P", 0), make("P", 1)) is not None
    assert compare(make("P", 0), make("Q", 0)) is not None


def refutation(build: Callable[[Export, int], int], params: Sequence[str] = ()) -> Difference | None:
    left = Export()
    statement = left.pi(left.sort("u"), left.eq(left.nat(1), left.nat(2)))
    left.add("theorem", "goal", statement, left.nat(0), params=["u"])
    right = Export()
    instance = right.pi(right.sort(params[0] if params else 0), right.eq(right.nat(1), right.nat(2)))
    right.add("theorem", "no", build(right, instance), right.nat(0), params=params)
    return Comparison(left.read(), right.read()).negation(("goal",), ("no",))


def test_negations() -> None:
    assert refutation(lambda e, t: e.app(e.const("Not"), t), ["v"]) is None
    assert refutation(lambda e, t: e.app(e.const("Not"), t)) is None  # at one instance
    assert refutation(lambda e, t: e.pi(t, e.const("False"))) is None
    assert refutation(lambda e, t: t) is not None
    assert refutation(lambda e, t: e.pi(e.const("Nat"), e.app(e.const("Not"), t))) is not None
    assert refutation(lambda e, t: e.app(e.const("Not"), e.eq(e.nat(1), e.nat(3)))) is not None
    assert refutation(lambda e, t: e.pi(t, e.eq(e.nat(1), e.nat(2)))) is not None


# Terms as trees: ("nat", n) | ("const", name) | ("app", f, x) | ("lam" | "pi", domain, body) | ("var", i).
LEAVES = st.one_of(
    st.tuples(st.just("nat"), st.integers(0, 9)),
    st.tuples(st.just("const"), st.sampled_from(["Nat", "Nat.add", "Nat.zero", "Eq.refl"])),
)
TERMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("app"), inner, inner),
        st.tuples(st.sampled_from(["lam", "pi"]), inner, inner),
        st.builds(lambda d, i: ("lam", d, ("app", i, ("var", 0))), inner, inner),
    ),
    max_leaves=25,
)


def emit(export: Export, term: Any, binder: str) -> int:
    match term:
        case ("nat", value):
            return export.nat(value)
        case ("const", name):
            return export.const(name)
        case ("var", index):
            return export.var(index)
        case ("app", function, argument):
            return export.app(emit(export, function, binder), emit(export, argument, binder))
        case (kind, domain, body):
            make = export.lam if kind == "lam" else export.pi
            return make(emit(export, domain, binder), emit(export, body, binder), binder)
        case _:
            raise AssertionError(term)


def leaves(term: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    if term[0] in ("nat", "const", "var"):
        return [path]
    return [found for at in (1, 2) for found in leaves(term[at], (*path, at))]


def changed(term: Any, path: tuple[int, ...]) -> Any:
    if not path:
        return {"nat": ("nat", term[1] + 1 if term[0] == "nat" else 0), "const": ("const", "HEq"), "var": ("nat", 0)}[
            term[0]
        ]
    return tuple(changed(part, path[1:]) if at == path[0] else part for at, part in enumerate(term))


def about(term: Any, binder: str, noise: int = 0) -> Export:
    export = Export()
    for value in range(noise):
        export.nat(100 + value)
    export.add("def", "f", export.const("Nat"), emit(export, term, binder))
    return export.add("theorem", "goal", export.eq(export.const("f"), export.nat(1)), export.nat(0))


@given(TERMS, st.integers(0, 3))
def test_equal_terms_are_equal_whatever_their_rows_and_binders(term: Any, noise: int) -> None:
    assert compare(about(term, "x"), about(term, "y", noise)) is None


@given(TERMS, st.data())
def test_one_changed_leaf_is_seen(term: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(leaves(term)))
    assert compare(about(term, "x"), about(changed(term, path), "x")) is not None


# ---- footing


def test_the_walk_opens_everything() -> None:
    export = Export()
    export.add("axiom", "magic", export.const("False"))
    export.add("opaque", "sealed", export.const("False"), export.const("magic"))
    export.add("theorem", "lemma1", export.const("False"), export.const("sealed"))
    export.add("theorem", "goal", export.eq(export.nat(1), export.nat(1)), export.const("lemma1"))
    found = footing(export.read(), ("goal",))
    assert found.axioms == {("magic",): (("goal",), ("lemma1",), ("sealed",), ("magic",))}


def test_axioms_in_the_statement_count() -> None:
    export = Export()
    export.add("axiom", "magic", export.const("Nat"))
    export.add("theorem", "goal", export.eq(export.const("magic"), export.const("magic")), export.nat(0))
    assert footing(export.read(), ("goal",)).axioms.keys() == {("magic",)}


def test_an_axiom_behind_a_constructor_is_found() -> None:
    export = Export()
    export.add("axiom", "magic", export.sort(1))
    export.inductive("T", export.sort(1), {"a": export.pi(export.const("magic"), export.const("T"))})
    export.add("theorem", "goal", export.pi(export.const("T"), export.const("False")), export.nat(0))
    assert ("magic",) in footing(export.read(), ("goal",)).axioms


def test_imported_axioms_and_unknown_constants_count() -> None:
    export = theorem(build=lambda e: (e.eq(e.nat(1), e.nat(1)), e.app(e.const("propext"), e.const("Some.other"))))
    export.imported.append({"name": export.name("Some.other"), "kind": "unknown", "module": "Somewhere.Else"})
    found = footing(export.read(), ("goal",))
    assert found.axioms.keys() == {("propext",), ("Some", "other")}
    assert found.unaudited(frozenset()) == ("Somewhere.Else",)
    assert found.unaudited(frozenset({"Somewhere"})) == ()
    assert found.unaudited(frozenset({"Some"})) == ("Somewhere.Else",)


def test_a_constant_that_nobody_vouches_for_is_an_axiom() -> None:
    found = footing(theorem(build=lambda e: (e.const("False"), e.const("who.knows"))).read(), ("goal",))
    assert ("who", "knows") in found.axioms


def test_holes_and_whose_they_are() -> None:
    export = Export()
    export.add("theorem", "lemma1._proof_1", export.const("False"), hole(export))
    export.add("theorem", "lemma1", export.const("False"), export.const("lemma1._proof_1"))
    export.add("theorem", "goal", export.const("False"), export.const("lemma1"))
    tables = export.read()
    assert footing(tables, ("goal",)).holes == {
        ("lemma1", "_proof_1"): (("goal",), ("lemma1",), ("lemma1", "_proof_1"))
    }
    assert own_holes(tables, ("lemma1",)) and not own_holes(tables, ("goal",))
