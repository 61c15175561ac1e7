"""`prove check FILE`: a verdict with reason codes on a finished file."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.agent.target import Target, plain_name
from prover.cli.document import CHECK_SCHEMA, verdict_document
from prover.cli.engine import open_engine, pool_limits
from prover.cli.fill import describe_verdict
from prover.cli.lite import LITE_HELP, founded_on, refuse_auto_implicit
from prover.cli.terminal import output, safe
from prover.core.errors import UserError
from prover.core.verdict import Consistent, Proved, Verdict
from prover.lean import Pool
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.verify import Ladder, Limits, Policy


def run(
    submission: Annotated[str, typer.Argument(help="The finished file: FILE.lean, FILE.lean:name, or - .")],
    against: Annotated[
        Path | None, typer.Option("--against", help="The file that states what is to be proved, holes and all.")
    ] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help="A declaration to judge (repeatable).")] = None,
    policy: Annotated[
        Policy, typer.Option(help="file: any command, contained. proof: declarations and tactics only.")
    ] = Policy.FILE,
    strict: Annotated[bool, typer.Option("--strict", help="Replay every constant through the kernel.")] = False,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", help="An axiom to allow beside the usual three.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for the whole check, starts included.", min=1)] = 60.0,
    memory: Annotated[int, typer.Option(help="Memory limit of a Lean process, MiB.", min=500)] = 2500,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Say what is known of a finished file: a verdict for each theorem, with a stable reason code.

    Without --against the best verdict is `consistent` (no errors, no holes, axioms allowed): nobody
    said which statement was meant. Exit code 0 when every verdict is `proved` (or, without
    --against, `consistent`), 1 otherwise.
    """
    wanted = Target.parse(submission)
    source = _read(wanted)
    reference = SourceFile.read(against) if against is not None else None
    names = [plain_name(name) for name in target or []] + ([wanted.name] if wanted.name else [])
    engine = open_engine(quiet=quiet, lite=lite)

    async def check() -> tuple[str | None, dict[str, Verdict]]:
        async with Pool(engine, pool_limits(1, memory, timeout), foundation=CORE_MATH if lite else None) as pool:
            stated = reference or source
            foundation = await founded_on(pool, stated, seconds=timeout, finished=reference is None) if lite else None
            if foundation is not None:
                refuse_auto_implicit(source)
            return foundation, await Ladder(pool, foundation=pool.foundation).check(
                source.text,
                reference=None if reference is None else reference.text,
                targets=names or None,
                policy=policy,
                strict=strict,
                allowed_axioms=allow or (),
                limits=Limits(seconds=timeout),
            )

    foundation, verdicts = asyncio.run(check())
    good = Proved if reference is not None else Consistent
    code = 0 if verdicts and all(isinstance(v, good) for v in verdicts.values()) else 1
    if as_json:
        document = {
            "schema": CHECK_SCHEMA,
            "exit_code": code,
            "file": source.name,
            "against": None if reference is None else reference.name,
            "foundation": foundation,
            "verdicts": {name: verdict_document(verdict) for name, verdict in verdicts.items()},
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    for name, verdict in verdicts.items():
        style = "green" if isinstance(verdict, good) else "yellow"
        output().print(Text(f"{safe(name)}: ") + Text(describe_verdict(verdict), style))
    return code


def _read(target: Target) -> SourceFile:
    if target.line is not None:
        raise UserError(
            "a finished file has no line to fill", code="bad_target", hint="name a declaration: F.lean:name"
        )
    if target.path == "-":
        return SourceFile("<stdin>", sys.stdin.buffer.read())
    return SourceFile.read(Path(target.path))
