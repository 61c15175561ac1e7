"""Benchmarks as released, in all their formats, read into problems."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.bench import files as files_module
from prover.bench.catalogue import find_manifest, find_overlay, manifests, overlays
from prover.bench.files import read_files
from prover.bench.loading import Loaded, load
from prover.bench.manifest import read_manifest
from prover.core.errors import UserError

HEADER = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"
Manifest = Callable[..., Path]


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def tar(path: Path, **content: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Writes a manifest of one's own, with these keys for its only variant."""

    def write(keys: str = "", more: str = "") -> Path:
        path = tmp_path / "own.toml"
        path.write_text(f'name = "own"\ntitle = "Own"\ndefault = "a"\n[variants.a]\n{keys}\n{more}', encoding="utf-8")
        return path

    return write


def only(loaded: Loaded) -> Any:
    assert loaded.rejected == ()
    (problem,) = loaded.problems
    return problem


def test_a_record_as_deepseek_prover_releases_it(tmp_path: Path) -> None:
    record = {
        "name": "sum_of_two",
        "split": "valid",
        "informal_prefix": "/-- The sum of two numbers.-/\n",
        "formal_statement": "theorem sum_of_two (a b : ℕ)\n  (h : a = 2) : a + b = b + 2 := by\n",
        "goal": "...",
        "header": HEADER,
    }
    loaded = load("minif2f", data=lines(tmp_path / "minif2f.jsonl", record))
    problem = only(loaded)
    assert (problem.id, problem.name, problem.split) == ("sum_of_two", "sum_of_two", "valid")
    assert problem.statement == "theorem sum_of_two (a b : ℕ)\n  (h : a = 2) : a + b = b + 2"
    assert problem.informal == "The sum of two numbers."
    assert problem.header.startswith("import Mathlib\nimport Aesop\n\nset_option autoImplicit false\n")
    assert problem.text.endswith("a + b = b + 2 := by\n  sorry\n")
    assert (problem.origin.record, problem.notes) == (1, ())
    assert loaded.variant == "deepseek" and loaded.changed == ("minif2f.jsonl",)
    assert loaded.sources == {"minif2f.jsonl": problem.origin.sha256}


def test_a_statement_that_is_a_whole_file(tmp_path: Path) -> None:
    """As Goedel-Prover-V2 has it, `\\/` for a slash included."""
    text = HEADER + "/-- A half. -/\ntheorem half (x : ℝ) (h : x = 1 / 2) : 2 * x = 1 := by\n"
    line = json.dumps({"name": "half", "formal_statement": text, "lean4_code": text + "sorry", "problem_id": "half"})
    path = tmp_path / "goedel_prover_v2_minif2f_test.jsonl"
    path.write_text(line.replace("/", "\\/"))
    loaded = load("minif2f", data=path)
    problem = only(loaded)
    assert loaded.variant == "goedel-v2"
    assert problem.statement == "theorem half (x : ℝ) (h : x = 1 / 2) : 2 * x = 1"
    assert (problem.informal, problem.preamble) == ("A half.", "")
    assert problem.header.count("import Mathlib") == 1


def test_a_folder_with_a_file_each(tmp_path: Path) -> None:
    for split, name in (("Test", "one"), ("Valid", "two")):
        file = tmp_path / "MiniF2F" / split / f"{name}.lean"
        file.parent.mkdir(parents=True)
        file.write_text(f"import Mathlib\n\ntheorem {name} : 1 = 1 := by sorry")
    (tmp_path / "MiniF2F" / "Test.lean").write_text("import MiniF2F.Test.one\n")
    loaded = load("minif2f", variant="yangky11", data=tmp_path)
    assert [(p.id, p.split, p.origin.record) for p in loaded.problems] == [("one", "test", 0), ("two", "valid", 0)]
    assert load("minif2f", variant="yangky11", data=tmp_path, split="test").released == 1


def test_types_alone_with_the_splits_exchanged(tmp_path: Path) -> None:
    path = tmp_path / "minif2f_v2s_test.json"
    path.write_text(json.dumps({"theorems": [{"name": "a:", "statement": "∀ (n : ℕ), n + 0 = n"}]}))
    loaded = load("minif2f-v2", data=path)
    problem = only(loaded)
    assert (loaded.variant, problem.split, problem.id) == ("s-types", "valid", "a")
    assert problem.statement == "theorem a : ∀ (n : ℕ), n + 0 = n"
    assert problem.header.startswith("import Mathlib")
    assert problem.notes == ("name-repaired", "header-supplied")


def test_placeholders_that_were_taken_for_a_term(tmp_path: Path) -> None:
    statement = "∀ noncomputable abbrev a_solution : ℕ := sorry theorem a (n : ℕ) (h : n = 2), n = a_solution"
    path = tmp_path / "minif2f_v2c_valid.json"
    path.write_text(json.dumps({"theorems": [{"name": "a", "statement": statement}]}))
    problem = only(load("minif2f-v2", data=path))
    assert problem.preamble == "noncomputable abbrev a_solution : ℕ := sorry"
    assert problem.statement == "theorem a (n : ℕ) (h : n = 2) : n = a_solution"
    assert {"placeholder-restored", "hole-before"} <= set(problem.notes)
    assert "rest" in problem.bad


def test_definitions_names_that_repeat_and_namespaces_of_a_textbook(tmp_path: Path) -> None:
    header = "import Mathlib\n\nopen Function Fintype\nopen scoped BigOperators\n\n"
    statements = (
        "def exercise_1 {G : Type*} [Group G]\n  (h : card G = 5) : CommGroup G :=",
        "theorem exercise_1 {G : Type*} [Group G] (a : G) : a = a :=",
    )
    records = [{"name": "exercise_1", "split": "test", "formal_statement": s, "header": header} for s in statements]
    loaded = load("proofnet", variant="deepseek", data=lines(tmp_path / "proofnet.jsonl", *records))
    first, second = loaded.problems
    assert first.statement == "theorem exercise_1 {G : Type*} [Group G]\n  (h : card G = 5) : Nonempty (CommGroup G)"
    assert first.notes == ("definition",)
    assert (second.id, second.name, second.notes) == ("exercise_1.2", "exercise_1", ("id-repeated",))
    assert first.header.endswith("open Function Fintype\nopen scoped BigOperators")


def test_other_names_of_fields(tmp_path: Path) -> None:
    sharp = {
        "id": "Artin|exercise_2_3_2",
        "nl_statement": "Conjugates.",
        "lean4_src_header": "import Mathlib\n\nopen Function",
        "lean4_formalization": "theorem exercise_2_3_2 {G : Type*} [Group G] (a : G) :\n  a = a :=",
    }
    problem = only(load("proofnet", variant="sharp", data=lines(tmp_path / "a.jsonl", sharp)))
    assert (problem.id, problem.name, problem.informal) == ("Artin|exercise_2_3_2", "exercise_2_3_2", "Conjugates.")
    verified = {
        "index": 1,
        "name": "Artin_1",
        "textbook": "Artin",
        "header": "import Mathlib\nnoncomputable section",
        "helper": "def one := 1",
        "formal_stmt": "theorem Artin_1 : one = 1 := by\n  sorry",
    }
    problem = only(load("proofnet", data=lines(tmp_path / "b.jsonl", verified)))
    assert (problem.topic, problem.preamble) == ("Artin", "def one := 1")
    assert problem.header.endswith("noncomputable section")
    formal = {
        "theorem_names": "id_1",
        "refined_statement": "In words.",
        "autoformalization": "import Mathlib\nopen Real\n\ntheorem algebra_1 (x : ℝ) :\n  |x| ≥ 0 := by",
        "domain": "Mathematics -> Algebra -> Other; Mathematics -> Geometry -> Other;",
    }
    (tmp_path / "c.json").write_text(json.dumps([formal], indent=1))
    problem = only(load("formalmath", data=tmp_path / "c.json"))
    assert (problem.id, problem.name, problem.topic, problem.origin.record) == ("id_1", "algebra_1", "Algebra", 1)


PUTNAM = """\
import Mathlib

open Set

abbrev putnam_1_solution : Set ℕ := sorry
-- {n | n = 2 ∨
--   n = 3}
/--
Find all.
-/
theorem putnam_1
(n : ℕ)
: n ∈ putnam_1_solution ↔ n = 2 ∨ n = 3 :=
sorry
"""


def test_answers_are_put_in_or_left_open(tmp_path: Path) -> None:
    told = json.dumps([{"problem_name": "putnam_1", "informal_statement": "Find them.", "tags": ["algebra", "sets"]}])
    data = tar(tmp_path / "putnam.tar.gz", **{"src/putnam_1.lean": PUTNAM, "informal/putnam.json": told})
    problem = only(load("putnambench", data=data))
    assert problem.preamble == "abbrev putnam_1_solution : Set ℕ := {n | n = 2 ∨\n  n = 3}"
    assert problem.statement == "theorem putnam_1\n(n : ℕ)\n: n ∈ putnam_1_solution ↔ n = 2 ∨ n = 3"
    assert (problem.topic, problem.informal, problem.bad) == ("algebra, sets", "Find them.", "")
    assert problem.header.endswith("noncomputable section") and problem.notes == ("answer-inlined",)
    left = load("putnambench", variant="without", data=data, without_bad=True)
    assert (left.problems, left.excluded) == ((), 1)
    problem = only(load("putnambench", variant="without", data=data))
    assert problem.preamble == "abbrev putnam_1_solution : Set ℕ := sorry"
    assert problem.answer == "{n | n = 2 ∨\nn = 3}" and "answer-open" in problem.notes


VERINA = """\
-- !benchmark @start import type=solution
import Std
-- !benchmark @end import
-- !benchmark @start solution_aux
-- !benchmark @end solution_aux
def one (n : Nat) : Nat :=
  -- !benchmark @start code
  n + 1
  -- !benchmark @end code

theorem one_spec_satisfied (n : Nat) : one n = n + 1 := by
  -- !benchmark @start proof
  unfold one
  rfl
  -- !benchmark @end proof
"""


def test_verina(tmp_path: Path) -> None:
    data = tar(
        tmp_path / "verina.tar.gz",
        **{
            "verina/verina_basic_1/task.lean": VERINA,
            "verina/verina_basic_1/description.txt": "One more.\n",
            "verina/verina_basic_1/test.json": "[]",
        },
    )
    problem = only(load("verina", data=data))
    assert (problem.id, problem.difficulty, problem.informal) == ("verina_basic_1", "basic", "One more.")
    assert problem.statement == "theorem one_spec_satisfied (n : Nat) : one n = n + 1"
    assert problem.header == "import Std\n\nset_option autoImplicit false"
    assert problem.notes == ("proof-removed",) and "rfl" not in problem.text


SHARED = """\
import Mathlib

-- start_def helper_definitions
def base (n : Nat) : Nat := n
def helper (n : Nat) : Nat := base n
def other (n : Nat) : Nat := n
-- end_def helper_definitions
"""
CLEVER = """\
import Imports.AllImports

-- start_def problem_details
/--
Doubles.
-/
-- end_def problem_details
--- start_def problem_spec
def problem_spec (impl : Nat → Nat) (n : Nat) := impl n = helper n + n
-- -- end_def problem_spec
-- start_def spec_isomorphism
theorem spec_isomorphism : True :=
-- end_def spec_isomorphism
-- start_def implementation_signature
def implementation (n : Nat) : Nat :=
-- end_def implementation_signature
-- start_def implementation
BODY
-- end_def implementation
-- start_def test_cases
#test implementation 2 = 4
-- end_def test_cases
-- start_def correctness_definition
theorem correctness (n : Nat) : problem_spec implementation n :=
-- end_def correctness_definition
-- start_def correctness_proof
by rfl
-- end_def correctness_proof
"""


def test_clever(tmp_path: Path) -> None:
    content = {
        "lean4/Imports/AllImports.lean": SHARED,
        "lean4/human_eval/problem_1.lean": CLEVER.replace("BODY", "n + n"),
        "lean4/human_eval/problem_2.lean": CLEVER.replace("BODY", "sorry"),
        "lean4/human_eval/problem_3.lean": CLEVER.replace("problem_spec\n", "problem_specification\n"),
        "lean4/sample_examples/problem_4.lean": "",
    }
    loaded = load("clever", data=tar(tmp_path / "clever.tar.gz", **content), without_bad=True)
    (problem,) = loaded.problems
    assert (loaded.released, loaded.excluded) == (2, 1)
    assert [(r.file, "problem_spec" in r.reason) for r in loaded.rejected] == [
        ("lean4/human_eval/problem_3.lean", True)
    ]
    assert problem.statement == "theorem correctness (n : Nat) : problem_spec implementation n"
    assert problem.header.startswith("import Mathlib") and problem.informal == "Doubles."
    assert [line.split()[1] for line in problem.preamble.split("\n") if line.startswith("def")] == [
        *("base", "helper", "problem_spec", "implementation"),
    ]
    assert "#test" not in problem.text and "isomorphism" not in problem.text


def test_programs_with_definitions_before(tmp_path: Path) -> None:
    deps = "import Mathlib\n\ndef len : List α → Nat\n| [] => 0\n| _ :: xs => len xs + 1\n\nlemma two : 2 = 2 := rfl\n"
    record = {"full_name": "p", "prop_defn": "theorem p (xs: List α) : len xs = xs.length:= by sorry", "deps": deps}
    problem = only(load("minicodeprops", data=lines(tmp_path / "m.jsonl", {**record, "score": 5})))
    assert problem.preamble.startswith("variable {α : Type _}\n\ndef len") and "theorem two" in problem.preamble
    assert problem.statement == "theorem p (xs: List α) : len xs = xs.length"
    assert (problem.difficulty, problem.notes) == ("5", ("lemma", "types-bound"))
    assert "autoImplicit false" in problem.header
    loose = {**record, "deps": deps + "\nlemma l : len xs = len xs := rfl"}
    problem = only(load("minicodeprops", data=lines(tmp_path / "m.jsonl", loose)))
    assert "autoImplicit true" in problem.header
    assert problem.notes == ("lemma", "types-bound", "unbound:xs", "auto-implicit")


def test_signatures_get_names_of_their_own(tmp_path: Path) -> None:
    record = {
        "world": "Addition",
        "level": 3,
        "name": "add_comm",
        "doc": "Swap.",
        "statement": "(a b : ℕ) : a + b = b + a",
    }
    problem = only(load("nng4", data=lines(tmp_path / "n.jsonl", record)))
    assert (problem.id, problem.topic, problem.informal) == ("Addition-3", "Addition", "Swap.")
    assert problem.statement == "theorem nng4_Addition_3 (a b : ℕ) : a + b = b + a"


def test_bad_records_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"name": "good", "formal_statement": "theorem good : 1 = 1 := by", "header": "import Mathlib"}
    path = lines(tmp_path / "minif2f.jsonl", good, {"name": "empty", "formal_statement": ""}, 7)
    with path.open("ab") as file:
        file.write(b'\n{"name": "cut", "formal_st\n\xff\xfe\n')
        file.write(json.dumps({**good, "name": "no theorem", "formal_statement": "def a := 2"}).encode() + b"\n")
        file.write(json.dumps({**good, "name": "last", "formal_statement": "theorem a : \u2028 1 = 1"}).encode())
    loaded = load("minif2f", data=path)
    assert [problem.id for problem in loaded.problems] == ["good", "last"]
    assert [record.record for record in loaded.rejected] == [2, 3, 5, 6, 7]
    assert all(record.file == "minif2f.jsonl" and record.reason for record in loaded.rejected)


def test_an_array_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    good = json.dumps({"name": "a", "formal_statement": "theorem a : 1 = 1"})
    (tmp_path / "a.json").write_text(f'[\n {good},\n 3,\n {good.replace("name", "id")},\n {{"name": "b", "form')
    loaded = load("minif2f", data=tmp_path / "a.json")
    assert [problem.id for problem in loaded.problems] == ["a", "a.2"]
    assert [record.record for record in loaded.rejected] == [2, 4]
    assert "line 5" in loaded.rejected[1].reason


def test_known_bad_statements_are_marked_and_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    names = {"mathd_numbertheory_618": "(n : ℕ) : 41 ≤ n", "mathd_algebra_314": "0 = 0", "fine": "1 = 1"}
    records = [
        {"name": n, "formal_statement": f"theorem {n} {'' if s[0] == '(' else ': '}{s}"} for n, s in names.items()
    ]
    data = lines(tmp_path / "minif2f.jsonl", *records)
    loaded = load("minif2f", data=data, without_bad=True)
    assert [p.id for p in loaded.problems] == ["fine"] and (loaded.released, loaded.excluded) == (3, 2)
    loaded = load("minif2f", data=data)
    assert [bool(p.bad) for p in loaded.problems] == [True, True, False]
    loaded = load("minif2f", data=data, corrected="repaired", without_bad=True)
    repaired, fine = loaded.problems
    assert repaired.statement == "theorem mathd_numbertheory_618 (n : ℕ) (hn : n > 0) : 41 ≤ n"
    assert (repaired.correction, repaired.bad, fine.correction) == ("repaired", "", "")
    assert loaded.missed == ("mathd_algebra_314",) and loaded.excluded == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"name": "nothing"}, "no_benchmark"),
        ({"name": "nothing.toml"}, "no_benchmark"),
        ({"name": "minif2f", "variant": "v9"}, "no_variant"),
        ({"name": "minif2f", "split": "dev"}, "no_split"),
        ({"name": "minif2f", "corrected": "mine"}, "no_overlay"),
        ({"name": "minif2f", "data": Path("there is none.jsonl")}, "no_data"),
        ({"name": "minif2f", "data": None}, "no_data"),
        ({"name": "verina", "data": Path(__file__).parent}, "no_data"),
        ({"name": "minif2f", "data": Path(__file__)}, "nothing_loaded"),
    ],
)
def test_what_is_not_there(arguments: dict[str, Any], code: str, tmp_path: Path) -> None:
    data = lines(tmp_path / "minif2f.jsonl", {"name": "a", "formal_statement": "theorem a : 1 = 1 := by"})
    with pytest.raises(UserError) as refused:
        load(**{"data": data, **arguments})
    assert refused.value.code == code
    assert refused.value.message


def test_archives_are_read_with_a_filter_and_a_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, kind in (("a.lean", tarfile.REGTYPE), ("../b.lean", tarfile.REGTYPE), ("c.lean", tarfile.SYMTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    assert [file.name for file in read_files(path, lambda name: name.endswith(".lean"))] == ["a.lean"]
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/a.lean", "theorem a : True")
        archive.writestr("/b.lean", "")
        archive.writestr("c.lean", "0" * 5000)
    assert [file.name for file in read_files(tmp_path / "a.zip", lambda name: name.endswith("a.lean"))] == ["x/a.lean"]
    tar(tmp_path / "large.tar.gz", **{"a.lean": "0" * 5000})
    monkeypatch.setattr(files_module, "TOTAL_BYTES", 4000)
    monkeypatch.setattr(files_module, "FILE_BYTES", 4000)
    for name in ("large.tar.gz", "a.zip"):
        with pytest.raises(UserError) as refused:
            list(read_files(tmp_path / name, lambda name: name.endswith(".lean")))
        assert refused.value.code == "data_too_large"
    for name in ("broken.tar.gz", "broken.zip"):
        (tmp_path / name).write_bytes(b"\x1f\x8b none")
        with pytest.raises(UserError) as refused:
            list(read_files(tmp_path / name, lambda _: True))
        assert refused.value.code == "bad_archive"


def test_a_manifest_of_ones_own(manifest: Manifest, tmp_path: Path) -> None:
    path = manifest(
        'data = "set"\nfiles = ["*.jsonl"]\nshape = "signature"\nprefix = "own_"\nimports = ["Mathlib"]\n'
        'columns = { id = ["topic", "no"], preamble_file = "{topic}.lean" }\n'
        'split_files = { "easy*" = "easy" }\nsplit_labels = { x = "hard" }',
        '[bad]\nlists-2 = "false"',
    )
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "lists.lean").write_text("import Mathlib.Data.List\n\ndef two := 2\n")
    lines(tmp_path / "set" / "easy.jsonl", {"topic": "lists", "no": 1, "statement": ": two = 2"})
    lines(tmp_path / "set" / "rest.jsonl", {"topic": "lists", "no": 2, "statement": ": two = 3", "split": "x"})
    loaded = load(str(path))
    first, second = loaded.problems
    assert (first.id, first.split, first.name) == ("lists-1", "easy", "own_lists_1")
    assert (second.split, second.bad) == ("hard", "false")
    assert first.header == "import Mathlib\n\nset_option autoImplicit false"
    assert (first.preamble, first.notes) == ("def two := 2", ("imports-replaced",))


@pytest.mark.parametrize(
    ("keys", "more", "named"),
    [
        ("colums = {}", "", "variants.a.colums"),
        ("files = 3", "", "variants.a.files"),
        ('sha256 = { "a" = "12" }', "", "variants.a.sha256.a"),
        ('format = "excel"', "", "variants.a.format"),
        ("", '[variants."B c"]', "variants"),
        ("= 3", "", "line 5"),
    ],
)
def test_mistakes_in_a_manifest_are_named(manifest: Manifest, keys: str, more: str, named: str) -> None:
    path = manifest(keys, more)
    with pytest.raises(UserError) as refused:
        read_manifest(path)
    assert refused.value.code == "bad_manifest"
    assert str(path) in refused.value.message and named in refused.value.message


def test_a_default_that_is_no_variant(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\ntitle = "Own"\ndefault = "b"\n[variants.a]\n')
    with pytest.raises(UserError, match="no variant 'b'"):
        read_manifest(path)


def test_the_manifests_of_the_library() -> None:
    named = {manifest.name: manifest for manifest in manifests()}
    expected = (
        "minif2f minif2f-v2 proofnet formalmath putnambench mobench minicodeprops nng4 imo-steps verina clever core"
    )
    assert set(named) >= set(expected.split())
    for manifest in named.values():
        assert manifest.folder.joinpath(f"{manifest.name}.toml").is_file()
        for overlay in overlays(manifest):
            for variant in overlay.variants:
                assert find_overlay(manifest, variant, overlay.name).fixes
    # What an overlay repairs is what is listed as wrong, but for two statements that are only hard to read or weaker.
    bad = set(named["minif2f"].variants["deepseek"].bad)
    repaired = set(find_overlay(named["minif2f"], "deepseek", "repaired").fixes)
    assert bad - repaired == {"imo_2001_p6"}


def test_the_statements_that_come_with_the_library() -> None:
    loaded = load("core", variant="tuning")
    assert (len(loaded.problems), loaded.rejected) == (180, ())
    assert not any(problem.header.startswith("import") for problem in loaded.problems)
    assert find_manifest("CORE").name == "core"
