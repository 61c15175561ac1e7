"""`prove report RUN...`: what came of recorded runs, on the terminal and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prover.bench.record import is_evaluation
from prover.cli import evaluation, tree
from prover.cli.tree import TreePage
from prover.core.errors import UserError
from prover.events import RunFolder


def run(
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs (`prove run --run`, `prove bench --out`).")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write the page (HTML) here.")] = None,
    ks: Annotated[
        list[int] | None, typer.Option("--k", help="Evaluations: pass@k for this k (repeatable).", min=1)
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Evaluations: compare over the problems that all of two runs have.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Evaluations: print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the document asked for.")] = False,
) -> int:
    """Show what came of recorded runs, finished or not. Runs neither Lean nor a model.

    Of an evaluation (`prove bench`): its rates with their intervals and budgets, why attempts failed, and with several
    runs a comparison problem by problem (docs/evaluation.md); with -o also a page. Of another run: a page, with -o,
    that shows its searches.

    Example: `prove report runs/a runs/b -o report.html`

    Exit code: 0 once it is shown, whatever was proved.
    """
    page = None if out is None else TreePage.at(out)
    kinds = {is_evaluation(folder) for folder in folders}
    if kinds == {True}:
        return evaluation.report(folders, page, ks=ks, common=common, as_json=as_json, quiet=quiet)
    if len(folders) > 1:
        raise UserError(
            "several runs are shown together only where all are evaluations",
            code="no_evaluation",
            hint="of other runs each has a page of its own",
        )
    run = RunFolder.open(folders[0])
    if as_json or ks or common:
        raise UserError("--json, --k and --common are for evaluations (`prove bench`)", code="bad_option")
    if page is None:
        raise UserError("where is the page to go?", code="usage", hint="-o FILE.html")
    return tree.report(run, page, quiet=quiet)
