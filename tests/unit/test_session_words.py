"""What is typed: abbreviations, completion, commands and tactics."""

from __future__ import annotations

import pytest

from prover.session.abbreviations import ABBREVIATIONS, completions, expanded, typed
from prover.session.words import WORDS, Line, help_lines, read_line


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (r"exact \<h.2, h.1\>", "exact ⟨h.2, h.1⟩"),
        (r"\forall n : \nat, n \<= n \to p", "∀ n : ℕ, n ≤ n → p"),
        (r"h\1 h\_2 x\^2 \alpha\beta", "h₁ h₂ x² αβ"),
        (r"\not (p \and q) \or \bot", "¬ (p ∧ q) ∨ ⊥"),
        (r"rw [\<-  h] \. simp", "rw [←  h] · simp"),
        (r"fun x \mapsto x \inv", "fun x ↦ x ⁻¹"),
        (r"\zzz \ and \\", "\\zzz \\ and \\\\"),
    ],
)
def test_a_line_expands(line: str, wanted: str) -> None:
    assert expanded(line) == wanted


def test_the_table() -> None:
    assert len(ABBREVIATIONS) >= 150
    assert all(name and "\\" not in name and " " not in name for name in ABBREVIATIONS)
    assert all(expanded(f"\\{name}") == symbol for name, symbol in ABBREVIATIONS.items())


def keyed(text: str) -> str:
    """A text typed character by character."""
    line = ""
    for character in text:
        line = typed(line + character) or line + character
    return line


def test_typing_replaces_as_soon_as_it_is_clear() -> None:
    assert keyed(r"\nat") == "ℕ"
    assert keyed(r"\to ") == "→ ", "top begins so too: the blank decides"
    assert keyed(r"\top ") == "⊤ "
    assert keyed(r"x \in s") == "x ∈ s"
    assert keyed(r"\alpha\beta") == "αβ"
    assert keyed(r"a \zz b") == r"a \zz b"
    assert keyed("no abbreviation") == "no abbreviation"


def test_completion() -> None:
    names = ["Nat.add_comm", "Nat.add_assoc", "h", "hpq"]
    assert completions("rw [Nat.add_", names) == [("Nat.add_comm", 8), ("Nat.add_assoc", 8)]
    assert completions("exact h", names) == [("hpq", 1)]
    assert ("∀", 4) in completions(r"x \for", names)
    assert completions("", names) == [] and completions("rw [", names) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("undo", Line("undo")),
        (":undo", Line("undo")),
        ("apply 3", Line("apply", "3")),
        ("apply h.mp", Line("tactic", "apply h.mp")),
        ("focus 2", Line("focus", "2")),
        ("focus simp", Line("tactic", "focus simp")),
        ("hint", Line("hint")),
        ("tactic hint", Line("tactic", "hint")),
        ("auto", Line("auto")),
        ("auto 1.5", Line("auto", "1.5")),
        ("auto soon", Line("tactic", "auto soon")),
        ("lemma foo : 1 = 1", Line("lemma", "foo : 1 = 1")),
        ("work", Line("work")),
        ("check this", Line("tactic", "check this")),
        (":nonsense", Line("help")),
        ("  simp  ", Line("tactic", "simp")),
        ("   ", None),
    ],
)
def test_commands_and_tactics(line: str, wanted: Line | None) -> None:
    assert read_line(line) == wanted


def test_help_names_every_command() -> None:
    text = "\n".join(help_lines())
    assert all(word.usage in text for word in WORDS)
