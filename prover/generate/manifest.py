"""The file `agent.toml` of a recipe, checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_Names = Annotated[tuple[str, ...], Field(max_length=100)]


class Part(BaseModel):
    """A table of `agent.toml`: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplingPart(Part):
    """Defaults of `prover.model.Sampling`."""

    n: int = Field(default=8, ge=1, le=1024)
    temperature: float = Field(default=1.0, ge=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int = Field(default=0, ge=0)
    max_tokens: int = Field(default=256, ge=1)
    stop: tuple[str, ...] = ()
    beams: int = Field(default=0, ge=0)


class BoundsPart(Part):
    """`prompt`: the longest prompt, in `unit`s; what does not fit is left out. `reply`: the most characters of a
    tactic or proof that is tried."""

    prompt: int = Field(default=24_000, ge=100)
    unit: Literal["characters", "bytes"] = "characters"
    reply: int = Field(default=4000, ge=10)


class NeedsPart(Part):
    """`remote_code`: the model's repository brings Python code that has to be trusted. `parameters`: billions, by
    model."""

    remote_code: bool = False
    parameters: dict[str, float] = {}


class Manifest(Part):
    """What a recipe says of itself. There is no key for an address or a command: a recipe cannot send anything
    anywhere.

    `models`: globs of model names. `kind`: what a sample is: one tactic (`step`), a JSON list of alternatives
    (`steps`), a whole proof (`proof`). `style`: a text to be continued, or a conversation. `score`: how candidates are
    ranked by the model's log-probabilities. `echo`: what stands between a repeated prompt and the answer. `marks`:
    texts taken out of replies. `premises`: how many theorems are shown at most. `draws`: how often one state is asked.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = ""
    documentation: str = ""
    license: str = ""
    models: _Names = ()
    engines: tuple[Literal["vllm", "hf", "openai"], ...] = ("vllm", "hf", "openai")
    kind: Literal["step", "steps", "proof"] = "step"
    style: Literal["completion", "chat"] = "completion"
    score: Literal["sum", "mean"] = "mean"
    echo: str = ""
    marks: _Names = ()
    items: int = Field(default=8, ge=1, le=64)
    premises: int = Field(default=0, ge=0, le=1000)
    draws: int = Field(default=8, ge=1)
    sampling: SamplingPart = SamplingPart()
    bounds: BoundsPart = BoundsPart()
    needs: NeedsPart = NeedsPart()
