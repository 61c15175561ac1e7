"""What a person sees while the agent works: a table on a terminal, lines elsewhere, nothing with --quiet."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from prover.cli.plan_view import PlanView
from prover.cli.terminal import Live

STATED = ("PlanStands", {"lemmas": {"gauss": "open"}, "tokens": 0, "calls": 0, "money": 0.0})
PLANNED = ("LemmaTakenUp", {"lemma": "gauss", "action": "plan"})
ASKED = ("RoleAsked", {"role": "planner", "asked": 2, "tokens": 1200, "tools": 1})
LEFT = ("LemmaLeft", {"lemma": "gauss", "action": "plan", "helped": True, "standing": "open"})
MORE = ("PlanStands", {"lemmas": {"step": "open"}, "tokens": 1200, "calls": 2, "money": 0.03})
PROVING = ("LemmaTakenUp", {"lemma": "step", "action": "prove"})
DONE = ("PlanStands", {"lemmas": {"step": "proved", "gauss": "proved"}, "tokens": 1500, "calls": 3, "money": 0.04})
COURSE = [STATED, PLANNED, ASKED, LEFT, MORE, PROVING]
EVIL = "«a\x1b[31m\u202eb\n c»"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(view: PlanView, width: int = 80) -> list[str]:
    console = Console(width=width, record=True, file=io.StringIO(), force_terminal=True)
    console.print(view)
    return [line.rstrip() for line in console.export_text().splitlines()]


def told(view: PlanView, *events: tuple[str, Mapping[str, Any]]) -> list[str]:
    return [line for kind, payload in events for line in view.observe(kind, payload)]


def test_lemmas_with_their_standing_what_is_done_and_what_it_cost() -> None:
    clock = Clock()
    view = PlanView(clock)
    told(view, *COURSE)
    clock.now += 65
    first, second, last = drawn(view)
    assert re.fullmatch(r"○ gauss +open", first) and re.fullmatch(r"○ step +proving it +1:05", second)
    assert last == "2 open · 2 questions, 1,200 tokens · 0.0300 USD · 1:05"
    told(view, DONE, ("Verifying", {"targets": ["gauss"]}))
    first, second, note, last = drawn(view)
    assert re.fullmatch(r"✓ step +proved", first) and re.fullmatch(r"✓ gauss +proved", second)
    assert note == "verifying 1 proof(s)"
    assert last == "2 proved · 3 questions, 1,500 tokens · 0.0400 USD · 1:05"


def test_the_same_in_lines() -> None:
    clock = Clock()
    view = PlanView(clock)
    assert told(view, *COURSE) == [
        "[0:00] gauss: open (new)",
        "[0:00] gauss: planning",
        "[0:00] step: open (new)",
        "[0:00] step: proving it",
    ]
    clock.now += 3600
    assert told(view, DONE) == ["[1:00:00] step: proved", "[1:00:00] gauss: proved"]
    assert told(view, ("ModelFailed", {"code": "model_gone", "message": "x"})) == [
        "[1:00:00] the model failed (model_gone); going on without its answer"
    ]
    edit = {"what": "restated", "name": EVIL, "refused": "no"}
    assert told(view, ("PersonEdited", edit)) == [
        "[1:00:00] your edit: restated «a\\u{1b}[31m\\u{202e}b c», refused: no"
    ]


def test_costs_of_earlier_runs_count() -> None:
    view = PlanView(Clock())
    told(view, ("PlanStands", {"lemmas": {}, "tokens": 500, "calls": 4, "money": 0.0}), ASKED)
    assert drawn(view) == ["no lemmas yet · 6 questions, 1,700 tokens · 0:00"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_many_lemmas_with_long_and_evil_names_fit(width: int) -> None:
    view = PlanView(Clock())
    names = [f"{'very_' * 30}{i}" for i in range(40)] + [EVIL]
    standings = {name: "proved" if i < 20 else "open" for i, name in enumerate(names)}
    told(view, ("PlanStands", {"lemmas": standings, "tokens": 0, "calls": 0, "money": 0.0}))
    told(view, ("LemmaTakenUp", {"lemma": names[3], "action": "search"}))
    lines = drawn(view, width)
    assert len(lines) == 14 and lines[-2].strip() == "and 29 more"
    assert all(len(line) <= width for line in lines)
    assert "a long" in "".join(lines), "what is worked on is shown first"
    assert not any(hidden in "".join(lines) for hidden in "\x1b\u202e")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch, *, quiet: bool = False, typed: bool = False, **environment: str) -> str:
    """What reaches a terminal of 80 columns while the agent works."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40", **environment}.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Live(quiet=quiet, typed=typed) as live:
        live.observe("FileOpened", {"file": "f", "targets": ["gauss"]})
        live.observe("AgentStarted", {"targets": ["gauss"]})
        for event in [*COURSE, DONE]:
            live.observe(*event)
    return terminal.getvalue()


def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watched(monkeypatch)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert re.search(r"✓ gauss +proved", plain) and "2 proved · 3 questions, 1,500 tokens" in plain
    assert "\x1b[32m" in seen and "(new)" not in plain
    assert seen.rstrip().endswith("\x1b[2K"), "it is wiped away in the end"


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watched(monkeypatch, NO_COLOR="1")
    assert "✓ gauss" in seen
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", seen)


def test_a_terminal_that_cannot_draw_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watched(monkeypatch, TERM="dumb")
    assert "] gauss: proved\n" in seen and "\x1b" not in seen


def test_nothing_is_drawn_over_what_somebody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watched(monkeypatch, typed=True)
    assert "] gauss: proved\n" in seen and "\x1b" not in seen and "\r" not in seen


def test_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, quiet=True) == ""


@pytest.mark.parametrize("quiet", [False, True])
def test_without_a_terminal(quiet: bool, capfd: pytest.CaptureFixture[str]) -> None:
    with Live(quiet=quiet) as live:
        live.observe("TargetStarted", {"name": "gauss"})
        live.observe("AgentStarted", {"targets": ["gauss"]})
        for event in COURSE:
            live.observe(*event)
    out, err = capfd.readouterr()
    lines = [re.sub(r"^\[\d:\d\d\] ", "", line) for line in err.splitlines()]
    wanted = ["gauss: open (new)", "gauss: planning", "step: open (new)", "step: proving it"]
    assert (out, lines) == ("", [] if quiet else wanted)
