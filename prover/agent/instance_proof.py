"""The proof that a statement fails at one instance: each of its hypotheses proved there, its conclusion refuted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prover.agent.binders import binder_kinds
from prover.agent.instances import STATEMENT, Setting, Table, applied
from prover.agent.obligation import spelled
from prover.core.outcome import Progress, Solved
from prover.core.state import Goal, TacticState
from prover.generate import Portfolio, Request
from prover.generate.domains import Item, atom

#: For one tactic at one of the goals of an instance.
_HEARTBEATS = 40_000
_SECONDS = 4.0
_QUICK_SECONDS = 1.0
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
    *(f"intro hall; obtain ⟨k, hk⟩ := hall {n}; {end}" for n in range(3) for end in ("simp at hk", "omega", "grind")),
    "intro ⟨k, hk⟩; have := hk (k + 1); omega",
    "intro a b hab; simpa using hab",
    *(f"exact ⟨{n}, by decide⟩" for n in range(6)),
    *(f"exact ⟨{n}, by simp⟩" for n in range(3)),
    *(f"exact fun hall => absurd (hall {n}) (by decide)" for n in (0, 1, 2, 3, "[]", "[0]", "(-1)", "true", "false")),
    *(f"exact fun hall => absurd (hall {n} {m}) (by decide)" for n in range(3) for m in range(3)),
)
#: So many of them begin with `intro`.
_INTRODUCING = 17


@dataclass(frozen=True, slots=True)
class Denial:
    """A proof of `False` from the statement `h`, in tactic lines, and what is false: the conclusion's negation."""

    lines: tuple[str, ...]
    denied: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proves a statement false at instances of a setting. `printed`: the statement as Lean prints it; `definitions`:
    the names it leads to that may be unfolded."""

    table: Table
    setting: Setting
    printed: str
    definitions: Sequence[str]

    async def refute(self, point: Mapping[int, Item], *, thorough: bool = True) -> Denial | None:
        """The proof at one instance, or None. `thorough`: more than the plainest tactics is tried."""
        args, slots = self._arguments(point)
        opened = await self.table.open(f"refine absurd ({applied(args)}) ?_")
        if opened is None:
            return None
        goals = opened.state.goals
        proofs: list[str] | None = None
        if len(goals) == len(slots) + 1 and len({g.group for g in goals}) == len(goals):
            proofs = await self._close_all(opened, thorough=thorough)
            if proofs is None:
                return None
        given = dict(zip(slots, proofs[:-1], strict=True)) if proofs else {}
        last = proofs[-1] if proofs else "decide"
        for text in _applications(self.setting, args, given, binder_kinds(self.printed)):
            lines = _written(text, last)
            outcomes = await self.table.tell(["\n".join(lines)])
            if outcomes and isinstance(outcomes[0], Solved):
                return Denial(lines, goals[-1].target)
        return None

    async def first_decided(self, points: Sequence[Mapping[int, Item]]) -> int | None:
        """The number of the first instance that is false by deciding everything; one call for all of them."""
        tactics: list[str] = []
        for point in points:
            args = ["(by decide)" if arg == "?_" else arg for arg in self._arguments(point)[0]]
            tactics.append(f"exact absurd ({applied(args)}) (by decide)")
        outcomes = await self.table.tell(
            tactics, seconds=_QUICK_SECONDS, total=2 * _QUICK_SECONDS, heartbeats=_HEARTBEATS, stop_at_solved=True
        )
        return len(outcomes) - 1 if outcomes and isinstance(outcomes[-1], Solved) else None

    def _arguments(self, point: Mapping[int, Item]) -> tuple[list[str], list[int]]:
        """What the statement is applied to, and which of it are proofs to be found (`?_`)."""
        args: list[str] = []
        slots: list[int] = []
        for variable in self.setting.variables:
            i = variable.index
            if i in self.setting.fixed:
                args.append(self.setting.fixed[i])
            elif variable.is_prop:
                args.append("?_")
                slots.append(i)
            else:
                args.append(atom(point[i].text))
        return args, slots

    async def _close_all(self, opened: Progress[int], *, thorough: bool) -> list[str] | None:
        """A tactic for each goal; None when one stays open. The last one, which fails the most often, comes first."""
        count = len(opened.state.goals)
        found: dict[int, str] = {}
        for n in (count - 1, *range(count - 1)):
            state, seen = await self.table.worker.focus(opened.handle, [n])
            self.table.kept.append(state)
            tactic = await self._closer(state, seen, thorough=thorough)
            if tactic is None:
                return None
            found[n] = tactic
        return [found[n] for n in range(count)]

    async def _closer(self, state: int, seen: TacticState, *, thorough: bool) -> str | None:
        tried: list[str] = []
        for portion in _closers(seen, self.definitions) if thorough else [_PLAIN[:5]]:
            fresh = [t for t in dict.fromkeys(portion) if t not in tried]
            tried += fresh
            outcomes = await self.table.tell(
                fresh, state=state, seconds=_SECONDS, heartbeats=_HEARTBEATS, stop_at_solved=True
            )
            if outcomes and isinstance(outcomes[-1], Solved):
                return fresh[len(outcomes) - 1]
        return None


def _closers(seen: TacticState, definitions: Sequence[str]) -> Iterator[list[str]]:
    goal = seen.goals[0]
    mentioned = {spelled(name) for name in goal.symbols}
    used = list(definitions) if mentioned & set(definitions) else []
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
        yield [f"simp only [{names}]; {t}" for t in _QUANTIFIED[:_INTRODUCING]] + [f"intro hx; simp_all [{names}]"]
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
    full = [f"(by {proofs.get(i, 'decide')})" if a == "?_" else a for i, a in enumerate(args)]
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
