"""Tools that look: tactics tried, proofs checked, theorems found, plans read."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from prover.agent.leap.account import account
from prover.api import CheckOptions
from prover.core.errors import UserError
from prover.core.outcome import Progress
from prover.events import RunFolder
from prover.lean.source import SourceFile
from prover.mcp.looking_reports import CheckReport, LemmaDagReport, OutcomeReport, PremisesReport, TacticsReport
from prover.mcp.proving_tools import Placed
from prover.mcp.tool import Arguments, Caller, Tool
from prover.verify import Policy

_MOST_TACTICS = 32
_MOST_TEXT = 8 * 2**20
#: What is read in the folder of a run.
_RUN_FILES = ("run.json", "events.jsonl")


class _Try(Placed):
    tactics: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        min_length=1, max_length=_MOST_TACTICS, description="alternatives, each tried on its own; several lines allowed"
    )
    after: str = Field("", description="the script so far: tactic lines that come before them, without `sorry`")
    seconds: float = Field(10.0, gt=0, le=600, description="for each tactic")


class TryTactics(Tool[_Try]):
    name = "try_tactics"
    title = "Try tactics at a hole"
    description = (
        "Tries tactics on the goal of the first `sorry` that is named (or on what the script `after` leaves of it); "
        "says what each leaves. The file stays as it is."
    )
    arguments = _Try
    says = TacticsReport

    async def run(self, given: _Try, caller: Caller) -> TacticsReport:
        source = (await caller.roots()).file(given.path)
        caller.tell("opening the hole")
        async with self.desk.prover.open(source, given.target) as proof:
            state = proof.root
            if given.after.strip():
                (outcome,) = await state.apply(given.after.strip("\n"), seconds=given.seconds)
                if not isinstance(outcome, Progress):
                    said = OutcomeReport.of(given.after, outcome).text
                    raise UserError(f"the script so far (`after`): {said}", code="bad_script")
                state = outcome.handle
            caller.tell(f"trying {len(given.tactics)} tactic(s)")
            found = await state.apply(given.tactics, seconds=given.seconds)
            return TacticsReport.of(proof, state, given.tactics, found)


class _Check(Arguments):
    path: str = Field("", description="of the finished Lean file")
    text: str | None = Field(None, max_length=_MOST_TEXT, description="the finished Lean text, instead of a path")
    against: str = Field("", description="path of the file that states what was to be proved, holes and all")
    against_text: str | None = Field(None, max_length=_MOST_TEXT, description="its text, instead of a path")
    targets: tuple[str, ...] = Field((), description="declarations to be judged; empty: all that matter")
    policy: Policy = Field(
        Policy.FILE, description="file: any command, contained; proof: declarations and tactics only"
    )
    strict: bool = Field(False, description="every constant through the kernel again")
    allow: tuple[str, ...] = Field((), description="axioms beside the three of Lean's logic; native: native_decide's")
    seconds: float = Field(60.0, gt=0, le=3600, description="for the whole check, starts included")

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if bool(self.path) == (self.text is not None):
            raise ValueError("either path or text must be given")
        if self.against and self.against_text is not None:
            raise ValueError("either against or against_text")
        return self


class CheckProof(Tool[_Check]):
    name = "check_proof"
    title = "Verify a finished proof"
    description = (
        "Judges a finished Lean file or text in clean processes: errors, holes, axioms, and, with `against`, whether "
        "it proves what was asked. Only then anything is called proved; without it the best verdict is `consistent`."
    )
    arguments = _Check
    says = CheckReport

    async def run(self, given: _Check, caller: Caller) -> CheckReport:
        submission = await self._source(given.path, given.text, caller)
        stated = bool(given.against) or given.against_text is not None
        reference = await self._source(given.against, given.against_text, caller) if stated else None
        caller.tell("checking")
        options = CheckOptions(given.targets, given.policy, given.strict, given.allow, given.seconds)
        return CheckReport.of(await self.desk.prover.check(submission, reference, options))

    async def _source(self, path: str, text: str | None, caller: Caller) -> SourceFile:
        if text is None:
            return (await caller.roots()).file(path)
        return SourceFile("<text>", text.encode())


class _Premises(Arguments):
    query: str = Field(
        min_length=1, description="a goal (`(xs : List α) : xs.reverse.reverse = xs`, `h : p ⊢ q`), or words"
    )
    path: str = Field("", description="of a Lean file: search what it imports and proves")
    k: int = Field(16, ge=1, le=100, description="how many")


class FindPremises(Tool[_Premises]):
    name = "find_premises"
    title = "Find theorems"
    description = (
        "Finds theorems that may help with a goal, or that some words describe, among the imports of a file and in the "
        "file itself. Local: nothing leaves this machine. The first search of an import takes seconds."
    )
    arguments = _Premises
    says = PremisesReport

    async def run(self, given: _Premises, caller: Caller) -> PremisesReport:
        source = (await caller.roots()).file(given.path) if given.path else SourceFile("<query>", b"")
        caller.tell("searching theorems")
        return PremisesReport.of(await self.desk.prover.premises(given.query, source, given.k))


class _Plan(Arguments):
    run: str = Field("", description="folder of a recorded run (`prove FILE --agent leap --run DIR`)")
    id: str = Field("", description="of a search of this server, instead")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.run) == bool(self.id):
            raise ValueError("either run or id must be given")
        return self


class LemmaDag(Tool[_Plan]):
    name = "lemma_dag"
    title = "Read an agent's plan"
    description = (
        "The lemmas an agent has stated for a run, what became of each (open, proved, refuted, stale), how they hang "
        "together, and what they cost. Neither Lean nor a model is run."
    )
    arguments = _Plan
    says = LemmaDagReport

    async def run(self, given: _Plan, caller: Caller) -> LemmaDagReport:
        if given.id:
            search = self.desk.searches.find(given.id)
            if not search.plan:
                raise UserError(
                    f"search {given.id} has no plan", code="no_plan", hint="start prove mcp with --agent leap --model"
                )
            return LemmaDagReport.of(account(search.plan))
        folder = (await caller.roots()).folder(given.run, _RUN_FILES)
        return LemmaDagReport.of(account(RunFolder.open(folder).events()))
