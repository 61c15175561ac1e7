"""The command `prove`."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `prove` script: runs the command line and ends the process with its exit code."""
    from prover.cli.app import run

    raise SystemExit(run())
