"""From verdicts to the file: one refused proof does not cost the others theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prover.agent.judging import Judging
from prover.agent.naming import NamedSource
from prover.agent.obligation import Gap, Obligation
from prover.agent.task import Task
from prover.core.position import Span
from prover.core.verdict import (
    ElaborationError,
    Incomplete,
    Infrastructure,
    Mismatch,
    NotProved,
    Proved,
    ProvedModulo,
    Refuted,
    Verdict,
)
from prover.lean.source import Edit, SourceFile

TEXT = "".join(f"theorem t{i} : 1 = 1 := sorry\n" for i in range(4))


class FakeJudge:
    """Says what `say` says of the file as a whole and of each name."""

    def __init__(self, say: Callable[[str, str], Verdict], refuted: Verdict | None = None) -> None:
        self.say = say
        self.refuted = refuted or NotProved()
        self.calls = 0

    async def proofs(
        self, submission: str, reference: str, names: Sequence[str], filled: Sequence[str] = ()
    ) -> dict[str, Verdict]:
        self.calls += 1
        return {name: self.say(submission, name) for name in names}

    async def refutation(self, submission: str, reference: str, name: str, refutation: str) -> Verdict:
        assert refutation == f"{name}.refutation" and "-- refuted" in submission
        return self.refuted


def tasks(count: int = 4) -> list[Task]:
    made: list[Task] = []
    at = -1
    for number in range(count):
        at = TEXT.index("sorry", at + 1)
        span = Span(at, at + 5)
        gap = Gap(span, False, [])
        obligation = Obligation(f"t{number}", f"t{number}", "theorem", number + 1, Span(at - 22, at + 5), [gap])
        made.append(Task(obligation, [gap], scripts=["rfl"], edits=[Edit(span, f"by p{number}")]))
    return made


async def judged(judge: FakeJudge, chosen: list[Task], *, interrupted: bool = False) -> str:
    source = SourceFile("t.lean", TEXT.encode())
    judging = Judging(NamedSource(source, source), judge, lambda kind, payload: None, interrupted=interrupted)
    return (await judging.judge_all(chosen)).text


async def test_all_proofs_are_judged_in_one_file() -> None:
    judge = FakeJudge(lambda text, name: Proved())
    found = tasks()
    assert (await judged(judge, found)).count("by p") == 4 and judge.calls == 1
    assert all(isinstance(t.verdict, Proved) for t in found)


async def test_a_proof_that_breaks_the_file_costs_only_itself() -> None:
    judge = FakeJudge(lambda text, name: ElaborationError() if "by p2" in text else Proved())
    found = tasks()
    text = await judged(judge, found)
    assert [type(t.verdict) for t in found] == [Proved, Proved, ElaborationError, Proved]
    assert "by p2" not in text and text.count("by p") == 3


async def test_proofs_that_pass_alone_but_not_together() -> None:
    judge = FakeJudge(lambda text, name: Mismatch() if "by p0" in text and "by p3" in text else Proved())
    found = tasks()
    text = await judged(judge, found)
    assert "by p0" in text and "by p3" not in text and isinstance(found[3].verdict, Mismatch)


async def test_a_verdict_is_of_the_file_as_it_comes_out() -> None:
    def say(text: str, name: str) -> Verdict:
        if name == "t0":
            return Mismatch()
        return Proved() if name == "t1" and "by p0" in text else ProvedModulo(open_names=("t0",))

    found = tasks(2)
    await judged(FakeJudge(say), found)
    assert isinstance(found[1].verdict, ProvedModulo)


async def test_a_part_is_kept_when_only_holes_are_left() -> None:
    found = tasks(1)
    other = Gap(Span(0, 1), False, [])
    found[0].obligation.gaps.append(other)
    text = await judged(FakeJudge(lambda text, name: Incomplete(through=("t0",))), found)
    assert "by p0" in text and isinstance(found[0].verdict, Incomplete) and found[0].verdict.holes == (other.span,)
    again = tasks(1)
    again[0].obligation.gaps.append(other)
    assert "by p0" not in await judged(FakeJudge(lambda text, name: ElaborationError()), again)


async def test_a_refutation_counts_only_if_the_judge_agrees() -> None:
    for verdict, expected in ((Refuted(), Refuted), (Mismatch(), NotProved), (Infrastructure(), Infrastructure)):
        found = tasks(1)
        found[0].edits, found[0].scripts, found[0].refutation = [], [], "-- refuted"
        assert await judged(FakeJudge(lambda text, name: Proved(), verdict), found) == TEXT
        assert isinstance(found[0].verdict, expected)
        assert bool(found[0].scripts) is isinstance(found[0].verdict, Refuted)


async def test_what_was_found_before_an_interrupt_is_judged() -> None:
    found = tasks(2)
    found[1].edits = []
    text = await judged(FakeJudge(lambda text, name: Proved()), found, interrupted=True)
    assert "by p0" in text and isinstance(found[0].verdict, Proved)
    assert isinstance(found[1].verdict, NotProved) and found[1].verdict.stopped == "interrupted"


async def test_the_first_path_takes_the_place_of_a_shorter_proof_that_is_refused() -> None:
    judge = FakeJudge(lambda text, name: ElaborationError() if "by p2" in text else Proved())
    found = tasks()
    found[2].fallback = ["first"], [Edit(found[2].edits[0].span, "by first")]
    found[1].fallback = ["never"], [Edit(found[1].edits[0].span, "by never")]
    text = await judged(judge, found)
    assert all(isinstance(t.verdict, Proved) for t in found)
    assert "by first" in text and "by p1" in text and "never" not in text
    assert found[2].scripts == ["first"] and found[1].scripts == ["rfl"]
