"""Evaluations on the terminal: rates with intervals and budgets, failures by cause, runs compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from prover.bench.document import evaluation_document, pairing_document
from prover.bench.pairing import pair
from prover.bench.record import read_record
from prover.bench.trees import trees
from prover.cli.terminal import output, safe
from prover.cli.tree import TreePage
from prover.report.evaluation import evaluation_page, facts, pairs_words, rate_words, short_conditions
from prover.report.words import stop_words, verdict_words

REPORT_SCHEMA = "leap-prover/report/1"
Document = Mapping[str, Any]


def report(
    folders: Sequence[Path],
    page: TreePage | None,
    *,
    ks: Sequence[int] | None = None,
    common: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Prints what came of evaluations, and writes their page. Each run after the first is compared with the first."""
    records = [read_record(folder) for folder in folders]
    documents = [evaluation_document(record, ks=ks or None) for record in records]
    pairings = [pairing_document(pair(records[0], other, common=common)) for other in records[1:]]
    if page is not None:
        page.put(evaluation_page(documents, pairings, trees(records)))
    if as_json:
        found = {"schema": REPORT_SCHEMA, "exit_code": 0, "runs": documents, "comparisons": pairings}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif not quiet:
        _show(output(), documents, pairings)
    if page is not None and not quiet:
        page.announce("the page is")
    return 0


def _show(console: Console, documents: Sequence[Document], pairings: Sequence[Document]) -> None:
    console.width = max(console.width, 140)  # a cut number is of no use, and a terminal wraps
    console.print(_rates(documents))
    for document in documents:
        console.print()
        console.print(Text(safe(document["run"]), "bold"))
        for name, words in facts(document):
            console.print(Text(f"  {name:<10}", "dim") + Text(safe(words)))
    for table in (_causes(documents), *_groups(documents)):
        if table.row_count:
            console.print()
            console.print(table)
    for pairing in pairings:
        console.print()
        for line in pairs_words(pairing):
            console.print(Text(safe(line)))


def _rates(documents: Sequence[Document]) -> Table:
    table = _table("run", "statements")
    table.add_column("solved", justify="right", no_wrap=True)
    ks = sorted({rate["k"] for document in documents for rate in document["score"]["rates"]})
    for k in ks:
        table.add_column(f"pass@{k}", justify="right", no_wrap=True)
    table.add_column("within", no_wrap=True)
    for document in documents:
        score = document["score"]
        rates = {rate["k"]: rate for rate in score["rates"]}
        table.add_row(
            safe(document["run"]),
            safe(document["label"]),
            f"{score['solved']} of {score['problems']}",
            *(rate_words(rates[k]) if k in rates else "" for k in ks),
            safe(short_conditions(document)),
        )
    return table


def _causes(documents: Sequence[Document]) -> Table:
    """Attempts without a proof, by cause; those that broken machinery spoilt, apart."""
    table = _table("attempts without a proof")
    for document in documents:
        table.add_column(safe(document["run"]), justify="right", no_wrap=True)
    causes = [{(f["code"], f["stopped"]): f["attempts"] for f in document["failures"]} for document in documents]
    for code, stopped in dict.fromkeys(cause for of in causes for cause in of):
        words = verdict_words(code) + (f": {stop_words(stopped)}" if stopped else "")
        table.add_row(safe(words), *(str(of.get((code, stopped), 0)) for of in causes))
    spoilt = [document["infrastructure"] for document in documents]
    for error in dict.fromkeys(error for of in spoilt for error in of):
        words = f"lost to broken machinery, made again: {error}"
        table.add_row(Text(safe(words), "dim"), *(Text(str(of.get(error, 0)), "dim") for of in spoilt))
    return table


def _groups(documents: Sequence[Document]) -> list[Table]:
    tables: list[Table] = []
    for grouping in documents[0]["groups"]:
        table = _table(grouping)
        table.add_column("problems", justify="right", no_wrap=True)
        of = [{score["name"]: score for score in document["groups"].get(grouping, [])} for document in documents]
        for document in documents:
            table.add_column(f"{safe(document['run'])}: solved", justify="right", no_wrap=True)
            table.add_column("pass@1", justify="right", no_wrap=True)
        for name in sorted({name for scores in of for name in scores}):
            cells: list[str] = []
            for scores in of:
                score = scores.get(name)
                first = None if score is None else next((r for r in score["rates"] if r["k"] == 1), None)
                cells += ["", ""] if score is None else [str(score["solved"]), rate_words(first) if first else ""]
            problems = {scores[name]["problems"] for scores in of if name in scores}
            table.add_row(safe(name or "(not said)"), "/".join(map(str, sorted(problems))), *cells)
        tables.append(table)
    return tables


def _table(*left: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in left:
        table.add_column(name, no_wrap=True)
    return table
