"""The proof that a statement fails at one instance: each of its hypotheses proved there, its conclusion refuted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prover.agent.binders import binder_kinds
from prover.agent.instances import STATEMENT, Setting, Table, applied
from prover.core.outcome import Progress, Solved
from prover.core.state import Goal, TacticState
from prover.generate import Portfolio, Request
from prover.generate.domains import Item, atom

#: For one tactic at one of the goals of an instance.
_HEARTBEATS = 40_000
_SECONDS = 4.0
_PROPOSALS = 24
#: What closes most instances, the plainest first.
_PLAIN = ("decide", "simp", "omega", "rfl", "trivial", "decide +kernel", "infer_instance", "grind")
_QUANTIFIED = (
    "intros; omega",
    "intros; simp_all",
    "intros; grind",
    "intro ⟨k, hk⟩; omega",
    "intro ⟨k, hk⟩; rcases k with _ | _ | _ | k <;> grind",
    "intro ⟨k, hk⟩; rcases k with _ | _ | _ | _ | _ | _ | k <;> grind",
    *(f"exact ⟨{n}, by decide⟩" for n in range(6)),
    *(f"exact ⟨{n}, by simp⟩" for n in range(3)),
    *(f"exact fun hall => absurd (hall {n}) (by decide)" for n in (0, 1, 2, 3, "[]", "[0]", "(-1)", "true", "false")),
    *(f"exact fun hall => absurd (hall {n} {m}) (by decide)" for n in range(3) for m in range(3)),
)


@dataclass(frozen=True, slots=True)
class Refuted:
    """A proof of `False` from the statement `h`, in tactic lines, and what is false: the conclusion's negation."""

    lines: tuple[str, ...]
    denied: str


async def refute_at(
    table: Table, setting: Setting, point: Mapping[int, Item], printed: str, definitions: Sequence[str]
) -> Refuted | None:
    """Proves the statement false at `point`, or gives up on it.

    `printed`: the statement as Lean prints it. `definitions`: names that may be unfolded.
    """
    args: list[str] = []
    slots: list[int] = []
    for variable in setting.variables:
        i = variable.index
        if i in setting.fixed:
            args.append(setting.fixed[i])
        elif variable.is_prop:
            args.append("?_")
            slots.append(i)
        else:
            args.append(atom(point[i].text))
    opened = await table.open(f"refine absurd ({applied([_argument(a) for a in args])}) ?_")
    if opened is None:
        return None
    goals = opened.state.goals
    denied = goals[-1].target
    proofs: list[str] | None = None
    if len(goals) == len(slots) + 1 and len({g.group for g in goals}) == len(goals):
        proofs = await _close_all(table, opened, definitions)
        if proofs is None:
            return None
    given = dict(zip(slots, proofs[:-1], strict=True)) if proofs else {}
    last = proofs[-1] if proofs else "decide"
    for texts in _applications(setting, args, given, binder_kinds(printed)):
        lines = _written(texts, last)
        outcomes = await table.tell(["\n".join(lines)])
        if outcomes and isinstance(outcomes[0], Solved):
            return Refuted(lines, denied)
    return None


def _argument(text: str) -> str:
    return text if text == "?_" else atom(text)


async def _close_all(table: Table, opened: Progress[int], definitions: Sequence[str]) -> list[str] | None:
    """A tactic for each goal; None when one stays open. The last one, which is false the least often, comes first."""
    count = len(opened.state.goals)
    found: dict[int, str] = {}
    for n in (count - 1, *range(count - 1)):
        state, seen = await table.worker.focus(opened.handle, [n])
        table.kept.append(state)
        tactic = await _closer(table, state, seen, definitions)
        if tactic is None:
            return None
        found[n] = tactic
    return [found[n] for n in range(count)]


async def _closer(table: Table, state: int, seen: TacticState, definitions: Sequence[str]) -> str | None:
    tried: list[str] = []
    for portion in _closers(seen, definitions):
        fresh = [t for t in dict.fromkeys(portion) if t not in tried]
        tried += fresh
        outcomes = await table.tell(fresh, state=state, seconds=_SECONDS, heartbeats=_HEARTBEATS, stop_at_solved=True)
        if outcomes and isinstance(outcomes[-1], Solved):
            return fresh[len(outcomes) - 1]
    return None


def _closers(seen: TacticState, definitions: Sequence[str]) -> Iterator[list[str]]:
    goal = seen.goals[0]
    used = [d for d in definitions if d in (*goal.symbols, *goal.around)]
    yield list(_PLAIN[:5])
    if used:
        names = ", ".join(used)
        yield [
            f"simp [{names}]",
            f"simp only [{names}]; decide",
            f"dsimp only [{names}]; decide",
            f"grind [{names}]",
            f"simp only [{names}]; omega",
            *(f"exact ⟨{n}, by decide⟩" for n in range(6)),
            f"unfold {' '.join(used)}; intro ⟨k, hk⟩; omega",
            "intro hx; cases hx",
        ]
    yield list(_PLAIN[5:])
    yield list(_QUANTIFIED)
    if used:
        names = ", ".join(used)
        yield [f"simp only [{names}]; {t}" for t in _QUANTIFIED[:6]] + [f"intro hx; simp_all [{names}]"]
    proposals = Portfolio().propose(Request(_alone(seen), n=_PROPOSALS))
    yield [c.text for c in proposals if "\n" not in c.text]


def _alone(seen: TacticState) -> TacticState:
    """The goal without the statement that is refuted."""
    goal = seen.goals[0]
    rest = tuple(h for h in goal.hypotheses if h.name != STATEMENT)
    return TacticState((Goal(goal.target, rest, goal.case, 0, goal.is_prop, goal.symbols, goal.around),), "")


def _applications(
    setting: Setting, args: Sequence[str], proofs: Mapping[int, str], kinds: Sequence[str]
) -> Iterator[str]:
    """The statement applied, the shortest way of writing it first."""
    full = [f"(by {proofs.get(i, 'decide')})" if a == "?_" else _argument(a) for i, a in enumerate(args)]
    if len(kinds) >= len(full):
        explicit = [f for f, kind in zip(full, kinds, strict=False) if kind == "explicit"]
        yield " ".join([STATEMENT, *explicit])
        named = [
            f"({v.name} := {setting.fixed.get(v.index) or full[v.index]})"
            for v in setting.variables
            if kinds[v.index] == "implicit" and not v.is_prop
        ]
        if named:
            yield " ".join([STATEMENT, *named, *explicit])
    yield applied(full)


def _written(application: str, last: str) -> tuple[str, ...]:
    line = f"exact absurd ({application}) (by {last})"
    if len(line) <= 96:
        return (line,)
    return (f"refine absurd ({application}) ?_", last)
