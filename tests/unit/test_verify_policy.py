"""Policies: which commands, words, attributes and options a submission may contain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prover.core.position import Span
from prover.lean.wire import Command
from prover.verify.policy import Allowance, forbidden, runs_code

COMMAND = "Lean.Parser.Command."
PLAIN = ("theorem", "declId", "declSig", "declValSimple", "declModifiers", "declaration")


def command(text: str, kind: str = "declaration", nested: Sequence[str] = PLAIN, start: int = 0) -> Command:
    span = Span(start, start + len(text.encode()))
    return Command(COMMAND + kind if "." not in kind else kind, span, False, tuple(COMMAND + n for n in nested))


def refused(text: str, *, kind: str = "declaration", nested: Sequence[str] = PLAIN, reference: str = "") -> str | None:
    allowance = Allowance(reference, [command(reference)] if reference else [])
    found = forbidden([command(text, kind, nested)], text, allowance)
    return None if found is None else found.construct


@pytest.mark.parametrize(
    "text",
    [
        "theorem goal : True := trivial",
        "@[simp] theorem goal : True := trivial",
        "@[simp, local grind =] theorem goal : True := trivial",
        '@[deprecated other (since := "2020-01-01")] theorem goal : True := trivial',
        "attribute [local simp] Nat.add_comm",
        "attribute [-simp] Nat.add_comm",
        "set_option maxHeartbeats 400000 in theorem goal : True := trivial",
        "set_option linter.unusedVariables false",
        "-- no sorry, no axiom, no native_decide",
    ],
)
def test_declarations_and_tactics_pass(text: str) -> None:
    assert refused(text) is None
    assert not runs_code([command(text)], text) or "native" in text


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("theorem goal : True := by run_tac pure ()", "run_tac"),
        ("unsafe def f : Nat := f", "unsafe"),
        ("@[implemented_by f] def g : Nat := 0", "@[implemented_by]"),
        ("@[simp, implemented_by f] def g : Nat := 0", "@[implemented_by]"),
        ("@[/- ] -/ tactic f] def g : Nat := 0", "@[/-]"),
        ("@[macro k] def g := 0", "@[macro]"),
        ("attribute [command_elab k] g", "@[command_elab]"),
        ("set_option debug.skipKernelTC true in theorem goal : True := trivial", "set_option debug.skipKernelTC"),
        ("set_option /- maxHeartbeats -/ debug.skipKernelTC true", "set_option /-"),
        ("set_option Elab.async true", "set_option Elab.async"),
        ('def s := include_str "secret"', "include_str"),
    ],
)
def test_what_runs_code_or_bends_checking_is_refused(text: str, construct: str) -> None:
    assert refused(text) == construct
    assert refused(text, reference=text) is None


@pytest.mark.parametrize("kind", ["elab", "macro", "eval", "initialize", "notation", "syntax"])
def test_commands_off_the_list_are_refused(kind: str) -> None:
    assert refused("x", kind=kind, nested=()) == kind
    assert refused("x", kind="in", nested=(kind, "in")) == kind
    assert refused("x", kind="in", nested=(kind, "in"), reference="x") is None
    assert runs_code([command("x", "in", (kind, "in"))], "x")


def test_a_command_of_unknown_kind_is_refused() -> None:
    assert refused("quiet theorem", kind="user.quietCommand", nested=()) == "user.quietCommand"
    assert runs_code([command("quiet theorem", "user.quietCommand", ())], "quiet theorem")


def test_what_the_reference_has_once_may_stand_there_once() -> None:
    text = "@[implemented_by f] def g : Nat := 0"
    assert refused(text + "\n" + text, reference=text) is not None


def test_an_attribute_command_that_hides_its_list_is_refused() -> None:
    text = "attribute /- -/ [k] g"
    found = forbidden([command(text, "attribute", ("attribute",))], text, Allowance())
    assert found is not None and found.construct == "attribute"


def test_the_place_counts_bytes() -> None:
    text = "-- α\nunsafe def f : Nat := f"
    found = forbidden([], text, Allowance())
    assert found is not None and found.span == Span(6, 12)


@pytest.mark.parametrize(
    "text",
    [
        "#eval 1",
        'macro "x" : tactic => `(tactic| skip)',
        'local notation "x" => 1',
        "theorem a : True := by native_decide",
        "example : True := by simp (config := c)",
        "initialize x : Nat ← pure 1",
        "@[init f] def g := 0",
        "#guard true",
    ],
)
def test_the_words_tell_when_a_process_is_to_be_discarded(text: str) -> None:
    """Even when the process claims to have seen plain declarations."""
    assert runs_code([command(text)], text)


@pytest.mark.parametrize("text", ["#check Nat", "#print Nat", "theorem a : 1 = 1 := rfl -- evaluates nothing", "#exit"])
def test_looking_things_up_runs_no_code(text: str) -> None:
    assert not runs_code([command(text)], text)
