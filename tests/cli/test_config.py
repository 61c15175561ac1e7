"""`prove config`, and what settings do to commands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prover.cli.config_check import all_commands
from prover.cli.options import Options
from prover.cli.resolution import variables
from prover.settings import SHARED
from prover.settings.names import OTHERS

Prove = Callable[..., Any]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file of settings, not there yet."""
    folder = tmp_path / "settings"
    folder.mkdir()
    monkeypatch.setenv("PROVER_CONFIG_DIR", str(folder))
    return folder / "config.toml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: Path) -> Path:
    """A project's file of settings, empty; its folder is the working folder."""
    folder = tmp_path / "project"
    (folder / "inner").mkdir(parents=True)
    (folder / "lean-toolchain").touch()
    monkeypatch.chdir(folder)
    (folder / "prover.toml").touch()
    return folder / "prover.toml"


def shown(prove: Prove, *words: str) -> dict[str, Any]:
    """The rows of `prove config show`, by option."""
    ran = prove("config", "show", "--json", *words)
    assert ran.code == 0, ran.err
    return {row["option"]: row for row in ran.document["options"]}


def test_flags_variables_project_user_defaults(
    prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def timeout(*words: str) -> tuple[float, str, str]:
        row = shown(prove, "check", "--", "F.lean", *words)["timeout"]
        return row["value"], row["origin"], row["place"]

    assert timeout() == (60.0, "default", "")
    user.write_text("timeout = 11\n")
    assert timeout() == (11.0, "user", f"{user}:1")
    project.write_text("\ntimeout = 12")
    assert timeout() == (12.0, "project", f"{project}:2")
    monkeypatch.setenv("PROVER_TIMEOUT", "13")
    assert timeout() == (13.0, "env", "PROVER_TIMEOUT")
    assert timeout("--timeout", "14") == (14.0, "flag", "--timeout")
    assert timeout("--timeout=15") == (15.0, "flag", "--timeout")


def test_a_command_s_own_settings_go_before_shared_ones(
    prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_text(
        "timeout = 1\n[check]\ntimeout = 2\n[prove]\ntimeout = 3\n[bench]\ntimeout = 4\n[bench.validate]\ntimeout = 5"
    )
    user.write_text("[refute]\ntimeout = 9")
    values = {name: shown(prove, *name.split())["timeout"]["value"] for name in ("check", "prove", "run", "bench")}
    assert values == {"check": 2.0, "prove": 3.0, "run": 3.0, "bench": 4.0}
    assert shown(prove, "bench", "run")["timeout"]["value"] == 4.0
    assert shown(prove, "bench", "validate")["timeout"]["value"] == 5.0
    # One file after the other, not one table after the other.
    assert shown(prove, "refute")["timeout"]["value"] == 1.0
    monkeypatch.setenv("PROVER_TIMEOUT", "6")
    monkeypatch.setenv("PROVER_CHECK_TIMEOUT", "7")
    assert shown(prove, "check")["timeout"]["place"] == "PROVER_CHECK_TIMEOUT"
    assert shown(prove, "refute")["timeout"]["value"] == 6.0


def test_engine_has_one_order_of_variables(prove: Prove, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own variable goes first, also for the options that typer would read a variable for."""
    monkeypatch.setenv("PROVER_ENGINE", "repl")
    monkeypatch.setenv("PROVER_CHECK_ENGINE", "native")
    (project.parent / "F.lean").write_text("theorem t : True := trivial\n")
    (project.parent / "lean-toolchain").unlink()
    ran = prove("check", "F.lean", "--json")
    assert ran.error == "no_project"  # what the native engine says; the repl would say `repl_cannot`


def test_the_file_nearest_to_the_target_counts(prove: Prove, project: Path, tmp_path: Path) -> None:
    project.write_text("timeout = 1")
    other = tmp_path / "other"
    other.mkdir()
    (other / "prover.toml").write_text("timeout = 2")
    for target in ("F.lean", "F.lean:name", "F.lean:«a/b»", "F.lean#L3", "inner/F.lean", "-"):
        assert shown(prove, "prove", "--", target)["timeout"]["value"] == 1.0, target
        if target != "-":
            assert shown(prove, "prove", "--", str(other / target))["timeout"]["origin"] == (
                "project" if "inner" not in target else "default"
            ), target


@pytest.mark.parametrize("words", [["--no-config"], []])
def test_files_can_be_left_out(
    prove: Prove, project: Path, user: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_text("what is this")
    user.write_text("timeout = 5")
    monkeypatch.setenv("PROVER_JOBS", "2")
    if not words:
        monkeypatch.setenv("PROVER_NO_CONFIG", "1")
    rows = shown(prove, "check", "--", "F.lean", *words)
    assert {name: row["origin"] for name, row in rows.items() if row["origin"] != "default"} == {"jobs": "env"}
    monkeypatch.delenv("PROVER_NO_CONFIG", raising=False)
    assert prove("config", "show", "--json", "check", "--", "F.lean").error == "bad_config"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timout = 1", "'timeout'"),
        ("start_timeout = 1", "'start-timeout'"),
        ("[chekc]\nstrict = true", "'check'"),
        ("[check]\nstirct = true", "'strict'"),
        ("[check]\ntimeout = 'soon'", ":2: timeout"),
        ("[check]\ntimeout = true", ":2: timeout"),
        ("[check]\ntimeout = [1]", ":2: timeout"),
        ("[check]\ntimeout = 0.1", ":2: timeout"),
        ("[check]\ntimeout = 1979-05-27", ":2: timeout"),
        ("[check.timeout]\nx = 1", ":1: timeout"),
        ("[check]\nstrict = 'yes'", ":2: strict"),
        ("[check]\npolicy = 'any'", ":2: policy"),
        ("check = 1", "check"),
        ("engine = 'quantum'", ":1: engine"),
        ("timeout = 1\ntimeout = 2", "not TOML"),
        ("[check]\nno-config = true", "no-config"),
        ("[check]\nhelp = true", "help"),
        ('"time\\u001b[31mout" = 1', "there is no setting"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(prove: Prove, project: Path, text: str, said: str) -> None:
    project.write_text(text)
    ran = prove("check", "F.lean", "--json")
    assert ran.code == 2
    assert ran.error == "bad_config"
    error = ran.document["error"]
    assert said.strip("'") in error["message"] + error["hint"]
    assert str(project) in error["message"]
    assert "\x1b" not in ran.err


def test_what_is_wrong_with_a_variable_is_said_with_its_name(prove: Prove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVER_CHECK_JOBS", "many")
    ran = prove("check", "F.lean", "--json")
    assert ran.error == "bad_config"
    assert "PROVER_CHECK_JOBS" in ran.document["error"]["message"]


def test_help_is_there_when_settings_are_broken(prove: Prove, project: Path) -> None:
    project.write_text("timout = 1")
    ran = prove("check", "--help")
    assert ran.code == 0
    assert "--no-config" in ran.out


def test_paths_in_a_file_lie_beside_it(
    prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text(
        """
        model = "hf/./weights"
        recipe = "mine/recipe"
        price = "prices.toml"
        tactic-model = "replay/a.jsonl"
        agent = "../agent"
        role-model = ["fast=manual/./answers", "slow=openai/o"]
        [prove]
        record = "here.jsonl"
        tree = "/tmp/tree.html"
        [export]
        output = "-"
        """
    )
    monkeypatch.chdir(project.parent / "inner")
    rows = {name: row["value"] for name, row in shown(prove).items()}
    folder = user.parent
    assert rows["model"] == f"hf/{folder}/weights"
    assert rows["recipe"] == f"{folder}/mine/recipe"
    assert rows["price"] == f"{folder}/prices.toml"
    assert rows["tactic-model"] == f"replay/{folder}/a.jsonl"
    assert rows["agent"] == str(folder.parent / "agent")
    assert rows["role-model"] == [f"fast=manual/{folder}/answers", "slow=openai/o"]
    assert rows["record"] == f"{folder}/here.jsonl"
    assert rows["tree"] == "/tmp/tree.html"
    assert shown(prove, "export")["output"]["value"] == "-"
    monkeypatch.setenv("PROVER_PROVE_RECORD", "there.jsonl")
    assert shown(prove)["record"]["value"] == "there.jsonl"


def test_a_setting_waits_for_the_option_that_it_is_for(prove: Prove, user: Path) -> None:
    user.write_text('samples = 8\nseed = 3\ncalls = 5\nagent = "leap"')
    rows = shown(prove)
    assert {name: row["waits_for"] for name, row in rows.items() if row["waits_for"]} == {
        "samples": "model",
        "seed": "model",
        "calls": "agent",
        "agent": "model",
    }
    # Said by flags alone, these would be errors.
    assert prove("no/such/file.lean", "--json").error == "no_file"
    assert prove("no/such/file.lean", "--json", "--samples", "8").error in ("no_file", "usage")
    assert not any(row["waits_for"] for row in shown(prove, "prove", "--", "F.lean", "--model", "openai/x").values())


def test_config_show_for_people(prove: Prove, project: Path) -> None:
    project.write_text('[check]\nagainst = "R.lean"')
    ran = prove("config", "show", "check")
    assert f"{project}:2 not trusted: `prove trust`" in ran.out
    assert "strict" not in ran.out
    assert "strict" in prove("config", "show", "--all", "check").out
    assert prove("config", "show", "--json", "setup").code == 0
    assert prove("config", "show", "--json", "trust").error == "no_command"


def test_config_path(prove: Prove, project: Path, user: Path) -> None:
    ran = prove("config", "path", "--json")
    assert (ran.document["user"], ran.document["user_exists"]) == (str(user), False)
    assert (ran.document["project"], ran.document["trusted"]) == (str(project), False)
    assert "(not there)" in prove("config", "path").out
    assert str(project) in prove("config", "path", "inner/F.lean").out


def test_config_check_reads_every_table(
    prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text("money = 1.0\n[serve]\nport = 0")
    project.write_text("timeout = 5\nmoney = 2.0\n[bench.validate]\ndeep = true")
    ran = prove("config", "check", "--json")
    assert ran.code == 2
    files = ran.document["files"]
    assert [(one["origin"], one["settings"], one["untrusted"]) for one in files] == [
        ("user", 2, []),
        ("project", 3, ["money"]),
    ]
    project.write_text("[serve]\nprot = 1")
    # Other commands do not look at this table.
    assert prove("config", "show", "--json", "check").code == 0
    assert prove("config", "check", "--json").error == "bad_config"
    assert prove("config", "check", "--json", "none.toml").error == "no_file"
    project.unlink()
    monkeypatch.setenv("PROVER_TIMEUOT", "1")
    ran = prove("config", "check", "--json")
    assert (ran.code, ran.document["unread_variables"]) == (0, ["PROVER_TIMEUOT"])


def test_every_variable_means_one_thing() -> None:
    meant: dict[str, set[tuple[str, ...]]] = {}
    for command in all_commands():
        options = Options.of(command, command.make_context(command.name, [], resilient_parsing=True))
        for name, option in options.items():
            for place in variables(option, command.table):
                # A shared one means the same option, whatever the command.
                shared = place == f"PROVER_{name.upper().replace('-', '_')}" or place in option.variables
                meant.setdefault(place, set()).add((name,) if shared else (*command.table, name))
    assert len(meant) > 150
    assert {place: what for place, what in meant.items() if len(what) > 1} == {}
    assert not set(meant) & set(OTHERS)
    assert {"PROVER_ENGINE", "PROVER_MODEL", "PROVER_PRICE", "PROVER_REPL"} <= set(meant)


def test_what_is_shared_is_an_option_of_several_commands() -> None:
    having = dict.fromkeys(SHARED, 0)
    for command in all_commands():
        for name in Options.of(command, command.make_context(command.name, [], resilient_parsing=True)):
            if name in having:
                having[name] += 1
    assert {name for name, count in having.items() if count < 2} <= {"repl-command"}


def test_a_setting_is_what_the_command_gets(
    prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the parser, to the function."""
    from prover.cli import repl

    got: dict[str, Any] = {}
    real = repl.run

    def caught(*_: Any, **options: Any) -> int:
        got.update(options)
        return 0

    caught.__doc__, caught.__annotations__ = real.__doc__, real.__annotations__
    caught.__wrapped__ = real  # type: ignore[attr-defined]
    monkeypatch.setattr(repl, "run", caught)
    user.write_text("[repl]\nprocesses = 5\ntimeout = 2.5\n")
    monkeypatch.setenv("PROVER_QUIET", "true")
    project.write_text("memory = 900")
    assert prove("repl", "--start-timeout", "7").code == 0
    assert (got["processes"], got["timeout"], got["quiet"], got["memory"]) == (5, 2.5, True, 900)
    assert got["start_timeout"] == 7.0
    assert "no_config" not in got


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator can read every file")
def test_a_file_that_cannot_be_read(prove: Prove, project: Path) -> None:
    project.chmod(0)
    assert prove("check", "F.lean", "--json").error == "bad_config"


def test_what_projects_may_set_are_options_that_there_are() -> None:
    from prover.settings import risk

    names: set[str] = set()
    for command in all_commands():
        names |= set(Options.of(command, command.make_context(command.name, [], resilient_parsing=True)))
    assert set(risk._FREE) <= names


DOCS = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")


def spoken(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().split("\n")]


def test_the_page_shows_what_is_shown(prove: Prove, project: Path, user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write_text("timeout = 120")
    user.write_text("\n\nmemory = 2000")
    monkeypatch.setenv("PROVER_JOBS", "2")
    transcript = DOCS.partition("```console\n$ prove config show check -- Foo.lean --strict\n")[2].partition("```")[0]
    transcript = transcript.replace("/home/ada/proofs", str(project.parent))
    transcript = transcript.replace("/home/ada/.config/leap-prover", str(user.parent))
    ran = prove("config", "show", "check", "--", "Foo.lean", "--strict")
    assert spoken(ran.out) + spoken(ran.err) == spoken(transcript)
    project.write_text('\n\n\nmodel = "openai-api/local/qwen"\n')
    refused = prove("Foo.lean")
    trusted = prove("trust")
    transcript = DOCS.partition("```console\n$ prove Foo.lean\n")[2].partition("```")[0]
    transcript = transcript.replace("/home/ada/proofs", str(project.parent)).replace("$ prove trust\n", "")
    assert spoken(refused.err) + spoken(trusted.out) == spoken(transcript)


def test_the_file_on_the_page_is_right(prove: Prove, project: Path) -> None:
    project.write_text(DOCS.partition("```toml\n")[2].partition("```")[0])
    ran = prove("config", "check", "--json")
    assert [one["settings"] for one in ran.document["files"]] == [9]
    for name in SHARED:
        assert f"`{name}`" in DOCS
    for name in OTHERS:
        assert f"`{name}`" in DOCS
