"""External checkers as programs: what they may say, and what is made of it. Scripts stand in for all of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import pytest

from prover.core import verdict as verdicts
from prover.core.verdict import Consistent, Infrastructure, KernelRefused, Mismatch, Proved, TimedOut, Verdict
from prover.lean.containment import mechanisms
from prover.lean.native import NativeEngine, Project, Toolchain
from prover.lean.native.lake import LakeEnvironment
from prover.lean.native.version import LeanVersion
from prover.verify.external import Case, confirmed
from prover.verify.run import Limits, Run

CASE = Case("theorem t : 1 = 1 := rfl\n", "theorem t : 1 = 1 := sorry\n", ("Init",), filled=("f",), axioms=("mine",))
#: Accepts the sound proof with which a checker is tried out, refuses everything else.
HONEST = 'grep -q "theorem sound" *Submission.lean && exit 0; echo "found a problem"; exit 1'
COMPILER = 'while [ $# -gt 1 ]; do [ "$1" = -o ] && : > "$2"; shift; done'
Scripts = Callable[..., NativeEngine]


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripts:
    """A native engine whose programs are shell scripts, by name; `comparator` lies on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")

    def make(**programs: str) -> NativeEngine:
        folder = tmp_path / "toolchain" / "bin"
        for name, text in {"lean": COMPILER, "lake": 'shift; exec "$@"', **programs}.items():
            script((tmp_path / "path" if name == "comparator" else folder) / name, text)
        toolchain = Toolchain("test", folder / "lean", folder / "lake", LeanVersion(4, 28, 0), "0" * 40)
        project = Project(tmp_path, tmp_path / "lakefile.toml", None)
        lake = LakeEnvironment({"LEAN_PATH": "/oleans"})
        shells = (Path("/bin"), Path("/usr/bin"))
        return NativeEngine(toolchain, project, lake, tmp_path / "bridge", also_reads=shells)

    return make


async def after(
    engine: NativeEngine, *, case: Case = CASE, seconds: float = 30.0, **found: Verdict
) -> tuple[Mapping[str, Verdict], Run]:
    run = Run(Limits(seconds))
    return await confirmed(engine, found or {"t": Proved()}, case, run), run


def ended(words: str) -> bool:
    """Whether, soon, no process has these words in its command line."""
    deadline = time.monotonic() + 20
    while any(words in word for p in psutil.process_iter(["cmdline"]) for word in p.info["cmdline"] or []):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def test_an_accepted_proof_stays_accepted(scripts: Scripts) -> None:
    verdicts_, run = await after(scripts(leanchecker="exit 0"))
    assert verdicts_ == {"t": Proved()} and run.checkers == {"leanchecker": "accepted", "comparator": "absent"}
    assert [why.split()[0] for why in run.unseen] == ["comparator"]


async def test_a_refusal_refuses(scripts: Scripts) -> None:
    found, run = await after(scripts(leanchecker=HONEST), t=Proved(), u=Consistent())
    for name in ("t", "u"):
        verdict = found[name]
        assert isinstance(verdict, KernelRefused) and (verdict.name, verdict.reason) == (name, "leanchecker")
        assert "found a problem" in verdict.report["why"]
    assert run.checkers == {"leanchecker": "refused"}


async def test_what_was_refused_stays_refused(scripts: Scripts) -> None:
    refused = Mismatch(what="statement")
    found, _ = await after(scripts(leanchecker="exit 0", comparator="exit 0"), t=Proved(), u=refused)
    assert found == {"t": Proved(), "u": refused}
    found, run = await after(scripts(leanchecker="touch /nowhere; exit 0"), u=refused)
    assert found == {"u": refused} and run.checkers == {}


async def test_absence_is_named_and_refuses_nothing(scripts: Scripts) -> None:
    found, run = await after(scripts())
    assert found == {"t": Proved()} and set(run.checkers.values()) == {"absent"}
    engine = scripts()
    report = run.report(engine, "file", True, found["t"])
    assert any("leanchecker did not look" in line and "4.28" in line for line in report["uncovered"])
    assert any("comparator did not look" in line for line in report["uncovered"])
    assert report["checkers"]["leanchecker"] == "absent"


@pytest.mark.parametrize("broken", ["exit 1", "kill -9 $$", "exit 137"])
async def test_a_checker_that_does_not_work_is_no_refusal_and_no_acceptance(scripts: Scripts, broken: str) -> None:
    found, run = await after(scripts(leanchecker=broken))
    assert isinstance(found["t"], Infrastructure) and found["t"].error == "leanchecker"
    assert run.checkers == {"leanchecker": "failed"}


async def test_a_checker_that_hangs_is_killed_with_what_it_started(scripts: Scripts, tmp_path: Path) -> None:
    found, run = await after(scripts(leanchecker=f"sh -c 'sleep 60; touch {tmp_path}/late' & wait"), seconds=1.5)
    assert found["t"] == TimedOut("leanchecker") and run.checkers == {"leanchecker": "timed_out"}
    assert ended(f"{tmp_path}/late")


async def test_no_time_left_is_a_timeout(scripts: Scripts) -> None:
    found, _ = await after(scripts(leanchecker="exit 0"), seconds=0.0)
    assert found["t"] == TimedOut("leanchecker")


async def test_a_flood_of_garbage_is_bounded_and_says_nothing(scripts: Scripts) -> None:
    flood = "head -c 20000000 /dev/urandom; "
    found, _ = await after(scripts(leanchecker=flood + "exit 0"))
    assert found["t"] == Proved()
    found, _ = await after(scripts(leanchecker=f"{flood}echo 'all is well, accepted'; {HONEST}"))
    verdict = found["t"]
    assert isinstance(verdict, KernelRefused) and len(verdict.report["why"]) <= 4000


async def test_a_submission_that_lean_will_not_compile_is_not_accepted(scripts: Scripts) -> None:
    found, _ = await after(scripts(leanchecker="exit 0", lean="echo no; exit 1"))
    assert isinstance(found["t"], Infrastructure) and "no" in found["t"].detail
    odd = Case(CASE.submission, CASE.reference, CASE.modules, compiles=False)
    found, run = await after(scripts(leanchecker="exit 0", lean="exit 1"), case=odd)
    assert found["t"] == Proved() and run.checkers["leanchecker"] == "absent"


def said(verdict: Verdict) -> str:
    """What a checker printed that refused."""
    assert isinstance(verdict, KernelRefused)
    return verdict.report["why"]


async def test_programs_see_the_projects_paths_and_not_our_environment(
    scripts: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "key")
    found, _ = await after(scripts(leanchecker=f'env; echo "$@"; {HONEST}'))
    seen = said(found["t"])
    assert "SECRET" not in seen and "LeapProverSubmission" in seen.splitlines()
    (path,) = [line for line in seen.splitlines() if line.startswith("LEAN_PATH=")]
    assert path.endswith(":/oleans") and "bridge" not in path


@pytest.mark.parametrize("name", ["leanchecker", "comparator"])
async def test_checkers_are_contained(scripts: Scripts, tmp_path: Path, name: str) -> None:
    if not mechanisms().files:
        pytest.skip("this system keeps no process from files")
    (tmp_path / "keys").write_text("secret of the project")
    theft = f"cat {tmp_path}/keys; echo forged > {tmp_path}/keys; echo mine > own && cat own; "
    honest = HONEST.replace("Submission", "Solution") if name == "comparator" else HONEST
    found, _ = await after(scripts(**{name: theft + honest}))
    seen = said(found["t"])
    assert "secret" not in seen and "mine" in seen and "found a problem" in seen
    assert (tmp_path / "keys").read_text() == "secret of the project"


async def test_comparator_gets_its_config_and_both_files(scripts: Scripts) -> None:
    show = "cat Challenge.lean Solution.lean $1 lakefile.toml; "
    found, run = await after(scripts(comparator=show + HONEST.replace("Submission", "Solution")))
    assert run.checkers["comparator"] == "refused"
    seen = said(found["t"])
    config = json.loads(seen[seen.index("{") : seen.rindex("}") + 1])
    assert config == {
        "challenge_module": "Challenge",
        "solution_module": "Solution",
        "theorem_names": ["t"],
        "definition_names": ["f"],
        "permitted_axioms": ["Classical.choice", "Quot.sound", "mine", "propext"],
    }
    assert seen.startswith(CASE.reference or "-") and CASE.submission in seen
    found, run = await after(scripts(comparator="exit 0"))
    assert found["t"] == Proved() and run.checkers["comparator"] == "accepted"


async def test_comparator_refuses_and_is_tried_on_a_sound_proof_first(scripts: Scripts) -> None:
    found, _ = await after(scripts(comparator='grep -q "theorem sound" Solution.lean'))
    assert found["t"] == KernelRefused(name="t", reason="comparator", report={"why": ""})
    found, _ = await after(scripts(comparator="exit 1"))
    assert isinstance(found["t"], verdicts.Infrastructure) and found["t"].error == "comparator"


@pytest.mark.parametrize(
    "case",
    [
        Case(CASE.submission, None, ("Init",)),
        Case(CASE.submission, CASE.reference, ("Init", "Mathlib.Order")),
        Case(CASE.submission, CASE.reference, ("Init",), compiles=False),
    ],
)
async def test_comparator_does_not_look_where_it_cannot(scripts: Scripts, case: Case) -> None:
    found, run = await after(scripts(comparator="exit 1"), case=case)
    assert found["t"] == Proved() and run.checkers["comparator"] == "absent"
