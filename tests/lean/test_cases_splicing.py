"""Putting proofs into files: layout, bytes, names and places; what is wrong with a file is said and harms nothing."""

from __future__ import annotations

from typing import Any

import pytest

from prover.agent import Target
from prover.core.errors import UserError
from prover.core.message import Severity
from prover.core.verdict import BadTarget
from prover.lean import Pool
from prover.lean.source import SourceFile

LINES = "cases n with\n| zero => rfl\n| succ m =>\n  have h := rfl (a := m)\n  rfl"

LAYOUTS = {
    "by on the line of the statement": (
        "theorem t (n : Nat) : n = n := by sorry\n",
        "theorem t (n : Nat) : n = n := by\n  cases n with\n  | zero => rfl\n  | succ m =>\n"
        "    have h := rfl (a := m)\n    rfl\n",
    ),
    "by at the end of the line": (
        "theorem t (n : Nat) : n = n := by\n  sorry\n",
        "theorem t (n : Nat) : n = n := by\n  cases n with\n  | zero => rfl\n  | succ m =>\n"
        "    have h := rfl (a := m)\n    rfl\n",
    ),
    "by on a line of its own": (
        "theorem t (n : Nat) : n = n :=\n  by\n    sorry\n",
        "theorem t (n : Nat) : n = n :=\n  by\n    cases n with\n    | zero => rfl\n    | succ m =>\n"
        "      have h := rfl (a := m)\n      rfl\n",
    ),
    "by and hole on a line of their own": (
        "theorem t (n : Nat) : n = n :=\n  by sorry\n",
        "theorem t (n : Nat) : n = n :=\n  by\n    cases n with\n    | zero => rfl\n    | succ m =>\n"
        "      have h := rfl (a := m)\n      rfl\n",
    ),
    "no by": (
        "theorem t (n : Nat) : n = n := sorry\n",
        "theorem t (n : Nat) : n = n := by\n  cases n with\n  | zero => rfl\n  | succ m =>\n"
        "    have h := rfl (a := m)\n    rfl\n",
    ),
    "no by, on a line of its own": (
        "theorem t (n : Nat) : n = n :=\n  sorry\n",
        "theorem t (n : Nat) : n = n :=\n  by\n    cases n with\n    | zero => rfl\n    | succ m =>\n"
        "      have h := rfl (a := m)\n      rfl\n",
    ),
    "bullets": (
        "theorem t (n : Nat) : n = n ∧ n = n := by\n  constructor\n  · sorry\n  . sorry\n",
        "theorem t (n : Nat) : n = n ∧ n = n := by\n  constructor\n"
        "  · cases n with\n    | zero => rfl\n    | succ m =>\n      have h := rfl (a := m)\n      rfl\n"
        "  . cases n with\n    | zero => rfl\n    | succ m =>\n      have h := rfl (a := m)\n      rfl\n",
    ),
    "an argument": (
        "theorem t (n : Nat) : True ∧ n = n := And.intro trivial sorry\n",
        "theorem t (n : Nat) : True ∧ n = n := And.intro trivial (by cases n with\n"
        + " " * 60 + "| zero => rfl\n" + " " * 60 + "| succ m =>\n" + " " * 62 + "have h := rfl (a := m)\n"
        + " " * 62 + "rfl)\n",
    ),
    "a comment between and after": (
        "/-- Says nothing. -/\ntheorem t (n : Nat) : n = n := by -- so\n  /- here -/ sorry -- done\n-- end\n",
        "/-- Says nothing. -/\ntheorem t (n : Nat) : n = n := by -- so\n  /- here -/ cases n with\n"
        "             | zero => rfl\n             | succ m =>\n               have h := rfl (a := m)\n"
        "               rfl -- done\n-- end\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
async def test_layouts(name: str, filling: Any) -> None:
    text, expected = LAYOUTS[name]
    await filling(text, LINES)
    assert filling.text == expected
    assert filling.codes == {"t": "proved"}


async def test_bytes_around_a_proof_stay(filling: Any) -> None:
    text = "\ufeff/- größer\r\n-/\r\ntheorem α (n : Nat) : n = n := by\r\n  sorry\r\n\r\ntheorem β : 1 = 1 := sorry"
    result = await filling(text.encode(), "have h := 1\nrfl")
    assert filling.codes == {"α": "proved", "β": "proved"}
    expected = text.replace("  sorry", "  have h := 1\r\n  rfl").replace(":= sorry", ":= by\r\n  have h := 1\r\n  rfl")
    assert result.filled.data == expected.encode()
    mixed = b"theorem a : 1 = 1 := by sorry\r\ntheorem b : 2 = 2 := by sorry\ntheorem c : 3 = 3 := by sorry\n"
    result = await filling(mixed, "rfl")
    assert result.filled.data == mixed.replace(b"sorry", b"rfl")


async def test_tabs_are_refused_by_lean_and_stay(filling: Any) -> None:
    text = "theorem a : 1 = 1 := by\n\tsorry\ntheorem b : 1 = 1 := by sorry\n"
    await filling(text, "rfl")
    assert filling.codes["b"] == "proved" and filling.codes.get("a") != "proved"
    assert filling.text == text.replace("by sorry", "by rfl")


async def test_a_proof_passes_under_the_options_of_its_file(filling: Any) -> None:
    text = "set_option maxRecDepth 60\ntheorem t : (List.range 300).length = 300 := by sorry\n"
    await filling(text, "decide", "simp")
    assert filling.codes == {"t": "proved"} and filling.text.endswith("by simp\n")


async def test_a_proof_brings_no_new_warnings(filling: Any, pool: Pool) -> None:
    # The embedded engine gives no linter messages (its frontend collects them nowhere a host can read), so what
    # is compared here are the warnings of the elaborator itself.
    text = "theorem t (n : Nat) (unused : n = 3) : n = n := by\n  sorry\n"
    result = await filling(text, "rfl")
    async with pool.lease(["Init"]) as worker:
        header = await worker.read_header(result.filled.text)
        after = await worker.elaborate(worker.env, result.filled.text, start=header.end)
    assert [m for m in after.messages if m.severity is not Severity.INFO] == []


async def test_exit_ends_the_file(filling: Any) -> None:
    text = "theorem early : 1 = 1 := by sorry\n#exit\ntheorem late : 1 = 1 := by sorry\n"
    await filling(text, "rfl")
    assert filling.codes == {"early": "proved"} and filling.text == text.replace("sorry", "rfl", 1)
    for target in (":late", "#L3"):
        with pytest.raises(UserError) as caught:
            await filling(text, "rfl", target=target)
        assert caught.value.code == "target_absent"
    with pytest.raises(UserError) as caught:
        await filling("#exit\n" + text, "rfl")
    assert caught.value.code == "no_sorry" and "#exit" in caught.value.hint


async def test_targets_by_name(filling: Any) -> None:
    text = """theorem a.b : 1 = 1 := by sorry
namespace x
theorem a.b : 1 = 1 := by sorry
theorem only : 1 = 1 := by sorry
private theorem own : 1 = 1 := by sorry
end x
namespace y
theorem twice : 1 = 1 := by sorry
end y
namespace z
theorem twice : 1 = 1 := by sorry
theorem «a.b» : 1 = 1 := by sorry
theorem done : 1 = 1 := rfl
end z
theorem «mit Leerzeichen» : 1 = 1 := by sorry
"""
    wanted = {
        "a.b": "a.b",
        "x.a.b": "x.a.b",
        "only": "x.only",
        "own": "x.own",
        "_root_.x.only": "x.only",
        "«mit Leerzeichen»": "«mit Leerzeichen»",
        "mit Leerzeichen": "«mit Leerzeichen»",
        "z.«a.b»": "z.«a.b»",
        "«a.b»": "z.«a.b»",
    }
    for name, meant in wanted.items():
        await filling(text, "rfl", target=f":{name}")
        assert filling.codes == {meant: "proved"}, name
        assert filling.text.count("rfl") == 2
    for name, code in {"twice": "target_ambiguous", "nothing": "target_absent", "done": "no_sorry"}.items():
        with pytest.raises(UserError) as caught:
            await filling(text, "rfl", target=f":{name}")
        assert caught.value.code == code


async def test_refutations_of_awkward_names(filling: Any) -> None:
    text = """theorem «theorem» : ∀ n : Nat, n = n + 1 := by sorry
namespace «end»
theorem x.y {α : Type u} : ∀ a b : α, a = b := by sorry
private theorem «a.z» : ∀ n : Nat, n = n + 1 := by sorry
end «end»
"""
    await filling(
        text, "simp", "intro h\nexact absurd (h (α := ULift Bool) ⟨true⟩ ⟨false⟩) (by simp)", refute_share=0.5
    )
    assert filling.codes == {"theorem": "refuted", "end.x.y": "refuted", "end.«a.z»": "refuted"}
    assert filling.text == text


async def test_errors_elsewhere_do_not_stop_the_others(filling: Any) -> None:
    text = """theorem broken (n : Nat) : n = + := by sorry
theorem unknown (n : Nat) : n = n := by
  have : n = nonexistent.foo := by sorry
  sorry
theorem mistyped (n : Nat) : n = "x" := by sorry
theorem wrong : 1 = 2 := rfl
theorem fine (n : Nat) : n = n := by sorry
"""
    result = await filling(text, "rfl", "simp")
    assert filling.codes == {
        "broken": "errors_around",
        "unknown": "errors_around",
        "mistyped": "errors_around",
        "fine": "proved",
    }
    assert filling.text == text.replace("n = n := by sorry", "n = n := by rfl")
    assert any(m.severity is Severity.ERROR and m.start and m.start.line == 6 for m in result.messages)
    assert isinstance(result.targets[0].verdict, BadTarget) and not result.all_proved


async def test_files_with_nothing_to_fill_say_why(filling: Any) -> None:
    wanted = {
        "theorem t : 1 = 1 := rfl\n": "no_sorry",
        "": "no_sorry",
        "theorem t : 1 = 2 := rfl\n": "elaboration_errors",
        "theorem t : := by\n": "elaboration_errors",
        "import\ntheorem t : 1 = 1 := by sorry\n": "parse_header",
        "import No.Such\ntheorem t : 1 = 1 := by sorry\n": "missing_import",
        "import Mathlib\ntheorem t : 1 = 1 := by sorry\n": "mathlib_on_embedded",
    }
    for text, code in wanted.items():
        with pytest.raises(UserError) as caught:
            await filling(text, "rfl")
        assert caught.value.code == code, text
        assert caught.value.exit_code == 2


async def test_a_prefix_slower_than_the_limit(filling: Any) -> None:
    text = (
        "".join(f"theorem t{i} : {i} + 0 = {i} := by simp\n" for i in range(3000)) + "theorem t : 1 = 1 := by sorry\n"
    )
    with pytest.raises(UserError) as caught:
        await filling(text, "rfl", elaborate_seconds=0.5)
    assert caught.value.code == "slow_file"


async def test_files_of_a_megabyte(filling: Any) -> None:
    lines = "".join(f"-- {i:06d} " + "x" * 100 + "\n" for i in range(4800))
    text = lines + "theorem t : 1 = 1 := by sorry\n" + lines
    assert len(text) > 1_000_000
    await filling(text, "rfl")
    assert filling.codes == {"t": "proved"} and filling.text == text.replace("sorry", "rfl")
    assert filling.result.targets[0].line == 4801


async def test_a_part_that_lean_cannot_take_is_not_written(filling: Any) -> None:
    text = "theorem t : ∃ n : Nat, n + 0 = n := ⟨0, sorry⟩\ntheorem u : 1 = 1 := by sorry\n"
    source = SourceFile("t.lean", text.encode())
    await filling(text, "rfl")
    assert filling.codes == {"t": "proved", "u": "proved"}
    assert source.data == text.encode()


def test_paths_with_colons_and_hashes(tmp_path: Any) -> None:
    odd = tmp_path / "a:b#L3.lean"
    odd.write_text("")
    assert Target.parse(str(odd)) == Target(str(odd))
    assert Target.parse(f"{odd}:x.y") == Target(str(odd), name="x.y")
    assert Target.parse(f"{odd}#L12") == Target(str(odd), line=12)
    assert Target.parse("-") == Target("-")
    assert Target.parse("F.lean:«a b».c") == Target("F.lean", name="«a b».c")
    assert Target.parse("dir:with:colons/F.lean") == Target("dir:with:colons/F.lean")
