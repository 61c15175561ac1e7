"""What stands in this folder: the benchmarks of the performance page with their settings, and what else there is."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A script with what it is given for a quick run (seconds to two minutes) and for a full one (none: its defaults).
    `needs`: modules without which it is not run, each with what brings it."""

    name: str
    title: str
    script: str
    quick: tuple[str, ...]
    full: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()

    @property
    def missing(self) -> str:
        """What it would need here and has not; empty where it can run."""
        lacking = [bringing for module, bringing in self.needs if importlib.util.find_spec(module) is None]
        return f"needs {' and '.join(lacking)}" if lacking else ""


BENCHMARKS = (
    Benchmark("start", "Start of the command", "start.py", ("--runs", "3")),
    Benchmark("cold_start", "Cold start", "cold_start.py", ("--runs", "3", "--no-stock")),
    Benchmark("containment", "Containment", "containment.py", ("--runs", "3")),
    Benchmark("native_start", "Native launcher", "native_start.py", ("--runs", "3")),
    Benchmark("batch", "A batch of tactics", "batch.py", ("--runs", "3")),
    Benchmark("wall_limits", "Wall limits", "wall_limits.py", ("--runs", "1")),
    Benchmark("soak", "Many tactics through a pool", "soak.py", ("--applications", "2000")),
    Benchmark("repl", "`prove repl`", "repl.py", ("--runs", "1", "--requests", "20", "--kept", "100")),
    Benchmark("session", "`prove session`", "session.py", ("--keys", "40", "--tactics", "8")),
    Benchmark("verify_ratios", "A check", "verify.py", ("ratios", "--rounds", "3"), ("ratios",)),
    Benchmark("verify_jobs", "Checks, two jobs", "verify.py", ("jobs", "--items", "24", "--rounds", "1"), ("jobs",)),
    Benchmark(
        "verify_mixed",
        "Checks of what is hostile",
        "verify.py",
        ("mixed", "--items", "40", "--bombs", "2", "--reshuffled", "5"),
        ("mixed",),
    ),
    Benchmark("serve", "`prove serve`", "serve.py", ("--items", "40", "--rounds", "2")),
    Benchmark("runner", "`prove bench`", "runner.py", ("--first", "8", "--rounds", "1")),
    Benchmark("cluster", "On a cluster", "cluster.py", ("--items", "40", "--rounds", "2"), (), (("ray", "Ray"),)),
    Benchmark("graph", "Proof graph and frontiers", "graph.py", ("--sizes", "1000", "10000")),
    Benchmark("core_statements", "Statements proved", "core_statements.py", ("--seconds", "20", "--first", "5")),
    Benchmark(
        "frontiers",
        "Frontiers",
        "frontiers.py",
        ("--first", "3", "--heartbeats", "2000", "--ways", "best", "root only", "single calls"),
    ),
    Benchmark(
        "paths", "Whole proofs with one wrong step", "paths.py",
        ("--first", "40", "--limit", "2000", "--within", "300", "2000"),
    ),
    Benchmark(
        "leap_transcripts", "`--agent leap`", "leap_transcripts.py", ("--only", "sums", "--commits", "1000")
    ),
    Benchmark(
        "generation", "Searches that feed one engine", "generation.py",
        ("--searches", "8", "--expansions", "4", "--rounds", "2"), (),
        (("torch", "torch"), ("transformers", "transformers")),
    ),
    Benchmark(
        "compare", "Beside LeanInteract, Kimina and a batch compiler", "compare.py",
        ("--every", "6", "--rounds", "1", "--files", "12"),
    ),
)  # fmt: skip

#: What is no benchmark of the page, and what it is there for.
TOOLS = {
    "figures.py": "the form of a figure, `--json`",
    "plan.py": "this list",
    "page.py": "makes the page of what was measured",
    "run_all.py": "`make perf`",
    "statements.py": "sets of statements, read from their files",
    "trial.py": "one search at one statement",
    "playback.py": "searches recorded with Lean and played back",
    "transcript.py": "a model whose answers are known",
    "variants.py": "variants of statements",
    "learn_priors.py": "what the portfolio believes, learned from runs",
    "single_calls.py": "which problems one call of automation closes",
    "session_picture.py": "the picture of a session in docs/, drawn from a terminal's cells",
    "fresh.py": "from nothing to the first proof, from the registries: seconds and bytes",
    "soak_commands.py": "every command for an hour: what stays behind, what grows",
    "tiny/train.py": "trains the tiny model (torch)",
    "tiny/measure.py": "how good the tiny model is (torch)",
    "tiny/pairs.py": "the data of the tiny model",
}
