"""Drafts of a statement on a terminal: a table, or plain lines where there is none."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from prover.cli.terminal import errors, output, safe
from prover.formalize import wording
from prover.formalize.formalization import Candidate, Formalization

_WIDTH = 100


def show(found: Formalization) -> None:
    """Every draft with its number, the best first, beside the words; then what gave no statement."""
    console = output()
    words = " ".join(found.words.split())
    if console.is_terminal and not console.is_dumb_terminal:
        console.soft_wrap = False
        console.width = min(console.width, _WIDTH)
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column(overflow="fold")
        table.add_row("", Text("you said: ", "dim") + Text(safe(words)))
        for number, one in enumerate(found.candidates, start=1):
            table.add_row(str(number), _block(one))
        console.print(table)
    else:
        console.print(Text(f"you said: {safe(words)}"))
        for number, one in enumerate(found.candidates, start=1):
            first, *rest = _block(one).plain.split("\n")
            console.print(Text("\n".join([f"{number}. {first}", *(f"   {line}" for line in rest)])))
    for line in wording.failures(found):
        errors().print(Text(line, "dim"))
    if not found.candidates:
        console.print(Text("no draft states anything", "yellow"))


def _block(one: Candidate) -> Text:
    style = "red" if one.damned else "yellow" if one.examined.doubts else ""
    lines = Text().append(wording.standing(one), style)
    lines.append("\n" + "\n".join(f"  {line}" for line in wording.code(one)))
    back = wording.said_back(one)
    return lines.append("\nsaid back: ", "dim").append(back) if back else lines
