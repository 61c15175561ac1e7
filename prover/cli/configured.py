"""Commands whose options have settings: what stands in files and in the environment becomes their defaults."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

from prover.cli.options import Options
from prover.cli.resolution import Resolution, resolve

_NO_CONFIG = Annotated[
    bool, typer.Option("--no-config", help="Leave settings in files out of it (docs/config.md).", show_default=False)
]


class ConfiguredCommand(TyperCommand):
    """A command that takes its defaults from settings. `table`: where they stand in a file. `target`: the argument
    that decides which project's file it is. `settled`: whether there are any for it."""

    table: tuple[str, ...] = ()
    target: str = ""
    settled: bool = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As click does, with the settings as defaults. `UserError`: `bad_config`, `untrusted_config`."""
        if self.settled and not ctx.resilient_parsing:
            ctx.default_map = self._defaults(ctx, args)
        return super().parse_args(ctx, args)

    def resolved(self, ctx: Any, args: list[str]) -> Resolution:
        """What the words of a command line leave to settings, and what these say."""
        return self._resolution(ctx, self._given(ctx, args))

    def _defaults(self, ctx: Any, args: list[str]) -> dict[str, Any]:
        given = self._given(ctx, args)
        # Help is there for those whose settings are broken, too.
        return {} if given.get("help") else self._resolution(ctx, given).defaults()

    def _given(self, ctx: Any, args: list[str]) -> Mapping[str, Any]:
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        return given

    def _resolution(self, ctx: Any, given: Mapping[str, Any]) -> Resolution:
        return resolve(Options.of(self, ctx), self.table, given, str(given.get(self.target) or ""))


def configured(command: Callable[..., int], *, settled: bool = True) -> Callable[..., None]:
    """A command as typer takes it: its exit code is raised. `settled`: with --no-config among its options."""

    @functools.wraps(command)
    def run_and_exit(*arguments: Any, **options: Any) -> None:
        options.pop("no_config", None)
        raise typer.Exit(command(*arguments, **options))

    if settled:
        signature = inspect.signature(command, eval_str=True)
        extra = inspect.Parameter("no_config", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_NO_CONFIG)
        parameters = [*signature.parameters.values(), extra]
        run_and_exit.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run_and_exit.__annotations__ = {**get_type_hints(command, include_extras=True), "no_config": _NO_CONFIG}
    return run_and_exit
