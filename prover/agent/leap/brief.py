"""What a role is told of the lemma it is to work on."""

from __future__ import annotations

from dataclasses import dataclass

from prover.agent.leap.lemma import Statement


@dataclass(frozen=True, slots=True)
class Known:
    """A lemma of the plan, as others see it."""

    name: str
    text: str
    standing: str
    informal: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that failed. `what`: the action (`prove`, `plan` ...); `text`: what was tried; `faults`: why it
    failed."""

    what: str
    text: str
    faults: str


@dataclass(frozen=True, slots=True)
class Brief:
    """The task and all that is known about it.

    `before`: the user's file up to the place; `definitions`: those that plans added; `lemmas`: what may be called on;
    `above`: what needs this lemma, nearest first: stating one of those again leads nowhere. `hints`: the person's.
    `premises`: theorems that may help, as Lean prints them. `tried`: oldest first. `work`: a text that is to be mended
    or judged, and `faults`, what Lean or a reviewer says of it. `unusable`: why the last reply was
    of no use.
    """

    statement: Statement
    before: str
    definitions: str = ""
    lemmas: tuple[Known, ...] = ()
    above: tuple[Known, ...] = ()
    hints: tuple[str, ...] = ()
    premises: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()
    work: str = ""
    faults: str = ""
    unusable: str = ""
