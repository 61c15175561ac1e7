"""What a model says of a theorem about sums: a lemma first, then the proof from it."""

from __future__ import annotations

from model_server import Asked

TEXT = """def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

theorem gauss_cubed (n : Nat) : 8 * (sumTo n * sumTo n * sumTo n) = (n * (n + 1)) ^ 3 := by
  sorry
"""
GAUSS = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)"
PLAN = f"""First the closed form.

```lean lemma
/-- The closed form. -/
{GAUSS}
```

```lean proof
rw [← gauss n]
grind
```
"""
REPLIES = {
    "You plan proofs": PLAN,
    "You judge plans": '```json\n{"verdict": "accept", "score": 9, "reasons": []}\n```',
    "You find out why": '```json\n{"diagnosis": "TOO_HARD", "advice": "a closed form"}\n```',
    "You look for errors": "I find none.",
}
PROOF = "```lean proof\ninduction n with\n| zero => rfl\n| succ n ih => rw [sumTo, Nat.mul_add, ih]; grind\n```"


def writes(asked: Asked) -> list[str]:
    system, _, task = asked.text.partition("\n")
    said = next((text for begin, text in REPLIES.items() if system.startswith(begin)), "")
    if not said:
        said = PROOF if GAUSS in task.partition("The statement:")[2][:200] else "I cannot prove this at once."
    return [said]
