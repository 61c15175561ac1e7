"""The plan as a file that a person edits: written, read back, and what each kind of edit does, on real Lean."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from prover.agent.ladder_judge import LadderJudge
from prover.agent.leap import Decomposition, Lemma, Sketch, Standing, Statement
from prover.agent.leap.blueprint import Blueprint, write_blueprint
from prover.agent.leap.brief import Brief
from prover.agent.leap.closing import Closer, SearchCloser
from prover.agent.leap.dossier import Dossier
from prover.agent.leap.editing import Done, edit_from, take_edits
from prover.agent.leap.edits import Edits, read_edits
from prover.agent.leap.events import ActionEnded, LemmaProved
from prover.agent.leap.passages import passages
from prover.agent.leap.plan import Plan
from prover.agent.leap.stage import Stage
from prover.core.errors import UserError
from prover.core.verdict import Verdict
from prover.events import Event, Recorder
from prover.lean import Pool

BEFORE = """/-! A file of a user's. -/
namespace Demo

def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => sumTo n + (n + 1)

theorem open_before : 2 + 2 = 4 := by sorry
"""
AFTER = """theorem uses_it (n : Nat) : 2 * sumTo n = n * n + n := by
  rw [gauss, Nat.mul_add, Nat.mul_one]

end Demo
"""
TEXTS = {
    "gauss": "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1)",
    "step": "theorem step (n : Nat) (h : twice (sumTo n) = n * (n + 1)) : twice (sumTo (n + 1)) = (n + 1) * (n + 2)",
    "base": "theorem base : twice (sumTo 0) = 0",
    "spread": "theorem spread (n : Nat) : twice (sumTo (n + 1)) = twice (sumTo n) + 2 * (n + 1)",
    "spare": "theorem spare (n : Nat) : sumTo n = sumTo n",
    "bold": "theorem bold (n : Nat) : sumTo n = n",
    "later": "theorem later : sumTo 1 = 1",
}
DEFINITIONS = "/-- Two times. -/\ndef twice (n : Nat) : Nat := 2 * n"
BY_STEP = """-- the usual way
show twice (sumTo n) = _
induction n with
| zero => exact base
| succ n ih => exact step n ih"""
BY_SPREAD = "rw [spread, h]\ngrind"
SPREAD = "simp only [twice, sumTo]; omega"


@dataclass
class Kept:
    events: list[Event] = field(default_factory=list[Event])

    def append(self, event: Event) -> None:
        self.events.append(event)


class Lenient:
    """A closer that lets everything pass that Lean accepts."""

    def __init__(self) -> None:
        self.verified: list[str] = []

    async def search(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is searched for")

    async def verify(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        self.verified.append(name)
        return None

    async def verify_refutation(
        self, stage: Stage, statement: Statement, name: str, script: str, definitions: str
    ) -> Verdict | None:
        raise AssertionError("nothing is refuted")


class Desk:
    """A plan with a person at it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.log = Kept()
        self.plan = Plan(Recorder(self.log, "leap"))
        self.closer: Closer = Lenient()

    def say(self, name: str, informal: str = "") -> Statement:
        return Statement(KEYS[name], name, TEXTS[name], informal)

    @property
    def blueprint(self) -> Blueprint:
        return Blueprint(self.plan, self.stage, self.plan.graph.targets[0], AFTER)

    @property
    def text(self) -> str:
        return self.blueprint.text

    def lemma(self, name: str) -> Lemma:
        found = self.plan.graph.named(name)
        assert found is not None, name
        return found

    def standings(self) -> dict[str, str]:
        return {lemma.name: str(lemma.standing) for lemma in self.plan.graph.lemmas}

    def brief(self, name: str) -> Brief:
        return Dossier(self.plan, self.lemma(name), self.stage.plain).brief()

    async def read(self, text: str) -> Edits:
        return await read_edits(text, self.blueprint)

    async def edit(self, old: str, new: str) -> tuple[Done, ...]:
        """Another text for one in the file; every other lemma, and what was done of it, is as it was."""
        text = self.text
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        done = await take_edits(await self.read(text.replace(old, new)), self.blueprint, self.closer)
        self.plan.graph.check_invariants()
        again = Plan()
        again.take(self.log.events)
        assert Blueprint(again, self.stage, again.graph.targets[0], AFTER).text == self.text, "the log has it all"
        return done


async def keys(stage: Stage, definitions: str, texts: Iterable[str]) -> dict[str, str]:
    """The keys of statements, by name."""
    stated = "\n\n".join(f"{text} := by\n  sorry" for text in texts)
    return {p.name: p.key for p in await passages(stage.pool, f"{stage.before}\n{definitions}\n{stated}", seconds=60)}


#: Found once: each look at a file takes Lean a moment.
KEYS: dict[str, str] = {}


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    """`gauss` from `base` (open) and `step`, `step` from `spread` (open); `spare` was stated, `bold` refuted."""
    desk = Desk(Stage(pool, BEFORE))
    if not KEYS:
        KEYS.update(await keys(desk.stage, DEFINITIONS, TEXTS.values()))
    plan = desk.plan
    target = plan.target(desk.say("gauss"))
    lemmas = [desk.say("base"), desk.say("step", informal="from n to -/ n + 1")]
    assert isinstance(plan.commit(target, lemmas, Sketch(BY_STEP, DEFINITIONS, "induction")), Decomposition)
    assert isinstance(plan.commit(desk.lemma("step"), [desk.say("spread")], Sketch(BY_SPREAD)), Decomposition)
    plan.keep([desk.say("spare"), desk.say("bold")])
    plan.refute(desk.lemma("bold"), "intro h\nexact absurd (h 2) (by decide)", "close")
    plan.record(ActionEnded(desk.lemma("base").key, "prove", "failure", "omega", "base, line 1: omega -/ cannot"))
    plan.hint(desk.lemma("base"), "it is a computation")
    return desk


def proved(desk: Desk, name: str, script: str) -> None:
    desk.plan.prove(desk.lemma(name), script, "search", "proved")


async def test_it_reads_well_and_lean_accepts_it(desk: Desk, pool: Pool) -> None:
    text = desk.text
    order = re.findall(r"^(?:theorem|def) (\w+)", text, re.MULTILINE)
    assert order == ["sumTo", "open_before", "twice", "base", "spread", "step", "spare", "gauss", "uses_it"]
    assert "-- hint: it is a computation" in text and "tried: prove: base, line 1: omega - / cannot" in text
    assert "from n to - / n + 1" in text and "[open, planned from spread]" in text
    assert "since its negation is proved by" in text and "theorem bold" in text
    found = await passages(pool, text, seconds=60)
    assert [p.error for p in found if p.error] == []
    assert {p.name for p in found if p.theorem and p.open} == {"open_before", "base", "spread", "spare"}


async def test_unchanged_is_no_edit(desk: Desk) -> None:
    assert not await desk.read(desk.text)


async def test_what_does_not_matter(desk: Desk) -> None:
    """Names, order, white space, markers, comments."""
    text = desk.text.replace("spread", "spreading").replace(
        "  rw [spreading, h]\n  grind", "    rw [spreading,\n h]\n    grind"
    )
    text = (
        re.sub(r"^-- leap: .*\n", "", text, flags=re.MULTILINE)
        .replace("-- the usual way\n", "\n")
        .replace("(n : Nat) : sumTo", "{m : Nat} : sumTo")
    )
    text = text.replace("sumTo n = sumTo n", "sumTo m   = /- the same -/ sumTo m")
    assert not await desk.read(text)


async def test_the_order_does_not_matter(desk: Desk) -> None:
    text = desk.text
    start, end = text.index("-- leap: lemma 4"), text.index("-- leap: target")
    spare = text[start:end]
    assert "theorem spare" in spare
    moved = text.replace(spare, "").replace("-- leap: lemma 1\n", f"{spare}-- leap: lemma 1\n")
    assert not await desk.read(moved)


async def test_another_statement(desk: Desk) -> None:
    proved(desk, "spread", SPREAD)
    proved(desk, "base", "rfl")
    assert desk.standings()["gauss"] == "proved"
    old = desk.lemma("spread")
    done = await desk.edit(
        "(n : Nat) : twice (sumTo (n + 1)) = twice (sumTo n) + 2 * (n + 1)",
        "(n : Nat) : twice (sumTo (n + 1)) = 2 * (n + 1) + twice (sumTo n)",
    )
    new = desk.lemma("spread")
    assert old.standing is Standing.STALE and new is not old and "2 * (n + 1) + twice" in new.statement.text
    # The old proof fits the new statement, and the sketch of what needs it still holds with it.
    assert [str(d) for d in done] == ["spread: restated", "spread: proved", "step: planned"]
    assert desk.standings()["gauss"] == "proved" and desk.lemma("base").proved
    assert not await desk.read(desk.text)


async def test_another_statement_that_helps_nobody(desk: Desk) -> None:
    """What rests on it is open again; its proved siblings stay."""
    proved(desk, "spread", SPREAD)
    proved(desk, "base", "rfl")
    done = await desk.edit(TEXTS["spread"], "theorem spread (n : Nat) : twice (sumTo n) = sumTo n + sumTo n")
    assert [(d.what, d.name, bool(d.refused)) for d in done] == [
        ("restated", "spread", False),
        ("proved", "spread", False),
        ("proved", "step", True),
    ]
    assert [desk.standings()[name] for name in ("gauss", "step", "spread")] == ["open", "open", "proved"]
    assert desk.lemma("base").proved and not desk.plan.graph.targets[0].decompositions[0].dead


async def test_a_new_lemma(desk: Desk) -> None:
    before = desk.standings()
    done = await desk.edit(
        "-- leap: lemma 1\n", "/-- zero -/\ntheorem zero_first : sumTo 0 = 0 := by\n  sorry\n\n-- leap: lemma 1\n"
    )
    assert [str(d) for d in done] == ["zero_first: new"]
    assert desk.standings() == {**before, "zero_first": "open"} and desk.lemma("zero_first").auxiliary
    assert desk.lemma("zero_first").statement.informal == "zero"


async def test_a_new_definition_and_a_plan_with_it(desk: Desk) -> None:
    lemma = """def half (n : Nat) : Nat := n / 2

theorem halves (n : Nat) : half (twice n) = n := by
  simp [half, twice]

"""
    done = await desk.edit("-- leap: target 0\n", f"{lemma}-- leap: target 0\n")
    assert [str(d) for d in done] == ["gauss: definitions", "halves: new", "halves: proved"]
    assert desk.lemma("halves").proved and "def half" in desk.plan.definitions()
    assert not await desk.read(desk.text)


async def test_a_lemma_deleted(desk: Desk) -> None:
    text = desk.text
    start, end = text.index("-- leap: lemma 2"), text.index("-- leap: lemma 4")
    done = await desk.edit(text[start:end], "")
    assert [str(d) for d in done] == ["step: deleted"]
    assert desk.plan.graph.targets[0].decompositions[0].dead == "person"
    assert not desk.lemma("step").decompositions[0].dead and "theorem step" not in desk.text
    assert {lemma.name for lemma in desk.plan.graph.wanted()} == {"gauss"}
    assert "step" not in {known.name for known in desk.brief("gauss").lemmas}, "it is not offered again"
    assert not await desk.read(desk.text)


async def test_a_proof_by_hand(desk: Desk) -> None:
    done = await desk.edit(
        "theorem base : twice (sumTo 0) = 0 := by\n  sorry", "theorem base : twice (sumTo 0) = 0 := by\n  rfl"
    )
    assert [str(d) for d in done] == ["base: proved"]
    (event,) = [e.payload for e in desk.log.events if isinstance(e.payload, LemmaProved)]
    assert event.source == "person" and event.script == "rfl"
    assert isinstance(desk.closer, Lenient) and desk.closer.verified == ["Demo.base"]
    done = await desk.edit("+ 2 * (n + 1) := by\n  sorry", f"+ 2 * (n + 1) := by {SPREAD}")
    assert [str(d) for d in done] == ["spread: proved"] and set(desk.standings().values()) == {
        "proved",
        "open",
        "refuted",
    }
    assert desk.plan.graph.targets[0].proved


async def test_a_proof_by_hand_goes_through_the_ladder(desk: Desk, pool: Pool) -> None:
    desk.closer = SearchCloser(lambda attempt: None, LadderJudge(pool))  # type: ignore[arg-type, return-value]
    done = await desk.edit(
        "theorem base : twice (sumTo 0) = 0 := by\n  sorry", "theorem base : twice (sumTo 0) = 0 := rfl"
    )
    assert [str(d) for d in done] == ["base: proved"]
    assert [e.payload.verdict for e in desk.log.events if isinstance(e.payload, LemmaProved)] == ["proved"]


@pytest.mark.parametrize("wrong", ["omega", "rw [h", "exact sorry", "exact (base)", "exact (step 0 (by sorry))"])
async def test_a_wrong_proof_is_refused_and_nothing_changes(desk: Desk, wrong: str) -> None:
    before = desk.standings()
    done = await desk.edit(
        "theorem base : twice (sumTo 0) = 0 := by\n  sorry", f"theorem base : twice (sumTo 0) = 0 := by\n  {wrong}"
    )
    assert [(d.what, d.name) for d in done] == [("proved", "base")] and done[0].refused
    assert desk.standings() == before and len(desk.plan.graph.decompositions) == 2


async def test_another_plan_by_hand(desk: Desk) -> None:
    """The old plan is given up; a new lemma comes with it."""
    lemma = "theorem closed (n : Nat) : sumTo n + sumTo n = n * (n + 1) := by\n  sorry\n\n-- leap: target 0\n"
    text = desk.text.replace("-- leap: target 0\n", lemma)
    sketch = text[text.index("  -- the usual way") : text.index("\n\nend\n")]
    done = await take_edits(
        await desk.read(text.replace(sketch, "  have := closed n\n  omega")), desk.blueprint, desk.closer
    )
    assert [str(d) for d in done] == ["closed: new", "gauss: planned"]
    first, second = desk.plan.graph.targets[0].decompositions
    assert first.dead == "person" and [lemma.name for lemma in second.lemmas] == ["closed"]
    assert not desk.lemma("closed").auxiliary


async def test_a_plan_taken_back(desk: Desk) -> None:
    done = await desk.edit("  rw [spread, h]\n  grind", "  sorry")
    assert [str(d) for d in done] == ["step: emptied"]
    assert desk.lemma("step").decompositions[0].dead == "person" and desk.lemma("step").standing is Standing.OPEN


async def test_hints(desk: Desk) -> None:
    done = await desk.edit(
        "+ 2 * (n + 1) := by\n  sorry",
        "+ 2 * (n + 1) := by\n  -- hint: unfold both\n  /- HINT: then\n  omega -/\n  sorry",
    )
    assert [str(d) for d in done] == ["spread: hint"] * 2
    assert desk.plan.hints[desk.lemma("spread").key] == ["unfold both", "then\nomega"]
    assert not await desk.read(desk.text)
    assert desk.brief("spread").hints == ("unfold both", "then\nomega"), "whoever proves it is told"
    await desk.edit("-- hint: unfold both\n", "")
    assert desk.plan.hints[desk.lemma("spread").key] == ["then\nomega"]


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("theorem base : twice", "theorem base : twice (", "blueprint", "line"),
        ("  rw [spread, h]", "  rw [spread, h] )", "blueprint_parse", "line"),
        ("2 * sumTo n = n * (n + 1) := by", "2 * sumTo n = (n + 1) * n := by", "target_changed", "gauss"),
        ("  | n + 1 => sumTo n + (n + 1)", "  | n + 1 => sumTo n + n", "file_changed", "sumTo"),
        ("theorem open_before : 2 + 2 = 4 := by sorry", "", "file_changed", "open_before"),
        ("(n : Nat) : Nat := 2 * n", "(n : Nat) : Nat := n + n", "definition_changed", "twice"),
        ("-- leap: target 0\n", "axiom cheat : False\n\n-- leap: target 0\n", "blueprint_definition", "cheat"),
        ("-- leap: target 0\n", "open Nat\n\n-- leap: target 0\n", "blueprint_command", "line"),
        ("theorem spare (n : Nat) : sumTo n", "theorem spare (n : Nat) : sumOf n", "blueprint_statement", "line"),
        ("-- leap: target 0\n", "theorem m : Nat → True\n  | _ => trivial\n", "blueprint_statement", "`m`"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_changes_nothing(desk: Desk, old: str, new: str, code: str, says: str) -> None:
    text, events = desk.text, len(desk.log.events)
    assert text.count(old) == 1
    with pytest.raises(UserError) as refused:
        await desk.read(text.replace(old, new))
    assert refused.value.code.startswith(code) and says in refused.value.message
    assert len(desk.log.events) == events


async def test_a_lost_target(desk: Desk) -> None:
    text = desk.text
    with pytest.raises(UserError) as refused:
        await desk.read(text[: text.index("-- leap: target")] + text[text.index("end\n\ntheorem uses_it") :])
    assert refused.value.code == "target_lost"


async def test_lemmas_that_came_later_were_not_deleted(desk: Desk) -> None:
    text = desk.text
    desk.plan.keep([desk.say("later")])
    assert not await desk.read(text)


async def test_beside_a_run(desk: Desk, tmp_path: Path) -> None:
    assert await edit_from(tmp_path, desk.blueprint, desk.closer) == ()
    file = write_blueprint(tmp_path, desk.blueprint)
    assert file.name == "blueprint.lean" and await edit_from(tmp_path, desk.blueprint, desk.closer) == ()
    file.write_text(
        file.read_text().replace(
            "theorem base : twice (sumTo 0) = 0 := by\n  sorry", "theorem base : twice (sumTo 0) = 0 := by\n  rfl"
        )
    )
    assert [str(d) for d in await edit_from(tmp_path, desk.blueprint, desk.closer)] == ["base: proved"]
    assert "[proved (person)]" in file.read_text()


async def test_several_targets(desk: Desk, pool: Pool, tmp_path: Path) -> None:
    """Each has its own lemmas; what nobody needs is with the last, which has all of the file before it."""
    between = "theorem gauss (n : Nat) : 2 * sumTo n = n * (n + 1) := by sorry\n\ndef late : Nat := 3\n"
    stage = Stage(pool, f"{BEFORE}\n{between}")
    found = await keys(stage, "", ["theorem other : late + 0 = 3", "theorem only : late = 3"])
    other = desk.plan.target(Statement(found["other"], "other", "theorem other : late + 0 = 3"))
    only = Statement(found["only"], "only", "theorem only : late = 3")
    made = desk.plan.commit(other, [only], Sketch("exact only"))
    assert isinstance(made, Decomposition)
    desk.plan.give_up(made, "stuck")
    first, second = desk.blueprint, Blueprint(desk.plan, stage, other, "end Demo\n")
    assert [lemma.name for lemma in first.lemmas] == ["base", "spread", "step", "gauss"]
    assert [lemma.name for lemma in second.lemmas] == ["spare", "only", "other"]
    for blueprint in (first, second):
        assert [p.error for p in await passages(pool, blueprint.text, seconds=60) if p.error] == []
        assert not await read_edits(f"{blueprint.text}-- changed\n", blueprint)
    assert [write_blueprint(tmp_path, b).name for b in (first, second)] == ["blueprint-1.lean", "blueprint-2.lean"]


async def test_a_later_target(desk: Desk, pool: Pool) -> None:
    """What `gauss` rests on stands below it in the file: it is stated once more above it, under another name."""
    text = "theorem below (n : Nat) : twice (sumTo 0) + n = n"
    found = await keys(desk.stage, DEFINITIONS, [text])
    below = desk.plan.target(Statement(found["below"], "below", text))
    assert isinstance(desk.plan.commit(desk.lemma("base"), [below.statement], Sketch("exact below 0")), Decomposition)
    after = f"{text.replace('twice (sumTo 0)', '2 * sumTo 0')} := by sorry\n\n-- below_2 is taken\nend Demo\n"
    blueprint = Blueprint(desk.plan, desk.stage, desk.lemma("gauss"), after)
    assert blueprint.borrowed == {below.number: "below_3"}
    seen = await passages(pool, blueprint.text, seconds=60)
    assert [p.error for p in seen if p.error] == []
    assert [p.name for p in seen if p.theorem][1:3] == ["below_3", "base"] and "exact below_3 0" in blueprint.text
    assert not await read_edits(f"{blueprint.text}-- changed\n", blueprint)
    with pytest.raises(UserError) as refused:
        await read_edits(
            blueprint.text.replace("below_3 (n : Nat) : twice", "below_3 (n : Nat) : 0 + twice"), blueprint
        )
    assert refused.value.code == "target_changed" and "`below`" in refused.value.message
    by_hand = blueprint.text.replace("+ n = n := by\n  sorry", "+ n = n := by\n  simp [twice, sumTo]", 1)
    (done,) = await take_edits(await read_edits(by_hand, blueprint), blueprint, desk.closer)
    assert str(done) == "below: proved" and desk.standings()["base"] == "proved"


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))])
async def test_random_plans_come_back_as_they_were(pool: Pool, seed: int) -> None:
    chance = random.Random(seed)
    stage = Stage(pool, BEFORE)
    count = chance.randint(2, 12)
    texts = {f"l{i}": f"theorem l{i} (n : Nat) : n + {i} = {i} + n" for i in range(count)}
    found = await keys(stage, "", texts.values())
    statements = [Statement(found[name], name, text, "« -/ said »") for name, text in texts.items()]
    plan = Plan()
    plan.target(statements[0])
    for _ in range(3 * count):
        open_lemmas = [a for a in plan.graph.lemmas if a.standing is Standing.OPEN]
        if not open_lemmas:
            break
        lemma = chance.choice(open_lemmas)
        match chance.randrange(6):
            case 0:
                plan.prove(lemma, "omega -- by arithmetic", "search")
            case 1 if lemma not in plan.graph.targets:
                plan.refute(lemma, "decide", "negate")
            case 2:
                plan.hint(lemma, chance.choice(["try omega", "two\nlines", "with -/ in it"]))
            case 3:
                plan.keep(chance.sample(statements, 1))
            case _:
                chosen = chance.sample(statements, min(count, chance.randint(1, 3)))
                script = "\n".join([*(f"have := {s.name} 0" for s in chosen), "omega"])
                made = plan.commit(lemma, chosen, Sketch(script))
                if isinstance(made, Decomposition) and chance.random() < 0.3:
                    plan.give_up(made, "stuck")
    plan.graph.check_invariants()
    blueprint = Blueprint(plan, stage, plan.graph.targets[0], "end Demo\n")
    assert [p.error for p in await passages(pool, blueprint.text, seconds=60) if p.error] == []
    # Not the same bytes: those are not even looked at.
    text = f"{blueprint.text}\n-- a comment\n"
    assert not await read_edits(text, blueprint)
