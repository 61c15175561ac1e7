"""`prove formalize "WORDS"`: statements drafted in Lean, doubted, compared; one is taken by a person, and frozen."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.agent.leap.choice import AgentChoice
from prover.agent.tactic_model import check_money
from prover.agent.target import Target
from prover.api.record import RunRecord
from prover.cli.engine import MEMORY_MB, EngineChoice, open_engine, pool_limits
from prover.cli.formalize_frozen import say_frozen
from prover.cli.formalize_one import BEST, Asked, document_of, formalized, show
from prover.cli.lite import LITE_HELP
from prover.core.budget import Budget
from prover.core.errors import UserError
from prover.flags.agent import HintOption, RoleModelOption
from prover.flags.engine import EngineOption, MemoryOption, StartTimeoutOption
from prover.flags.model import ModelOption, MoneyOption, PriceOption, RecordOption
from prover.formalize.drafting import Task
from prover.formalize.formalizing import STRICT, Limits
from prover.lean.source import SourceFile

_FILES = (".md", ".txt")
_MANY = ".jsonl"
_ANSWERS = "answers.jsonl"
_LONGEST = 100_000


def run(
    words: Annotated[
        str,
        typer.Argument(
            metavar="WORDS|FILE|-",
            help="What is to be stated, in words; a file of words (.md, .txt); - for standard input. FILE.jsonl: many.",
        ),
    ] = "",
    drafts: Annotated[int, typer.Option("-n", "--drafts", help="Drafts that are asked for.", min=1, max=64)] = 4,
    context: Annotated[
        Path | None,
        typer.Option("--context", metavar="FILE.lean", help="The file that it is to stand in: imports, definitions."),
    ] = None,
    name: Annotated[str, typer.Option(help="Of the theorem.")] = "statement",
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Write the frozen statement here.")] = None,
    accept: Annotated[
        str,
        typer.Option(
            metavar="N|best",
            help="Take a draft without asking: the one that would be shown as N, or the best, unless it is damned or "
            "no other draft says the same.",
        ),
    ] = "",
    back: Annotated[
        bool, typer.Option("--back/--no-back", help="Have a model that does not see the words say each draft in words.")
    ] = True,
    mends: Annotated[int, typer.Option(help="How often a draft is mended after Lean's errors.", min=0)] = 3,
    frozen: Annotated[
        Path | None, typer.Option("--frozen", metavar="FILE.lean", help="Only say whether a file's marks hold.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="For FILE.jsonl: where results.jsonl and the benchmark of what is kept go; by default a folder called "
            "as the file. The same command goes on where it stopped.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(help="For FILE.jsonl: problems at once.", min=1, max=64)] = 1,
    agreeing: Annotated[
        int, typer.Option(help="For FILE.jsonl: so many drafts have to be shown to say the same.", min=1)
    ] = 1,
    keep_doubtful: Annotated[
        bool,
        typer.Option("--keep-doubtful", help="For FILE.jsonl: keep statements with doubts that do not damn them."),
    ] = False,
    model: ModelOption = "",
    agent: Annotated[str, typer.Option("--agent", metavar="NAME|DIR", help="Whose formaliser is asked.")] = "leap",
    role_model: RoleModelOption = None,
    hint: HintOption = None,
    price: PriceOption = "",
    money: MoneyOption = None,
    tokens: Annotated[int | None, typer.Option(help="Tokens that models may write in all.", min=1)] = None,
    calls: Annotated[int | None, typer.Option(help="Calls of models in all.", min=1, metavar="N")] = None,
    record_answers: RecordOption = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", metavar="DIR", help="Record what is asked and answered in this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document; nobody is asked.")] = False,
    memory: MemoryOption = MEMORY_MB,
    start_timeout: StartTimeoutOption = 120.0,
    engine_choice: EngineOption = EngineChoice.AUTO,
    lite: Annotated[bool, typer.Option("--lite", help=LITE_HELP)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")] = False,
) -> int:
    """Have a model state in Lean what words say: several drafts, doubted by Lean, compared, said in words again.

    A person takes one, edits it or asks for more; nothing is accepted otherwise, but with --accept. What is taken is
    frozen: written down with the words and a mark that `prove FILE` and `prove check FILE` keep to. None of this says
    that a statement is what was meant: that is for you to judge.

    Example: `prove formalize "The sum of two odd numbers is even." --model openai/NAME -o Sum.lean`

    Exit code 0 when a draft was taken, 1 when none was. With --frozen: 0 when all marks hold.
    """
    if frozen is not None:
        return say_frozen(frozen, engine_choice, memory, start_timeout, lite=lite, as_json=as_json, quiet=quiet)
    budget = Budget(tokens=tokens, money=money, calls=calls)
    if words.endswith(_MANY) and len(words.split()) == 1:
        _must_be_words_each(context, accept, run_folder, out)
        chosen = AgentChoice()
        if model:
            chosen = AgentChoice.checked(agent, model, role_model, hint, price, record_answers, {})
            check_money(money, list(chosen.references.values()), price)
        place = folder or Path(Path(words).stem)
        return _many(
            source=Path(words), place=place, drafts=drafts, agreeing=agreeing, jobs=jobs, keep_doubtful=keep_doubtful,
            author=model, choice=chosen, budget=budget, mends=mends, back=back, memory_mb=memory,
            start_seconds=start_timeout, engine=engine_choice, lite=lite, as_json=as_json, quiet=quiet,
        )  # fmt: skip
    given = {"out": folder is not None, "jobs": jobs > 1, "agreeing": agreeing > 1, "keep-doubtful": keep_doubtful}
    if any(given.values()):
        flag = next(flag for flag, said in given.items() if said)
        raise UserError(f"--{flag} is for FILE.jsonl", code="usage", hint="-o FILE.lean keeps one statement")
    choice = AgentChoice.checked(agent, model, role_model, hint, price, _recording(record_answers, run_folder), {})
    check_money(money, list(choice.references.values()), price)
    before = STRICT if context is None else SourceFile.read(context).text
    task = Task(_words(words), name.strip(), before, model)
    asked = Asked(
        task,
        Limits(drafts, mends, budget, back),
        choice,
        _accepting(accept),
        not as_json and not accept and sys.stdin.isatty() and sys.stdout.isatty(),
        as_json,
        quiet,
        lite,
    )
    engine = open_engine(str(context or "-"), engine_choice, quiet=quiet, lite=lite)
    with ExitStack() as stack:
        record = None
        if run_folder is not None:
            source = SourceFile("words", task.words.encode())
            limits = {"drafts": drafts, "mends": mends, "tokens": tokens, "money": money, "calls": calls}
            limits |= {"lite": True} if lite else {}
            record = stack.enter_context(
                RunRecord.open(run_folder, Target("-"), source, engine, limits, choice.facts({}), resume=False)
            )
        outcome = asyncio.run(formalized(asked, engine, pool_limits(1, memory, start_timeout), record))
        if outcome.sealed is not None and out is not None:
            outcome.sealed.file.write_to(out)
        document = document_of(outcome, engine, out)
        if record is not None:
            record.observe("Formalized", document)
            if outcome.sealed is not None:
                record.folder.save_proof(outcome.sealed.mark.name, outcome.sealed.file.text)
            record.folder.summarize({"finished": True, "exit_code": outcome.code})
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show(outcome, out, quiet=quiet)
    return outcome.code


def _accepting(accept: str) -> str:
    if accept in ("", BEST) or (accept.isdecimal() and int(accept[:6]) > 0 and len(accept) < 6):
        return accept
    raise UserError(f"--accept {accept}: a number or `{BEST}` is expected", code="usage")


def _recording(record: Path | None, run_folder: Path | None) -> Path | None:
    if record is not None or run_folder is None:
        return record
    return run_folder / _ANSWERS


def _words(words: str) -> str:
    """What was said: as it stands, in a file, or on standard input."""
    if words == "-":
        text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    elif words.endswith(_FILES) and len(words.split()) == 1:
        text = SourceFile.read(Path(words)).text
    else:
        text = words
    if not text.strip():
        raise UserError("there are no words to formalize", code="usage", hint='prove formalize "The sum of ..."')
    if len(text) > _LONGEST:
        raise UserError(f"these are more than {_LONGEST:,} characters", code="too_long", hint="one statement at a time")
    return text.strip()


def _must_be_words_each(context: Path | None, accept: str, run_folder: Path | None, out: Path | None) -> None:
    """Raises `UserError` (`usage`) for what makes sense for one statement only."""
    given = {"context": context, "accept": accept, "run": run_folder, "output": out}
    for flag, said in given.items():
        if said:
            hint = "a record may have its own context; --out DIR says where results go"
            raise UserError(f"--{flag} is for one statement, not for FILE.jsonl", code="usage", hint=hint)


def _many(
    place: Path, drafts: int, agreeing: int, jobs: int, *, keep_doubtful: bool, source: Path, **options: Any
) -> int:
    """Hands over to the command for many problems, which few need."""
    from prover.cli.formalize_many import Many, run_many
    from prover.formalize.batch import BatchOptions

    wanted = BatchOptions(drafts, agreeing, jobs, keep_doubtful)
    return run_many(Many(source, wanted, place / "results.jsonl", place, **options))
