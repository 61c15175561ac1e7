"""Files that a file of settings names lie where that file lies, not where a command happens to be started."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, cast

from prover.cli.options import Option

_WEIGHTS = re.compile(r"(?P<engine>hf|vllm)/(?P<path>\.{1,2}(/.*)?)")
_FILES = re.compile(r"(?P<engine>replay|manual)/(?P<path>.+)", re.DOTALL)
_MODELS = frozenset({"model", "tactic-model"})
_FOLDERS = frozenset({"recipe", "agent"})


def anchored(option: Option, raw: Any, folder: Path) -> Any:
    """The value with relative paths in it made absolute, from `folder`. `-` stays what it is."""
    if isinstance(raw, list):
        return [_anchored(option, str(text), folder) for text in cast("list[object]", raw)]
    return _anchored(option, raw, folder) if isinstance(raw, str) else raw


def _anchored(option: Option, text: str, folder: Path) -> str:
    if option.is_path:
        return text if text == "-" else _from(folder, text)
    if option.name in _MODELS:
        return _model(text, folder)
    if option.name == "role-model":
        name, equals, model = text.partition("=")
        return name + equals + _model(model, folder)
    is_file = ("/" in text or text in (".", "..")) if option.name in _FOLDERS else text.endswith(".toml")
    return _from(folder, text) if is_file and option.name in _FOLDERS | {"price"} else text


def _model(text: str, folder: Path) -> str:
    found = _WEIGHTS.fullmatch(text) or _FILES.fullmatch(text)
    if found is None or found["path"] == "-":
        return text
    return f"{found['engine']}/{_from(folder, found['path'])}"


def _from(folder: Path, text: str) -> str:
    return os.path.normpath(folder / Path(text).expanduser())
