"""The command comes up without what it does not need; what lists commands knows them without importing them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from prover.cli.app import run
from prover.cli.catalogue import COMMANDS, Entry, find_entry, tables
from prover.core.errors import UserError

Prove = Callable[..., Any]
PROGRAM = "import sys; from prover.cli.app import run; assert run({words}) == 0; print(*sys.modules, file=sys.stderr)"
#: (Pydantic is what typer reads a command's words with.)
HEAVY = {"asyncio", "rich", "openai", "httpx", "networkx", "anyio", "jinja2", "mcp", "fastapi", "torch"}


def entries(within: dict[str, Entry] | Any = COMMANDS, group: tuple[str, ...] = ()) -> Iterator[tuple[str, Entry]]:
    for name, entry in within.items():
        if entry.commands:
            yield from entries(entry.commands, (*group, name))
        else:
            yield " ".join((*group, name)), entry


ALL = dict(entries())


@pytest.mark.parametrize("words", [[], ["bench"], ["config"]])
def test_a_list_of_commands_says_of_each_what_it_is_for(
    words: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whole sentences, on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*words, "--help"]) == 0
    lines = [line.strip() for line in capfd.readouterr().out.partition("Commands:")[2].splitlines() if line.strip()]
    listed = COMMANDS[words[0]].commands if words else COMMANDS
    assert [line.split(None, 1) for line in lines] == [[name, entry.summary] for name, entry in listed.items()]
    assert all(entry.summary.endswith(".") and "..." not in entry.summary for entry in listed.values())


@pytest.mark.parametrize("name", [name for name, entry in ALL.items() if entry.target])
def test_a_target_is_an_argument_of_the_command(name: str) -> None:
    assert ALL[name].target in inspect.signature(import_module(ALL[name].module).run).parameters


def modules(*words: str) -> set[str]:
    """The modules in memory after a command, in a process of its own."""
    script = PROGRAM.format(words=list(words))
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split("\n")[-2].split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["bench", "--help"], ["config", "--help"]])
def test_to_list_commands_nothing_heavy_is_loaded(words: list[str]) -> None:
    loaded = modules(*words)
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("prover.")}
    assert rooms == {"cli", "core", "settings"}


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (
            ["run", "--help"],
            ["prover.bench", "prover.mcp", "prover.serve", "prover.session", "prover.agent.leap.roles"],
        ),
        (
            ["check", "--help"],
            ["prover.search", "prover.generate", "prover.model", "prover.bench", "prover.mcp", "prover.agent.fill"],
        ),
        (["refute", "--help"], ["prover.search", "prover.bench", "prover.serve", "prover.agent.fill"]),
        (["doctor", "--help"], ["prover.search", "prover.generate", "prover.model", "prover.bench"]),
        (["report", "--help"], ["prover.lean", "prover.search", "prover.verify"]),
        (["replay", "--help"], ["prover.lean", "prover.search.loop", "prover.verify"]),
        (["setup", "--help"], ["prover.lean", "prover.agent", "prover.bench", "prover.api", "prover.model"]),
        (["config", "show"], ["prover.bench", "prover.serve"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_command_loads_what_it_runs(words: list[str], spared: list[str]) -> None:
    assert modules(*words) & set(spared) == set()


def completed(typed: str, shell: str = "bash") -> list[str]:
    """What the shell is told after a Tab; the last word of `typed` is the one to be completed."""
    words = typed.split(" ")
    variables = {"COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1), "_TYPER_COMPLETE_ARGS": typed}
    variables["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    environment = {**os.environ, **variables, "_PROVE_COMPLETE": f"complete_{shell}"}
    script = "import sys; sys.argv = ['prove']; from prover.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert ran.stderr == ""
    return ran.stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("prove che", {"check"}),
        ("prove re", {"refute", "replay", "report", "repl"}),
        ("prove bench v", {"validate"}),
        ("prove config ", {"show", "path", "check"}),
        ("prove check --str", {"--strict"}),
        ("prove check --no-c", {"--no-config"}),
        ("prove run --frontier mc", {"mcts"}),
        ("prove check --policy p", {"proof"}),
    ],
)
def test_the_shell_completes_commands_options_and_values(typed: str, offered: set[str]) -> None:
    assert set(completed(typed)) == offered


def test_other_shells_are_told_the_summaries() -> None:
    assert any("check" in line and "Judge a finished file" in line for line in completed("prove che", "zsh"))
    assert any("check" in line and "Judge a finished file" in line for line in completed("prove che", "fish"))


def test_completion_does_not_look_at_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prover.toml").write_text("what is this")
    monkeypatch.chdir(tmp_path)
    assert completed("prove check --str") == ["--strict"]


def test_a_command_is_found_as_it_is_typed_and_as_its_table_is_called() -> None:
    assert find_entry(["bench"])[0] == "run"
    assert find_entry(["bench", "validate"]) == ("validate", COMMANDS["bench"].commands["validate"], ("bench",))
    assert find_entry(["prove"])[1] is find_entry(["run"])[1]
    for words in (["config"], ["nothing"], ["check", "check"], ["bench", "nothing"]):
        with pytest.raises(UserError) as caught:
            find_entry(words)
        assert caught.value.code == "no_command"
    assert {"prove", "bench", "bench.validate", "check"} <= set(tables())
    assert not {"run", "trust", "config", "bench.run"} & set(tables())


def test_a_word_that_is_nearly_a_command_is_answered_with_it(prove: Prove) -> None:
    ran = prove("config", "shwo")
    assert ran.code == 2
    assert "'show'" in ran.err
