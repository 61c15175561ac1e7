"""What a person is shown."""

from __future__ import annotations

from prover.core.outcome import Failed, Lost, Rejected, TimedOut
from prover.core.state import Goal, Hypothesis, TacticState
from prover.core.verdict import Incomplete, Mismatch, Proved, ProvedModulo
from prover.session import view
from prover.session.steps import Step, Verb, first, take
from prover.session.suggestions import Suggestions


def state(*targets: str) -> TacticState:
    goals = tuple(Goal(t, (Hypothesis("h\u202e", "p"),), case=f"c{n}", group=n) for n, t in enumerate(targets))
    return TacticState(goals, "/".join(targets))


def test_goals() -> None:
    versions = first(state("p ∧ q"))
    assert view.goals(versions.now, "t")[0] == "t: 1 goal"
    take(versions, Step(Verb.TACTIC, "constructor", state("p\nlong", "q\nlong")))
    lines = view.goals(versions.now, "t")
    assert lines[:2] == ["t: 2 goals", "goal 1 (in focus):"]
    assert lines[-1] == "goal 2: case c1 ⊢ q", "of the others one line"
    assert not any("\u202e" in line for line in lines)
    take(versions, Step(Verb.LEMMA, ": r", state("r"), "helper", "helper"))
    for _ in range(2):
        take(versions, Step(Verb.TACTIC, "simp"))
    assert "Open: helper" in view.goals(versions.now, "t")[0]
    take(versions, Step(Verb.WORK, number=0))
    assert view.goals(versions.now, "t")[0] == "helper (lemma): 1 goal"
    take(versions, Step(Verb.TACTIC, "simp"))
    assert "no goals left" in view.goals(versions.now, "t")[0] and "proved" not in view.goals(versions.now, "t")[0]
    assert view.versions(versions)[-1].startswith("*")


def test_suggestions_keep_their_numbers() -> None:
    found = Suggestions()
    assert found.offer("intro h", state("q"), "portfolio", -1.0)
    assert found.offer("constructor", state("p", "q"), "portfolio", -0.5)
    assert found.offer("simp", None, "portfolio", -3.0)
    assert not found.offer("intro x", state("q"), "portfolio", -0.1), "it does the same"
    assert not found.offer("simp", None, "model", -0.1)
    assert found.offer("grind", None, "portfolio", -4.0), "another way to close a goal is worth showing"
    assert [s.number for s in found.ranked] == [3, 4, 2, 1]
    assert found.numbered(2) is not None and found.numbered(9) is None
    lines = view.suggestions(found)
    assert lines[0] == " 3. simp   -- closes the goal" and lines[2] == " 2. constructor   -- 2 goals: ⊢ p; ⊢ q"
    assert not found.enough
    assert found.offer("omega", None, "portfolio") and found.enough


def test_refusals() -> None:
    assert view.refusal(Failed("error", "bad \x1b[2J")) == "bad \\u{1b}[2J"
    assert "limit of heartbeats" in view.refusal(TimedOut("heartbeats"))
    assert "nothing of the proof is lost" in view.refusal(Lost("crashed"))
    assert "sorry" in view.refusal(Rejected("forbidden"))


def test_only_the_verifier_says_proved() -> None:
    assert view.verdict(Proved(axioms=("propext",))) == "proved; axioms: propext"
    assert view.verdict(ProvedModulo(open_names=("a", "b"))) == "proved, as soon as these are: a, b"
    assert view.verdict(Incomplete()) == "incomplete"
    assert view.verdict(Mismatch(what="statement")) == "mismatch: statement"
