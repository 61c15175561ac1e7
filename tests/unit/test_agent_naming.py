"""Names for examples, and the way back to the file as it was."""

from __future__ import annotations

from prover.agent.naming import name_examples
from prover.agent.witness import witnesses
from prover.core.position import Span
from prover.core.state import Goal, Hypothesis
from prover.lean import Elaboration, Hole
from prover.lean.elaboration import Command
from prover.lean.source import Edit, SourceFile


def hole(at: int) -> Hole:
    return Hole(Span(at, at + 5), True, True, "_example", False, True, False, None, 0, None, None)


def elaborated(text: str, *, variables: tuple[str, ...] = ()) -> Elaboration:
    commands: list[Command] = []
    holes: list[Hole] = []
    at = 0
    for line in text.split("\n"):
        data = line.encode()
        indent = len(data) - len(data.lstrip())
        example = data.find(b"example")
        span = Span(at + indent, at + len(data))
        word = at + example if example >= 0 else None
        commands.append(Command("k", span, False, (), b"sorry" in data, word, variables))
        if b"sorry" in data:
            holes.append(hole(at + data.index(b"sorry")))
        at += len(data) + 1
    return Elaboration(0, (), tuple(commands), tuple(holes), (), False, 0.0)


def test_examples_with_holes_get_names_and_columns_stay() -> None:
    text = "-- größer\n  example : 1 = 1 := by sorry\nexample : 2 = 2 := rfl\ntheorem t : 3 = 3 := by sorry\n"
    source = SourceFile("t.lean", text.encode())
    named = name_examples(source, elaborated(text))
    lines = named.working.text.split("\n")
    assert lines[1] == "  theorem _example_at_line_2" and lines[2] == "          : 1 = 1 := by sorry"
    assert named.labels == {"_example_at_line_2": "example (line 2)"} and "example : 2 = 2" in named.working.text
    assert named.label("A._example_at_line_2") == "example (line 2)" and named.label("t") == "t"
    data, original = named.working.text.encode(), source.text.encode()
    at = -1
    for expected in (original.index(b"sorry"), original.rindex(b"sorry")):
        at = data.index(b"sorry", at + 1)
        assert named.back(Span(at, at + 5)) == Span(expected, expected + 5)
    edits = [Edit(named.back(Span(at, at + 5)), "rfl")]
    assert source.with_edits(edits).text == text[: text.rindex("sorry")] + "rfl\n"


def test_variables_are_included_for_an_example() -> None:
    text = "example : p := by sorry"
    source = SourceFile("t.lean", text.encode())
    named = name_examples(source, elaborated(text, variables=("p", "«h p»", "p")))
    assert named.working.text.startswith("include «p» «h p» in\ntheorem _example_at_line_1\n")
    at = named.working.text.encode().index(b"sorry")
    assert named.back(Span(at, at + 5)) == Span(18, 23)
    assert name_examples(source, elaborated(text), except_at=[0]).working is source


def test_two_examples_on_one_line_have_two_names() -> None:
    text = "example : 1 = 1 := by sorry; example : 2 = 2 := by sorry"
    source = SourceFile("t.lean", text.encode())
    first, second = Span(0, 28), Span(29, len(text))
    commands = (Command("k", first, False, (), True, 0), Command("k", second, False, (), True, 29))
    holes = (hole(text.index("sorry")), hole(text.rindex("sorry")))
    named = name_examples(source, Elaboration(0, (), commands, holes, (), False, 0.0))
    assert list(named.labels) == ["_example_at_line_1", "_example_at_line_1'"]


def test_values_worth_trying_come_from_the_context_and_the_statement() -> None:
    goal = Goal("Nat", (Hypothesis("n", "Nat"), Hypothesis("x", "Int"), Hypothesis("m", "Nat", inaccessible=True)))
    found = witnesses(goal, "theorem t : ∃ k, k * k = 49")
    assert found[0] == "n" and "49" in found and "7" in found and "x" not in found and "m" not in found
    assert len(found) == len(set(found)) and "-3" in witnesses(Goal("Int"), "")
    assert witnesses(Goal("Bool"), "")[:2] == ["true", "false"] and witnesses(Goal("Foo"), "") == ["default"]
