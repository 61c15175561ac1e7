"""`--model`: the language model that proposes tactics, opened once for all searches of a command."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.cli.terminal import Live, errors, safe
from prover.core.errors import UserError
from prover.generate import ModelGenerator, Recipe, find_recipe, recipe_for
from prover.model import Batcher
from prover.model.cassette import Recording
from prover.model.openai import OpenAIModel
from prover.model.opening import open_model
from prover.model.price import Prices
from prover.model.reference import parse_reference
from prover.search import Settings

#: A model may think for minutes; a search that ends earlier gives its questions up.
_DEADLINE_SECONDS = 1800.0
_IN_FLIGHT = 4

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


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What the options say. `reference` is empty where no model is wanted."""

    reference: str = ""
    recipe: str = ""
    samples: int | None = None
    temperature: float | None = None
    seed: int = 0
    only: bool = False
    record: Path | None = None
    price: str = ""

    def facts(self) -> dict[str, Any]:
        """What decides the answers, for a run's description; nothing without a model."""
        if not self.reference:
            return {}
        named = asdict(self)
        del named["record"], named["price"]
        return {**named, "prompts": {self.chosen().name: self.chosen().digest}}

    def chosen(self) -> Recipe:
        """The recipe. Raises `UserError` where none fits the model."""
        if self.recipe:
            return find_recipe(self.recipe)
        reference = parse_reference(self.reference)
        if reference.engine == "replay":
            raise UserError(
                f"{reference}: a recording does not say how its model was asked",
                code="usage",
                hint="add --recipe NAME, the one that was used for the recording",
            )
        return recipe_for(reference.name, chat=reference.engine in ("openai", "openai-api"))

    def checked(self) -> ModelChoice:
        """Itself. Raises `UserError` for options that make no sense, before anything is started."""
        if self.reference:
            parse_reference(self.reference)
            self.chosen()
            Prices.given(self.price)
            return self
        # A price may be a standing one, of the environment.
        given = [n for n, value in asdict(self).items() if value not in ("", None, 0, False) and n != "price"]
        if given:
            flag = {"only": "model-only"}.get(given[0], given[0])
            raise UserError(f"--{flag} says how a model is asked, and no --model is given", code="usage")
        return self


def check_money(money: float | None, references: Sequence[str], price: str) -> None:
    """Raises `UserError` (`no_price`) where money is to be limited and it is not known what a model costs."""
    for reference in references if money is not None else ():
        if reference:
            Prices.given(price).needed(parse_reference(reference))


@dataclass(frozen=True, slots=True)
class TacticModel:
    """An open model behind a batcher, and how it is asked."""

    choice: ModelChoice
    recipe: Recipe
    batcher: Batcher

    @property
    def settings(self) -> Settings:
        """For a search with it: several goals are asked about while Lean is at others."""
        return Settings(in_flight=_IN_FLIGHT)

    @contextmanager
    def generator(self) -> Generator[ModelGenerator]:
        """For one search, as long as it lasts."""
        choice, client = self.choice, self.batcher.client()
        try:
            yield ModelGenerator(
                self.recipe, client, n=choice.samples, temperature=choice.temperature, salt=choice.seed
            )
        finally:
            self.batcher.leave(client)


def bill(recipe: str, batchers: Sequence[Batcher]) -> dict[str, Any]:
    """What models were asked and what it cost, all searches and roles together."""
    counts = [batcher.statistics for batcher in batchers]
    return {
        "model": ", ".join(batcher.model.name for batcher in batchers),
        "recipe": recipe,
        "questions": sum(c.answered + c.failed for c in counts),
        "repeated": sum(c.repeated for c in counts),
        "retried": sum(c.retried for c in counts),
        "failed": sum(c.failed for c in counts),
        "tokens": sum(c.tokens for c in counts),
        "prompt_tokens": sum(c.prompt_tokens for c in counts),
        "money": round(sum(c.money for c in counts), 6) if all(c.priced for c in counts) else None,
        "busy_seconds": round(sum(c.busy_seconds for c in counts), 3),
    }


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


@asynccontextmanager
async def fed_model(reference: str, *, price: str = "", record: Path | None = None) -> AsyncGenerator[Batcher]:
    """A model, open, behind a batcher. `price`: as `PriceOption`; `record`: where answers are kept."""
    asked = parse_reference(reference)
    dollars = Prices.given(price).of(asked)
    model = await open_model(asked, price=dollars, deadline_seconds=_DEADLINE_SECONDS)
    if isinstance(model, OpenAIModel):
        await model.check()
    if record is not None:
        model = Recording(model, record)
    batcher = Batcher(model, deadline_seconds=_DEADLINE_SECONDS)
    batcher.statistics.priced = dollars is not None
    try:
        yield batcher
    finally:
        await batcher.close()


@asynccontextmanager
async def tactic_model(choice: ModelChoice, live: Live) -> AsyncGenerator[TacticModel | None]:
    """The model that was chosen, open; None where none was."""
    if not choice.reference:
        yield None
        return
    recipe = choice.chosen()
    live.observe("Importing", {"phase": f"loading {choice.reference}"})
    async with fed_model(choice.reference, price=choice.price, record=choice.record) as batcher:
        yield TacticModel(choice, recipe, batcher)
