"""The kernel computes with numerals by a library of big numbers: what it says is compared with Python's numbers.

A wrong digit would be a proof of something false. The embedded engine is a build for 32 bits, with words of its own.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from prover.core.verdict import Consistent
from prover.lean import Pool
from prover.verify import Ladder, Limits

#: Around the ends of words, small numbers, and numbers of many words.
_BITS = (0, 1, 5, 16, 29, 30, 31, 32, 33, 61, 62, 63, 64, 65, 95, 96, 97, 127, 128, 129, 200, 521)
_PAIRS = 40
_SHIFTS = (0, 1, 29, 30, 31, 32, 33, 63, 64, 65, 100)

OPERATIONS: dict[str, Callable[[int, int], int | bool]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: max(0, a - b),
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a // b if b else 0,
    "mod": lambda a, b: a % b if b else a,
    "gcd": math.gcd,
    "land": lambda a, b: a & b,
    "lor": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "beq": lambda a, b: a == b,
    "ble": lambda a, b: a <= b,
    "shiftLeft": lambda a, b: a << b,
    "shiftRight": lambda a, b: a >> b,
    "pow": lambda a, b: a**b,
}


def number(chance: random.Random) -> int:
    """A number with one of the lengths, its ends (a power of two, one less) as often as those in between."""
    bits = chance.choice(_BITS)
    low, high = (1 << bits) >> 1, (1 << bits) - 1
    return chance.choice((low, high, chance.randint(low, high) if bits else 0))


def pair(name: str, chance: random.Random) -> tuple[int, int]:
    a = number(chance)
    if name.startswith("shift"):
        return a, chance.choice(_SHIFTS)
    if name == "pow":
        return a, chance.choice((0, 1, 2, 3, 7))
    b = number(chance)
    return (a, b) if chance.random() < 0.8 else (a, a) if chance.random() < 0.5 else (a * max(1, b), b)


def stated(name: str, chance: random.Random) -> list[str]:
    found: list[str] = []
    for _ in range(_PAIRS):
        a, b = pair(name, chance)
        value = OPERATIONS[name](a, b)
        found.append(f"Nat.{name} {a} {b} = {str(value).lower()}")
    return found


async def test_computations_are_right(pool: Pool) -> None:
    chance = random.Random(1)
    statements = [statement for name in OPERATIONS for statement in stated(name, chance)]
    logs = [number(chance) for _ in range(_PAIRS)]
    statements += [f"Nat.log2 {a} = {max(0, a.bit_length() - 1)}" for a in logs]
    # The kernel alone decides: the elaborator cannot compute all of these.
    text = "".join(f"theorem t{at} : {statement} := by decide +kernel\n" for at, statement in enumerate(statements))
    verdicts = await Ladder(pool).check(text, limits=Limits(seconds=240))
    wrong = [(statements[int(name[1:])], v) for name, v in verdicts.items() if not isinstance(v, Consistent)]
    assert len(verdicts) == len(statements) and not wrong
