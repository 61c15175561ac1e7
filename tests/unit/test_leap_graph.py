"""The plan of a proof: shared lemmas, no cycles, and what follows when one is proved, refuted or edited."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from prover.agent.leap import Decomposition, Lemma, LemmaGraph, Proof, Refusal, Sketch, Standing, Statement
from prover.agent.leap.naming import with_names


def says(name: str, key: str = "") -> Statement:
    return Statement(key or f"key of {name}", name, f"theorem {name} : True")


def sketch(*names: str) -> Sketch:
    return Sketch("\n".join(f"have := {name}" for name in names))


def plan(graph: LemmaGraph, parent: Lemma, *names: str) -> Decomposition:
    made = graph.commit(parent, [says(name) for name in names], sketch(*names))
    assert isinstance(made, Decomposition), made
    return made


def refused(graph: LemmaGraph, parent: Lemma, *names: str) -> str:
    before = len(graph.lemmas), len(graph.decompositions)
    made = graph.commit(parent, [says(name) for name in names], sketch(*names))
    assert isinstance(made, Refusal)
    assert (len(graph.lemmas), len(graph.decompositions)) == before, "a refusal leaves no trace"
    return made.reason


def names(lemmas: list[Lemma]) -> list[str]:
    return [lemma.name for lemma in lemmas]


def test_children_prove_their_parent() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    first, second = plan(graph, root, "a", "b").lemmas
    assert names(graph.wanted()) == ["root", "a", "b"]
    assert names(graph.prove(first, Proof("omega"))) == ["a"]
    assert names(graph.prove(second, Proof("simp"))) == ["b", "root"]
    assert root.proved and graph.wanted() == []
    assert names(graph.order(root)) == ["a", "b", "root"]
    graph.check_invariants()


def test_a_lemma_is_shared_and_proved_once() -> None:
    graph = LemmaGraph()
    one, two = graph.target(says("one")), graph.target(says("two"))
    shared = plan(graph, one, "common", "left").lemmas[0]
    made = graph.commit(two, [Statement(shared.key, "named_otherwise", "theorem …"), says("right")], sketch())
    assert isinstance(made, Decomposition) and made.lemmas[0] is shared
    left, right = graph.named("left"), graph.named("right")
    assert left and right
    graph.prove(left, Proof("rfl"))
    graph.prove(right, Proof("rfl"))
    assert names(graph.prove(shared, Proof("rfl"))) == ["common", "one", "two"]
    assert graph.prove(shared, Proof("again")) == [] and shared.proof == Proof("rfl")


def test_a_plan_that_leads_back_is_refused() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    (a,) = plan(graph, root, "a").lemmas
    (b,) = plan(graph, a, "b").lemmas
    assert refused(graph, b, "c", "root") == "ancestor"
    assert refused(graph, b, "a") == "ancestor"
    assert refused(graph, b, "b") == "ancestor"
    renamed = graph.commit(b, [Statement(root.key, "fresh_name", "theorem …")], sketch())
    assert isinstance(renamed, Refusal) and renamed == Refusal("ancestor", "fresh_name"), "names do not hide it"
    graph.check_invariants()


def test_other_refusals() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    first = plan(graph, root, "a", "b")
    assert refused(graph, root, "b", "a") == "known"
    taken = graph.commit(root, [Statement("another key", "a", "theorem a : False")], sketch())
    assert taken == Refusal("name", "a")
    a, b = first.lemmas
    assert graph.refute(a, "decide") == [first] and first.dead == "refuted"
    assert refused(graph, root, "a") == "refuted"
    assert names(graph.wanted()) == ["root"], "b is needed by nothing that stands"
    graph.prove(b, Proof("rfl"))
    assert refused(graph, b, "c") == "decided"
    made = plan(graph, root, "b")
    assert root.by is made and root.proved, "what is proved already counts at once"
    graph.check_invariants()


def test_a_plan_given_up_keeps_its_proved_lemmas() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    first = plan(graph, root, "a", "b")
    graph.prove(first.lemmas[0], Proof("rfl"))
    graph.give_up(first)
    assert names(graph.wanted()) == ["root"]
    second = plan(graph, root, "a", "c")
    assert names(graph.wanted()) == ["root", "c"] and second.lemmas[0].proved
    assert refused(graph, root, "b", "a") == "known", "it failed once"


def test_auxiliary_lemmas_are_kept_for_later() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    helper = graph.state(says("helper"))
    assert isinstance(helper, Lemma) and helper.auxiliary and names(graph.wanted()) == ["root"]
    assert graph.state(Statement("other", "helper", "…")) == Refusal("name", "helper")
    plan(graph, root, "helper")
    assert not helper.auxiliary and names(graph.wanted()) == ["root", "helper"]


def test_a_proof_that_calls_on_proved_lemmas_counts_at_once_and_again() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    (a,) = plan(graph, root, "a").lemmas
    helper = graph.state(says("helper"))
    assert isinstance(helper, Lemma)
    graph.prove(helper, Proof("rfl"))
    assert plan(graph, a, "helper").complete and root.proved
    assert names(graph.order(root)) == ["helper", "a", "root"]


def test_an_edited_statement_reopens_what_rests_on_it_and_nothing_else() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    left, right = plan(graph, root, "left", "right").lemmas
    below, beside = plan(graph, left, "below", "beside").lemmas
    user = graph.state(says("user"))
    assert isinstance(user, Lemma)
    for lemma in (below, beside, right):
        graph.prove(lemma, Proof("rfl"))
    plan(graph, user, "left")
    assert user.proved and root.proved and left.proved

    new, reopened = graph.restate(below, says("below", key="another"))
    assert set(names(reopened)) == {"left", "root", "user"}
    assert below.standing is Standing.STALE and new.standing is Standing.OPEN and graph.named("below") is new
    assert beside.proved and right.proved, "its siblings are proved as before"
    assert left.decompositions[0].dead == "stale" and names(graph.wanted()) == ["root", "left"]
    graph.check_invariants()
    plan(graph, left, "below_again", "beside")
    again = graph.named("below_again")
    assert again and names(graph.prove(again, Proof("rfl"))) == ["below_again", "left", "root", "user"]


def test_the_same_statement_in_other_words_changes_nothing() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    (a,) = plan(graph, root, "a").lemmas
    graph.prove(a, Proof("rfl"))
    same, reopened = graph.restate(a, Statement(a.key, "a", "theorem a : (True)"))
    assert same is a and reopened == [] and root.proved and a.statement.text.endswith("(True)")


def test_an_edited_target_is_another_target() -> None:
    graph = LemmaGraph()
    root = graph.target(says("root"))
    plan(graph, root, "a")
    new, _ = graph.restate(root, says("root", key="other"))
    assert graph.targets == [new] and names(graph.wanted()) == ["root"]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("plan"), st.integers(0, 9), st.sets(st.integers(0, 9), min_size=1, max_size=4)),
            st.tuples(st.sampled_from(["prove", "refute", "restate", "drop"]), st.integers(0, 9), st.just(set[int]())),
        ),
        max_size=30,
    )
)
def test_the_graph_never_contradicts_itself(steps: list[tuple[str, int, set[int]]]) -> None:
    graph = LemmaGraph()
    graph.target(says("n0"))
    fresh = itertools.count()
    for what, number, others in steps:
        lemma = graph.named(f"n{number}")
        if lemma is None:
            continue
        if what == "plan":
            graph.commit(
                lemma, [s.statement if (s := graph.named(f"n{i}")) else says(f"n{i}") for i in others], sketch()
            )
        elif what == "prove" and lemma.standing is Standing.OPEN:
            graph.prove(lemma, Proof("rfl"))
        elif what == "refute" and lemma.standing is Standing.OPEN:
            graph.refute(lemma, "decide")
        elif what == "restate" and lemma.standing is not Standing.REFUTED:
            graph.restate(lemma, says(lemma.name, key=f"edited {next(fresh)}"))
        elif what == "drop" and lemma.decompositions:
            graph.give_up(lemma.decompositions[-1])
        graph.check_invariants()
        for wanted in graph.wanted():
            assert graph.is_wanted(wanted)


def test_a_sketch_keeps_the_names_it_uses() -> None:
    graph = LemmaGraph()
    one, two = graph.target(says("one")), graph.target(says("two"))
    plan(graph, one, "common", "left")
    common = graph.named("common")
    assert common is not None
    called = [Statement(common.key, "left_again", "theorem …"), Statement(common.key, "x", "theorem …"), says("right")]
    made = graph.commit(two, called, Sketch("exact left_again.trans (x.x right left_again')"))
    assert isinstance(made, Decomposition)
    assert [s.name for s in made.stated] == ["left_again", "x", "right"] and names(list(made.lemmas)) == [
        "common",
        "right",
    ]
    assert made.sketch.script == "exact left_again.trans (x.x right left_again')"
    assert made.script == "exact common.trans (common.x right left_again')", "names of others are left alone"
    assert graph.named("left_again") is common
    taken = graph.commit(common, [Statement("another key", "left_again", "theorem …")], sketch())
    assert taken == Refusal("name", "left_again"), "a name says one thing in a plan"


def test_names_are_changed_all_at_once() -> None:
    assert with_names("a b ab a.b c.a a' «a»", {"a": "b", "b": "a"}) == "b a ab b.b c.a a' «b»"
    assert with_names("a", {}) == "a"
