"""`prove check FILE`: a verdict with reason codes on a finished file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prover.agent.target import Target, plain_name
from prover.api.check_options import CheckOptions
from prover.api.checking import Checked, check_in
from prover.api.document import CHECK_SCHEMA, verdict_document
from prover.api.wording import describe_verdict
from prover.api.workplace import workplace
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.lite import LITE_HELP
from prover.cli.source import read_target
from prover.cli.terminal import output, plain_progress, safe
from prover.core.errors import UserError
from prover.flags.engine import EngineOption, MemoryOption
from prover.lean.foundation import CORE_MATH
from prover.lean.source import SourceFile
from prover.verify import Limits, Policy


def run(
    submission: Annotated[
        str, typer.Argument(help="The finished file: FILE.lean, FILE.lean:name, or - . Many: a folder, or FILE.jsonl.")
    ],
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="The file that states what is to be proved, holes and all (for a folder: also a folder, or a run of "
            "`prove bench`).",
        ),
    ] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help="A declaration to judge (repeatable).")] = None,
    policy: Annotated[
        Policy, typer.Option(help="file: any command, contained. proof: declarations and tactics only.")
    ] = Policy.FILE,
    strict: Annotated[bool, typer.Option("--strict", help="Replay every constant through the kernel.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", help="An axiom to allow beside the three of Lean's logic; native: native_decide's."),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds for the check of a file, starts included.", min=1)] = 60.0,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Many: checks at once (about 2 GB of memory each).", min=1)
    ] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Many: the results file; what stands in it is not judged again.")
    ] = None,
    memory: MemoryOption = MEMORY_MB,
    engine_choice: EngineOption = EngineChoice.AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Say what is known of a finished file: a verdict for each theorem, with a stable reason code.

    Without --against the best verdict is `consistent` (no errors, no holes, axioms allowed): nobody
    said which statement was meant. Exit code 0 when every verdict is `proved` (or, without
    --against, `consistent`), 1 otherwise.

    A folder (of NAME/Challenge.lean with NAME/Solution.lean, or of any .lean files) or a JSONL file (`name`,
    `submission`, `reference`, `targets`, ...) is judged item by item; results are written as they come
    (default NAME.results.jsonl), and the same command goes on where it was stopped.

    The run folder of an evaluation (`prove bench`): every proof it claims is judged anew against its problem, and what
    differs is said. As --against it gives the problems for a folder or a JSONL file of anybody's proofs, by their
    names.

    Example: `prove check theirs.lean --against asked.lean`
    """
    if _is_many(submission):
        # Many files are judged with what evaluations are made of; one needs none of it.
        from prover.cli.check_many import Asked, asked_of
        from prover.cli.check_many import run as check_many
        from prover.verify.docket import Item

        if lite:
            raise UserError(
                "--lite is for one file: which items can be run over CoreMath is found out one by one",
                code="bad_option",
                hint="check the files one at a time, or leave out --lite",
            )
        names = tuple(plain_name(name) for name in target or ())
        template = Item(
            "",
            "",
            targets=names or None,
            policy=policy,
            strict=strict,
            allowed_axioms=tuple(allow or ()),
            limits=Limits(seconds=timeout),
        )
        asked = Asked(Path(submission), against, template, jobs, out, memory, engine_choice, as_json, quiet)
        return check_many(asked_of(asked))
    if out is not None:
        raise UserError("--out is for a folder or a JSONL file", code="bad_option", hint="use --json for one file")
    wanted = Target.parse(submission)
    source = _read(wanted)
    reference = SourceFile.read(against) if against is not None else None
    names = [plain_name(name) for name in target or []] + ([wanted.name] if wanted.name else [])
    engine = open_engine(wanted.path, engine_choice, quiet=quiet, lite=lite)

    options = CheckOptions(tuple(names), policy, strict, tuple(allow or ()), timeout)

    async def check() -> Checked:
        stated = source if reference is None else reference
        show = plain_progress(quiet=quiet)
        limits, foundation = pool_limits(1, memory, timeout), CORE_MATH if lite else None
        async with workplace(engine, limits, stated, show, foundation) as place:
            return await check_in(place, source, reference, options)

    checked = asyncio.run(check())
    code = 0 if checked.accepted else 1
    if as_json:
        document = {
            "schema": CHECK_SCHEMA,
            "exit_code": code,
            "file": source.name,
            "against": None if reference is None else reference.name,
            "foundation": checked.foundation,
            "verdicts": {name: verdict_document(verdict) for name, verdict in checked.verdicts.items()},
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return code
    for name, verdict in checked.verdicts.items():
        style = "green" if checked.good(verdict) else "yellow"
        output().print(Text(f"{safe(name)}: ") + Text(describe_verdict(verdict), style))
    return code


def _is_many(path: str) -> bool:
    """Whether a command line argument names a folder or a JSONL file rather than one Lean file."""
    return Path(path).is_dir() or path.endswith(".jsonl")


def _read(target: Target) -> SourceFile:
    if target.line is not None:
        raise UserError(
            "a finished file has no line to fill", code="bad_target", hint="name a declaration: F.lean:name"
        )
    return read_target(target)
