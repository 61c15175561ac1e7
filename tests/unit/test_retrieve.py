"""Retrieval: words, ranking, usefulness, what is left out, the cache's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.core.premise import Premise
from prover.core.state import Goal
from prover.retrieve import Index, Query, Shelf, Weights
from prover.retrieve.library import load, save, uses
from prover.retrieve.words import name_words, query_words


def premise(name: str, *conclusion: str, around: tuple[str, ...] = (), module: str = "M") -> Premise:
    return Premise(name, module, conclusion[0] if conclusion else "", conclusion=conclusion, context=around)


THEOREMS = (
    premise("List.reverse_append", "Eq", "List", "List.reverse", "List.append"),
    premise("List.reverse_reverse", "Eq", "List", "List.reverse"),
    premise("List.length_append", "Eq", "Nat", "List", "List.length", "List.append"),
    premise("Nat.add_comm", "Eq", "Nat", "Nat.add"),
    premise("Nat.gcd_dvd_left", "Dvd.dvd", "Nat", "Nat.gcd"),
    premise("Nat.le_of_dvd", "Nat.le", "Nat", around=("Dvd.dvd", "Nat.lt")),
    premise("Lean.Meta.reverse_spec", "Eq", "List", "List.reverse"),
)


@pytest.fixture
def index() -> Index:
    return Index(THEOREMS, {})


def names(index: Index, query: Query, k: int = 3, **options: object) -> list[str]:
    return [found.premise.name for found in index.find(query, k, **options)]  # type: ignore[arg-type]


def test_names_are_taken_apart() -> None:
    assert name_words("List.getElem_mapIdx₂'") == ("list", "get", "elem", "map", "idx", "₂")
    assert name_words("Nat.le_of_dvd") == ("nat", "le", "of", "dvd")
    assert name_words("HAppend.hAppend") == ("h", "append", "h", "append")


def test_queries_are_taken_apart() -> None:
    assert query_words("xs.reverse ++ ys ∣ 12") == ["xs", "reverse", "append", "ys", "dvd", "12"]
    assert query_words("") == []


def test_words_find_names(index: Index) -> None:
    assert names(index, Query.of_words("reverse append"), 1) == ["List.reverse_append"]
    assert names(index, Query.of_words("gcd ∣"), 1) == ["Nat.gcd_dvd_left"]
    assert names(index, Query.of_words("zebra")) == []


def test_constants_find_statements(index: Index) -> None:
    assert names(index, Query.of_symbols(("Eq", "List", "List.reverse")), 1) == ["List.reverse_reverse"]
    assert names(index, Query.of_symbols(("Dvd.dvd", "Nat", "Nat.gcd")), 1) == ["Nat.gcd_dvd_left"]
    # What the hypotheses mention counts, less than the target.
    assert names(index, Query.of_symbols(("Nat.le", "Nat"), ("Dvd.dvd",)), 1) == ["Nat.le_of_dvd"]


def test_the_rare_counts_more_than_the_common() -> None:
    common = [premise(f"T.t{i}", "Eq", "Nat", f"C{i}") for i in range(50)]
    index = Index([premise("T.common", "Eq", "Nat", "List"), premise("T.rare", "Rare", "Other"), *common], {})
    assert names(index, Query.of_symbols(("Eq", "Nat", "Rare")), 1) == ["T.rare"]
    assert index.rarity("Rare") > index.rarity("Eq") > 0


def test_usefulness_breaks_ties_and_alone_finds_nothing() -> None:
    twins = [premise("A.x", "Eq", "F"), premise("A.y", "Eq", "F"), premise("A.z", "Eq", "F"), premise("B.w", "G")]
    index = Index(twins, {"A.y": 9, "A.z": 2, "B.w": 1000})
    assert names(index, Query.of_symbols(("F",)), 4) == ["A.y", "A.z", "A.x"]
    without = Weights(usefulness=0.0)
    assert names(index, Query.of_symbols(("F",)), 4, weights=without) == ["A.x", "A.y", "A.z"]


def test_words_ask_for_what_they_name_not_for_what_is_used_most() -> None:
    index = Index(THEOREMS, {"Nat.add_comm": 1000, "List.length_append": 1000})
    assert names(index, Query.of_words("reverse append"), 1) == ["List.reverse_append"]


def test_names_below_lean_are_for_queries_about_lean(index: Index) -> None:
    assert "Lean.Meta.reverse_spec" not in names(index, Query.of_words("reverse"), 9)
    assert "Lean.Meta.reverse_spec" in names(index, Query.of_words("Lean reverse"), 9)
    assert "Lean.Meta.reverse_spec" in names(index, Query.of_symbols(("List.reverse", "Lean.Expr")), 9)


def test_what_is_avoided_is_not_found(index: Index) -> None:
    assert names(index, Query.of_words("reverse append"), 1, avoid=["List.reverse_append", "not.there"]) != [
        "List.reverse_append"
    ]


def test_at_most_k_and_never_more_than_there_is(index: Index) -> None:
    query = Query.of_symbols(("Eq", "Nat", "List"))
    assert len(names(index, query, 2)) == 2
    assert len(names(index, query, 100)) < len(THEOREMS)
    assert names(index, query, 0) == []


def test_equal_queries_equal_answers(index: Index) -> None:
    again = Index(THEOREMS, {})
    query = Query.of_symbols(("Eq", "Nat", "List"), ("List.append",))
    assert index.find(query, 5) == again.find(query, 5)


def test_an_index_of_nothing_finds_nothing() -> None:
    empty = Index([], {})
    assert empty.find(Query.of_words("reverse"), 5) == [] == empty.find(Query.of_symbols(("Eq",)), 5)


# --- a file's own theorems


def test_own_theorems_come_first_and_avoided_ones_never() -> None:
    own = [premise("mine", "Eq", "List.reverse", module=""), premise("open_one", "Eq", "List.reverse", module="")]
    shelf = Shelf(Index(THEOREMS, {}), own, avoid=["open_one", "List.reverse_reverse"], k=3)
    found = [p.name for p in shelf(Goal("…", symbols=("Eq", "List.reverse")))]
    assert found[0] == "mine" and "List.reverse_append" in found
    assert not {"open_one", "List.reverse_reverse"} & set(found)


def test_own_theorems_about_something_else_stay_behind() -> None:
    shelf = Shelf(Index(THEOREMS, {}), [premise("mine", "Other", "Thing", module="")])
    assert "mine" not in [p.name for p in shelf(Goal("…", symbols=("List.reverse",)))]


def test_words_find_own_theorems() -> None:
    shelf = Shelf(Index(THEOREMS, {}), [premise("double_eq", "Eq", module=""), premise("other", "Eq", module="")])
    found = [f.premise.name for f in shelf.find(Query.of_words("double reverse"), 3, own=3)]
    assert found[0] == "double_eq" and "other" not in found and "List.reverse_reverse" in found


def test_a_goal_without_constants_gets_nothing() -> None:
    assert Shelf(Index(THEOREMS, {}))(Goal("p")) == ()


# --- the cache


def test_an_index_is_read_back_as_it_was(tmp_path: Path) -> None:
    index = Index(THEOREMS, uses())
    folder = tmp_path / "premises" / "key"
    save(index, folder)
    read = load(folder)
    assert read is not None and read.premises == THEOREMS
    for query in (Query.of_words("reverse append"), Query.of_symbols(("Eq", "Nat"))):
        assert [f.premise.name for f in read.find(query, 5)] == [f.premise.name for f in index.find(query, 5)]
    assert [p.name for p in folder.parent.iterdir()] == ["key"], "nothing is left beside it"


@pytest.mark.parametrize("damage", ["gone", "cut", "changed", "no manifest", "empty manifest"])
def test_a_damaged_one_is_not_read_and_can_be_replaced(index: Index, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "key"
    save(index, folder)
    file = next(path for path in (folder / "bm25").iterdir() if "data" in path.name)
    match damage:
        case "gone":
            file.unlink()
        case "cut":
            file.write_bytes(file.read_bytes()[:-4])
        case "changed":
            file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
        case "no manifest":
            (folder / "manifest.json").unlink()
        case _:
            (folder / "manifest.json").write_text("{}")
    assert load(folder) is None
    save(index, folder)
    assert load(folder) is not None


def test_there_may_be_none(tmp_path: Path) -> None:
    assert load(tmp_path / "nothing") is None
