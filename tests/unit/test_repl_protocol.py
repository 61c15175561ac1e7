"""The repl's protocol as text: requests, headers, goals, outlines. No Lean."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.core.errors import ProtocolError, UserError
from prover.repl import requests
from prover.repl.goals import read_goal, read_state
from prover.repl.header import read_header
from prover.repl.outline import outline
from prover.repl.protocol import Command, FileCommand, NotUnderstood, Pickle, ProofStep, Unpickle, parse
from prover.repl.recipe import read


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ('{"cmd": "def f := 2"}', Command("def f := 2")),
        ('{"cmd": "x", "env": 3, "allTactics": true}', Command("x", 3, all_tactics=True)),
        ('{"cmd": "x", "env": null, "rootGoals": true, "infotree": "full"}', Command("x", None, False, True, "full")),
        ('{"cmd": "x", "infotree": "none of them"}', Command("x")),
        ('{"path": "a.lean", "env": 1}', FileCommand("a.lean", 1)),
        ('{"tactic": "rfl", "proofState": 0, "cmd": "y"}', ProofStep("rfl", 0)),
        ('{"pickleTo": "a", "env": 1}', Pickle("a", "env", 1)),
        ('{"pickleTo": "a", "proofState": 2}', Pickle("a", "proofState", 2)),
        ('{"unpickleEnvFrom": "a"}', Unpickle("a", "env")),
        ('{"unpickleProofStateFrom": "a", "env": 0}', Unpickle("a", "proofState")),
    ],
)
def test_requests(text: str, request_: object) -> None:
    assert parse(text) == request_


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", "{}", '{"cmd": 1}', '{"cmd": "x", "env": -1}', '{"cmd": "x", "env": true}'),
        *(
            '{"cmd": "\\ud800"}',
            '{"tactic": "x"}',
            '{"cmd": "x", "allTactics": "yes"}',
            '{"pickleTo": "a"}',
            "[" * 100_000,
        ),
    ],
)
def test_what_is_no_request(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parse(text)


def test_blocks() -> None:
    text = '# note\n\n{"cmd":\n  "a"}\n\n\n-- no\n{"x": 1}\n\n{"cmd": "b \n c"}'
    assert list(requests(text.splitlines(keepends=True))) == ['{"cmd":  "a"}', '{"cmd": "b c"}']


@given(st.lists(st.dictionaries(st.text(), st.text(), min_size=1)))
def test_every_object_on_a_line_is_a_block(documents: list[dict[str, str]]) -> None:
    lines = [part for d in documents for part in (json.dumps(d) + "\n", "\n")]
    assert [json.loads(block) for block in requests(lines)] == documents


@pytest.mark.parametrize(
    ("text", "modules", "rest"),
    [
        ("", ["Init"], ""),
        ("theorem t : True := trivial", ["Init"], "theorem t : True := trivial"),
        ("import Lean\nimport Std.Data\n\ndef f := 1", ["Init", "Lean", "Std.Data"], "def f := 1"),
        ("/- a /- b -/ c -/ import «A b».C -- d\n/-- e -/ def f := 1", ["Init", "«A b».C"], "/-- e -/ def f := 1"),
        ("prelude\nimport Init.Core\naxiom a : Prop", ["Init.Core"], "axiom a : Prop"),
        ("-- import A\nimport B -- c", ["Init", "B"], ""),
        ("/-! # Title -/\nimport A", ["Init"], "/-! # Title -/\nimport A"),
        ("public section\nend", ["Init"], "public section\nend"),
        ("importance", ["Init"], "importance"),
        ("import A import B def c := 1", ["Init", "A", "B"], "def c := 1"),
    ],
)
def test_headers(text: str, modules: list[str], rest: str) -> None:
    header = read_header(text)
    assert list(header.modules) == modules and not header.messages
    assert text.encode()[header.end :].decode() == rest


def test_a_module_header() -> None:
    header = read_header("module\npublic import A\npublic meta import all B\n\ndef f := 1")
    assert header.is_module and [(i.module, i.all, i.meta) for i in header.imports[1:]] == [
        ("A", False, False),
        ("B", True, True),
    ]
    assert read_header("import\n").messages


@given(st.text())
def test_any_text_has_a_header(text: str) -> None:
    assert 0 <= read_header(text).end <= len(text.encode())


def test_a_goal() -> None:
    text = (
        "case inl.h\nα : Type u\ninst✝ : Add α\nx✝ y : α\nk : Nat := 5\nh : x✝ + y =\n    y + x✝\np : Prop\nhp q : p\n"
        "f : (let a := 1;\n  a) = 1 → p\n⊢ ∃ z,\n    z = y"
    )
    goal = read_goal(text)
    assert goal.case == "inl.h" and goal.target == "∃ z,\n    z = y"
    assert [(h.shown, h.is_prop, h.is_instance) for h in goal.hypotheses] == [
        ("α", False, False),
        ("inst✝", False, True),
        ("x✝", False, False),
        ("y", False, False),
        ("k", False, False),
        ("h", True, False),
        ("p", False, False),
        ("hp", True, False),
        ("q", True, False),
        ("f", True, False),
    ]
    assert goal.hypotheses[4].value == "5" and goal.hypotheses[-1].value is None
    assert goal.text == text.replace("x✝ y : α", "x✝ y : α")


def test_states_are_known_by_their_text() -> None:
    one, other = read_state(["⊢ 1 = 1"]), read_state(["⊢ 1 = 2"])
    assert one.fingerprint != other.fingerprint == read_state(["⊢ 1 = 2"]).fingerprint
    assert read_state(["⊢ p", "⊢ q"]).groups() == [[0, 1]]


_PLACE = st.fixed_dictionaries({"line": st.integers(0, 3), "column": st.integers(0, 3)})
_STX = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["namespace", "section", "end", "declaration", "declId"]).map(
            "Lean.Parser.Command.{}".format
        )
        | st.sampled_from(["Lean.Parser.Tactic.tacticSorry", "Lean.Parser.Term.sorry", "example"]),
        "pp": st.none() | st.sampled_from(["", "end", "end A.B", "namespace A", "section", "x.{u}", "_root_.y"]),
        "argKinds": st.none() | st.just([]) | st.just(["a", "Lean.Parser.Command.theorem"]) | st.integers(),
        "range": st.fixed_dictionaries({"synthetic": st.booleans(), "start": _PLACE, "finish": _PLACE}),
    }
)


def _stx(kind: str, text: str, line: int, synthetic: bool = False, args: tuple[str, ...] = ()) -> dict[str, Any]:
    place = {"synthetic": synthetic, "start": {"line": line, "column": 0}, "finish": {"line": line, "column": 9}}
    return {"kind": kind, "pp": text, "argKinds": list(args), "range": place}


def _command(kind: str, text: str, line: int, *children: Any, args: tuple[str, ...] = ()) -> dict[str, Any]:
    node = {"stx": _stx(f"Lean.Parser.Command.{kind}", text, line, args=args)}
    return {"kind": "CommandInfo", "node": node, "children": list(children)}


def _named(text: str, line: int, synthetic: bool = False) -> dict[str, Any]:
    node = {"stx": _stx("Lean.Parser.Command.declId", text, line, synthetic), "isBinder": True}
    return {"kind": "TermInfo", "node": node, "children": []}


EXAMPLE = ("Lean.Parser.Command.declModifiers", "Lean.Parser.Command.example")
THEOREM = ("Lean.Parser.Command.declModifiers", "Lean.Parser.Command.theorem")


def test_names_are_full() -> None:
    trees = [
        _command("namespace", "namespace A.B", 1),
        _command("section", "section", 2),
        _command("declaration", "theorem x.{u} ...", 3, _named("x.{u}", 3), args=THEOREM),
        _command("end", "end", 4),
        _command("declaration", "theorem _root_.y ...", 5, _named("_root_.y", 5), args=THEOREM),
        _command("end", "end B", 6),
        _command("section", "section C.D", 7),
        _command("declaration", "theorem z ...", 8, _named("z", 8), args=THEOREM),
        _command("end", "end C.D", 9),
        _command("end", "end A", 10),
        _command("declaration", "theorem w ...", 11, _named("w", 11), _named("w", 11), args=THEOREM),
        _command(
            "declaration", "example ...", 12, _named("_example", 12, True), args=("m", "Lean.Parser.Command.example")
        ),
        _command("eoi", "", 13),
    ]
    pieces = outline(trees)
    assert [piece.start.line for piece in pieces] == list(range(1, 13))
    assert [named.name for piece in pieces for named in piece.names] == ["A.B.x", "y", "A.z", "w", "_example"]
    assert {named.kind for piece in pieces for named in piece.names} == {"theorem"}


@pytest.mark.parametrize("trees", [None, {}, [1], [{"kind": "CommandInfo", "node": {"stx": {"kind": "x"}}}]])
def test_trees_in_another_form(trees: object) -> None:
    with pytest.raises(ProtocolError):
        outline(trees)


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["CommandInfo", "TermInfo", "TacticInfo", "CustomInfo"]) | inner,
                "node": st.none() | st.fixed_dictionaries({"stx": _STX | inner}) | inner,
                "children": st.lists(inner) | inner,
            }
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON))
def test_no_tree_breaks_the_outline(trees: list[Any]) -> None:
    with suppress(ProtocolError):
        outline(trees)


@pytest.mark.parametrize("content", ["", "{}", '{"format": "other"}', "\x00\x01olean", '{"format": 1, "stages": []}'])
def test_files_that_hold_no_recipe(tmp_path: Any, content: str) -> None:
    path = tmp_path / "x.olean"
    path.write_text(content)
    with pytest.raises(UserError) as caught:
        read(path, "env")
    assert caught.value.code == "no_recipe"
    with pytest.raises(UserError) as caught:
        read(tmp_path / "absent", "env")
    assert caught.value.code == "no_file"
