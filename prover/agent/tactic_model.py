"""The language model that proposes tactics: which one, how it is asked, opened once for many searches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from prover.core.errors import UserError
from prover.generate import ModelGenerator, Recipe, find_recipe, recipe_for
from prover.model import Batcher
from prover.model.opening import Opener, fed_model, open_model
from prover.model.price import Prices
from prover.model.reference import parse_reference
from prover.model.tab import Through, directly
from prover.search import Settings

_IN_FLIGHT = 4


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
    """An open model behind a batcher, and how it is asked. `through`: what stands between."""

    choice: ModelChoice
    recipe: Recipe
    batcher: Batcher
    through: Through = directly

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
                self.recipe, self.through(client), n=choice.samples, temperature=choice.temperature, salt=choice.seed
            )
        finally:
            self.batcher.leave(client)


@asynccontextmanager
async def tactic_model(choice: ModelChoice, opener: Opener = open_model) -> AsyncGenerator[TacticModel | None]:
    """The model that was chosen, open; None where none was. `opener`: what opens it."""
    if not choice.reference:
        yield None
        return
    recipe = choice.chosen()
    async with fed_model(choice.reference, price=choice.price, record=choice.record, opener=opener) as batcher:
        yield TacticModel(choice, recipe, batcher)
