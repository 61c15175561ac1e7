"""`prove models`: the list of recipes, one of them with its prompt, and their JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.cli import models
from prover.generate import recipes

Prove = Callable[..., Any]


def test_every_recipe_is_in_the_list(prove: Prove) -> None:
    ran = prove("models")
    assert ran.code == 0
    for recipe in recipes():
        assert recipe.name in ran.out
        for model in recipe.manifest.needs.parameters:
            assert model.split("/")[1] in ran.out
    assert "14 GB" in ran.out


def test_the_document_says_what_each_needs(prove: Prove) -> None:
    document = prove("models", "--json").document
    found = {recipe["name"]: recipe for recipe in document["recipes"]}
    assert list(found) == [recipe.name for recipe in recipes()]
    assert found["bfs-prover-v2"]["memory_gb"]["ByteDance-Seed/BFS-Prover-V2-7B"] == 14
    assert found["bfs-prover-v2"]["command"] == "prove FILE.lean --model vllm/ByteDance-Seed/BFS-Prover-V2-7B"
    assert found["internlm-stepprover"]["remote_code"]
    assert found["reprover"]["engines"] == ["hf"]
    assert all(recipe["prompt"] is None for recipe in found.values())


@pytest.mark.parametrize("installed", [True, False])
def test_an_engine_is_installed_or_the_command_for_it_is_named(
    prove: Prove, installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "find_spec", lambda name: object() if installed or name == "openai" else None)
    engines = {engine["name"]: engine for engine in prove("models", "--json").document["engines"]}
    assert [engines[name]["installed"] for name in ("vllm", "hf", "openai")] == [installed, installed, True]
    assert engines["hf"]["install"] == "pip install 'leap-prover[hf]'"
    assert ("pip install 'leap-prover[vllm]'" in prove("models").out) is not installed


@pytest.mark.parametrize("name", ["bfs-prover-v2", "hf/ByteDance-Seed/BFS-Prover-V2-32B"])
def test_one_recipe_is_shown_with_its_prompt(prove: Prove, name: str) -> None:
    ran = prove("models", name)
    assert ran.code == 0
    assert "⊢ a + b < 2 * b:::" in ran.out
    assert "4 a state, temperature 1.3" in ran.out
    (recipe,) = prove("models", name, "--json").document["recipes"]
    assert recipe["prompt"] == [{"role": "prompt", "content": "a b : Nat\nh : a < b\n⊢ a + b < 2 * b:::"}]


def test_a_conversation_is_shown_turn_by_turn(prove: Prove) -> None:
    (recipe,) = prove("models", "kimina-prover", "--json").document["recipes"]
    assert [turn["role"] for turn in recipe["prompt"]] == ["system", "user"]


def test_a_recipe_in_a_folder_is_shown(prove: Prove, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "agent.toml").write_text('name = "mine"\ntitle = "My own"')
    (tmp_path / "prompts" / "prompt.md.j2").write_text("Prove: {{ state }}")
    ran = prove("models", tmp_path)
    assert ran.code == 0
    assert "Prove: a b : Nat" in ran.out


def test_control_characters_of_a_recipe_do_not_reach_the_terminal(prove: Prove, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "agent.toml").write_text('name = "mine"\ntitle = "Mine \\u001b[31m"')
    (tmp_path / "prompts" / "prompt.md.j2").write_text("{{ state }}\x07")
    ran = prove("models", tmp_path)
    assert ran.code == 0
    assert "\x1b[31m" not in ran.out and "\x07" not in ran.out


def test_a_name_nobody_knows_is_an_error(prove: Prove) -> None:
    ran = prove("models", "no-such-model")
    assert ran.code == 2
    assert "no_recipe" in ran.err and "bfs-prover-v2" in ran.err
    assert prove("models", "no-such-model", "--json").error == "no_recipe"
