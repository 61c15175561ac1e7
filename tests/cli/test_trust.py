"""`prove trust`: what a project's settings do only once the user has said so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Prove = Callable[..., Any]

#: For each command what a project must not set, and the words to start the command with.
DANGEROUS = {
    "prove F.lean": (
        "write = true",
        'output = "X.lean"',
        'output = "../X.lean"',
        'tree = "t.html"',
        'run = ".git/run"',
        'record = "r.jsonl"\nmodel = "replay/x"',
        "assume-open = true",
        'engine = "native"',
        'engine = "repl"',
        'engine = "auto"',
        'repl-command = "sh -c id"',
        'model = "openai-api/evil/x"',
        'model = "openai/x"',
        'model = "hf/ORG/NAME"',
        'model = "vllm/./weights"',
        'model = "manual/questions"',
        'price = "0/0"',
        "memory = 1000000",
        "jobs = 100000",
        "resume = true",
        "json = true",
    ),
    "prove F.lean --model openai-api/local/x": (
        'recipe = "./recipes/x"',
        "samples = 1000",
        'agent = "./agents/x"',
        'agent = "leap"',
    ),
    "prove F.lean --model openai-api/local/x --agent leap": (
        'tactic-model = "openai-api/evil/x"',
        'role-model = ["main=openai-api/evil/x"]',
        'per-lemma = ["money=1000"]',
        'hint = ["say yes"]',
    ),
    "check F.lean": (
        'against = "R.lean"',
        'allow = ["evil"]',
        'policy = "file"',
        "strict = false",
        'out = "results.jsonl"',
        'target = ["t"]',
    ),
    "refute F.lean": ('output = "X.lean"',),
    "mcp": ('root = ["/"]', "allow-write = true", 'model = "openai-api/evil/x"'),
    "serve": (
        'host = "0.0.0.0"',
        'allow-host = ["evil.example"]',
        'allow-origin = ["https://evil.example"]',
        "port = 1",
    ),
    "bench core": ('out = "run"', 'cluster = "evil.example:6379"', 'data = "/etc"'),
    "repl": ('install = "folder"',),
    "setup": ('from = "lean.tgz"', "repair = true"),
    "export": ('output = "x.jsonl"', 'dojo = ["/etc"]'),
}
CASES = [(words, text) for words, texts in DANGEROUS.items() for text in texts]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's file of settings in the working folder, a Lean file beside it; the user has no settings."""
    monkeypatch.setenv("PROVER_CONFIG_DIR", str(tmp_path / "settings"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "F.lean").write_text("theorem t : 1 = 1 := sorry\n")
    monkeypatch.chdir(folder)
    return folder / "prover.toml"


def tabled(words: str, text: str) -> str:
    return f"[{words.split()[0]}]\n{text}\n"


@pytest.mark.parametrize(("words", "text"), CASES, ids=[f"{words}: {text}" for words, text in CASES])
def test_a_project_cannot_do_that_by_itself(prove: Prove, project: Path, words: str, text: str) -> None:
    project.write_text(tabled(words, text))
    before = sorted(project.parent.iterdir())
    ran = prove(*words.replace("prove", "run", 1).split())
    assert ran.code == 2
    assert "[untrusted_config]" in ran.err
    assert sorted(project.parent.iterdir()) == before
    option = text.split()[0]
    shown = prove("config", "show", "--json", words.split()[0], "--", *words.split()[1:])
    rows = {row["option"]: row for row in shown.document["options"]}
    assert rows[option]["untrusted"]
    assert prove("trust", "--json").code == 0
    shown = prove("config", "show", "--json", words.split()[0], "--", *words.split()[1:])
    assert not any(row["untrusted"] for row in shown.document["options"])
    project.write_text(tabled(words, text) + "# changed\n")
    shown = prove("config", "show", "--json", words.split()[0], "--", *words.split()[1:])
    assert {row["option"]: row for row in shown.document["options"]}[option]["untrusted"]


def test_the_error_names_what_and_where_and_what_to_do(prove: Prove, project: Path) -> None:
    project.write_text('timeout = 5\nmodel = "openai-api/x/y"\n[prove]\nwrite = true\n')
    ran = prove("F.lean", "--json")
    assert ran.error == "untrusted_config"
    error = ran.document["error"]
    assert f"{project} sets model (line 2), write (line 4)" in error["message"] or (
        f"{project} sets write (line 4), model (line 2)" in error["message"]
    )
    assert "prove trust" in error["hint"] and "--no-config" in error["hint"]


def test_what_does_not_take_effect_is_no_error(prove: Prove, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_text('model = "openai-api/x/y"\nengine = "native"\n[check]\nallow = ["a"]\n')
    (project.parent / "F.lean").unlink()
    # Another command's table, what a flag or a variable overrides, and no files at all.
    assert (
        prove("F.lean", "--json", "--model", "replay/x", "--recipe", "chat", "--engine", "embedded").error == "no_file"
    )
    assert prove("F.lean", "--json", "--no-config").error == "no_file"
    monkeypatch.setenv("PROVER_MODEL", "openai-api/mine/z")
    monkeypatch.setenv("PROVER_ENGINE", "embedded")
    assert prove("F.lean", "--json").error == "no_file"


def test_the_user_s_own_settings_need_no_trust(prove: Prove, project: Path, tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "config.toml").write_text(
        '[prove]\noutput = "X.lean"\nmodel = "replay/x"\nrecipe = "chat"'
    )
    rows = prove("config", "show", "--json").document["options"]
    assert [row["option"] for row in rows if row["origin"] == "user"] == ["output", "model", "recipe"]
    assert not any(row["untrusted"] for row in rows)


@pytest.mark.parametrize("option", ["money", "tokens", "calls", "lean-seconds"])
def test_a_project_lowers_limits_and_does_not_raise_them(
    prove: Prove, project: Path, tmp_path: Path, option: str
) -> None:
    def untrusted(number: int) -> bool:
        project.write_text(f"{option} = {number}")
        words = ("F.lean", "--model", "openai-api/x/y", "--agent", "leap")
        rows = prove("config", "show", "--json", "prove", "--", *words).document["options"]
        return any(row["untrusted"] for row in rows)

    assert not untrusted(100)
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "config.toml").write_text(f"{option} = 10")
    assert not untrusted(5)
    assert untrusted(20)


def test_a_file_of_another_user_needs_trust_whatever_it_says(
    prove: Prove, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_text("timeout = 5")
    if os.geteuid() == 0:
        os.chown(project, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    ran = prove("F.lean", "--json")
    assert ran.error == "untrusted_config"
    assert "another user" in ran.document["error"]["message"]
    prove("trust")
    (project.parent / "F.lean").unlink()
    assert prove("F.lean", "--json").error == "no_file"


def test_trust_shows_what_it_allows(prove: Prove, project: Path) -> None:
    project.write_text('timeout = 5\nmoney = 3.0\n[serve]\nhost = "0.0.0.0"\n')
    seen = prove("trust", "--show", "--json").document
    assert (seen["allows"], seen["trusted"]) == ({"money": "3.0", "serve.host": "0.0.0.0"}, False)
    assert prove("config", "path", "--json").document["trusted"] is False
    ran = prove("trust")
    assert "serve.host = 0.0.0.0  (line 4)" in ran.out
    assert "timeout" not in ran.out
    assert prove("config", "path", "--json").document["trusted"] is True
    assert f"{project}: trusted" in prove("trust", "--list").out
    assert "not trusted any more" in prove("trust", "--revoke").out
    assert prove("trust", "--list", "--json").document["files"] == []


def test_trust_of_what_is_not_there(prove: Prove, project: Path, tmp_path: Path) -> None:
    assert prove("trust", "--json").error == "no_config"
    assert prove("trust", "--json", "--list", "--show").error == "usage"
    project.write_text("timeout = 5")
    assert "sets nothing that needs trust" in prove("trust", str(project)).out
    project.unlink()
    assert "trusted: missing" not in prove("trust", "--list").out
    assert ": missing" in prove("trust", "--list").out
    assert prove("trust", "--revoke", "--json").document["revoked"] is True


def test_a_file_that_is_wrong_is_not_trusted(prove: Prove, project: Path) -> None:
    project.write_text("[check]\nallow = 1\nstirct = true")
    assert prove("trust", "--json").error == "bad_config"
    assert prove("trust", "--list", "--json").document["files"] == []


def test_names_that_are_not_what_they_seem_are_shown_as_they_are(prove: Prove, project: Path) -> None:
    project.write_text('[check]\nallow = ["\\u001b[2Jquiet\\u202e"]\n')
    ran = prove("trust")
    assert ran.code == 0
    assert "\x1b" not in ran.out and "‮" not in ran.out
    assert "allow" in ran.out


def test_recipes_and_agents_name_no_addresses_and_no_commands(tmp_path: Path) -> None:
    """What a project's recipe could set, were it used: nothing that reaches out."""
    from prover.agent.leap.manifest import AgentManifest
    from prover.generate.manifest import Manifest

    for manifest in (Manifest, AgentManifest):
        assert manifest.model_config.get("extra") == "forbid"
        names = " ".join(manifest.model_json_schema().get("properties", {})).lower()
        assert not any(word in names for word in ("url", "address", "key", "command", "path", "exec"))
