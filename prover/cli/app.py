"""The command line: `prove TARGET` and its subcommands."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Protocol, runtime_checkable

import typer

from prover.cli.lazy import LazyGroup
from prover.core.errors import ProverError, UserError

_HELP = """An agentic theorem prover for Lean 4.

`prove FILE.lean` fills the holes (`sorry`) of a file: it prints each proof and a diff, and says
"proved" only of what a strict verifier confirmed. Targets: FILE.lean, FILE.lean:name,
FILE.lean#L42, - (standard input).

Exit codes: 0 all proved, 1 some not proved, 2 wrong usage or input, 3 environment broken,
130 interrupted (what was proved is kept).
"""

app = typer.Typer(
    name="prove",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        from prover import __version__

        typer.echo(f"leap-prover {__version__}")
        raise typer.Exit


@app.callback(help=_HELP)
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options of the program itself."""


@runtime_checkable
class _UsageError(Protocol):
    def format_message(self) -> str: ...

    def show(self) -> None: ...


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; gives the exit code. Errors are printed, as JSON where JSON was asked for."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = typer.main.get_command(app)
    words = with_default_command(words, command)
    as_json = "--json" in words or "--jsonl" in words
    try:
        code = command.main(args=words, prog_name="prove", standalone_mode=False)
    except ProverError as error:
        if as_json:
            _print_document(error)
        from prover.cli.terminal import print_error

        print_error(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BaseException as wrong:
        if _is_cancelled(wrong):
            return 130
        # The parser's own errors: typer brings its parser along under a private name, or uses click's.
        if not isinstance(wrong, _UsageError):
            raise
        if as_json:
            _print_document(UserError(wrong.format_message(), code="usage"))
        wrong.show()
        return UserError.exit_code
    return code if isinstance(code, int) else 0


def _is_cancelled(wrong: BaseException) -> bool:
    from asyncio import CancelledError  # which takes as long to import as everything else here

    return isinstance(wrong, CancelledError)


def _print_document(error: ProverError) -> None:
    from prover.api.document import error_document

    print(json.dumps(error_document(error), ensure_ascii=False))


def with_default_command(words: list[str], command: object) -> list[str]:
    """`run` put where a first word is neither a subcommand nor an option of the program's own; likewise after a
    subcommand that has a `run` of its own: `prove bench NAME` is `prove bench run NAME`."""
    commands = dict[str, object](getattr(command, "commands", {}))
    own = {"--help", "--version", "--install-completion", "--show-completion"}
    if "run" not in commands or not words or words[0] in own:
        return words
    if words[0] not in commands:
        return ["run", *words]
    return [words[0], *with_default_command(words[1:], commands[words[0]])]
