"""`prove lemmas RUN`: the plan of an agent's run: which lemmas it stated, what became of them, what they cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from prover.cli.terminal import errors, output, safe
from prover.cli.tree import TreePage
from prover.core.errors import UserError
from prover.events import RunFolder, write_atomically

LEMMAS_SCHEMA = "leap-prover/lemmas/1"
_STYLES = {"proved": "green", "refuted": "magenta", "stale": "dim", "open": "yellow"}
_WIDEST = 60


def run(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run (`prove FILE --agent leap`).")],
    every: Annotated[bool, typer.Option("--all", help="Also lemmas that no plan needs, and those replaced.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Also every decision, and its reason.")] = False,
    page: Annotated[Path | None, typer.Option("--page", help="Write a page (HTML) that draws the plan here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show the plan of a recorded run: its lemmas, what became of each, what it cost. Runs neither Lean nor a model.

    The exit code is 0 where all targets are proved, else 1.

    Example: `prove lemmas runs/sums --why`
    """
    from prover.agent.leap.account import account

    to = None if page is None else TreePage.at(page).path
    run = RunFolder.open(folder)
    found = account(run.events())
    totals = found["totals"]
    code = 0 if totals["targets_proved"] == totals["targets"] else 1
    document = {"schema": LEMMAS_SCHEMA, "exit_code": code, "inputs": dict(run.spec.inputs), **found}
    if to is not None:
        _write(to, document)
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _show(output(), found, every=every)
        for line in _decisions(found) if why else ():
            output().print(line)
    return code


def _write(path: Path, document: dict[str, Any]) -> None:
    from prover.report import plan_page

    try:
        write_atomically(path, plan_page(document))
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}", code="not_writable") from None
    errors().print(Text(f"the plan is in {safe(str(path))}", "dim"))


def _show(console: Console, plan: dict[str, Any], *, every: bool) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("lemma", no_wrap=True)
    table.add_column("standing", no_wrap=True)
    for column in ("tries", "calls", "tokens", "money", "Lean", "time"):
        table.add_column(column, justify="right", no_wrap=True)
    rows = _Rows(plan)
    for number in plan["targets"]:
        rows.add(table, number)
    if every:
        for lemma in plan["lemmas"]:
            if lemma["number"] not in rows.shown:
                rows.add(table, lemma["number"])
    totals = plan["totals"]
    table.add_row(Text("in all", "bold"), Text(_counts(totals)), *_costs(totals))
    console.width = max(console.width, 140)  # a cut name is of no use, and a terminal wraps
    console.print(table)
    for line in _remarks(plan):
        console.print(line)
    stop = str(plan["stop"] or "not finished").replace("_", " ")
    console.print(Text(f"{stop}; {totals['wall_seconds']:.1f} s from the first event to the last", "dim"))


class _Rows:
    """The plan as an indented table; a lemma that several plans need is shown once, then referred to."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.shown: set[int] = set()

    def add(self, table: Table, root: int) -> None:
        stack: list[tuple[int, int, str]] = [(root, 0, "")]
        while stack:
            number, depth, label = stack.pop()
            if label:
                table.add_row(Text(f"{'  ' * depth}{label}", "dim"))
                continue
            lemma = self.plan["lemmas"][number]
            indented = f"{'  ' * min(depth, 20)}{_short(lemma['name'])}"
            if number in self.shown:
                table.add_row(Text(indented), Text("as above", "dim"))
                continue
            self.shown.add(number)
            words = Text(self._words(lemma), _STYLES[lemma["standing"]])
            table.add_row(Text(indented), words, *_costs(lemma["costs"]))
            stack += reversed(list(self._below(lemma, depth)))

    def _below(self, lemma: dict[str, Any], depth: int) -> Iterator[tuple[int, int, str]]:
        ways = _ways(self.plan, lemma)
        for index, way in enumerate(ways, start=1):
            if len(ways) > 1:
                yield lemma["number"], depth + 1, f"way {index} of {len(ways)}:"
            for below in way["lemmas"]:
                yield below, depth + 1 + (len(ways) > 1), ""

    def _words(self, lemma: dict[str, Any]) -> str:
        proof, way = lemma["proof"], bool(_ways(self.plan, lemma))
        if proof is not None:
            facts = ", ".join(safe(fact) for fact in (proof["source"], proof["verdict"]) if fact)
            return f"proved ({facts})" if facts else "proved"
        if lemma["refutation"] is not None:
            source = lemma["refutation"]["source"]
            return f"refuted ({safe(source)})" if source else "refuted"
        if lemma["standing"] == "open":
            return "open, planned" if way else "open, not needed yet" if lemma["auxiliary"] else "open"
        return "proved from these" if lemma["standing"] == "proved" else "replaced by another"


def _ways(plan: dict[str, Any], lemma: dict[str, Any]) -> list[dict[str, Any]]:
    """The decompositions that stand: the one that proves a lemma, or those it may yet be proved by."""
    if lemma["by"] is not None:
        return [plan["decompositions"][lemma["by"]]]
    if lemma["standing"] != "open":
        return []
    return [d for d in (plan["decompositions"][n] for n in lemma["decompositions"]) if not d["given_up"]]


def _remarks(plan: dict[str, Any]) -> Iterator[Text]:
    """What was given up, found false and diagnosed, and what costs are not known."""
    for name in plan["totals"]["unpriced"]:
        yield Text(safe(f"what {name} costs is not known (--price)"), "dim")
    for lemma in plan["lemmas"]:
        if lemma["refutation"] is not None:
            yield Text(f"{safe(lemma['name'])} is false: ", "magenta") + Text(_line(lemma["refutation"]["script"]))
    for way in plan["decompositions"]:
        if way["given_up"]:
            parent = plan["lemmas"][way["parent"]]["name"]
            names = ", ".join(plan["lemmas"][n]["name"] for n in way["lemmas"])
            yield Text(safe(f"{parent} from {names or 'definitions'}: given up ({way['given_up']})"), "dim")
    for lemma in plan["lemmas"]:
        limit = lemma["limit"]
        if limit is not None:
            name = limit["name"].replace("_", " ")
            yield Text(f"{safe(lemma['name'])}: limit reached: {name} {limit['used']:g} of {limit['most']:g}", "yellow")
        for told in lemma["diagnoses"]:
            yield Text(f"{safe(lemma['name'])}: {safe(told['diagnosis'])}", "yellow") + Text(
                f" {_line(told['advice'])}"
            )


def _decisions(plan: dict[str, Any]) -> Iterator[Text]:
    for number, told in enumerate(plan["decisions"], start=1):
        name = "?" if told["lemma"] is None else plan["lemmas"][told["lemma"]]["name"]
        yield Text(f"{number:4}. {safe(told['action'])} {safe(name)}: ") + Text(safe(told["reason"]), "dim")


def _line(text: str) -> str:
    line = " ".join(text.split())
    return safe(line if len(line) <= 2 * _WIDEST else f"{line[: 2 * _WIDEST - 1]}…")


def _short(name: str) -> str:
    shown = safe(name)
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"


def _counts(totals: dict[str, Any]) -> str:
    parts = [f"{totals[name]} {name}" for name in ("proved", "open", "refuted", "stale") if totals[name]]
    return ", ".join(parts)


def _costs(costs: dict[str, Any]) -> list[str]:
    money = costs["money"]
    return [
        str(costs["attempts"] or ""),
        str(costs["calls"] or ""),
        f"{costs['tokens']:,}" if costs["tokens"] else "",
        "?" if money is None and costs["calls"] else f"${money:.4f}" if money else "",
        f"{costs['lean_seconds']:.1f} s" if costs["lean_seconds"] else "",
        f"{costs['seconds']:.1f} s" if costs["seconds"] else "",
    ]
