"""A proof that was made shorter and is refused: the one that was found takes its place."""

from __future__ import annotations

import asyncio

from prover.agent import Attempt, FillOptions, Solution, Target
from prover.agent.fill import fill
from prover.agent.ladder_judge import LadderJudge
from prover.core.verdict import Proved
from prover.lean import Pool
from prover.lean.source import SourceFile

TEXT = "theorem t : 2 + 2 = 4 := by\n  sorry\n\ntheorem u (p : Prop) (h : p) : p := by\n  sorry\n"


class Shortened:
    """A solver whose scripts are said to be made from others."""

    def __init__(self, **scripts: tuple[str, str | None]) -> None:
        self.scripts = scripts

    async def __call__(self, attempt: Attempt) -> Solution:
        script, first = self.scripts[attempt.name]
        return Solution(script, "found", first=first)


async def filled(pool: Pool, **scripts: tuple[str, str | None]) -> tuple[list[list[str]], list[bool], str]:
    source = SourceFile("t.lean", TEXT.encode())
    options = FillOptions(seconds=30)
    result = await fill(source, Target.parse("t.lean"), pool, Shortened(**scripts), LadderJudge(pool), options)
    return (
        [t.scripts for t in result.targets],
        [isinstance(t.verdict, Proved) for t in result.targets],
        result.filled.text,
    )


async def test_a_shorter_proof_that_cannot_be_placed(pool: Pool) -> None:
    scripts, proved, text = await filled(pool, t=("exact nonsense", "rfl"), u=("exact h", "have g := h\nexact g"))
    assert scripts == [["rfl"], ["exact h"]] and proved == [True, True]
    assert "nonsense" not in text and "have" not in text


async def test_a_shorter_proof_that_the_ladder_refuses(pool: Pool) -> None:
    # Lean's compiler is believed here, which the ladder does not accept.
    scripts, proved, text = await filled(pool, t=("native_decide", "decide"), u=("exact h", None))
    assert scripts == [["decide"], ["exact h"]] and proved == [True, True]
    assert "native_decide" not in text


async def test_both_refused(pool: Pool) -> None:
    scripts, proved, text = await filled(pool, t=("native_decide", "exact nonsense"), u=("exact h", None))
    assert scripts[0] == ["native_decide"], "the verdict is on what is shown"
    assert proved == [False, True] and "nonsense" not in text and text.count("sorry") == 1


async def test_what_a_search_hands_over_when_it_is_stopped_is_kept(pool: Pool) -> None:
    stop = asyncio.Event()

    async def shortening(attempt: Attempt) -> Solution:
        stop.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return Solution("rfl", "proved")
        raise AssertionError

    source = SourceFile("t.lean", TEXT.encode())
    target, options = Target.parse("t.lean:t"), FillOptions(seconds=30)
    result = await fill(source, target, pool, shortening, LadderJudge(pool), options, stop=stop)
    assert result.interrupted and [t.scripts for t in result.targets] == [["rfl"]]
    assert isinstance(result.targets[0].verdict, Proved)
