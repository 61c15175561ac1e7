"""What settings are called, in files and in the environment."""

from __future__ import annotations

from collections.abc import Sequence

#: Options that many commands have and that mean the same to each: they may stand above the tables of a file.
SHARED = (
    "engine",
    "repl-command",
    "memory",
    "start-timeout",
    "timeout",
    "jobs",
    "lite",
    "frontier",
    "premises",
    "model",
    "recipe",
    "samples",
    "temperature",
    "seed",
    "model-only",
    "price",
    "money",
    "tokens",
    "calls",
    "lean-seconds",
    "per-lemma",
    "agent",
    "role-model",
    "tactic-model",
    "quiet",
)

#: The option by which settings in files are left alone; none itself.
NO_CONFIG = "no-config"


def variable(option: str, table: Sequence[str] = ()) -> str:
    """The environment variable for an option: `PROVER_TIMEOUT`; for one command: `PROVER_CHECK_TIMEOUT`."""
    return "_".join(("PROVER", *table, option)).upper().replace("-", "_")


#: Variables that the library reads itself; no option has one of these names.
OTHERS = ("PROVER_CACHE_DIR", "PROVER_CONFIG_DIR", "PROVER_LEAN_READS", "PROVER_SERVE_KEY")
