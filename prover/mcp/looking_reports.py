"""What the tools that look have seen: tactics, verdicts, theorems, lemmas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from prover.agent.leap.context import shortened
from prover.api import Checked, FoundPremises, OpenProof, OpenState
from prover.core.outcome import Failed, Lost, Progress, Rejected, Solved, TacticOutcome, TimedOut
from prover.mcp.report import Report, VerdictReport

_LONGEST_GOAL = 1500
_MOST_LEMMAS = 200


class OutcomeReport(BaseModel):
    """What became of one tactic. `solved`: no goals are left, which is a hint until check_proof has confirmed it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tactic: str
    outcome: Literal["solved", "progress", "failed", "timed_out", "rejected", "lost"]
    goals: list[str] = Field(description="that it leaves")
    message: str = Field(description="why it failed, or was not tried")

    @classmethod
    def of(cls, tactic: str, outcome: TacticOutcome[Any]) -> Self:
        name, goals, message = "rejected", list[str](), ""
        match outcome:
            case Solved():
                name = "solved"
            case Progress(state):
                name, goals = "progress", [goal.text for goal in state.goals]
            case Failed(reason, text):
                name, message = "failed", text or reason
            case TimedOut(limit):
                name, message = "timed_out", f"the limit of {limit} was reached"
            case Lost(code):
                name, message = "lost", f"Lean was lost over it ({code}): it costs too much time or memory"
            case Rejected(reason):
                message = "no proof may contain it" if reason == "forbidden" else reason
        return cls.model_validate({"tactic": tactic, "outcome": name, "goals": goals, "message": message})

    @property
    def text(self) -> str:
        match self.outcome:
            case "solved":
                return "leaves no goals (a hint: check_proof tells whether it is a proof)"
            case "progress":
                return "leaves:\n" + "\n\n".join(shortened(goal, _LONGEST_GOAL) for goal in self.goals)
            case _:
                return f"{self.outcome.replace('_', ' ')}: {shortened(self.message, _LONGEST_GOAL)}"


class TacticsReport(Report):
    """Tactics tried at one hole, each on its own."""

    name: str = Field(description="the declaration")
    line: int = Field(ge=1, description="where the hole stands")
    goals: list[str] = Field(description="before the tactics, after the script so far")
    outcomes: list[OutcomeReport]

    @classmethod
    def of(
        cls, proof: OpenProof, state: OpenState, tactics: Sequence[str], found: Sequence[TacticOutcome[OpenState]]
    ) -> Self:
        outcomes = [OutcomeReport.of(tactic, outcome) for tactic, outcome in zip(tactics, found, strict=True)]
        return cls(name=proof.name, line=proof.line, goals=[goal.text for goal in state.state.goals], outcomes=outcomes)

    def lines(self) -> list[str]:
        lines = [f"{self.name} (line {self.line}):", "\n\n".join(shortened(goal, _LONGEST_GOAL) for goal in self.goals)]
        for number, outcome in enumerate(self.outcomes, start=1):
            lines += ["", f"{number}. {outcome.tactic}", outcome.text]
        return lines


class JudgedReport(BaseModel):
    """One declaration of a finished file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    good: bool = Field(description="the verdict is as good as can be here: proved, without `against` consistent")
    verdict: VerdictReport


class CheckReport(Report):
    """A finished file judged."""

    accepted: bool = Field(description="every verdict is as good as can be")
    stated: bool = Field(description="a reference said what was to be proved; else nothing here is called proved")
    verdicts: list[JudgedReport]
    foundation: str | None

    @classmethod
    def of(cls, checked: Checked) -> Self:
        return cls(
            accepted=checked.accepted,
            stated=checked.stated,
            verdicts=[
                JudgedReport(name=name, good=checked.good(verdict), verdict=VerdictReport.of(verdict))
                for name, verdict in checked.verdicts.items()
            ],
            foundation=checked.foundation,
        )

    def lines(self) -> list[str]:
        lines = [f"{judged.name}: {judged.verdict.words}" for judged in self.verdicts] or ["nothing to be judged"]
        if not self.stated:
            lines.append("no reference: nobody said what was to be proved (`against`)")
        return lines


class PremiseReport(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    module: str | None = Field(description="null: the file's own")
    statement: str | None = Field(description="as Lean prints it; not all can be printed")
    score: float


class PremisesReport(Report):
    """Theorems that may help, best first."""

    read_as: Literal["goal", "words"] = Field(description="a goal is compared by its constants, anything else by words")
    goal: str | None
    premises: list[PremiseReport]

    @classmethod
    def of(cls, answer: FoundPremises) -> Self:
        return cls(
            read_as="words" if answer.goal is None else "goal",
            goal=None if answer.goal is None else answer.goal.text,
            premises=[
                PremiseReport(
                    name=found.premise.name,
                    module=found.premise.module or None,
                    statement=answer.statements.get(found.premise.name),
                    score=round(found.score, 4),
                )
                for found in answer.found
            ],
        )

    def lines(self) -> list[str]:
        return [premise.statement or premise.name for premise in self.premises] or ["nothing was found"]


class LemmaDagReport(Report):
    """The plan of an agent's run, as `prove lemmas --json` has it."""

    stop: str | None = Field(description="why the agent stopped; null while it has not")
    targets: list[int] = Field(description="numbers of the lemmas that were asked for")
    totals: dict[str, Any] = Field(description="counts and costs; money in US dollars, null where it is not known")
    lemmas: list[dict[str, Any]] = Field(
        description="number, name, statement, standing (open, proved, refuted, stale), proof, costs, ..."
    )
    decompositions: list[dict[str, Any]] = Field(
        description="number, parent, lemmas (numbers), given_up, complete, ..."
    )

    @classmethod
    def of(cls, account: dict[str, Any]) -> Self:
        return cls.model_validate({key: account[key] for key in cls.model_fields})

    def lines(self) -> list[str]:
        lines = [f"{lemma['name']}: {lemma['standing']}{self._from(lemma)}" for lemma in self.lemmas[:_MOST_LEMMAS]]
        if len(self.lemmas) > _MOST_LEMMAS:
            lines.append(f"and {len(self.lemmas) - _MOST_LEMMAS} more")
        totals = self.totals
        money = "cost not known" if totals["money"] is None else f"{totals['money']:.4f} USD"
        costs = f"{totals['calls']} calls, {totals['tokens']} tokens, {money}, {totals['lean_seconds']:.0f} s of Lean"
        return [*lines, costs, (self.stop or "not finished").replace("_", " ")]

    def _from(self, lemma: dict[str, Any]) -> str:
        ways: list[dict[str, Any]] = [self.decompositions[number] for number in lemma["decompositions"]]
        below: list[int] = [number for way in ways if not way["given_up"] for number in way["lemmas"]]
        return f", from {', '.join(self.lemmas[n]['name'] for n in dict.fromkeys(below))}" if below else ""
