"""A script taken apart into its steps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A tactic block inside a step, cut as well. `case`: the name of the case it is for, empty where its place says."""

    steps: tuple[ScriptStep, ...]
    case: str = ""


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step of a script.

    `text`: as it was written, unindented; empty for a step that cannot be parsed to its end. `blocks`: the blocks that
    prove goals of their own, in the order they were written; `head`: the step with each of them left open (`?_`), or
    what has to be run before the only block (empty: nothing). `kind` says whose goals they are:

    `tactic`: there are none; `every`, `any`: none, and the step is about all goals (`all_goals`, `any_goals`);
    `focus`: the first goal (`·`, `next`); `case`: the goal of the case the block names; `have`: the block's is second,
    the first goes on; `suffices`, `obtain`: the block's is first, the others go on; `arms`: one goal a block;
    `calc`: one goal a block, and at most one that goes on.
    """

    text: str
    kind: str = "tactic"
    head: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """The steps of a script, as far as it can be parsed. `problem`: why it ends there, empty for all of it; `at`: where
    that is, in bytes."""

    steps: tuple[ScriptStep, ...]
    problem: str = ""
    at: int = 0
