"""`--model`: which language model proposes tactics, how it is asked, and what it may cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
