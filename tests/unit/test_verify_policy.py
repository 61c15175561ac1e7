"""Policies: which syntax, words, attributes and options a submission may contain."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prover.core.position import Span
from prover.lean.elaboration import Command, Construct
from prover.verify.policy import Allowance, forbidden, runs_code

COMMAND = "Lean.Parser.Command."
PLAIN = ("kind theorem", "kind declId", "kind declSig", "kind declValSimple", "kind declModifiers")


def construct(text: str) -> Construct:
    """`kind theorem`: one of Lean's own commands or their parts; `kind a.b from Module`: any kind."""
    what, _, rest = text.partition(" ")
    name, _, origin = rest.partition(" from ")
    own = what in ("kind", "command") and "." not in name and not origin
    return Construct(what, COMMAND + name if own else name, "builtin" if own else origin)


def command(text: str, kind: str = "declaration", parts: Sequence[str] = PLAIN, start: int = 0) -> Command:
    span = Span(start, start + len(text.encode()))
    return Command(COMMAND + kind if "." not in kind else kind, span, False, tuple(map(construct, parts)))


def refused(
    text: str, *, kind: str = "declaration", parts: Sequence[str] = PLAIN, reference: str = "", **options: object
) -> str | None:
    allowance = Allowance(reference, [command(reference)] if reference else [])
    found = forbidden([command(text, kind, parts)], text, allowance, **options)  # type: ignore[arg-type]
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
    assert not runs_code([command(text)], text)


@pytest.mark.parametrize(
    "text",
    [
        "-- unsafe, run_tac, @[extern x], set_option debug.skipKernelTC true",
        "/- unsafe /- run_tac -/ include_str -/ theorem goal : True := trivial",
        "/-- Uses no `macro_rules`, nor @[implemented_by]. -/ theorem goal : True := trivial",
        'theorem goal : "unsafe #eval @[extern]".length = 22 := rfl',
        'theorem goal : r#"unsafe " #eval"# ≠ "" := by decide',
        "theorem extern_ok : True := trivial",
        "theorem Foo.unsafe : True := trivial",
        "theorem «run_tac» : True := trivial",
        "theorem goal (a' : Nat) (h : a' = 0) : a' = 0 := h -- unsafe",
        "theorem goal : '\"' ≠ 'a' := by decide -- unsafe",
        "theorem goal : '\\'' ≠ 'a' := by decide -- unsafe",
    ],
)
def test_words_that_are_no_code_are_not_refused(text: str) -> None:
    assert refused(text) is None
    assert not runs_code([command(text)], text)


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("theorem goal : True := by run_tac pure ()", "run_tac"),
        ("unsafe def f : Nat := f", "unsafe"),
        ("@[implemented_by f] def g : Nat := 0", "@[implemented_by]"),
        ("@[simp, implemented_by f] def g : Nat := 0", "@[implemented_by]"),
        ("@[/- ] -/ tactic f] def g : Nat := 0", "@[tactic]"),
        ("@[macro k] def g := 0", "@[macro]"),
        ("attribute [command_elab k] g", "@[command_elab]"),
        ("attribute /- -/ [k] g", "@[k]"),
        ("set_option debug.skipKernelTC true in theorem goal : True := trivial", "set_option debug.skipKernelTC"),
        ("set_option /- maxHeartbeats -/ debug.skipKernelTC true", "set_option debug.skipKernelTC"),
        ("set_option Elab.async true", "set_option Elab.async"),
        ('def s := include_str "secret"', "include_str"),
        # Where it is in doubt what is a comment or a text, all counts as code.
        ("def s := {x //-1 < x} unsafe -/", "unsafe"),
        ('def s := s!"{by run_tac pure ()}"', "run_tac"),
        ('def s := m!"{f \'}\' " " ++ (by run_tac x) ++ " "}"', "run_tac"),
        ("def s := f ''x unsafe", "unsafe"),
        ("def s := 'unsafe", "unsafe"),
        ('def s := " unsafe', "unsafe"),
        ("def s := /- unsafe", "unsafe"),
        ('def s := x.r" unsafe', "unsafe"),
    ],
)
def test_what_runs_code_or_bends_checking_is_refused(text: str, construct: str) -> None:
    assert refused(text) == construct
    assert refused(text, reference=text) is None


@pytest.mark.parametrize(
    "kind", ["elab", "macro", "eval", "initialize", "notation", "syntax", "Lean.runCmd", "Lean.Parser.simprocDecl"]
)
def test_commands_off_the_list_are_refused(kind: str) -> None:
    parts = (f"command {kind} from Init.Notation" if "." in kind else f"command {kind}",)
    assert refused("x", kind=kind, parts=()) == kind
    assert refused("x", kind="in", parts=parts) == kind
    assert refused("x", kind="in", parts=parts, reference="x") is None
    assert runs_code([command("x", "in", parts)], "x")


@pytest.mark.parametrize(
    ("part", "passes", "runs"),
    [
        ("kind Lean.Parser.Tactic.simp from Init.Tactics", True, False),
        ("kind Lean.Parser.Term.app from builtin", True, False),
        ("kind «term_+_» from Init.Notation", True, False),
        ("kind Std.Range.«term[_:_]» from Init.Data.Range", True, False),
        ("kind ident from builtin", True, False),
        ("kind token.← from ", True, False),
        ("kind Lean.Parser.Tactic.runTac from Init.Tactics", False, True),
        ("kind Lean.Parser.Term.unsafe from builtin", False, True),
        ("kind Lean.byElab from Init.Notation", False, True),
        ("kind Lean.Parser.Tactic.config from Init.Meta", True, True),
        ("kind Lean.Parser.Command.unsafe from builtin", False, True),
        ("kind Lean.Parser.Command.quot from builtin", False, True),
        ("kind Lake.DSL.runIO from Lake.DSL", False, False),
        ("kind tacticSneaky from ", False, True),
        ("kind «term_+_» from ", False, True),
        ("kind Project.Tactic.ring from Project.Tactics", False, False),
        ("kind Project.Tactic.ring from Projector", False, False),
        ("attribute simp", True, False),
        ("attribute implemented_by", False, True),
        ("option maxHeartbeats", True, False),
        ("option debug.skipKernelTC", False, False),
    ],
)
def test_terms_and_tactics_by_kind(part: str, passes: bool, runs: bool) -> None:
    found = refused("theorem goal : True := x", parts=(part,))
    assert (found is None) is passes, found
    assert runs_code([command("x", parts=(part,))], "x") is runs


def test_kinds_of_trusted_modules_pass() -> None:
    part = "kind Project.Tactic.ring from Project.Tactics"
    assert refused("x", parts=(part,), trusted=["Project"]) is None
    assert refused("x", parts=("kind Lean.byElab from Project",), trusted=["Project"]) == "Lean.byElab"
    assert refused("x", parts=(part,), trusted=["Project.Tactics.More"]) == "Project.Tactic.ring"


def test_native_tactics_pass_only_where_allowed() -> None:
    part = "kind Lean.Parser.Tactic.nativeDecide from Init.Tactics"
    assert refused("x", parts=(part,)) == "Lean.Parser.Tactic.nativeDecide"
    assert refused("x", parts=(part,), native=True) is None
    assert runs_code([command("x", parts=(part,))], "x")


def test_syntax_of_the_reference_may_be_used_again() -> None:
    used = command("theorem goal : ⟪0⟫ = 1 := sorry", parts=("kind «term⟪_⟫» from ",))
    mine = command("theorem goal : ⟪0⟫ = 1 := rfl", parts=("kind «term⟪_⟫» from ",))
    assert forbidden([mine], "", Allowance("", [used])) is None
    assert forbidden([mine], "", Allowance()) is not None


def test_a_command_of_unknown_kind_is_refused() -> None:
    assert refused("quiet theorem", kind="user.quietCommand", parts=()) == "user.quietCommand"
    assert runs_code([command("quiet theorem", "user.quietCommand", ())], "quiet theorem")


def test_what_the_reference_has_once_may_stand_there_once() -> None:
    text = "@[implemented_by f] def g : Nat := 0"
    assert refused(text + "\n" + text, reference=text) is not None


def test_the_place_counts_bytes() -> None:
    text = "-- α\nunsafe def f : Nat := f"
    found = forbidden([], text, Allowance())
    assert found is not None and found.span == Span(6, 12)


def test_the_place_of_a_construct_is_its_own() -> None:
    part = Construct("kind", "Lean.Parser.Tactic.runTac", "Init.Tactics", Span(7, 9))
    found = forbidden([Command(COMMAND + "declaration", Span(0, 20), False, (part,))], "", Allowance())
    assert found is not None and found.span == Span(7, 9)


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
