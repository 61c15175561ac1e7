"""A session with a language model behind HTTP: hints, explanations, proposals, and statements drafted from words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from formalize_checks import checks
from model_server import Asked, ModelServer

from prover import AsyncProver
from prover.agent.tactic_model import ModelChoice
from prover.api.frozen import held
from prover.formalize import formalizing
from prover.session import desk, journal
from prover.session.front import Front

pytestmark = pytest.mark.timeout(600)

TEXT = """namespace Demo

def odd (n : Nat) : Prop := n % 2 = 1

theorem t (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry

end Demo
"""
WORDS = "The sum of two odd numbers is even."
GOOD = "theorem claim_1 (a b : Nat) (ha : odd a) (hb : odd b) : even (a + b)"
FALSE = "theorem claim_1 (a b : Nat) : even (a + b)"
EVEN = "def even (n : Nat) : Prop := n % 2 = 0"


def writes(asked: Asked) -> Sequence[str]:
    """The same model proposes tactics, explains, drafts and says back."""
    if "never seen any other statement" in asked.text:
        assert WORDS not in asked.text
        return ["So it reads."]
    if "You state mathematics" in asked.text:
        assert WORDS in asked.text and "def odd" in asked.text
        n = sum("You state mathematics" in one.text for one in server_of[0].asked)
        return [f"```lean definitions\n{EVEN}\n```\n```lean lemma\n{FALSE if n == 1 else GOOD}\n```"]
    if "You help a person" in asked.text:
        assert "⊢ q ∧ p" in asked.text
        return ["It is refused: nonsense is no tactic." if "Why did Lean refuse" in asked.text else "Swap them."]
    return ['["exact And.intro h.right h.left"]'] * asked.n


server_of: list[ModelServer] = []


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer(writes) as made:
        server_of[:] = [made]
        yield made


@pytest.fixture(scope="module")
async def prover(server: ModelServer) -> AsyncIterator[AsyncProver]:
    patch = pytest.MonkeyPatch()
    patch.setenv("LOCAL_BASE_URL", server.url)
    patch.setattr(formalizing, "lean_checks", lambda: checks(FALSE))
    choice = ModelChoice("openai-api/local/tiny", recipe="chat", only=True)
    async with AsyncProver(engine="embedded", jobs=2, model=choice) as made:
        yield made
    patch.undo()


@pytest.fixture
async def front(prover: AsyncProver, tmp_path: Path) -> AsyncIterator[Front]:
    path = tmp_path / "T.lean"
    path.write_text(TEXT)
    made = Front(await desk.begin(prover, path, "", model=(await prover.models()).tactic))
    try:
        yield made
    finally:
        await made.close()


async def test_hints_explanations_and_proposals(front: Front) -> None:
    front.desk.look()
    await front.desk.settled()
    (one,) = front.desk.suggestions.found
    assert one.tactic == "exact And.intro h.right h.left" and one.left is None and not front.desk.suggestions.trouble
    hint = await front.answer("hint")
    assert hint.accepted and hint.lines == ("Swap them.",)
    assert (await front.answer("why")).lines == ("Swap them.",), "of the goal, where nothing was refused"
    assert not (await front.answer("nonsense")).accepted
    why = await front.answer("why")
    assert why.accepted and why.lines == ("It is refused: nonsense is no tactic.",)
    assert (await front.answer(f"apply {one.number}")).accepted and front.desk.now.done


async def test_words_become_the_goal(front: Front, prover: AsyncProver) -> None:
    assert not (await front.answer("accept 1")).accepted
    drafted = await front.answer(f"formalize {WORDS}")
    text = "\n".join(drafted.lines)
    assert drafted.accepted and f"you said: {WORDS}" in text and "said back: So it reads." in text
    assert "1. 2 of 3 drafts say this; no doubts found" in text and "2. 1 of 3 drafts say this; FALSE" in text
    refused = await front.answer("accept 2")
    assert not refused.accepted and "`accept 2!` takes it all the same" in refused.lines
    assert not (await front.answer("accept 3")).accepted
    taken = await front.answer("accept 1")
    assert taken.accepted and "claim_1 is frozen" in taken.lines[0], taken
    now = front.desk.now
    assert now.part.name == "claim_1" and now.part.full == "Demo.claim_1" and now.focus == ()
    path = front.desk.path
    written = path.read_text()
    assert f"{EVEN}\n\n-- frozen: Demo.claim_1 " in written and f"/-- {WORDS} -/\n{GOOD} := by\n  sorry\n\n" in written
    async with prover.place(path) as place:
        assert [one.standing for one in await held(place.pool, written)] == ["holds"]

    assert (await front.answer("undo")).accepted and "claim_1" not in path.read_text()
    assert (await front.answer("redo")).accepted and path.read_text() == written
    assert (await front.answer("work claim_1")).accepted
    for line in ("simp only [odd, even] at *", "omega", "work", "exact h.symm"):
        answer = await front.answer(line)
        assert answer.accepted, (line, answer)
    checked = await front.answer("check")
    assert checked.accepted and checked.lines[0].startswith("Demo.claim_1: proved"), checked
    async with prover.place(path) as place:
        assert [one.standing for one in await held(place.pool, path.read_text())] == ["holds"]

    past = journal.read_past(front.desk.journal.path, path)
    assert past is not None and past.versions.now == front.desk.now
    again = past.versions.now.parts[0]
    assert again.preface.startswith(EVEN) and again.signature == GOOD.removeprefix("theorem claim_1 ")


async def test_without_a_model(prover: AsyncProver, tmp_path: Path) -> None:
    path = tmp_path / "T.lean"
    path.write_text(TEXT)
    front = Front(await desk.begin(prover, path, ""))
    try:
        assert not (await front.answer(f"formalize {WORDS}")).accepted
    finally:
        await front.close()


async def test_the_goal_in_focus_is_refuted(front: Front) -> None:
    for line in ("have k : p ∧ ¬ p := ?_", "focus 2"):
        assert (await front.answer(line)).accepted
    answer = await front.answer("negate 60")
    assert answer.accepted and "this goal" in answer.lines[0]
    await front.answer("wait")
    told = "\n".join(front.news())
    assert "⊢ p ∧ ¬p is false as stated" in told and "the statement may be true" in told, told
