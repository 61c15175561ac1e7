"""`--model`: which language model proposes tactics, and how it is asked; what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.cli.terminal import errors, safe

ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        envvar="PROVER_MODEL",
        metavar="REF",
        help="A language model that proposes tactics beside the portfolio: vllm/ORG/NAME, hf/ORG/NAME, openai/NAME, "
        "openai-api/SERVICE/NAME, replay/FILE.jsonl; see `prove models`.",
    ),
]
RecipeOption = Annotated[
    str,
    typer.Option("--recipe", metavar="NAME|DIR", help="How the model is asked; by default as its name says."),
]
SamplesOption = Annotated[
    int | None, typer.Option("--samples", help="Samples for each goal, instead of the recipe's number.", min=1)
]
TemperatureOption = Annotated[
    float | None, typer.Option("--temperature", help="Instead of the recipe's temperature.", min=0)
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another number, other samples.")]
ModelOnlyOption = Annotated[bool, typer.Option("--model-only", help="Without the portfolio: only what the model says.")]
PriceOption = Annotated[
    str,
    typer.Option(
        "--price",
        envvar="PROVER_PRICE",
        metavar="IN/OUT|FILE.toml",
        help="US dollars for a million tokens that models read and write, or a table of prices.",
    ),
]
MoneyOption = Annotated[
    float | None,
    typer.Option(
        "--money",
        help="US dollars that models may cost for each target; with --agent, in all. Needs known prices.",
        min=0,
    ),
]
RecordOption = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE.jsonl", help="Keep the model's answers, for --model replay/FILE.jsonl."),
]


def show_bill(bill: Mapping[str, Any] | None) -> None:
    """One line on standard error: what a model was asked, and its cost."""
    if bill is None:
        return
    words = f"model {bill['model']}: {bill['questions']} questions, {bill['tokens']} tokens written"
    if bill["money"] is None:
        words += ", cost not known (--price)"
    elif bill["money"]:
        words += f", {bill['money']:.4f} USD"
    if bill["failed"]:
        words += f", {bill['failed']} failed"
    errors().print(Text(safe(words), "dim"))
