"""The options of a command, as settings know them: by their long names, with values that the command itself reads."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from prover.core.errors import UserError
from prover.settings import NO_CONFIG


@dataclass(frozen=True)
class Option:
    """One option. `name`: long, without dashes. `key`: the parameter it is for. `is_path`: its value names a file."""

    name: str
    key: str
    flag: bool
    many: bool
    default: Any
    variables: tuple[str, ...]
    is_path: bool
    parameter: Any
    context: Any

    def raw(self, value: Any) -> Any:
        """A value of a file as the command line would have it. `ValueError` says what is expected instead."""
        if self.flag:
            if not isinstance(value, bool):
                raise ValueError("true or false is expected")
            return value
        if isinstance(value, list):
            if not self.many:
                raise ValueError("one value is expected, not a list")
            return [self._word(item) for item in cast("list[object]", value)]
        return [self._word(value)] if self.many else self._word(value)

    def read(self, raw: Any) -> Any:
        """The value as the command gets it. `ValueError` says why it is none."""
        try:
            return self.parameter.process_value(self.context, raw)
        except Exception as wrong:
            # The parser's own error; see `prover.cli.app`.
            said = getattr(wrong, "message", None)
            if said is None:
                raise
            raise ValueError(str(said)) from None

    @staticmethod
    def _word(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError("a text or a number is expected")
        return str(value)


class Options(Mapping[str, Option]):
    """All options of a command that can be set, by name."""

    def __init__(self, options: Mapping[str, Option]) -> None:
        self._options = options

    @classmethod
    def of(cls, command: Any, context: Any) -> Options:
        """Those of a parsed command: all that are shown, but help and what leaves settings out."""
        hints = inspect.signature(command.callback).parameters
        found: dict[str, Option] = {}
        for one in command.get_params(context):
            if one.param_type_name != "option" or one.hidden or one.name in ("help", "no_config"):
                continue
            name = max(one.opts, key=len).lstrip("-")
            assert name not in found and name != NO_CONFIG
            flag = bool(one.is_flag)
            variables = (one.envvar,) if isinstance(one.envvar, str) else tuple(one.envvar or ())
            annotation = hints[one.name].annotation if one.name in hints else None
            found[name] = Option(
                name,
                one.name,
                flag,
                bool(one.multiple),
                one.default,
                variables,
                _mentions_path(annotation),
                one,
                context,
            )
        return cls(found)

    def __getitem__(self, name: str) -> Option:
        return self._options[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)


def wrong_value(place: str, option: str, why: str) -> UserError:
    """The error for a value that an option cannot have. `place`: where it stands."""
    return UserError(
        f"{place}: {option}: {why}", code="bad_config", hint="`prove config show` tells what is set, and where"
    )


def _mentions_path(annotation: Any) -> bool:
    return annotation is Path or any(_mentions_path(part) for part in get_args(annotation))
