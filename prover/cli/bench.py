"""`prove bench`: benchmarks and what is done with them."""

from __future__ import annotations

import typer

from prover.cli import bench_export, bench_ls, bench_merge, bench_rerun, bench_run, bench_show, bench_validate
from prover.cli.exiting import exiting

app = typer.Typer(
    name="bench",
    help="Benchmarks: which there are, their problems, a prover tried on them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("run")(exiting(bench_run.run))
app.command("ls")(exiting(bench_ls.run))
app.command("show")(exiting(bench_show.run))
app.command("validate")(exiting(bench_validate.run))
app.command("rerun")(exiting(bench_rerun.run))
app.command("merge")(exiting(bench_merge.run))
app.command("export")(exiting(bench_export.run))
