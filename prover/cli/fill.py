"""`prove TARGET`: fill the holes of a file."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from prover.agent import FileResult, Target
from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import ModelChoice
from prover.api.document import result_document
from prover.api.filling import fill_in
from prover.api.models import open_models
from prover.api.options import ProveOptions
from prover.api.record import RunRecord
from prover.api.workplace import workplace
from prover.cli.bill import show_bill
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.interrupt import stop_on_interrupt
from prover.cli.lite import LITE_HELP, LITE_NOTICE
from prover.cli.outcome import Printed, show_file_errors, show_result, show_to_editor
from prover.cli.page_record import PageRecord
from prover.cli.replay import show_document
from prover.cli.source import read_target
from prover.cli.terminal import Live, errors, output, plain_progress, print_error
from prover.cli.tree import TreePage
from prover.core.errors import UserError
from prover.flags.agent import (
    AgentOption,
    CallsOption,
    HintOption,
    LeanSecondsOption,
    PerLemmaOption,
    RoleModelOption,
    TacticModelOption,
)
from prover.flags.engine import EngineOption, MemoryOption, ReplCommand, StartTimeoutOption
from prover.flags.model import (
    ModelOnlyOption,
    ModelOption,
    MoneyOption,
    PriceOption,
    RecipeOption,
    RecordOption,
    SamplesOption,
    SeedOption,
    TemperatureOption,
)
from prover.lean.foundation import CORE_MATH
from prover.model.manual import TerminalModel
from prover.repl import ReplEngine
from prover.search import FRONTIERS


def run(
    target: Annotated[str, typer.Argument(help="FILE.lean, FILE.lean:name, FILE.lean#L42, or - for standard input.")],
    timeout: Annotated[float, typer.Option(help="Seconds of search for each target.", min=1)] = 60.0,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Targets worked on at once (about 1 GB of memory each).", min=1)
    ] = 1,
    write: Annotated[bool, typer.Option("--write", help="Put the verified proofs into the file, atomically.")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write the file with its proofs here.")] = None,
    tree: Annotated[
        Path | None, typer.Option("--tree", help="Write a page (HTML) that shows the search for each target here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print events as they happen, one JSON object a line.")
    ] = False,
    printed: Annotated[
        Printed,
        typer.Option(
            "--print",
            help="file: the whole file with its proofs, whatever came of them. problems: a line for each target and "
            "error, FILE:LINE:COLUMN: SEVERITY: TEXT. For editors (docs/editor.md).",
        ),
    ] = Printed.REPORT,
    line: Annotated[
        int | None, typer.Option("--line", help="The holes on this line, as FILE#L42 has it; also of -.", min=1)
    ] = None,
    refute: Annotated[bool, typer.Option(help="Spend a tenth of the time on the negation.")] = True,
    assume_open: Annotated[
        bool, typer.Option("--assume-open", help="Let proofs use declarations that are still open.")
    ] = False,
    frontier: Annotated[
        str,
        typer.Option(help=f"Which goal comes next: {', '.join(FRONTIERS)}.", autocompletion=lambda: list(FRONTIERS)),
    ] = "best",
    run_folder: Annotated[
        Path | None, typer.Option("--run", metavar="DIR", help="Record the run in this folder.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder of --run.")] = False,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: StartTimeoutOption = 120.0,
    engine_choice: EngineOption = EngineChoice.AUTO,
    repl_command: ReplCommand = "",
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    premises: Annotated[
        bool, typer.Option(help="Offer theorems of the imports and of the file itself to the search.")
    ] = True,
    model: ModelOption = "",
    recipe: RecipeOption = "",
    samples: SamplesOption = None,
    temperature: TemperatureOption = None,
    seed: SeedOption = 0,
    model_only: ModelOnlyOption = False,
    record_answers: RecordOption = None,
    tokens: Annotated[
        int | None, typer.Option(help="Tokens a model may write for each target; with --agent, in all.", min=1)
    ] = None,
    agent: AgentOption = "",
    role_model: RoleModelOption = None,
    tactic_model: TacticModelOption = "",
    hint: HintOption = None,
    price: PriceOption = "",
    money: MoneyOption = None,
    calls: CallsOption = None,
    lean_seconds: LeanSecondsOption = None,
    lemma_limits: PerLemmaOption = None,
    depth: Annotated[int | None, typer.Option(hidden=True)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Fill the holes (`sorry`) of a Lean file and print each verified proof and a diff.

    Example: `prove sums.lean#L12 --timeout 120 --write`

    Exit code: 0 all proved, 1 some not proved, 130 interrupted (what was proved is kept).
    """
    wanted = Target.parse(target)
    if line is not None:
        if wanted.name or wanted.line:
            raise UserError(f"{target} names a place already, and --line another", code="usage")
        wanted = dataclasses.replace(wanted, line=line)
    if printed is not Printed.REPORT and (as_json or as_jsonl):
        raise UserError("--print and --json exclude each other", code="usage")
    if write and wanted.path == "-":
        raise UserError("standard input cannot be written back", code="not_writable", hint="use -o FILE")
    source = read_target(wanted)
    if write:
        source.replaceable()
    if resume and run_folder is None:
        raise UserError("--resume needs to know what to resume", code="usage", hint="add --run DIR")
    only_agents = {"calls": calls, "lean-seconds": lean_seconds, "per-lemma": lemma_limits}
    leap = AgentChoice.checked(agent, model, role_model, hint, price, record_answers, only_agents)
    main = ModelChoice(model, recipe, samples, temperature, seed, model_only, record_answers, price)
    choice = leap.tactics(main, tactic_model, money)
    page = None if tree is None else TreePage.at(tree)
    by_repl = engine_choice is EngineChoice.REPL and not lite
    options = ProveOptions(
        seconds=timeout,
        refute=refute,
        jobs=jobs,
        assume_open=assume_open,
        frontier=frontier,
        premises=premises,
        tokens=tokens,
        money=money,
        calls=calls,
        lean_seconds=lean_seconds,
        depth=depth,
    ).checked()
    engine = (
        ReplEngine.open(repl_command, Path("." if wanted.path == "-" else wanted.path))
        if by_repl
        else open_engine(wanted.path, engine_choice, quiet=quiet, lite=lite)
    )
    with ExitStack() as stack:
        record = None if page is None else PageRecord()
        if run_folder is not None:
            filling = dataclasses.asdict(options.filling(refutes=not by_repl))
            limits = {**filling, "frontier": frontier, **({"lite": True} if lite else {})}
            limits |= {} if premises else {"premises": False}
            limits |= {} if tokens is None else {"tokens": tokens}
            del limits["jobs"]
            record = stack.enter_context(
                RunRecord.open(run_folder, wanted, source, engine, limits, leap.facts(choice.facts()), resume=resume)
            )
            if record.document is not None and not (write or out):
                if page is not None:
                    page.write(record.events())
                return show_document(record.document, as_json=as_json or as_jsonl)
        typed = TerminalModel.name in (choice.reference, *leap.references.values())
        live = stack.enter_context(Live(quiet=quiet or as_json or as_jsonl, typed=typed))

        def show(kind: str, payload: dict[str, Any]) -> None:
            live.observe(kind, payload)
            if as_jsonl:
                print(json.dumps({"event": kind, **payload}, ensure_ascii=False, default=str), flush=True)

        def importing(phase: str, _done: int, _total: int | None) -> None:
            show("Importing", {"phase": phase})

        plain = plain_progress(quiet=quiet or errors().is_terminal)

        def indexing(phase: str, done: int, total: int | None) -> None:
            # Once for each set of imports; no event of this run.
            live.observe("Importing", {"phase": phase})
            plain(phase, done, total)

        async def work() -> tuple[FileResult, dict[str, Any] | None]:
            limits = pool_limits(jobs, memory, start_timeout)
            if choice.reference:
                live.observe("Importing", {"phase": f"loading {choice.reference}"})
            async with (
                open_models(choice, leap) as models,
                workplace(engine, limits, source, importing, CORE_MATH if lite else None) as place,
            ):
                found = await fill_in(
                    place,
                    source,
                    wanted,
                    options,
                    models,
                    show=show,
                    record=record,
                    stop=stop_on_interrupt(),
                    progress=indexing,
                )
                return found, models.bill()

        result, asked = asyncio.run(work())
        failure = _save(result, write=write, out=out)
        document = _document(result, failure, asked)
        if isinstance(record, RunRecord) and depth is None:
            record.finish(result, document)
        if page is not None and record is not None:
            try:
                page.write(record.events(), document)
            except UserError as error:
                failure = error
                document = _document(result, failure, asked)
    if depth is not None:
        # What is only planned is shown by who asked for the plan.
        show_bill(asked)
    elif as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif as_jsonl:
        print(json.dumps({"event": "Result", **document}, ensure_ascii=False))
    elif printed is not Printed.REPORT:
        show_to_editor(result, printed, quiet=quiet)
    else:
        if result.foundation is not None:
            output().print(Text(LITE_NOTICE, "dim"))
        show_result(result, saved=failure is None and (write or out is not None))
        if not quiet:
            show_bill(asked)
            show_file_errors(result)
            if page is not None and failure is None:
                page.announce()
    if failure is not None:
        print_error(failure)
    return int(document["exit_code"])


def _document(result: FileResult, failure: UserError | None, asked: Mapping[str, Any] | None) -> dict[str, Any]:
    code = failure.exit_code if failure else 130 if result.interrupted else 0 if result.all_proved else 1
    return result_document(result, code, failure, model=asked)


def _save(result: FileResult, *, write: bool, out: Path | None) -> UserError | None:
    """Writes what was asked for. An error is given back, not raised: the proofs are still to be shown."""
    changed = result.filled.data != result.source.data
    try:
        if out is not None:
            (result.partial or result.filled).write_to(out)
        if write and changed:
            result.filled.write_over(result.source)
    except UserError as error:
        return error
    return None
