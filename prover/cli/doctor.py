"""`prove doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.terminal import output, safe
from prover.core.errors import ProverError, SetupError

DOCTOR_SCHEMA = "leap-prover/doctor/1"
_TRIVIAL = "theorem doctor (a b : Nat) : a + b = b + a := by\n  omega\n"
_OPEN = "theorem doctor (a b : Nat) : a + b = b + a := by\n  sorry\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its stable code, whether it passed, what was seen, what to do if not.

    `warning`: it passed, and yet something is less than it could be; `remedy` says what helps.
    """

    code: str
    ok: bool
    seen: str
    remedy: str = ""
    warning: bool = False


def run(
    path: Annotated[Path, typer.Argument(help="A file or folder of the Lake project to look at.")] = Path("."),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Check the installation: Python, Node, the embedded Lean file by file, a worker, a verified proof; then
    the user's own Lean for the Lake project at PATH, if it lies in one.

    Example: `prove doctor proofs`

    Exit code: 0 when every check passes, warnings among them, else 3.
    """
    findings: list[Finding] = []
    for check in (_python, _node, _disk, _files, _containment, _proof):
        findings.append(_guarded(check))
        if not findings[-1].ok:
            break
    findings.extend(native_findings(path))
    ok = all(finding.ok for finding in findings)
    if as_json:
        print(json.dumps({"schema": DOCTOR_SCHEMA, "ok": ok, "findings": [asdict(f) for f in findings]}, indent=2))
        return 0 if ok else 3
    for finding in findings:
        mark = Text("warns", "yellow") if finding.warning else Text("ok   ", "green")
        mark = mark if finding.ok else Text("fails", "red")
        output().print(mark + Text(f" {finding.code}: {safe(finding.seen)}"))
        if (finding.warning or not finding.ok) and finding.remedy:
            output().print(Text(f"      {finding.remedy}"))
    if not ok:
        output().print(Text("docs/troubleshooting.md has more on each code."))
    return 0 if ok else 3


def _guarded(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except ProverError as error:
        return Finding(error.code, False, error.message, error.hint)


def _python() -> Finding:
    return Finding(
        "python",
        sys.version_info >= (3, 11),
        f"Python {platform.python_version()} on {platform.platform()}",
        "use Python 3.11 or newer",
    )


def _node() -> Finding:
    from prover.lean.embedded.node import node_program

    return Finding("node", True, str(node_program()))


def _disk() -> Finding:
    from prover.lean.embedded.installation import cache_folder

    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // 2**20
    return Finding("disk", free > 1000, f"{free} MiB free in {folder}", "free a gigabyte, or set PROVER_CACHE_DIR")


def _files() -> Finding:
    from prover.lean.embedded import find, verify

    if find() is None:
        problems = verify()
        seen = "; ".join(problems[:3]) if problems else "not installed"
        return Finding("embedded_lean", False, seen, "run `prove setup --repair`" if problems else "run `prove setup`")
    problems = verify(deep=True)
    return Finding(
        "embedded_lean",
        not problems,
        "; ".join(problems[:3]) or "every file is as installed",
        "run `prove setup --repair`",
    )


def _containment() -> Finding:
    from prover.lean.containment import mechanisms

    offered = mechanisms()
    layers = ", ".join(offered.layers) or "nothing"
    missing = [what for what, there in (("files", offered.files), ("the network", offered.network)) if not there]
    seen = f"the system contains Lean processes with {layers}"
    if missing:
        seen += f"; {' and '.join(missing)} only as far as the engine itself does"
    remedy = "Linux 5.13 or newer with Landlock, or a `bwrap` that works; see docs/containment.md"
    return Finding("containment", True, seen, remedy if missing else "", warning=bool(missing))


def native_findings(path: Path) -> list[Finding]:
    """What there is of the user's own Lean, for the project that `path` lies in. The absence of a toolchain or of
    a project is no fault: the embedded Lean serves."""
    from prover.lean.bundled import bundled
    from prover.lean.native import Toolchain, compile_bridge, find_project, find_toolchain, lake_environment
    from prover.lean.native.compat import Compat

    project = find_project(path)
    try:
        toolchain: Toolchain = find_toolchain(project.toolchain if project else None)
    except SetupError as error:
        absent = error.code == "no_toolchain"
        seen = f"{error.message}; the embedded Lean is used" if absent else error.message
        return [Finding("toolchain" if absent else error.code, absent, seen, error.hint)]
    remark = Compat.read(bundled("lean_project")).remark(toolchain.version)
    found = [Finding("toolchain", True, f"Lean {toolchain.version} ({toolchain.name}) in {toolchain.folder}; {remark}")]
    if project is None:
        return [*found, Finding("project", True, f"{path.absolute()} lies in no Lake project")]

    def paths() -> Finding:
        folders = lake_environment(project, toolchain).folders("LEAN_PATH")
        return Finding("project", True, f"{project.root}: `lake env` gives {len(folders)} search paths")

    def compiled() -> Finding:
        folder = compile_bridge(toolchain, bundled("lean_project"))
        return Finding("native_bridge", True, f"compiled with this toolchain, in {folder}")

    for check in (paths, compiled, lambda: _proof(str(project.lakefile), EngineChoice.NATIVE)):
        found.append(_guarded(check))
        if not found[-1].ok:
            break
    return found


def _proof(path: str = "-", choice: EngineChoice = EngineChoice.EMBEDDED) -> Finding:
    from prover.agent.ladder_judge import LadderJudge
    from prover.core.verdict import Infrastructure, Proved
    from prover.lean import Pool

    engine = open_engine(path, choice, quiet=True)

    async def prove() -> Finding:
        began = time.monotonic()
        async with Pool(engine, pool_limits(1, MEMORY_MB, 120.0)) as pool:
            verdict = (await LadderJudge(pool).proofs(_TRIVIAL, _OPEN, ["doctor"]))["doctor"]
        seconds = time.monotonic() - began
        seen = (
            f"{engine.description}: a proof was checked in {seconds:.1f} s"
            if isinstance(verdict, Proved)
            else f"{verdict.code}: {verdict.detail}"
            if isinstance(verdict, Infrastructure)
            else verdict.code
        )
        if choice is EngineChoice.EMBEDDED:
            return Finding("worker", isinstance(verdict, Proved), seen, "run `prove setup --repair`")
        remedy = "where `lean` is a script, or its libraries lie elsewhere, name the folders in PROVER_LEAN_READS"
        return Finding("native_worker", isinstance(verdict, Proved), seen, remedy)

    return asyncio.run(prove())
