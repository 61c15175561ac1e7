"""What the agent records: enough to have its plan again, and to see why it did what it did."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.lemma import Statement
from prover.events import payload

#: What the events of a plan are recorded under.
PLAN = "leap"


@payload("LemmaStated")
@dataclass(frozen=True, slots=True)
class LemmaStated:
    """A lemma is in the plan. `target`: it was asked for; else it is kept for whoever needs it."""

    lemma: Statement
    target: bool = False


@payload("PlanCommitted")
@dataclass(frozen=True, slots=True)
class PlanCommitted:
    """`parent` (a key) follows from `lemmas` by `script`; Lean has checked that."""

    parent: str
    lemmas: tuple[Statement, ...]
    script: str
    definitions: str = ""
    plan: str = ""


@payload("PlanRefused")
@dataclass(frozen=True, slots=True)
class PlanRefused:
    """A plan for `parent` that was not committed. `reason`: as `Refusal`, or `faults`, `restated`, `review`."""

    parent: str
    reason: str
    detail: str = ""


@payload("PlanGivenUp")
@dataclass(frozen=True, slots=True)
class PlanGivenUp:
    """The decomposition with this number is not worked on any more."""

    number: int
    reason: str


@payload("LemmaProved")
@dataclass(frozen=True, slots=True)
class LemmaProved:
    """A lemma has a proof of its own. `verdict`: the ladder's, of the lemma in its place."""

    key: str
    script: str
    source: str
    verdict: str = ""


@payload("LemmaRefuted")
@dataclass(frozen=True, slots=True)
class LemmaRefuted:
    """A lemma is false: `script` proves its negation."""

    key: str
    script: str
    source: str


@payload("LemmaRestated")
@dataclass(frozen=True, slots=True)
class LemmaRestated:
    """A person put another statement in place of the lemma with key `old`."""

    old: str
    lemma: Statement


@payload("LemmaDropped")
@dataclass(frozen=True, slots=True)
class LemmaDropped:
    """A person does not want a lemma: the decompositions into it are given up. Should it be proved, it stays so."""

    key: str


@payload("HintGiven")
@dataclass(frozen=True, slots=True)
class HintGiven:
    """A person's hint for a lemma; `withdrawn`: it is one no longer."""

    key: str
    text: str
    withdrawn: bool = False


@payload("DefinitionsGiven")
@dataclass(frozen=True, slots=True)
class DefinitionsGiven:
    """Declarations that a person added, to stand before the lemmas."""

    text: str


@payload("ActionChosen")
@dataclass(frozen=True, slots=True)
class ActionChosen:
    """What is done next, and why: `gain` expected of it, `cost` (seconds) expected for it, and how many choices there
    were; `reason`: the same in words, with what came next."""

    key: str
    action: str
    gain: float
    cost: float
    choices: int
    reason: str = ""


@payload("ActionEnded")
@dataclass(frozen=True, slots=True)
class ActionEnded:
    """What came of an action on a lemma: `success`, `failure`, `lost` (Lean was), or `interrupted`, which says nothing
    of the lemma. `text` was tried, `faults` is why it failed. Tokens a model wrote, US dollars,
    wall seconds, seconds of Lean, calls of a model."""

    key: str
    action: str
    outcome: str
    text: str = ""
    faults: str = ""
    tokens: int = 0
    money: float = 0.0
    seconds: float = 0.0
    lean_seconds: float = 0.0
    calls: int = 0


@payload("Diagnosed")
@dataclass(frozen=True, slots=True)
class Diagnosed:
    """Why a lemma resists: STATEMENT_WRONG, TOO_HARD, MISSING_PREMISE or BUDGET; the next plan reads it."""

    key: str
    diagnosis: str
    advice: str = ""
    counterexample: str = ""


@payload("LimitReached")
@dataclass(frozen=True, slots=True)
class LimitReached:
    """A limit of a lemma (`key`), or (`key` empty) of the whole run, is reached: work on it ends. `limit`: its name,
    `used` of `most`."""

    key: str
    limit: str
    used: float
    most: float


@payload("LeanUsed")
@dataclass(frozen=True, slots=True)
class LeanUsed:
    """Wall seconds of Lean for what is about the file and no lemma's attempt. `part`: `opening` it (the statements and
    a person's edits included), `assembling` what was proved, `judging` the file with it."""

    part: str
    seconds: float


@payload("ModelsNamed")
@dataclass(frozen=True, slots=True)
class ModelsNamed:
    """The models that are asked from now on; `unpriced`: those of which it is not known what they cost."""

    models: tuple[str, ...]
    unpriced: tuple[str, ...] = ()


@payload("AgentEnded")
@dataclass(frozen=True, slots=True)
class AgentEnded:
    """The agent stopped: `proved` (all targets), `budget_NAME`, `exhausted`, `interrupted`, `model_failed`."""

    stop: str
    proved: tuple[str, ...]
    open: tuple[str, ...]
