"""External checkers: under `strict`, on a native engine, programs that are not ours look at what the ladder accepted.

`leanchecker` comes with Lean since 4.28: it replays the submission's compiled module through the kernel, in a
process that reads it from disk. comparator (github.com/leanprover/comparator), where installed, compares and replays
challenge and solution by itself. Both speak by their exit status; their words are evidence only. What they refuse is
refused; nothing they say makes a refused proof accepted; what is not there is named in the report. They run
contained, as Lean does: a submission's code runs while it is compiled for them.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from prover.core import verdict as verdicts
from prover.core.verdict import Verdict
from prover.lean.engine import Command, LeanEngine
from prover.lean.native.checker import Ended, run_to_end
from prover.lean.native.engine import NativeEngine
from prover.lean.scratch import Scratch
from prover.verify.footing import STANDARD_AXIOMS, TOOLCHAIN_MODULES
from prover.verify.run import Run, Settled

_MODULE = "LeapProverSubmission"
_SOUND = "theorem sound : True := trivial\n"
_OPEN = "theorem sound : True := sorry\n"
_LAKEFILE = 'name = "check"\n\n[[lean_lib]]\nname = "Challenge"\n\n[[lean_lib]]\nname = "Solution"\n'


@dataclass(frozen=True, slots=True)
class Case:
    """What was checked. `modules`: its imports; `compiles`: whether submission and reference have no errors at all,
    so that Lean's command line compiles them too."""

    submission: str
    reference: str | None
    modules: tuple[str, ...]
    targets: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()
    compiles: bool = True

    @property
    def known_good(self) -> Case:
        """A case that every working checker accepts."""
        return Case(_SOUND, _OPEN, ("Init",), ("sound",))


class Absent(Exception):
    """A checker cannot look at this case; why."""


class Failed(Exception):
    """A checker did not get to an answer; why."""


Checker = Callable[[NativeEngine, Case, Run], Awaitable[Ended]]


async def confirmed(engine: LeanEngine, found: Mapping[str, Verdict], case: Case, run: Run) -> dict[str, Verdict]:
    """The verdicts after the external checkers: the accepted ones stay, or give way to a refusal."""
    checked = dict(found)
    if not isinstance(engine, NativeEngine):
        return checked
    for name, checker in _CHECKERS.items():
        accepted = tuple(target for target, verdict in checked.items() if _accepts(verdict))
        if not accepted:
            break
        since = time.monotonic()
        refusal = await _refusal(name, checker, engine, replace(case, targets=accepted), run)
        run.spent(name, since)
        if refusal is not None:
            checked |= {target: _for_target(refusal, target) for target in accepted}
    return checked


async def _refusal(name: str, checker: Checker, engine: NativeEngine, case: Case, run: Run) -> Verdict | None:
    """What stands in the way of acceptance after one checker; `None`: nothing."""
    try:
        ended = await checker(engine, case, run)
        if ended.status == 0:
            run.checkers[name] = "accepted"
            return None
        if ended.status is not None and ended.status > 0:
            # Exit status 1 is a refusal, and all that goes wrong besides. What it says of a sound proof tells.
            sound = await checker(engine, case.known_good, run)
            if sound.status == 0:
                run.checkers[name] = "refused"
                return verdicts.KernelRefused(reason=name, report={"why": ended.said})
            if sound.status is not None:
                raise Failed(f"it refuses a sound proof (exit status {sound.status}): {sound.said}")
            ended = sound
        if ended.status is None:
            run.checkers[name] = "timed_out"
            return verdicts.TimedOut(name)
        raise Failed(f"it ended by signal {-ended.status}: {ended.said}")
    except Absent as absent:
        run.checkers[name] = "absent"
        run.unseen.append(f"{name} did not look at it: {absent}")
        return None
    except Settled as settled:
        run.checkers[name] = "timed_out"
        return settled.verdict
    except (Failed, OSError) as failed:
        run.checkers[name] = "failed"
        return verdicts.Infrastructure(error=name, detail=str(failed))


def _accepts(verdict: Verdict) -> bool:
    return isinstance(verdict, verdicts.Proved | verdicts.ProvedModulo | verdicts.Consistent)


def _for_target(refusal: Verdict, target: str) -> Verdict:
    return replace(refusal, name=target) if isinstance(refusal, verdicts.KernelRefused) else refusal


async def _leanchecker(engine: NativeEngine, case: Case, run: Run) -> Ended:
    """`lean -o` on the submission, then `leanchecker` on the module."""
    program = engine.toolchain.lean.with_name("leanchecker")
    if not program.is_file():
        raise Absent(f"Lean {engine.lean_version} has none (it comes with Lean since 4.28)")
    if not case.compiles:
        raise Absent("the file has errors, as its reference has, and does not compile by itself")
    scratch = Scratch()
    try:
        source, olean = scratch.path / f"{_MODULE}.lean", scratch.path / f"{_MODULE}.olean"
        source.write_text(case.submission, encoding="utf-8")
        compiler = (str(engine.toolchain.lean), "-R", str(scratch.path), "-o", str(olean), str(source))
        compiled = await run_to_end(_in_project(engine, compiler, scratch.path), seconds=run.left("leanchecker"))
        if compiled.status is None:
            return compiled
        if compiled.status != 0 or not olean.is_file():
            raise Failed(f"`lean -o` failed on the submission (exit status {compiled.status}): {compiled.said}")
        command = _in_project(engine, (str(program), _MODULE), scratch.path)
        return await run_to_end(command, seconds=run.left("leanchecker"))
    finally:
        scratch.remove()


def _in_project(engine: NativeEngine, argv: tuple[str, ...], scratch: Path) -> Command:
    """A program with the project's search path and the scratch folder, without the Bridge."""
    folders = [str(scratch), *(str(folder) for folder in engine.environment.folders("LEAN_PATH"))]
    env = {**engine.variables(scratch), "LEAN_PATH": os.pathsep.join(folders)}
    return engine.contained(argv, env, scratch)


async def _comparator(engine: NativeEngine, case: Case, run: Run) -> Ended:
    """A Lake project with the two files, `lake env comparator CONFIG` in it. Its own sandbox stands within ours."""
    program = shutil.which("comparator")
    if program is None:
        raise Absent("it is not installed")
    if case.reference is None:
        raise Absent("there is no reference to compare with")
    if not case.compiles:
        raise Absent("the files have errors and do not compile by themselves")
    if any(module.split(".")[0] not in TOOLCHAIN_MODULES for module in case.modules):
        raise Absent("the file imports packages, and it builds in a project of its own")
    scratch = Scratch()
    try:
        folder = scratch.path
        (folder / "lakefile.toml").write_text(_LAKEFILE, encoding="utf-8")
        (folder / "Challenge.lean").write_text(case.reference, encoding="utf-8")
        (folder / "Solution.lean").write_text(case.submission, encoding="utf-8")
        (folder / "config.json").write_text(json.dumps(_config(case)), encoding="utf-8")
        programs = engine.toolchain.lean.parent
        path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
        passed = {name: value for name, value in os.environ.items() if name.startswith("COMPARATOR_")}
        # Contained, neither the system's configuration of git can be read nor Lake's cache be written.
        env = {**passed, "PATH": path, "GIT_CONFIG_NOSYSTEM": "1", "LAKE_ARTIFACT_CACHE": "false"}
        env |= {"HOME": str(folder), "TMPDIR": str(folder)}
        argv = (str(engine.toolchain.lake), "env", program, "config.json")
        command = engine.contained(argv, env, folder, _programs(path, program, *passed.values()))
        return await run_to_end(command, seconds=run.left("comparator"))
    finally:
        scratch.remove()


def _programs(path: str, *named: str) -> tuple[Path, ...]:
    """Where comparator finds what it starts: landrun, lean4export, git, perhaps another kernel."""
    beside = (Path(name).resolve().parent for name in named if os.path.isabs(name))
    return (*(Path(part) for part in path.split(os.pathsep) if part), *beside)


def _config(case: Case) -> dict[str, object]:
    return {
        "challenge_module": "Challenge",
        "solution_module": "Solution",
        "theorem_names": list(case.targets),
        "definition_names": list(case.filled),
        "permitted_axioms": sorted(STANDARD_AXIOMS | set(case.axioms)),
    }


_CHECKERS: dict[str, Checker] = {"leanchecker": _leanchecker, "comparator": _comparator}
