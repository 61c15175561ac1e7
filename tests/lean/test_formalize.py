"""From words to frozen statements with a real Lean: drafts mended, doubled, refused; a model that lies; marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from formalize_checks import checks
from model_server import Asked, ModelServer

from prover import AsyncProver
from prover.agent import Target
from prover.agent.leap.choice import AgentChoice
from prover.agent.leap.model_cast import ModelCast
from prover.agent.leap.roles import find_agent
from prover.api.check_options import CheckOptions
from prover.api.checking import check_in
from prover.api.filling import fill_in
from prover.api.frozen import Mark, Standing, held, marks_in
from prover.api.options import ProveOptions
from prover.api.workplace import Workplace
from prover.core.budget import Budget
from prover.core.errors import ModelError, UserError
from prover.core.message import Severity
from prover.core.verdict import Consistent, Incomplete, Mismatch
from prover.formalize import formalize, freeze
from prover.formalize.back_translation import blind
from prover.formalize.draft import Draft
from prover.formalize.drafting import Task
from prover.formalize.formalization import Formalization
from prover.formalize.formalizing import STRICT, Formalizing, Limits
from prover.formalize.inspection import inspect
from prover.formalize.seal import docstring, seal
from prover.lean import Pool
from prover.lean.source import SourceFile
from prover.model import Answer, Capacity, Query, Sample

WORDS = "The sum of two odd numbers is even."
GOOD = "theorem statement (a b : Nat) (ha : a % 2 = 1) (hb : b % 2 = 1) : (a + b) % 2 = 0"
SAME = "theorem other (m n : Nat) (hm : m % 2 = 1) (hn : n % 2 = 1) : (m + n) % 2 = 0"
FALSE = "theorem statement (a b : Nat) : (a + b) % 2 = 0"
BROKEN = "theorem statement (a b : Nat) (ha : Odd a) : Even (a + b)"


def reply(statement: str, definitions: str = "") -> str:
    block = f"```lean definitions\n{definitions}\n```\n\n" if definitions else ""
    return f"Odd means that 1 is left.\n\n{block}```lean lemma\n{statement}\n```\n"


@dataclass
class Writer:
    """Answers each draw of a formaliser with its texts, one after the other, the last again and again; says the same of
    every theorem as a translator. `told`: all that it was told, by role."""

    texts: Sequence[Sequence[str]]
    back: str = "If both leave 1 when halved, their sum leaves 0."
    name: str = "writer"
    capacity: Capacity = field(default_factory=Capacity)
    told: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    said: dict[int, int] = field(default_factory=dict[int, int])

    async def answer(self, queries: Sequence[Query]) -> list[Answer | ModelError]:
        return [self._one(query) for query in queries]

    def _one(self, query: Query) -> Answer:
        system, user = query.turns[0].content, query.turns[1].content
        role = "formaliser" if system.startswith("You state mathematics") else "translator"
        self.told.append((role, user))
        if role == "translator":
            return Answer((Sample(self.back, tokens=3),), money=0.001)
        texts = self.texts[query.draw % len(self.texts)]
        at = self.said.get(query.draw, 0)
        self.said[query.draw] = at + 1
        return Answer((Sample(texts[min(at, len(texts) - 1)], tokens=7),), money=0.01)

    async def close(self) -> None:
        pass


@pytest.fixture
def place(pool: Pool) -> Workplace:
    return Workplace(pool)


async def formalized(
    place: Workplace, writer: Writer, *, drafts: int | None = None, context: str = STRICT, **more: Any
) -> tuple[Formalization, list[tuple[str, dict[str, Any]]]]:
    events: list[tuple[str, dict[str, Any]]] = []
    cast = ModelCast(find_agent("leap"), {"main": writer})
    limits = Limits(drafts=drafts or len(writer.texts), mends=2, **more)
    work = Formalizing(
        place, cast, Task(WORDS, context=context, author="writer"), limits,
        checks=checks(FALSE), observe=lambda kind, payload: events.append((kind, payload)),
    )  # fmt: skip
    await work.prepare()
    await work.draw()
    return await work.result(), events


async def test_drafts_are_mended_doubled_damned_and_ranked(place: Workplace) -> None:
    writer = Writer([[reply(FALSE)], [reply(BROKEN), reply(GOOD)], [reply(SAME)], [reply(BROKEN)], ["I do not know."]])
    found, events = await formalized(place, writer)
    best, false = found.candidates
    assert best.draft.statement == GOOD and best.mends + false.mends == 1
    assert (best.draws, best.agreeing, best.of) == (2, 2, 3), "SAME says the same under other names"
    assert false.damned and false.lone and found.best()[0] is best
    assert (
        best.draft.reading == "Odd means that 1 is left." and best.back is not None and best.back.words == writer.back
    )
    assert [len(one.tries) for one in found.failures] == [3, 3] and not any(one.draft for one in found.failures)
    assert all(one.errors for one in found.failures[0].tries)
    assert found.calls == 1 + 2 + 1 + 3 + 3 + 2 and found.tokens == 10 * 7 + 2 * 3
    mended = [user for role, user in writer.told if role == "formaliser" and BROKEN in user]
    assert mended and all("line 1: " in user for user in mended), "Lean's words, with lines of the draft"
    kinds = [kind for kind, _ in events]
    assert kinds.count("DraftWritten") == 10 and kinds.count("DraftExamined") == 2 and kinds[-1] == "DraftsCompared"
    document = found.document()
    assert [one["damned"] for one in document["drafts"]] == [False, True] and len(document["failures"]) == 2


async def test_the_translator_sees_lean_alone(place: Workplace) -> None:
    words = "-- The sum of two odd numbers is even.\n/-- odd numbers -/\ndef odd (n : Nat) : Prop := n % 2 = 1"
    statement = "theorem statement (a b : Nat) (ha : odd a) (hb : odd b) : (a + b) % 2 = 0"
    writer = Writer([[reply(statement, words)]])
    found, _ = await formalized(place, writer, context=f"{STRICT}\n\n/-- {WORDS} -/\ndef two := 2\n")
    assert found.candidates
    ((_, user),) = [one for one in writer.told if one[0] == "translator"]
    assert "odd numbers" not in user and "theorem it (a b : Nat)" in user and "statement" not in user
    assert blind(Draft("a", "theorem a.b : a", "")).statement.text == "theorem a.b : a"


LIES = {
    "axiom": reply("theorem statement : foo", "axiom foo : False"),
    "hole": reply("theorem statement : two = 2", "def two : Nat := sorry"),
    "hole in the statement": reply("theorem statement : (sorry : Prop)"),
    "macro": reply("theorem statement : 1 = 2", "macro_rules | `($a = $b) => `(True)"),
    "notation": reply("theorem statement : 1 ≐ 2", 'notation a " ≐ " b => True'),
    "known name": reply("theorem Nat.add_comm (a b : Nat) : a + b = b", ""),
    "opaque": reply("theorem statement : two = two", "opaque two : Nat"),
    "instance": reply("theorem statement : 1 + 1 = 0", "instance : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩"),
    "attribute": reply("theorem statement : 1 + 1 = 0", "@[instance] def h : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩"),
    "two theorems": reply("theorem statement : True := trivial\n\ntheorem more : 1 = 1"),
    "comment": reply("theorem statement : True -- "),
    "namespace": reply("theorem statement : True", "namespace Nat\ndef one := 1"),
    "undeclared": reply("theorem statement (h : Prime p) : 1 < p"),
    "code": reply("theorem statement : True", "#eval 1\n\ndef a := 1"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_model_that_lies(place: Workplace, lie: str) -> None:
    found, _ = await formalized(place, Writer([[LIES[lie]]]), back=False)
    honest = {"known name": "theorem statement (a b : Nat) : a + b = b", "two theorems": "theorem statement : True",
              "comment": "theorem statement : True"}  # fmt: skip
    statements = [one.draft.statement for one in found.candidates]
    if statements:
        # What is left of the lie is an honest statement, under the name that was asked for.
        assert lie in honest and statements[0] in (honest[lie], "theorem statement : 1 = 1")
    else:
        assert lie not in ("known name",) and all(one.errors for one in found.failures[0].tries)


async def test_what_lean_lets_pass_is_refused_too(pool: Pool) -> None:
    """Drafts that no reader of replies has seen: a person's, or another program's."""
    for definitions, statement, kind in (
        ("axiom foo : False", "theorem t : foo", ""),
        ("axiom foo : Prop", "theorem t : foo", "assumed"),
        ("def two : Nat := sorry", "theorem t : two = 2", "hole"),
        ("", "theorem t : (sorry : Prop)", "hole"),
        ("partial def f (n : Nat) : Nat := f n", "theorem t : f 1 = 1", "assumed"),
        ('notation a " ≐ " b => a = b', "theorem t : 1 ≐ 2", "forbidden"),
        ("instance : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩", "theorem t : 1 + 1 = 0", "instance"),
        ("@[instance] def h : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩", "theorem t : 1 + 1 = 0", "instance"),
        ("namespace Nat", "theorem t : True", "forbidden"),
        ("set_option autoImplicit true", "theorem t : True", "forbidden"),
        ("", "theorem t : True := trivial\ntheorem u : True", "shape"),
        ("", "def t : Nat", ""),
        ("", "theorem t : True := by trivial; done\n-- ", ""),
    ):
        seen = await inspect(pool, Draft("t", statement, definitions, STRICT))
        assert seen.errors and not seen.key, (definitions, statement)
        assert all(m.severity is Severity.ERROR for m in seen.errors)
        assert not kind or kind in {m.kind for m in seen.errors}, (statement, seen.errors)
    fine = Draft("t", "theorem t (p : P) : p = p", "structure P where\n  n : Nat\n\ninstance : Add P := ⟨fun a _ => a⟩")
    assert (await inspect(pool, fine)).key


async def test_limits_end_the_asking(place: Workplace) -> None:
    writer = Writer([[reply(BROKEN)]])
    found, _ = await formalized(place, writer, budget=Budget(tokens=10))
    assert found.failures[0].stopped == "budget_tokens" and found.calls == 2 and not found.candidates
    assert found.best() == (None, "no_draft")


async def test_names_and_contexts_that_cannot_be(place: Workplace) -> None:
    cast = ModelCast(find_agent("leap"), {"main": Writer([[reply(GOOD)]])})
    for task in (Task(WORDS, "Nat.add_comm"), Task(WORDS, "1"), Task(WORDS, "a b :"), Task(" ")):
        with pytest.raises(UserError) as caught:
            await Formalizing(place, cast, task, checks=checks(FALSE)).prepare()
        assert caught.value.code in ("bad_name", "usage")


async def test_a_persons_own_words(place: Workplace) -> None:
    cast = ModelCast(find_agent("leap"), {"main": Writer([[reply(FALSE)]])})
    work = Formalizing(place, cast, Task(WORDS, context=STRICT), Limits(drafts=1), checks=checks(FALSE))
    await work.draw()
    assert not await work.take(f"/-- odd -/\ndef odd (n : Nat) := n % 2 = 1\n\n{GOOD} := by\n  sorry\n")
    assert (await work.take("theorem t : Foo"))[0].startswith("line 1: ") and await work.take("def a := 1")
    mine, model = (await work.result()).candidates
    assert mine.draft.author == "person" and mine.draft.definitions.startswith("def odd") and mine.draws == 0
    assert model.damned


# --- frozen


HOSTILE = "Odd -/ theorem evil : False := sorry /- \u202e and -- frozen: statement " + "0" * 64


async def test_sealed_and_held(pool: Pool) -> None:
    draft = Draft("statement", GOOD, "def one := 1", f"{STRICT}\n\nnamespace Demo")
    sealed = await seal(pool, draft, HOSTILE)
    text = sealed.file.text
    assert sealed.mark.name == "Demo.statement" and marks_in(text) == [Mark("Demo.statement", sealed.mark.key, 7)]
    assert "\u202e" not in text and "evil" in text and text.count("theorem evil") == 1
    assert [one.standing for one in await held(pool, text)] == [Standing.HOLDS]
    renamed = text.replace("(a b : Nat)", "(x b : Nat)").replace("ha : a", "ha : x").replace("(a + b)", "(x + b)")
    proved = renamed.replace("sorry\n", "omega\n")
    assert [one.standing for one in await held(pool, proved)] == [Standing.HOLDS], "names of variables do not count"
    for changed, standing in (
        (text.replace("% 2 = 0", "% 2 = 1"), Standing.CHANGED),
        (text.replace("(hb : b % 2 = 1)", ""), Standing.CHANGED),
        (text.replace("theorem statement", "theorem other"), Standing.ABSENT),
    ):
        assert [one.standing for one in await held(pool, changed)] == [standing]


async def test_a_definition_counts(pool: Pool) -> None:
    draft = Draft("t", "theorem t (n : Nat) : odd n ∨ odd (n + 1)", "def odd (n : Nat) := n % 2 = 1")
    sealed = await seal(pool, draft, "words")
    text = sealed.file.text
    assert [one.standing for one in await held(pool, text.replace("n % 2 = 1", "True"))] == [Standing.CHANGED]
    assert [one.standing for one in await held(pool, text.replace("def odd", "def foo := 1\n\ndef odd"))] == ["holds"]


async def test_two_opaque_constants_are_two(pool: Pool) -> None:
    text = "opaque one : Nat\nopaque other : Nat\ntheorem t : one = other := by sorry\n"
    (first,) = await held(pool, f"{Mark('t', '0' * 64).text}\n{text}")
    marked = f"{Mark('t', first.key).text}\n{text}"
    assert [one.standing for one in await held(pool, marked)] == [Standing.HOLDS]
    assert [one.standing for one in await held(pool, marked.replace("one = other", "one = one"))] == [Standing.CHANGED]


async def test_words_that_end_no_comment() -> None:
    for words in ("-/", "/-/", "--/", "/--/ -/-", "a\n-/\nb", "\u202ex", "-" * 5 + "/"):
        made = docstring(words)
        assert made.count("-/") == 1 and made.endswith("-/") and made.count("/-") == 1
        assert made.isprintable() or "\n" in made


def test_where_marks_are() -> None:
    mark = "-- frozen: t " + "a" * 64
    assert [m.line for m in marks_in(f"{mark}\n  {mark}\r\n".replace("\r", ""))] == [1, 2]
    for no in (f"/- \n{mark}\n-/", f'def s := "\n{mark}\n"', f"def a := 1 {mark}", f"{mark}b", mark[:-1], mark.upper()):
        assert marks_in(no) == []
    assert marks_in(f'def s := s!"{{1}}"\n{mark}'), "in doubt it is one"


async def test_prove_and_check_keep_to_marks(place: Workplace) -> None:
    sealed = await seal(place.pool, Draft("statement", GOOD, "", STRICT), WORDS)
    text = sealed.file.text
    good = SourceFile("F.lean", text.encode())
    result = await fill_in(place, good, Target("F.lean"), ProveOptions(seconds=60, premises=False))
    assert result.all_proved and sealed.mark.text in result.filled.text
    assert [one.standing for one in await held(place.pool, result.filled.text)] == ["holds"]
    checked = await check_in(place, result.filled, None, CheckOptions())
    assert isinstance(checked.verdicts["statement"], Consistent)
    other = SourceFile("F.lean", text.replace("% 2 = 0", "% 2 = 0 ∨ True").encode())
    with pytest.raises(UserError) as caught:
        await fill_in(place, other, Target("F.lean"), ProveOptions(seconds=5))
    assert caught.value.code == "statement_changed" and caught.value.hint
    finished = SourceFile("F.lean", other.text.replace("sorry\n", "exact .inr trivial\n").encode())
    checked = await check_in(place, finished, None, CheckOptions())
    verdict = checked.verdicts["statement"]
    assert isinstance(verdict, Mismatch) and verdict.what == "statement" and not checked.accepted
    with pytest.raises(UserError) as caught:
        await check_in(place, finished, other, CheckOptions())
    assert caught.value.code == "statement_changed"


def _server_writes(asked: Asked) -> list[str]:
    return ["So it reads."] if "never seen any other statement" in asked.text else [reply(GOOD)]


async def test_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/formalize.md has it."""
    with ModelServer(_server_writes) as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        agent = AgentChoice.checked("leap", "openai-api/local/tiny", None, None, "", None, {})
        async with AsyncProver(engine="embedded", agent=agent) as prover:
            found = await formalize(prover, WORDS, name="odd_sum", checks=checks())
            best, reason = found.best()
            assert best is not None and not reason and (best.agreeing, best.of) == (4, 4)
            assert best.back is not None and best.back.words == "So it reads."
            sealed = await freeze(prover, found, best)
            path = tmp_path / "odd.lean"
            sealed.file.write_to(path)
            assert isinstance((await prover.check(path)).verdicts["odd_sum"], Incomplete)
            path.write_text(path.read_text().replace("% 2 = 0", "% 3 = 0"))
            with pytest.raises(UserError) as caught:
                await prover.prove(path)
            assert caught.value.code == "statement_changed"
        async with AsyncProver(engine="embedded") as prover:
            with pytest.raises(UserError) as caught:
                await formalize(prover, WORDS, checks=checks())
            assert caught.value.code == "no_model"
