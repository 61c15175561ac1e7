"""`prove bench merge`: parts of one evaluation put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.bench.merging import merge
from prover.cli.terminal import output, safe


def run(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Run folders of `prove bench NAME --shard i/n`.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="RUN", help="The folder of the whole; it may be there already.")
    ],
) -> int:
    """Put the parts of one evaluation together; an attempt that several have counts once, as the first one has it.

    Example: `prove bench merge shards/1 shards/2 --out runs/whole`

    Exit code: 0 when all attempts are there, 1 when some are missing.
    """
    merged = merge(out, runs)
    words = f"{merged.evaluation.label}: {merged.added} attempts added, {merged.left} still to be made"
    if merged.known:
        words += f", {merged.known} were there already"
    output().print(Text(safe(words)))
    return 1 if merged.left else 0
