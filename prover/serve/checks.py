"""`/v1/check`: finished Lean texts judged, a verdict for each target of each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from prover.api.document import verdict_document
from prover.core.verdict import Consistent, Proved, Verdict
from prover.serve.refusal import Problem, Refusal
from prover.serve.service import Service, service_of, while_there
from prover.serve.settings import Settings
from prover.serve.text import Text
from prover.verify import Limits, Policy
from prover.verify.docket import Item

SCHEMA = "leap-prover/checks/1"
_MOST_ITEMS = 10_000
_MOST_SECONDS = 86_400

router = APIRouter(tags=["check"])

_SUBMISSION = "theorem add_zero' (n : Nat) : n + 0 = n := rfl"
_REFERENCE = "theorem add_zero' (n : Nat) : n + 0 = n := sorry"


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CheckItem(_Wanted):
    """A finished Lean text, and what it is held against."""

    id: Text = Field(default="", max_length=500, description="Comes back with the answer.", examples=["1"])
    submission: Text = Field(description="The whole text, its imports included.", examples=[_SUBMISSION])
    reference: Text | None = Field(
        default=None,
        description="The text that states what is to be proved, holes and all. Without it the best verdict is "
        "`consistent`: nobody said which statement was meant.",
        examples=[_REFERENCE],
    )
    targets: list[Text] | None = Field(
        default=None, description="Names of the declarations to judge; by default the reference's open theorems."
    )
    policy: Literal["file", "proof"] = Field(
        default="file", description="`file`: any command, contained. `proof`: declarations and tactics only."
    )
    strict: bool = Field(default=False, description="Every constant of the submission goes through the kernel again.")
    allow: list[Text] = Field(
        default=[], description="Axioms allowed beside the three of Lean's logic; `native`: those of `native_decide`."
    )
    seconds: Annotated[float, Field(gt=0, le=_MOST_SECONDS, allow_inf_nan=False)] = Field(
        default=60.0, description="Wall limit, starts of Lean processes included; waiting in the queue is not."
    )
    heartbeats: int = Field(default=0, ge=0, le=10**9, description="The default of `maxHeartbeats`; 0: Lean's own.")

    def item(self) -> Item:
        return Item(
            self.id,
            self.submission,
            reference=self.reference,
            targets=tuple(self.targets) if self.targets else None,
            policy=Policy(self.policy),
            strict=self.strict,
            allowed_axioms=tuple(self.allow),
            limits=Limits(self.seconds, self.heartbeats),
        )


class CheckRequest(_Wanted):
    """Texts to judge: one, or many."""

    items: list[CheckItem] = Field(min_length=1, max_length=_MOST_ITEMS)


class CheckedItem(BaseModel):
    """What came of an item: `verdicts`, or the `error` for which there are none."""

    id: str
    accepted: bool = Field(description="Every verdict is `proved`, or, without a reference, `consistent`.")
    code: str = Field(description="The first verdict that is not as good as can be, or the error's code.")
    verdicts: dict[str, dict[str, Any]] = Field(
        description="By target; as `prove check --json` gives them: `code`, its evidence, and the report."
    )
    error: Problem | None = None
    seconds: float


class CheckAnswer(BaseModel):
    """What came of the items, in their order."""

    schema_: str = Field(default=SCHEMA, alias="schema")
    engine: str
    lean_version: str
    seconds: float
    items: list[CheckedItem]


@router.post("/v1/check", operation_id="check", summary="Judge finished Lean texts")
async def check(request: Request, wanted: CheckRequest) -> CheckAnswer:
    """Judges each item as `prove check` does: elaborated in one process, judged in another.

    An item that cannot be judged gets an `error` of its own; the others do not suffer. The work ends when the client
    goes away.
    """
    service = service_of(request)
    for item in wanted.items:
        refuse_too_long(item.seconds, service.settings)
    began = time.monotonic()
    answers = await while_there(request, service.each(wanted.items, _judged(service), _failed))
    lean = service.work.description
    return CheckAnswer(
        engine=lean.engine,
        lean_version=lean.lean_version,
        seconds=round(time.monotonic() - began, 3),
        items=answers,
    )


def refuse_too_long(seconds: float, settings: Settings) -> None:
    """Raises `Refusal` for more seconds than may be asked for."""
    if seconds > settings.max_seconds:
        most = f"{settings.max_seconds:g} s"
        raise Refusal(
            422, "too_long", f"{seconds:g} s are asked for; this server gives {most}", f"ask for up to {most}"
        )


def _judged(service: Service):
    async def judged(wanted: CheckItem) -> CheckedItem:
        began = time.monotonic()
        found = await service.work.judge(wanted.item())
        return _answer(wanted, found, time.monotonic() - began)

    return judged


def _answer(wanted: CheckItem, found: Mapping[str, Verdict], seconds: float) -> CheckedItem:
    if not found:
        return _failed(wanted, Problem(code="no_target", message="there is no target to judge", hint="name one"))
    good = Consistent if wanted.reference is None else Proved
    worse = [verdict for verdict in found.values() if not isinstance(verdict, good)]
    return CheckedItem(
        id=wanted.id,
        accepted=not worse,
        code=worse[0].code if worse else good.code,
        verdicts={name: verdict_document(verdict) for name, verdict in found.items()},
        seconds=round(seconds, 3),
    )


def _failed(wanted: CheckItem, problem: Problem) -> CheckedItem:
    return CheckedItem(id=wanted.id, accepted=False, code=problem.code, verdicts={}, error=problem, seconds=0.0)
