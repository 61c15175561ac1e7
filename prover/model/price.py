"""What models cost: a table of prices, and the user's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from prover.core.errors import UserError
from prover.model.reference import ModelReference

_NUMBERS = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")
#: What comes with the library.
_TABLE = Path(__file__).parent / "prices.toml"
_HINT = "--price IN/OUT (US dollars for a million tokens read and written), or --price FILE.toml (docs/model-costs.md)"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, of the prompt and of what is written (reasoning included).

    Discounts for cached prompts are not counted: what is computed is an upper bound.
    """

    prompt: float = 0.0
    completion: float = 0.0

    def of(self, prompt_tokens: int, tokens: int) -> float:
        """US dollars for so many tokens."""
        return (prompt_tokens * self.prompt + tokens * self.completion) / 1e6


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a table: the price of models whose server and name fit the patterns, where it was read and when."""

    host: str
    model: str
    price: Price
    source: str
    date: str

    def fits(self, host: str, model: str) -> bool:
        return fnmatchcase(host.lower(), self.host.lower()) and fnmatchcase(model.lower(), self.model.lower())


@dataclass(frozen=True, slots=True)
class Prices:
    """What is known of prices. `fixed`: of every model that is asked over the network, whatever it is."""

    listed: tuple[Listed, ...] = ()
    fixed: Price | None = None

    @classmethod
    def given(cls, text: str) -> Prices:
        """As `--price` says: two numbers, a file of the user's whose lines come first, or (empty) the table alone.
        Raises `UserError` (`usage`, `bad_prices`)."""
        numbers = _NUMBERS.fullmatch(text)
        if numbers is not None:
            return cls(fixed=Price(float(numbers[1]), float(numbers[2])))
        if not text:
            return cls(read_prices(_TABLE))
        file = Path(text)
        if file.suffix != ".toml":
            raise UserError(
                f"--price {text}: two numbers are expected, such as 0.5/2, or a file FILE.toml",
                code="usage",
                hint=_HINT,
            )
        return cls((*read_prices(file), *read_prices(_TABLE)))

    def of(self, reference: ModelReference, environment: Mapping[str, str] | None = None) -> Price | None:
        """None where it is not known; nothing is charged by models in this process, recordings and people."""
        if reference.engine not in ("openai", "openai-api"):
            return Price()
        if self.fixed is not None:
            return self.fixed
        host = reference.host(environment)
        return next((line.price for line in self.listed if line.fits(host, reference.name)), None)

    def needed(self, reference: ModelReference) -> Price:
        """As `of`. Raises `UserError` (`no_price`) where it is not known."""
        price = self.of(reference)
        if price is None:
            words = f"no price is known for {reference}, so what it costs cannot be limited"
            raise UserError(words, code="no_price", hint=f"add {_HINT}")
        return price


def read_prices(file: Path) -> tuple[Listed, ...]:
    """The lines of a table. Raises `UserError` (`bad_prices`) with what is wrong, and where."""
    from pydantic import TypeAdapter, ValidationError

    from prover.model.tariff import Tariff

    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        tariff = TypeAdapter(Tariff).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "(the file)"
        raise UserError(f"{file}: {where}: {first['msg']}", code="bad_prices", hint=_HINT) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{file} cannot be read: {error}", code="bad_prices", hint=_HINT) from None
    return tuple(
        Listed(line.host, line.model, Price(line.input, line.output), line.source, line.date.isoformat())
        for line in tariff.price
    )
