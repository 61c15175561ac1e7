"""Recipes: prompts letter by letter, what is left out of a long one, and what is wrong with a recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from recipe_requests import LATER, LONG, PREMISES, ROOT, THEOREM, written

from prover.core.errors import UserError
from prover.core.premise import Premise
from prover.core.state import Goal, Hypothesis, TacticState
from prover.core.theorem import Theorem
from prover.generate import Recipe, Request, find_recipe, recipe_for, recipes
from prover.model import Answer, Sample

PROMPTS = Path(__file__).parent / "prompts"
NAMES = [recipe.name for recipe in recipes()]


def test_what_comes_with_the_library() -> None:
    assert NAMES == [
        "bfs-prover-v2",
        "chat",
        "deepseek-prover-v2",
        "goedel-prover-v2",
        "internlm-stepprover",
        "kimina-prover",
        "reprover",
        "reprover-premises",
    ]
    assert all(recipe.folder.name == recipe.name for recipe in recipes())
    assert len({recipe.digest for recipe in recipes()}) == len(NAMES)


@pytest.mark.parametrize("case", ["root", "later"])
@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_this_one(name: str, case: str) -> None:
    query = find_recipe(name).query({"root": ROOT, "later": LATER}[case])
    assert query is not None
    assert written(query) == (PROMPTS / f"{name}.{case}.txt").read_text(encoding="utf-8")


def test_every_stored_prompt_is_of_a_recipe() -> None:
    assert {file.name for file in PROMPTS.iterdir()} == {f"{n}.{case}.txt" for n in NAMES for case in ("root", "later")}


@pytest.mark.parametrize("name", [recipe.name for recipe in recipes() if recipe.manifest.kind != "proof"])
def test_what_does_not_fit_is_left_out_and_the_target_is_not(name: str) -> None:
    recipe = find_recipe(name)
    bounds = recipe.manifest.bounds
    query = recipe.query(LONG)
    assert query is not None
    text = query.prompt or "".join(turn.content for turn in query.turns)
    size = len(text.encode()) if bounds.unit == "bytes" else len(text)
    assert bounds.prompt - 2000 < size <= bounds.prompt
    assert "x0 = x1" in text
    assert f"h99 : x0 + {'1' * 396} = x1" in text, "the youngest hypothesis stays"
    assert "h0 :" not in text, "the oldest proposition goes first"


@pytest.mark.parametrize("name", [recipe.name for recipe in recipes() if recipe.manifest.kind == "proof"])
def test_a_statement_stays_whole_and_what_stands_before_it_goes(name: str) -> None:
    recipe = find_recipe(name)
    known = Theorem("t", "theorem t : 1 = 1", header="import A", context="def f := 1\n" * 3000)
    query = recipe.query(replace(ROOT, theorem=known))
    assert query is not None
    assert "import A\n\ntheorem t : 1 = 1 := by" in query.turns[-1].content
    assert recipe.query(replace(ROOT, theorem=replace(known, statement=f"theorem t : {'1 + ' * 6000}1 = 1"))) is None
    assert recipe.query(LONG) is not None
    assert recipe.query(replace(LONG, state=TacticState((_longer(LONG.focused),), ""))) is None


def _longer(goal: Goal) -> Goal:
    return replace(goal, hypotheses=tuple(replace(h, type=f"{h.type} + 0 * {'2' * 100}") for h in goal.hypotheses))


def test_a_target_that_does_not_fit_is_not_asked_about() -> None:
    goal = Goal("x = " + "1" * 50_000, (Hypothesis("x", "ℕ"),))
    for recipe in recipes():
        assert recipe.query(Request(TacticState((goal,), ""))) is None


def test_reprover_prepends_premises_one_by_one_while_they_fit() -> None:
    """As `format_augmented_state` of lean-dojo/ReProver does: the best one ends next to the state."""
    premises = [Premise(f"p{i}", signature=": " + "x" * (1 + 37 * i % 400)) for i in range(100)]
    request = replace(ROOT, premises=tuple(premises))
    state = str(ROOT.state)
    expected, length = "", 0
    for premise in premises:
        text = f"theorem <a>{premise.name}</a> {premise.signature}\n\n"
        if length + len(text.encode()) <= 2299 - len(state.encode()):
            length += len(text.encode())
            expected = text + expected
    query = find_recipe("reprover-premises").query(request)
    assert query is not None
    assert query.prompt == expected + state
    assert 5 < query.prompt.count("<a>") < 100


@pytest.mark.parametrize("name", ["deepseek-prover-v2", "goedel-prover-v2", "kimina-prover"])
def test_a_whole_proof_is_not_asked_for_where_the_goal_cannot_be_stated(name: str) -> None:
    recipe = find_recipe(name)
    for target in ("n✝ = 0", "?m.12 = 0", "f ⋯ = 0", "?w = 0"):
        state = TacticState((Goal(target, (Hypothesis("n", "ℕ"),)),), "")
        assert recipe.query(Request(state)) is None
        assert recipe.query(Request(state, history=("simp",), theorem=THEOREM)) is None


def test_a_proof_of_the_stated_goal_is_fitted_to_the_goal_itself() -> None:
    recipe = find_recipe("deepseek-prover-v2")
    reply = "```lean4\ntheorem goal (n_1 : ℕ) : let k : ℕ := n_1 + 2; p := by\n  intro k h\n  omega\n```"
    (found,) = recipe.read(Answer((Sample(reply, -8.0, 4),)), LATER)
    assert found.text == "rename_i n_1 a_1\nrevert k a_1\nintro k h\nomega"
    assert (found.script, found.rejected, found.source, found.log_probability) == (True, "", "deepseek-prover-v2", -2.0)


def test_a_proof_of_the_theorem_itself_is_taken_as_it_is() -> None:
    recipe = find_recipe("kimina-prover")
    reply = f"<think>hm</think>\n```lean4\nimport Mathlib\n\n{THEOREM.context}\n{THEOREM.statement} := by\n  omega\n```"
    (found,) = recipe.read(Answer((Sample(reply),)), ROOT)
    assert (found.text, found.rejected, found.script) == ("omega", "", False)


def test_native_code_needs_leave() -> None:
    recipe = find_recipe("bfs-prover-v2")
    answer = Answer((Sample("native_decide"),))
    assert [c.rejected for c in recipe.read(answer, ROOT)] == ["forbidden"]
    assert [c.rejected for c in recipe.read(answer, ROOT, native=True)] == [""]


def test_sampling_can_be_changed() -> None:
    bfs = find_recipe("bfs-prover-v2")
    query = bfs.query(replace(ROOT, draw=3), n=9, temperature=0.5, salt=7)
    assert query is not None
    assert (query.sampling.n, query.sampling.temperature, query.draw, query.salt) == (9, 0.5, 3, 7)
    plain = bfs.query(ROOT)
    assert plain is not None and (plain.sampling.n, plain.sampling.temperature) == (4, 1.3)


def test_beam_search_turns_into_sampling_where_a_temperature_is_asked_for() -> None:
    reprover = find_recipe("reprover")
    beams = reprover.query(ROOT, n=16)
    drawn = reprover.query(ROOT, n=16, temperature=1.0)
    assert beams is not None and drawn is not None
    assert (beams.sampling.n, beams.sampling.beams) == (16, 16)
    assert (drawn.sampling.n, drawn.sampling.beams) == (16, 0)


def test_a_list_is_asked_for_as_many_as_are_wanted() -> None:
    def asked(request: Request, n: int | None = None) -> str:
        query = find_recipe("chat").query(request, n=n)
        assert query is not None and query.sampling.n == 1
        return query.turns[-1].content

    assert "up to 8 alternatives" in asked(ROOT)
    assert "up to 3 alternatives" in asked(replace(ROOT, n=3))
    assert "up to 20 alternatives" in asked(ROOT, n=20)


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_asked_about_so_often_and_no_more(name: str) -> None:
    recipe = find_recipe(name)
    draws = recipe.manifest.draws
    assert recipe.query(replace(ROOT, draw=draws - 1)) is not None
    assert recipe.query(replace(ROOT, draw=draws)) is None


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("ByteDance-Seed/BFS-Prover-V2-32B", "bfs-prover-v2"),
        ("vllm/ByteDance-Seed/BFS-Prover-V2-7B@main", "bfs-prover-v2"),
        ("zeyu-zheng/BFS-Prover-V2-7B:q8_0", "bfs-prover-v2"),
        ("internlm/internlm2_5-step-prover", "internlm-stepprover"),
        ("hf/kaiyuy/leandojo-lean4-tacgen-byt5-small", "reprover"),
        ("kaiyuy/leandojo-lean4-retriever-tacgen-byt5-small", "reprover-premises"),
        ("deepseek-ai/DeepSeek-Prover-V2-671B", "deepseek-prover-v2"),
        ("Goedel-LM/Goedel-Prover-V2-8B", "goedel-prover-v2"),
        ("goedel-prover-v2-8b", "goedel-prover-v2"),
        ("AI-MO/Kimina-Prover-Preview-Distill-7B", "kimina-prover"),
        ("some/other-model", "chat"),
    ],
)
def test_a_model_is_known_by_its_name(model: str, name: str) -> None:
    assert recipe_for(model).name == name
    if name == "chat":
        with pytest.raises(UserError) as caught:
            recipe_for(model, chat=False)
        assert caught.value.code == "recipe_needed"
        assert "--recipe" in caught.value.hint
    else:
        assert recipe_for(model, chat=False).name == name


def test_every_model_with_a_size_is_found_by_its_recipe() -> None:
    for recipe in recipes():
        for model in recipe.manifest.needs.parameters:
            assert recipe_for(model, chat=False).name == recipe.name


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def folder(toml: str = 'name = "mine"', **prompts: str) -> Path:
        (tmp_path / "prompts").mkdir(exist_ok=True)
        (tmp_path / "agent.toml").write_text(toml, encoding="utf-8")
        for name, text in prompts.items():
            (tmp_path / "prompts" / f"{name}.md.j2").write_text(text, encoding="utf-8")
        return tmp_path

    return folder


def test_a_recipe_of_ones_own_in_ten_lines(write: Write) -> None:
    """The one of docs/models.md."""
    page = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    toml, prompt = (page.split(f"{fence}\n")[1].split("```")[0] for fence in ("```toml", "```jinja"))
    assert len(toml.splitlines()) + len(prompt.splitlines()) <= 10
    recipe = find_recipe(str(write(toml, prompt=prompt)))
    query = recipe.query(ROOT)
    assert query is not None
    assert query.prompt == f"GOAL\n{ROOT.state}\nTACTIC\n"
    assert query.sampling.stop == ("\n",)
    found = recipe.read(Answer((Sample("omega", -1.0, 2), Sample("sorry", -0.5, 1))), ROOT)
    assert [(c.text, c.log_probability, c.rejected) for c in found] == [
        ("omega", -0.5, ""),
        ("sorry", -0.5, "forbidden"),
    ]


def test_the_digest_is_of_what_decides_prompts(write: Write) -> None:
    one = Recipe.load(write(prompt="{{ state }}")).digest
    assert Recipe.load(write(prompt="{{ state }}")).digest == one
    assert Recipe.load(write(prompt="{{ state }}!")).digest != one
    assert Recipe.load(write('name = "mine"\npremises = 1', prompt="{{ state }}")).digest != one


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('name = "mine"\nbase_url = "http://elsewhere"', "base_url: Extra inputs"),
        ('name = "mine"\ncommand = "rm"', "command: Extra inputs"),
        ('name = "mine"\n[sampling]\ntemprature = 1.0', "sampling.temprature: Extra inputs"),
        ('name = "mine"\n[sampling]\nn = 0', "sampling.n: Input should be greater"),
        ('name = "mine"\nkind = "novel"', "kind: Input should be 'step'"),
        ('name = "My Recipe"', "name: String should match"),
        ("title = 1", "name: Field required"),
        ("name = ", "agent.toml cannot be read"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_said_with_file_and_key(write: Write, toml: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        Recipe.load(write(toml, prompt="{{ state }}"))
    assert caught.value.code == "bad_recipe"
    assert "agent.toml" in caught.value.message
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("{{ state", "line 1"),
        ("{{ sate }}", "'sate' is undefined"),
        ("{{ state.__class__.__mro__ }}", "unsafe"),
        ("{% include '/etc/passwd' %}", "prompt.md.j2"),
        ("{{ state / 2 }}", "unsupported operand"),
    ],
)
def test_what_is_wrong_in_a_template_is_said_when_it_is_loaded(write: Write, prompt: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        Recipe.load(write(prompt=prompt))
    assert caught.value.code == "bad_recipe"
    assert "prompt.md.j2" in caught.value.message
    assert says in caught.value.message


def test_a_recipe_without_its_template_says_which_one(write: Write) -> None:
    with pytest.raises(UserError) as caught:
        Recipe.load(write('name = "mine"\nstyle = "chat"', prompt="{{ state }}"))
    assert caught.value.code == "bad_recipe"
    assert "user.md.j2" in caught.value.message


@pytest.mark.parametrize("reference", ["nothing-like-it", "no/such/folder", "."])
def test_there_is_no_such_recipe(reference: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        find_recipe(reference)
    assert caught.value.code == "no_recipe"
    assert caught.value.hint


def test_text_of_a_state_is_never_taken_for_a_template(write: Write) -> None:
    state = TacticState((Goal("{{ 7 * 7 }} = {% raw %}", (Hypothesis("x", "{# no #}"),)),), "")
    query = Recipe.load(write(prompt="{{ state }}")).query(Request(state))
    assert query is not None
    assert query.prompt == "x : {# no #}\n⊢ {{ 7 * 7 }} = {% raw %}"


def test_premises_beyond_what_a_recipe_shows_are_not_in_its_prompt(write: Write) -> None:
    template = "{% for p in premises %}{{ p.name }} {{ p.signature }}\n{% endfor %}"
    query = Recipe.load(write('name = "mine"\npremises = 2', prompt=template)).query(ROOT)
    assert query is not None
    first, second = (premise.name for premise in PREMISES[:2])
    assert query.prompt == (
        f"{first} {{n m : ℕ}} (h : n < m) (k : ℕ) : k + n < k + m\n{second} (n : ℕ) : 2 * n = n + n\n"
    )
