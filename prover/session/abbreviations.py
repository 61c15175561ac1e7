"""Unicode by its names: `\\nat` for ℕ, as Lean's editors have it, and completion of names."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Pairs of a name and its symbol, by subject.
_GREEK = """
alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ lam λ mu μ nu ν xi ξ pi π rho ρ
sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ
Omega Ω a α b β g γ d δ fun λ
"""
_SETS = """
nat ℕ N ℕ int ℤ Z ℤ rat ℚ Q ℚ real ℝ R ℝ complex ℂ C ℂ prime ′ bool 𝔹 in ∈ notin ∉ mem ∈ ni ∋ sub ⊆ subset ⊆ ssub ⊂
ssubset ⊂ sup ⊇ supset ⊇ nsub ⊈ cup ∪ un ∪ union ∪ cap ∩ i ∩ inter ∩ empty ∅ emptyset ∅ setminus \\ powerset 𝒫
Un ⋃ Union ⋃ I ⋂ Inter ⋂ compl ᶜ times × x × bigcup ⋃ bigcap ⋂
"""
_LOGIC = """
to → r → imp → r- → -> → l ← <- ← left ← leftarrow ← u ↑ up ↑ d- ↓ down ↓ iff ↔ <-> ↔ lr ↔ => ⇒ Rightarrow ⇒
forall ∀ all ∀ A ∀ exists ∃ ex ∃ nexists ∄ not ¬ neg ¬ n ¬ and ∧ an ∧ wedge ∧ or ∨ v ∨ vee ∨ bot ⊥ false ⊥ top ⊤
true ⊤ |- ⊢ vdash ⊢ goal ⊢ models ⊨ mapsto ↦ map ↦ hole ▸ t ▸ T ▹ heq ≍ therefore ∴ xor ⊻
"""
_RELATIONS = """
le ≤ <= ≤ leq ≤ ge ≥ >= ≥ geq ≥ ne ≠ neq ≠ != ≠ nle ≰ nge ≱ nlt ≮ ngt ≯ equiv ≡ == ≡ approx ≈ ~~ ≈ sim ∼ ~ ∼ simeq ≃
cong ≅ | ∣ mid ∣ dvd ∣ nmid ∤ ll ≪ gg ≫ prec ≺ succ ≻ sqsub ⊑ sqsubseteq ⊑ lhd ⊲ rhd ⊳ := ≔
"""
_OPERATIONS = """
cdot · . · centerdot · bu • smul • circ ∘ comp ∘ o ∘ sum ∑ prod ∏ coprod ∐ int. ∫ integral ∫ sqrt √ inv ⁻¹ - ⁻¹ -1 ⁻¹
oplus ⊕ o+ ⊕ otimes ⊗ ox ⊗ infty ∞ inf ⊓ glb ⊓ lub ⊔ sqcap ⊓ sqcup ⊔ pm ± div ÷ ast ∗ star ⋆ partial ∂ nabla ∇
deg ° dagger † uplus ⊎ amp & bigoplus ⨁ bigotimes ⨂ Sup ⨆ supr ⨆ Inf ⨅ infi ⨅ floor ⌊ ceil ⌈ norm ‖ || ‖
"""
_BRACKETS = """
< ⟨ langle ⟨ > ⟩ rangle ⟩ << ⟪ >> ⟫ f< ‹ f> › [[ ⟦ ]] ⟧ lf ⌊ rf ⌋ lc ⌈ rc ⌉ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ {{ ⦃ }} ⦄
flqq « frqq » "< « "> »
"""
_NUMBERS = """
0 ₀ 1 ₁ 2 ₂ 3 ₃ 4 ₄ 5 ₅ 6 ₆ 7 ₇ 8 ₈ 9 ₉ _0 ₀ _1 ₁ _2 ₂ _3 ₃ _4 ₄ _5 ₅ _6 ₆ _7 ₇ _8 ₈ _9 ₉ _a ₐ _i ᵢ _j ⱼ _k ₖ _m ₘ _n ₙ
_x ₓ ^0 ⁰ ^1 ¹ ^2 ² ^3 ³ ^4 ⁴ ^5 ⁵ ^6 ⁶ ^7 ⁷ ^8 ⁸ ^9 ⁹ ^n ⁿ ^i ⁱ ^- ⁻ ^c ᶜ ^T ᵀ
"""


def _table() -> dict[str, str]:
    words = " ".join((_GREEK, _SETS, _LOGIC, _RELATIONS, _OPERATIONS, _BRACKETS, _NUMBERS)).split()
    return dict(zip(words[::2], words[1::2], strict=True))


ABBREVIATIONS = _table()
_LONGEST = max(map(len, ABBREVIATIONS))
#: A name of Lean's, as far as it has been typed, with its dots.
_NAME = re.compile(r"[\w.'₀-₉!?]*\Z")


def expanded(line: str) -> str:
    """A whole line with every abbreviation in it replaced, the longest name first; other backslashes stay."""
    found: list[str] = []
    at = 0
    while at < len(line):
        name = _longest(line, at + 1) if line[at] == "\\" else ""
        found.append(ABBREVIATIONS[name] if name else line[at])
        at += 1 + len(name)
    return "".join(found)


def _longest(line: str, at: int) -> str:
    for length in range(min(_LONGEST, len(line) - at), 0, -1):
        if line[at : at + length] in ABBREVIATIONS:
            return line[at : at + length]
    return ""


def typed(before: str) -> str | None:
    """What becomes of the text before the cursor when its last character was just typed; None where it stays.

    An abbreviation is replaced once it cannot become a longer one: when it is the only one that begins so, or when a
    character follows that ends it.
    """
    start = before.rfind("\\")
    if start < 0 or len(before) - start > _LONGEST + 2:
        return None
    name = before[start + 1 :]
    if name in ABBREVIATIONS:
        longer = any(other != name and other.startswith(name) for other in ABBREVIATIONS)
        return None if longer else before[:start] + ABBREVIATIONS[name]
    if len(name) > 1 and name[:-1] in ABBREVIATIONS and not any(other.startswith(name) for other in ABBREVIATIONS):
        return before[:start] + ABBREVIATIONS[name[:-1]] + name[-1]
    return None


def completions(before: str, names: Iterable[str], *, most: int = 20) -> list[tuple[str, int]]:
    """What may stand for the end of the text before the cursor, and how many characters of it it replaces.

    After a backslash: symbols. Else those of `names` that begin so, in the order given.
    """
    start = before.rfind("\\")
    if start >= 0 and " " not in before[start:]:
        name = before[start + 1 :]
        symbols = dict.fromkeys(ABBREVIATIONS[a] for a in sorted(ABBREVIATIONS, key=len) if a.startswith(name))
        return [(symbol, len(name) + 1) for symbol in list(symbols)[:most]] if name else []
    match = _NAME.search(before)
    word = match[0] if match else ""
    if not word:
        return []
    return [(name, len(word)) for name in dict.fromkeys(names) if name.startswith(word) and name != word][:most]
