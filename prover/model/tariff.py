"""A file of prices, checked."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(_Part):
    """`host`, `model`: patterns of the server's name and of the model's. US dollars for a million tokens. `source`,
    `date`: where and when the price was read."""

    host: str = Field(min_length=1)
    model: str = Field(min_length=1)
    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)
    source: str = Field(min_length=1)
    date: date


class Tariff(_Part):
    """A file: lines `[[price]]`, the first that fits counts."""

    price: tuple[Line, ...] = ()
