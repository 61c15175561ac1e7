"""The searches of attempts find their way into a page, as far as there is room."""

from __future__ import annotations

from pathlib import Path

from bench_runs import failed, make, problem, proved

from prover.bench.record import Record, read_record
from prover.bench.trees import search_file, trees
from prover.events import Event, EventLog, Opaque


def event(kind: str, **fields: object) -> Event:
    return Event("1", 0, 1.0, None, kind, 1, Opaque(kind, 1, fields))


def search(states: int) -> list[Event]:
    opened = [event("NodeOpened", node=n, goal=f"⊢ goal {n}") for n in range(states)]
    return [
        event("SearchStarted", name="t", root="", seconds=60.0),
        *opened,
        event("SearchEnded", stop="exhausted", proof=[]),
    ]


def run(path: Path, sizes: dict[str, int]) -> Record:
    """A run with two attempts at each of two problems. `sizes`: states of the searches that were kept, by unit."""
    ends = [proved("p1"), proved("p1", 2), failed("p2"), failed("p2", 2)]
    make(path, [problem(1), problem(2)], ends, attempts=2)
    for unit, states in sizes.items():
        name, number = unit.split("#")
        file = search_file(path, name, int(number))
        file.parent.mkdir(exist_ok=True)
        with EventLog(file) as log:
            for one in search(states):
                log.append(one)
    return read_record(path)


def test_all_where_there_is_room(tmp_path: Path) -> None:
    a, b = run(tmp_path / "a", {"p1#1": 3, "p2#2": 2}), run(tmp_path / "b", {"p1#1": 1})
    found = trees([a, b])
    assert set(found.searches) == {(0, "p1#1"), (0, "p2#2"), (1, "p1#1")} and found.left_out == 0
    (first,) = found.searches[0, "p1#1"]
    assert [found.texts[state[1][0]] for state in first["states"]] == ["⊢ goal 0", "⊢ goal 1", "⊢ goal 2"]
    # A text is kept once, whichever search has it.
    assert len(found.texts) == len(set(found.texts))


def test_first_attempts_come_first_and_what_is_too_large_is_passed_over(tmp_path: Path) -> None:
    record = run(tmp_path / "run", {"p1#1": 300, "p1#2": 3, "p2#1": 3})
    found = trees([record], room=3000)
    assert set(found.searches) == {(0, "p1#2"), (0, "p2#1")} and found.left_out == 1
    none = trees([record], room=0)
    assert none.searches == {} and none.left_out == 3 and none.texts == []


def test_a_file_that_is_no_log(tmp_path: Path) -> None:
    record = run(tmp_path / "run", {"p1#1": 2, "p2#1": 2})
    search_file(record.path, "p1", 1).write_text("{}\n")
    found = trees([record])
    assert set(found.searches) == {(0, "p2#1")} and found.unreadable == ("p1#1",)
