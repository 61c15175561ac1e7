"""The commands there are: where each is written, and what a list says of it. Nothing is imported to list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prover.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: `run` of `module`; or a group of `commands`.

    `summary`: what the list of commands says of it, whole on a line of 80 characters. `target`: the argument that says
    which file the command is about, whose folder decides which project's settings apply; without one it is the working
    folder. `table`: what the command is called in files of settings, where not by its name. `settled`: whether settings
    apply to it at all.
    """

    module: str
    summary: str
    target: str = ""
    table: str | None = None
    settled: bool = True
    commands: Mapping[str, Entry] = field(default_factory=dict[str, "Entry"])


_BENCH = {
    "run": Entry("prover.cli.bench_run", "Try a prover on a benchmark.", table=""),
    "ls": Entry(
        "prover.cli.bench_ls",
        "List the benchmarks, or what is known of one.",
    ),
    "show": Entry(
        "prover.cli.bench_show",
        "Show what is read of a benchmark, or one problem.",
    ),
    "validate": Entry(
        "prover.cli.bench_validate",
        "Tell which statements can be asked here.",
    ),
    "rerun": Entry(
        "prover.cli.bench_rerun",
        "Make an evaluation again, and compare.",
    ),
    "merge": Entry(
        "prover.cli.bench_merge",
        "Put the parts of one evaluation together.",
    ),
    "export": Entry(
        "prover.cli.bench_export",
        "Write an evaluation for other programs.",
    ),
}

_CONFIG = {
    "show": Entry(
        "prover.cli.config_show",
        "Show a command's options, and where they are set.",
        settled=False,
    ),
    "path": Entry("prover.cli.config_path", "Print which files of settings apply here.", settled=False),
    "check": Entry("prover.cli.config_check", "Check files of settings: every key, every value.", settled=False),
}

COMMANDS: Mapping[str, Entry] = {
    "run": Entry(
        "prover.cli.fill",
        "Fill the holes (`sorry`) of a Lean file.",
        target="target",
        table="prove",
    ),
    "check": Entry(
        "prover.cli.check",
        "Judge a finished file: a verdict for each theorem.",
        target="submission",
    ),
    "refute": Entry(
        "prover.cli.refute",
        "Look for counterexamples, each with a verified proof.",
        target="target",
    ),
    "formalize": Entry(
        "prover.cli.formalize",
        "State in Lean what words say, with a model.",
        target="context",
    ),
    "replay": Entry("prover.cli.replay", "Show a recorded run again, without Lean."),
    "report": Entry("prover.cli.report", "Show what came of recorded runs; compare evaluations."),
    "export": Entry(
        "prover.cli.export",
        "Write recorded runs as data for training.",
    ),
    "lemmas": Entry("prover.cli.lemmas", "Show the plan of an agent's run: lemmas and costs."),
    "plan": Entry(
        "prover.cli.plan",
        "Have a model plan lemmas, as a file that you may edit.",
        target="target",
    ),
    "premises": Entry("prover.cli.premises", "Find theorems that may help with a goal, or fit words."),
    "answer": Entry(
        "prover.cli.answer",
        "Be the model: answer the questions of a run.",
    ),
    "models": Entry(
        "prover.cli.models",
        "List the models that are known, and what they need.",
    ),
    "repl": Entry(
        "prover.cli.repl",
        "Speak the protocol of leanprover-community/repl.",
    ),
    "bench": Entry("", "Try provers on benchmarks; list, show and compare them.", commands=_BENCH),
    "mcp": Entry("prover.mcp.command", "Offer the prover as tools to agents (MCP)."),
    "serve": Entry(
        "prover.serve.command",
        "Check and prove over HTTP.",
    ),
    "session": Entry(
        "prover.session.command",
        "Prove together with Lean, step by step.",
        target="target",
    ),
    "config": Entry("", "Show and check settings, and where they come from.", commands=_CONFIG, settled=False),
    "trust": Entry(
        "prover.cli.trust",
        "Let a project's prover.toml name models and commands.",
        settled=False,
    ),
    "setup": Entry(
        "prover.cli.setup",
        "Install the embedded Lean (once, about 120 MB).",
    ),
    "doctor": Entry(
        "prover.cli.doctor",
        "Check the installation, and the Lake project here.",
        target="path",
    ),
}


def tables() -> dict[str, tuple[str, ...]]:
    """The tables that a file of settings may have, dotted, each with those inside it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in COMMANDS.items():
        if entry.settled:
            inner = tuple(inner for inner, below in entry.commands.items() if below.table is None)
            found[entry.table or name] = inner
            found |= {f"{name}.{one}": () for one in inner}
    return found


def find_entry(words: Sequence[str]) -> tuple[str, Entry, tuple[str, ...]]:
    """The command that words name, as they are typed (`bench`: `bench run`) or as its table is called; its name and
    the table of its group. Raises `UserError` (`no_command`)."""
    entries, group = COMMANDS, ()
    for depth, word in enumerate(words):
        name = next((name for name, entry in entries.items() if word in (name, entry.table)), "")
        if not name or not (entries[name].commands or depth == len(words) - 1):
            raise UserError(
                f"there is no command {' '.join(words)!r}", code="no_command", hint=f"one of: {', '.join(COMMANDS)}"
            )
        if not entries[name].commands:
            return name, entries[name], group
        entries, group = entries[name].commands, (name,)
    if "run" not in entries:
        raise UserError(f"{' '.join(words)} is a group of commands", code="no_command", hint=", ".join(entries))
    return "run", entries["run"], group
